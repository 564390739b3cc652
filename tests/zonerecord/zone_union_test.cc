#include "scanner/zonerecord/zone_union.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tests/io/temp_file.h"

namespace caascan::zonerecord {
namespace {

using testing::ElementsAre;

constexpr int64_t kTimeMs = 1'795'305'248'123;

std::string LineOf(const ZoneRecord& record) {
  std::string line;
  AppendZoneJson(record, &line);
  return line;
}

ZoneRecord Zone(const std::string& name) {
  ZoneRecord record;
  record.zone = name;
  record.time_ms = kTimeMs;
  return record;
}

void Add(const ZoneRecord& record, ZoneUnion* zones) { zones->Add(record.zone, LineOf(record)); }

std::vector<std::string> Rest(ZoneUnion* zones) {
  zones->Finish();
  std::vector<std::string> lines;
  std::string line;
  while (zones->Next(&line)) lines.push_back(line);
  EXPECT_TRUE(zones->status().ok()) << zones->status();
  return lines;
}

TEST(ZoneUnionTest, NothingGivesNothing) {
  ZoneUnion zones;
  EXPECT_THAT(Rest(&zones), ElementsAre());
}

TEST(ZoneUnionTest, EachZoneOnceInOrder) {
  ZoneUnion zones;
  ZoneRecord first = Zone("b.example");
  first.findings = {"a"};
  ZoneRecord second = Zone("b.example");
  second.findings = {"b"};
  ZoneRecord both = Zone("b.example");
  both.findings = {"a", "b"};
  Add(second, &zones);
  Add(Zone("b.example.org"), &zones);
  Add(Zone("b-c.example"), &zones);
  Add(first, &zones);
  Add(Zone("a"), &zones);
  Add(first, &zones);
  EXPECT_THAT(Rest(&zones), ElementsAre(LineOf(Zone("a")), LineOf(Zone("b-c.example")),
                                        LineOf(both), LineOf(Zone("b.example.org"))));
}

// More than the memory holds, twice each, and lines longer than a sorter's record.
TEST(ZoneUnionTest, BoundedMemory) {
  constexpr size_t kMemory = size_t{256} << 10;
  constexpr int kZones = 6000;
  const io::TempFolder folder;
  ZoneUnion zones(folder.path(), kMemory);
  std::vector<int> order(2 * kZones);
  for (int i = 0; i < 2 * kZones; ++i) order[static_cast<size_t>(i)] = i % kZones;
  std::shuffle(order.begin(), order.end(), std::minstd_rand(7));
  std::vector<int> seen(kZones);
  for (const int i : order) {
    ZoneRecord record = Zone("zone" + std::to_string(i) + ".example");
    record.findings = {"look_" + std::to_string(seen[static_cast<size_t>(i)]++)};
    if (i == 17) record.report_channel = std::string(300'000, 'x');
    Add(record, &zones);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "temporary files have no names";
  const std::vector<std::string> lines = Rest(&zones);
  ASSERT_EQ(lines.size(), size_t{kZones});
  size_t octets = 0;
  for (const std::string& line : lines) {
    EXPECT_NE(line.find(R"("findings":["look_0","look_1"])"), line.npos) << line.substr(0, 200);
    octets += line.size();
  }
  EXPECT_GT(octets, 3 * kMemory);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end()));
}

TEST(ZoneUnionTest, FilesAddUp) {
  const io::TempFolder folder;
  const std::string one = folder.path() + "/one";
  const std::string all = folder.path() + "/all.zst";
  std::ofstream(one) << LineOf(Zone("a")) << "\nno zone\n{}\n"
                     << LineOf(Zone("b")) << '\n'
                     << R"({"zone":"torn")";
  ZoneUnion zones(folder.path());
  uint64_t broken = 0;
  ASSERT_TRUE(AddZoneFile(one, &zones, &broken).ok());
  EXPECT_EQ(broken, 3U);
  Add(Zone("c"), &zones);
  zones.Finish();
  uint64_t written = 0;
  ASSERT_TRUE(zones.WriteTo(all, &written).ok());
  EXPECT_EQ(written, 3U);

  ZoneUnion again(folder.path());
  broken = 0;
  ASSERT_TRUE(AddZoneFile(all, &again, &broken).ok());
  EXPECT_EQ(broken, 0U);
  EXPECT_THAT(Rest(&again), ElementsAre(LineOf(Zone("a")), LineOf(Zone("b")), LineOf(Zone("c"))));
  EXPECT_FALSE(AddZoneFile(folder.path() + "/missing", &zones, &broken).ok());
}

}  // namespace
}  // namespace caascan::zonerecord
