#include "scanner/zonefacts/zone_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "tests/io/temp_file.h"

namespace caascan::zonefacts {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::StartsWith;

constexpr int64_t kTimeMs = 1'795'305'248'123;

dns::CompactName NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return dns::CompactName(name);
}

std::vector<std::string> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

FactsTable Table(const std::vector<std::string>& zones, const char* host) {
  FactsTable table;
  for (const std::string& zone : zones) {
    Facts& facts = table[NameOf(zone)];
    facts.time_ms = kTimeMs;
    (void)facts.AddServer(std::nullopt, facts.AddHost(NameOf(host), true, false));
  }
  return table;
}

TEST(ZoneOutputTest, EachZoneOnceWhateverTheWorkers) {
  const io::TempFolder folder;
  const std::string path = folder.path() + "/zones";
  ZoneOutput output({.path = path, .tables = 1});
  ASSERT_TRUE(output.Open().ok());
  std::vector<std::thread> workers;
  for (const char* host : {"a.example", "b.example", "c.example"}) {
    workers.emplace_back([&output, host] {
      for (int i = 0; i < 50; ++i) {
        FactsTable table = Table({"com", host}, host);
        EXPECT_TRUE(output.Take(&table, /*wait=*/true));
        EXPECT_TRUE(table.empty());
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_TRUE(LinesOf(path).empty()) << "it is written at the end";
  ASSERT_TRUE(output.Finish().ok());
  EXPECT_EQ(output.zones(), 4U);
  const std::vector<std::string> lines = LinesOf(path);
  ASSERT_EQ(lines.size(), 4U);
  // The NS set is that of the table that came last.
  EXPECT_THAT(
      lines[3],
      AllOf(StartsWith(R"({"zone":"com","parent_ns":[)"),
            EndsWith(
                R"(],"servers":[{"asked":false,"host":"a.example"},)"
                R"({"asked":false,"host":"b.example"},{"asked":false,"host":"c.example"}],)"
                R"("servers_asked":0,"servers_answering":0,"servers_failing":0,"ipv4":0,"ipv6":0,)"
                R"("signed":false,"time":"2026-11-21T23:54:08.123Z"})")));
}

TEST(ZoneOutputTest, WhatIsKeptIsPutTogether) {
  const io::TempFolder folder;
  const std::string path = folder.path() + "/zones";
  for (const char* zone : {"a.example", "b.example"}) {
    ZoneOutput output({.path = path, .keep = true});
    ASSERT_TRUE(output.Open().ok());
    FactsTable table = Table({zone, "example"}, "ns.example");
    (void)output.Take(&table, true);
    ASSERT_TRUE(output.Finish().ok());
  }
  EXPECT_EQ(LinesOf(path).size(), 3U);
  std::ofstream(path, std::ios::app) << "a list of mine\n";
  ZoneOutput output({.path = path, .keep = true});
  EXPECT_FALSE(output.Open().ok());
  EXPECT_EQ(LinesOf(path).size(), 4U);
}

TEST(ZoneOutputTest, OnlyOneWriter) {
  const io::TempFolder folder;
  const ZoneOutputOptions options{.path = folder.path() + "/zones"};
  ZoneOutput output(options);
  ASSERT_TRUE(output.Open().ok());
  ZoneOutput other(options);
  EXPECT_FALSE(other.Open().ok());
  EXPECT_FALSE(ZoneOutput({.path = "-"}).Open().ok());
  EXPECT_FALSE(ZoneOutput({.path = folder.path() + "/missing/zones"}).Open().ok());
}

}  // namespace
}  // namespace caascan::zonefacts
