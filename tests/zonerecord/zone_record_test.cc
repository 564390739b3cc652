#include "scanner/zonerecord/zone_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/zonerecord/zone_reader.h"
#include "tests/zonerecord/zone_samples.h"

namespace caascan::zonerecord {
namespace {

using testing::ElementsAre;
using Names = std::vector<std::string>;

TEST(ZoneRecordTest, ClassesOfNsSets) {
  struct Row {
    Names parent, child;
    std::string_view code;
  };
  const Row rows[] = {
      {{"a"}, {"a"}, "same"},
      {{"a", "b"}, {"a", "b"}, "same"},
      {{"a", "b"}, {"b"}, "subset"},
      {{"a", "b", "c"}, {"a", "c"}, "subset"},
      {{"b"}, {"a", "b"}, "superset"},
      {{"a", "c"}, {"a", "b", "c", "d"}, "superset"},
      {{"a", "b"}, {"b", "c"}, "overlap"},
      {{"a", "b", "c"}, {"b", "d"}, "overlap"},
      {{"a"}, {"b"}, "disjoint"},
      {{"a", "c"}, {"b", "d"}, "disjoint"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(NsClassCode(ClassOf(row.parent, row.child)), row.code)
        << testing::PrintToString(row.parent) << testing::PrintToString(row.child);
  }
}

TEST(ZoneRecordTest, Networks) {
  struct Row {
    std::string_view address, network;
  };
  const Row rows[] = {
      {"192.0.2.77", "192.0.2.0/24"},
      {"192.0.2.77:5300", "192.0.2.0/24"},
      {"2001:db8:1:2:3::4", "2001:db8:1::/48"},
      {"[2001:db8:1:2::4]:5300", "2001:db8:1::/48"},
      {"::1", "::/48"},
      {"", ""},
      {"a.example", ""},
      {"[", ""},
      {"1.2.3", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(NetworkText(row.address), row.network) << row.address;
}

TEST(ZoneRecordTest, TalliesServersThatNeverAnswered) {
  ZoneRecord record;
  record.servers = {
      {.host = "a", .address = "192.0.2.1", .asked = true, .answers = true, .fails = {"timeout"}},
      {.host = "b", .address = "192.0.2.2", .asked = true, .fails = {"refused"}},
      {.host = "c", .fails = {"unresolved"}},
      {.host = "d", .address = "192.0.2.4"},
  };
  const ServerTally tally = TallyOf(record);
  EXPECT_EQ(tally.asked, 3U);
  EXPECT_EQ(tally.answering, 1U);
  EXPECT_EQ(tally.failing, 2U);
}

ZoneRecord Read(std::string line) {
  line.append(ZoneReader::kPadding, ' ');
  ZoneReader reader;
  ZoneRecord record;
  EXPECT_EQ(
      reader.Read(std::string_view(line).substr(0, line.size() - ZoneReader::kPadding), &record),
      "")
      << line;
  return record;
}

TEST(ZoneRecordTest, WhatIsWrittenIsReadBack) {
  for (const ZoneRecord& sample : Samples()) {
    std::string line;
    AppendZoneJson(sample, &line);
    EXPECT_EQ(line.find('\n'), line.npos);
    EXPECT_EQ(Read(line), sample) << line;
  }
}

TEST(ZoneRecordTest, LinesOfOtherForms) {
  struct Row {
    std::string line;
    std::string_view wrong;
  };
  const std::string time = R"("time":"2026-11-21T23:54:08.123Z")";
  const Row rows[] = {
      {"", "not valid JSON"},
      {"{", "not valid JSON"},
      {"[]", "not a JSON object"},
      {"{}", "no zone"},
      {R"({"zone":"example"})", "no time"},
      {R"({"zone":7,)" + time + "}", "a member of another form than a zone's"},
      {R"({"zone":"a b",)" + time + "}", "the zone is no domain name"},
      {R"({"zone":"a\u0000b",)" + time + "}", "the zone is no domain name"},
      {R"({"zone":")" + std::string(2000, 'a') + R"(",)" + time + "}",
       "the zone is no domain name"},
      {R"({"zone":"a","ds":[{"tag":65536}],)" + time + "}",
       "a member of another form than a zone's"},
      {R"({"zone":"a","denial":{"kind":"nsec4"},)" + time + "}",
       "a member of another form than a zone's"},
      {R"({"zone":"a","time":"yesterday"})", "a member of another form than a zone's"},
      {R"({"zone":"a","later":{"version":[2]},)" + time + "}", ""},
  };
  ZoneReader reader;
  for (const Row& row : rows) {
    std::string line = row.line;
    line.append(ZoneReader::kPadding, ' ');
    ZoneRecord record;
    EXPECT_EQ(reader.Read(std::string_view(line).substr(0, row.line.size()), &record), row.wrong)
        << row.line;
  }
}

TEST(ZoneRecordTest, LooksAddUpInEitherOrder) {
  ZoneRecord early;
  early.zone = "example";
  early.parent_ns = {"a.example", "b.example"};
  early.child_ns = {"a.example"};
  early.servers = {
      {.host = "a.example", .address = "192.0.2.1", .asked = true, .fails = {"timeout"}},
      {.host = "b.example"}};
  early.dnssec = "secure";
  early.ds = {{1, 13, 2}};
  early.denial = {{true, 5, 0, true}};
  early.signature = {{1'800'000'000, "SOA", 300}};
  early.findings = {"server_silent"};
  early.time_ms = 1'700'000'000'000;
  ZoneRecord late = early;
  late.parent = "";
  late.child_ns = {"a.example", "b.example"};
  late.servers = {{.host = "a.example",
                   .address = "192.0.2.1",
                   .asked = true,
                   .answers = true,
                   .fails = {"refused"},
                   .serial = 7},
                  {.host = "b.example", .address = "192.0.2.2"}};
  late.dnssec = "bogus";
  late.ds = {{1, 13, 2}, {2, 13, 2}};
  late.denial = {{true, 0, 0, false}};
  late.signature = {{1'900'000'000, "NSEC", 60}};
  late.findings = {"glue_mismatch"};
  late.is_signed = true;
  late.time_ms = early.time_ms + 1;

  ZoneRecord expected = late;
  expected.servers[0].fails = {"refused", "timeout"};
  expected.denial->opt_out = true;
  expected.signature = early.signature;
  expected.findings = {"glue_mismatch", "server_silent"};
  ZoneRecord one = early;
  MergeZone(late, &one);
  EXPECT_EQ(one, expected);
  ZoneRecord other = late;
  MergeZone(early, &other);
  EXPECT_EQ(other, expected);
}

TEST(ZoneRecordTest, AHostWithoutAddressStaysWhereItFailed) {
  ZoneRecord record;
  record.servers = {{.host = "b", .address = "192.0.2.2"},
                    {.host = "b", .fails = {"unresolved"}},
                    {.host = "a"},
                    {.host = "a", .address = "192.0.2.1"}};
  SortServers(&record);
  std::vector<std::string> left;
  for (const ZoneServer& server : record.servers) left.push_back(server.host + server.address);
  EXPECT_THAT(left, ElementsAre("a192.0.2.1", "b", "b192.0.2.2"));
}

}  // namespace
}  // namespace caascan::zonerecord
