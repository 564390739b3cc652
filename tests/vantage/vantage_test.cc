// --source, --interface and --tcp: what they mean together, and what is refused.
#include "scanner/vantage/vantage.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::vantage {
namespace {

using testing::HasSubstr;

struct Row {
  const char* name;
  std::vector<std::string> sources;
  AddressFamilies given;
  AddressFamilies families;
  std::vector<std::string> ipv4;
  std::vector<std::string> ipv6;
};

class VantageTest : public testing::TestWithParam<Row> {};

std::vector<std::string> TextsOf(const Vantage& vantage, bool v6) {
  std::vector<std::string> texts;
  if (vantage.local_end == nullptr) return texts;
  for (const async::Address& source : vantage.local_end->sources(v6)) {
    texts.push_back(source.ToText());
  }
  return texts;
}

TEST_P(VantageTest, UsesTheFamiliesOfTheSources) {
  const Row& row = GetParam();
  ScanOptions options;
  options.sources = row.sources;
  options.families = row.given;
  const auto vantage = ForeseeVantage(options);
  ASSERT_TRUE(vantage.ok()) << vantage.status();
  EXPECT_EQ(vantage->families, row.families);
  EXPECT_EQ(TextsOf(*vantage, false), row.ipv4);
  EXPECT_EQ(TextsOf(*vantage, true), row.ipv6);
}

using F = AddressFamilies;
INSTANTIATE_TEST_SUITE_P(
    Rows, VantageTest,
    testing::Values(
        Row{"NoSource", {}, F::kBoth, F::kBoth, {}, {}},
        Row{"NoSourceAndOneFamily", {}, F::kIpv6, F::kIpv6, {}, {}},
        Row{"Ipv4Alone", {"192.0.2.1"}, F::kBoth, F::kIpv4, {"192.0.2.1"}, {}},
        Row{"Ipv6Alone", {"2001:db8::1"}, F::kBoth, F::kIpv6, {}, {"2001:db8::1"}},
        Row{"Both", {"192.0.2.1", "::1"}, F::kBoth, F::kBoth, {"192.0.2.1"}, {"::1"}},
        Row{"BothButOneIsWanted", {"192.0.2.1", "::1"}, F::kIpv4, F::kIpv4, {"192.0.2.1"}, {}},
        Row{"TwiceIsOnce", {"192.0.2.1", "192.0.2.1"}, F::kBoth, F::kIpv4, {"192.0.2.1"}, {}},
        Row{"Mapped", {"::ffff:192.0.2.1"}, F::kBoth, F::kIpv4, {"192.0.2.1"}, {}},
        Row{"AnyOfAFamily", {"0.0.0.0"}, F::kBoth, F::kIpv4, {}, {}}),
    [](const auto& row) { return row.param.name; });

struct RefusedRow {
  const char* name;
  std::vector<std::string> sources;
  const char* interface;
  AddressFamilies families;
  const char* says;
};

class VantageRefusedTest : public testing::TestWithParam<RefusedRow> {};

TEST_P(VantageRefusedTest, NamesTheOptionAndTheReason) {
  const RefusedRow& row = GetParam();
  ScanOptions options;
  options.sources = row.sources;
  options.interface = row.interface;
  options.families = row.families;
  for (const bool tcp_only : {false, true}) {
    options.tcp_only = tcp_only;
    const auto vantage = ReadVantage(options);
    ASSERT_EQ(vantage.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(vantage.status().message()), HasSubstr(row.says));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, VantageRefusedTest,
    testing::Values(
        RefusedRow{"NotOurs",
                   {"127.0.0.5", "192.0.2.77"},
                   "",
                   F::kBoth,
                   "--source: 192.0.2.77: Cannot assign requested address"},
        RefusedRow{"NoAddress", {"localhost"}, "", F::kBoth, "--source: 'localhost' is no address"},
        RefusedRow{"Empty", {""}, "", F::kBoth, "--source: '' is no address"},
        RefusedRow{"WithAPort", {"127.0.0.1:53"}, "", F::kBoth, "'127.0.0.1:53' is no address"},
        RefusedRow{"WithAZone", {"fe80::1%lo"}, "", F::kBoth, "'fe80::1%lo' is no address"},
        RefusedRow{"Multicast", {"224.0.0.1"}, "", F::kBoth, "'224.0.0.1' is no address"},
        RefusedRow{"Broadcast", {"255.255.255.255"}, "", F::kBoth, "is no address"},
        RefusedRow{"Ipv6Multicast", {"ff02::1"}, "", F::kBoth, "'ff02::1' is no address"},
        RefusedRow{"OtherFamily",
                   {"127.0.0.1"},
                   "",
                   F::kIpv6,
                   "--source: no address of the family that -4 or -6 asks for"},
        RefusedRow{"NoInterface", {}, "nosuch0", F::kBoth, "--interface: nosuch0: No such device"},
        RefusedRow{
            "InterfaceBeforeSource", {"192.0.2.77"}, "nosuch0", F::kBoth, "--interface: nosuch0"}),
    [](const auto& row) { return row.param.name; });

TEST(VantageTest, WhatCanBeBoundIsNotRefused) {
  ScanOptions options;
  options.sources = {"127.0.0.5", "127.0.0.6"};
  options.interface = "lo";
  const auto vantage = ReadVantage(options);
  ASSERT_TRUE(vantage.ok()) << vantage.status();
  net::NetworkOptions network;
  UseVantage(*vantage, &network);
  ASSERT_NE(network.local_end, nullptr);
  EXPECT_EQ(network.local_end->interface(), "lo");
}

TEST(VantageTest, AResolverByUdpContradictsTcpAlone) {
  ScanOptions options;
  options.resolvers = {"192.0.2.1", "UDP://192.0.2.2"};
  EXPECT_TRUE(ReadVantage(options).ok());
  options.tcp_only = true;
  EXPECT_THAT(std::string(ReadVantage(options).status().message()),
              HasSubstr("--tcp: --resolver UDP://192.0.2.2"));
  options.resolvers.pop_back();
  EXPECT_TRUE(ReadVantage(options).ok());
}

}  // namespace
}  // namespace caascan::vantage
