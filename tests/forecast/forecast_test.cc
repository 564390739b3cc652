#include "caascan/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/io/temp_file.h"

namespace caascan {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

Forecast Of(std::string_view input, ScanOptions options = {}) {
  const io::TempFile file(input);
  options.inputs = {file.path()};
  Forecast forecast;
  const absl::Status status = MakeForecast(options, &forecast);
  EXPECT_TRUE(status.ok()) << status;
  return forecast;
}

TEST(ForecastTest, AList) {
  const Forecast forecast =
      Of("www.example.com\nexample.com\nexample.com\nnot a name\nhidden.onion\na.b.example.co.uk\n"
         "# none\nnet\n");
  EXPECT_EQ(forecast.lines, 7u);
  EXPECT_EQ(forecast.invalid, 2u);
  EXPECT_EQ(forecast.names, 4u);
  EXPECT_EQ(forecast.domains, 3u);
  // www, example.com twice, a.b, b, example.co.uk, net.
  EXPECT_EQ(forecast.own_queries, 7);
  ASSERT_THAT(forecast.zones, SizeIs(2));
  EXPECT_EQ(forecast.zones[0].domains, 1u);
  EXPECT_EQ(forecast.zones[0].queries, 1 + 2);
  EXPECT_EQ(forecast.root_queries, 2 + 1 + 1) << "com, uk, its keys, and net as a name";
  EXPECT_EQ(forecast.queries, 7 + 2 * 3 + 4);
  EXPECT_THAT(ForecastText(forecast), HasSubstr("the names' own servers"));
}

TEST(ForecastTest, AZoneFile) {
  ScanOptions options;
  options.input_format = InputFormat::kZone;
  std::string zone = "com. 60 IN SOA a. b. 1 2 3 4 5\ncom. 60 IN NS a.\n";
  for (int i = 0; i < 100; ++i) {
    const std::string name = "d" + std::to_string(i) + ".com";
    zone += name + ". 60 IN NS ns1.big.net.\n" + name + ". 60 IN NS ns2.big.net.\n";
  }
  zone += "own.com. 60 IN NS ns.own.com.\nns.own.com. 60 IN A 192.0.2.1\n";
  const Forecast forecast = Of(zone, options);
  EXPECT_EQ(forecast.domains, 101u);
  EXPECT_EQ(forecast.own_queries, 0);
  ASSERT_THAT(forecast.zones, SizeIs(2));
  ASSERT_THAT(forecast.operators, SizeIs(2));
  EXPECT_EQ(forecast.operators[0].name, "big.net");
  EXPECT_EQ(forecast.operators[0].hosts, 2u);
  EXPECT_EQ(forecast.operators[0].queries, 100 + 2 * (2 + 1)) << "addresses, letter case";
  EXPECT_EQ(forecast.operators[0].seconds, 0.53);
  EXPECT_EQ(forecast.operators[0].slowest, "ns1.big.net");
  EXPECT_EQ(forecast.operators[1].queries, 1 + 1);
  EXPECT_EQ(forecast.slowest, "the server ns1.big.net");
  EXPECT_EQ(forecast.seconds, 0.53);
}

TEST(ForecastTest, WhatAZoneFileProvesIsNotAskedFor) {
  ScanOptions options;
  options.allow_special = true;  // The lab's test.
  options.input_format = InputFormat::kZone;
  const std::string ds = "s.test. 900 IN DS 1 13 2 " + std::string(64, '0') + "\n";
  const std::string plain = "test. 900 IN SOA a. b. 1 2 3 4 5\ns.test. 900 IN NS ns.s.test.\n" +
                            ds + "u.test. 900 IN NS ns.s.test.\nns.s.test. 900 IN A 192.0.2.1\n";
  const std::string signature = " 13 2 900 20300101000000 20200101000000 4711 test. AAAA\n";
  const std::string proofs = "s.test. 900 IN RRSIG DS" + signature +
                             "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.test. 900 IN NSEC3 1 1 0 - "
                             "2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA\n";
  EXPECT_NEAR(Of(plain, options).zones[0].queries, 2 + 1 + 2.0 / 3, 0.01);
  const std::string at = "u.test. 900 IN NS";
  std::string whole = plain;
  whole.insert(whole.find(at), proofs.substr(0, proofs.find('\n') + 1));
  whole += proofs.substr(proofs.find('\n') + 1);
  EXPECT_EQ(Of(whole, options).zones[0].queries, 2);
  EXPECT_EQ(Of(whole, options).zones[0].with_ds, 1u);
  options.denial_mib = 0;
  EXPECT_EQ(Of(whole, options).zones[0].queries, 2 + 2);
}

TEST(ForecastTest, RowsAreFew) {
  std::string names;
  for (int i = 0; i < 1000; ++i) names += "d.zone" + std::to_string(i) + "\n";
  const Forecast forecast = Of(names);
  EXPECT_THAT(forecast.zones, SizeIs(10));
  EXPECT_EQ(forecast.other_zones, 990u);
  EXPECT_EQ(forecast.other_zone_queries, 990 * 3);
  EXPECT_THAT(ForecastText(forecast), HasSubstr("990 others"));
}

TEST(ForecastTest, ThroughResolvers) {
  ScanOptions options;
  options.resolvers = {"192.0.2.1", "192.0.2.2"};
  options.server_rate_qps = 1;
  const Forecast forecast = Of("www.example.com\nexample.org\n", options);
  EXPECT_EQ(forecast.queries, 2 + 1 + 2);
  EXPECT_EQ(forecast.seconds, 2.5);
  EXPECT_THAT(ForecastText(forecast), HasSubstr("time at least: 3 s, for the resolvers\n"));
}

TEST(ForecastTest, AShardAndABlocklist) {
  const io::TempFile blocklist("example.com\n");
  ScanOptions options;
  options.blocklist_path = blocklist.path();
  EXPECT_EQ(Of("www.example.com\nexample.org\n", options).invalid, 1u);
  options.shard_count = 2;
  uint64_t names = 0;
  for (options.shard = 1; options.shard <= 2; ++options.shard) {
    names += Of("a.example\nb.example\nc.example\n", options).names;
  }
  EXPECT_EQ(names, 3u);
}

TEST(ForecastTest, WhatCannotBeReadIsAnError) {
  ScanOptions options;
  options.inputs = {"/nonexistent/names"};
  Forecast forecast;
  EXPECT_EQ(MakeForecast(options, &forecast).code(), absl::StatusCode::kInvalidArgument);
  const io::TempFile cut("com. 60 IN SOA a. b. 1 2 3 4 5\na.com. 60 IN NS a.\nb.com. 60 IN N");
  options.inputs = {cut.path()};
  EXPECT_EQ(MakeForecast(options, &forecast).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(forecast.domains, 1u);
}

TEST(ForecastTest, RecordsAreNotWrittenOver) {
  const io::TempFile records("{}\n");
  ScanOptions options;
  options.output_path = records.path();
  EXPECT_EQ(WriteForecast(options, Forecast()).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(records.Read(), "{}\n");
  const io::TempFile empty;
  options.output_path = empty.path();
  EXPECT_TRUE(WriteForecast(options, Forecast()).ok());
  EXPECT_EQ(empty.Read(), ForecastText(Forecast()));
}

}  // namespace
}  // namespace caascan
