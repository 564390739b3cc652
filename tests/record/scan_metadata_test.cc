#include "scanner/record/scan_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/io/temp_file.h"

namespace caascan::record {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ScanMetadata Sample() {
  ScanMetadata metadata;
  metadata.version = "caascan 1";
  metadata.command_line = {"caascan", "a \"b\"\n\xff"};
  metadata.deciding = {{"--ca", "ca.example"}, {"--account-uri", ""}};
  metadata.source_addresses = {"192.0.2.1"};
  metadata.interface = "eth0";
  metadata.resolvers_over_tcp = {"192.0.2.53:53"};
  metadata.start = "2026-11-21T23:54:08.123Z";
  metadata.inputs = {{"-", 5, ""}, {"list", {}, ""}};
  metadata.outcomes = {{"permit", 2}};
  return metadata;
}

std::optional<ScanMetadata> Read(const std::string& text) {
  const io::TempFile file(text);
  const auto read = ReadMetadata(file.path());
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *read : std::nullopt;
}

TEST(ScanMetadataTest, WhatIsWrittenIsRead) {
  const std::optional<ScanMetadata> read = Read(MetadataJson(Sample()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->version, "caascan 1");
  EXPECT_EQ(read->state, "running");
  EXPECT_EQ(read->end, "");
  EXPECT_EQ(read->deciding, Sample().deciding);
  EXPECT_THAT(read->source_addresses, ElementsAre("192.0.2.1"));
  EXPECT_EQ(read->interface, "eth0");
  EXPECT_THAT(read->resolvers_over_tcp, ElementsAre("192.0.2.53:53"));
  EXPECT_EQ(read->command_line.size(), 2u);
}

TEST(ScanMetadataTest, RunsAreKeptInTheirOrder) {
  ScanMetadata second = Sample();
  second.version = "caascan 2";
  second.earlier_runs = Read(MetadataJson(Sample()))->earlier_runs;
  ASSERT_EQ(second.earlier_runs.size(), 1u);
  const std::vector<std::string> runs = Read(MetadataJson(second))->earlier_runs;
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_THAT(runs[0], HasSubstr("caascan 1"));
  EXPECT_THAT(runs[1], HasSubstr("caascan 2"));
  EXPECT_THAT(runs[1], testing::Not(HasSubstr("earlier_runs")));
}

TEST(ScanMetadataTest, WhatIsNoMetadataIsNamed) {
  for (const std::string text :
       {"", "{", "[]", "{}", R"({"schema":1})", R"({"schema":"urn:other"})",
        R"({"name":"a.example","reason":"no_caa"})"}) {
    const io::TempFile file(text);
    const absl::Status status = ReadMetadata(file.path()).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(file.path())) << text;
  }
  const auto missing = ReadMetadata("/missing");
  ASSERT_TRUE(missing.ok());
  EXPECT_FALSE(missing->has_value());
}

TEST(ScanMetadataTest, DifferencesNameTheOptionAndBothValues) {
  const std::vector<DecidingOption> one = {{"--ca", "a"}, {"--dnssec", "off"}, {"--old", "x"}};
  const std::vector<DecidingOption> two = {{"--ca", ""}, {"--dnssec", "off"}, {"--new", "y"}};
  EXPECT_THAT(DifferencesOf(one, two), ElementsAre("--ca: a and none"));
  EXPECT_THAT(DifferencesOf(one, one), IsEmpty());
}

TEST(ScanMetadataTest, ALineTellsWhoAskedFromWhereAndHowItEnded) {
  EXPECT_EQ(
      MetadataLine(Sample()),
      "caascan 1, 2026-11-21T23:54:08.123Z, --ca ca.example, iterative from 192.0.2.1 by eth0; "
      "not ended");
  ScanMetadata ended = Sample();
  ended.end = "2026-11-21T23:55:08.123Z";
  ended.iterative = false;
  ended.resolvers = {"192.0.2.53:53"};
  ended.state = "stopped";
  ended.signal = "SIGTERM";
  EXPECT_EQ(MetadataLine(ended),
            "caascan 1, 2026-11-21T23:54:08.123Z to 2026-11-21T23:55:08.123Z, --ca ca.example, "
            "through resolvers 192.0.2.53:53 from 192.0.2.1 by eth0; stopped by SIGTERM");
}

TEST(ScanMetadataTest, ResolversThatWereNotAuthenticatedAreNamed) {
  ScanMetadata metadata = Sample();
  metadata.iterative = false;
  metadata.resolvers = {"tls://192.0.2.53:853", "tls://192.0.2.54:853#r.example"};
  metadata.unauthenticated_resolvers = {"tls://192.0.2.53:853"};
  const std::optional<ScanMetadata> read = Read(MetadataJson(metadata));
  ASSERT_TRUE(read.has_value());
  EXPECT_THAT(read->unauthenticated_resolvers, ElementsAre("tls://192.0.2.53:853"));
  EXPECT_THAT(MetadataLine(*read),
              HasSubstr("through resolvers tls://192.0.2.53:853 tls://192.0.2.54:853#r.example "
                        "(not authenticated: tls://192.0.2.53:853)"));
}

}  // namespace
}  // namespace caascan::record
