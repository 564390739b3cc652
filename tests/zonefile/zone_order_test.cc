#include "scanner/zonefile/zone_order.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/io/line_reader.h"
#include "tests/io/temp_file.h"

namespace caascan::zonefile {
namespace {

bool IsGrouped(std::string_view zone, ZoneOrder* order) {
  while (!zone.empty()) order->Add(io::TakeLine(&zone));
  return order->End();
}

TEST(ZoneOrderTest, CanonicalOrder) {
  // RFC 4034 §6.1, as far as it needs no escapes.
  const std::vector<std::string> names = {"example.",     "a.example.",      "yljkjljk.a.example.",
                                          "z.a.example.", "zabc.a.example.", "z.example.",
                                          "*.z.example."};
  for (size_t i = 0; i < names.size(); ++i) {
    for (size_t j = 0; j < names.size(); ++j) {
      EXPECT_EQ(ComesBefore(names[i], names[j]), i < j) << names[i] << " " << names[j];
    }
  }
}

struct Row {
  const char* what;
  std::string zone;
  bool grouped;  // With hashes of up to four owners, and room for two addresses.
};

const std::string kFour =
    "b.com. 1 in ns n.\na.com. 1 in ns n.\nc.com. 1 in ns n.\nd.com. 1 in ns n.\n";

TEST(ZoneOrderTest, Grouped) {
  const Row rows[] = {
      {"nothing", "", true},
      {"records of one owner, other types between",
       "a.com. 1 in ns n.\nA.com. 1 IN RRSIG NS 1\na.COM.\t1\tin\tDS 1 1 1 00\nb.com. NS n.\n",
       true},
      {"ascending in the canonical order, any number",
       "com. 1 in ns n.\na.com. 1 in ns n.\nx.a.com. 1 in ns n.\nx.x.a.com. 1 in ns n.\n"
       "b.com. 1 in ns n.\na.b.com. 1 in ns n.\n",
       true},
      {"ascending as text, any number",
       "a.b.com. 1 in ns n.\na.com. 1 in ns n.\nb.com. 1 in ns n.\nc.com. 1 in ns n.\n"
       "com. 1 in ns n.\nd.com. 1 in ns n.\n",
       true},
      {"few, and in no order", kFour, true},
      {"many, and in no order", kFour + "bb.com. 1 in ns n.\n", false},
      {"an owner that comes again", "a.com. 1 in ns n.\nb.com. 1 in ns n.\na.com. 1 in ds 1\n",
       false},
      {"by type", "a.com. 1 in ns n.\nb.com. 1 in ns n.\na.com. 1 in ds 1 8 2 00\n", false},
      {"comments, blank lines, directives, carriage returns",
       "; <<>> DiG\n \t\n$TTL 60\n$ORIGIN com.\na.com. NS n.\r\nb.com. IN 60 NS n\n", true},
      {"glue apart that fits", "a.com. NS n.b.com.\nb.com. NS n.b.com.\nn.b.com. A 192.0.2.1\n",
       true},
      {"glue beyond the table, behind its delegation",
       "a.com. NS n.a.com.\nn.a.com. A 192.0.2.1\nn.a.com. A 192.0.2.2\nn.a.com. A 192.0.2.3\n",
       true},
      {"glue beyond the table, apart",
       "a.com. NS n.a.com.\nn.a.com. A 192.0.2.1\nn.a.com. A 192.0.2.2\nb.com. NS n.a.com.\n"
       "n.a.com. A 192.0.2.3\n",
       false},
      {"an owner left out", "a.com. NS n.\n  NS m.\n", false},
      {"a relative owner", "$ORIGIN com.\na NS n.\n", false},
      {"the origin", "$ORIGIN com.\n@ NS n.\n", false},
      {"an escape", "a\\046b.com. NS n.\n", false},
      {"a parenthesis", "com. SOA a. b. ( 1\n2 3 4 5 )\n", false},
      {"a type by number", "a.com. TYPE2 \\# 3 01 61 00\n", false},
      {"other types", "a.com. IN 60 IPSECKEY x\na.com. 60 TYPE65280 \\# no\n", true},
      {"an unknown type", "a.com. 60 IN NSX a.\n", true},
      {"an owner alone", "a.com.\n", true},
      {"no record", "broken\n", false},
      {"another class", "a.com. CH NS n.\n", false},
  };
  for (const Row& row : rows) {
    ZoneOrder order(/*max_hashes=*/4, /*glue_memory=*/26);
    EXPECT_EQ(IsGrouped(row.zone, &order), row.grouped) << row.what;
    const ZonePlan plan = order.TakePlan();
    EXPECT_EQ(plan.sorter == nullptr, row.grouped) << row.what;
    EXPECT_EQ(plan.glue != nullptr, row.grouped) << row.what;
  }
}

TEST(ZoneOrderTest, TheApexIsKnownBefore) {
  ZoneOrder order;
  ASSERT_TRUE(IsGrouped("a.com. NS n.\ncom. NS n.\nCOM. SOA a. b. 1 2 3 4 5\n", &order));
  const ZonePlan plan = order.TakePlan();
  ASSERT_TRUE(plan.apex.has_value());
  EXPECT_EQ(plan.apex->view().ToLowerText(), "com");
}

TEST(ZoneOrderTest, AZonemdRecordIsSeen) {
  for (const auto& [zone, seen] : std::vector<std::pair<std::string, bool>>{
           {"a.com. NS n.\n", false},
           {"com. 60 in zonemd 1 1 1 00\n", true},
           {"a.com. NS n.\ncom. 60 IN ZONEMD (\n1 1 1 00 )\n", true},
           {"a.com. NS n.\nb NS n.\n60 IN ZoneMD (\n1 1 1 00 )\n", true},
           {"$ORIGIN com.\n@ NS n.\n TXT a\n", false}}) {
    ZoneOrder order;
    (void)IsGrouped(zone, &order);
    EXPECT_EQ(order.TakePlan().digest != nullptr, seen) << zone;
  }
}

TEST(ZoneOrderTest, WhatIsReadOnceIsSorted) {
  const io::TempFile file(
      "\xEF\xBB\xBF"
      "a.com. NS n.\n" +
      std::string(2 * io::LineReader::kMaxLineSize, 'x') + "\n");
  for (const auto& [path, sorted] : std::vector<std::pair<std::string, bool>>{
           {file.path(), false}, {"-", true}, {"/dev/null", true}, {"/nonexistent", true}}) {
    ZonePlan plan;
    EXPECT_TRUE(PlanZone(path, nullptr, &plan).ok()) << path;
    EXPECT_EQ(plan.sorter != nullptr, sorted) << path;
  }
}

TEST(ZoneOrderTest, IsInterrupted) {
  const io::TempFile file("a.com. NS n.\n");
  auto wake = io::WakeFd::Create();
  ASSERT_TRUE(wake.ok());
  (*wake)->Notify();
  ZonePlan plan;
  EXPECT_TRUE(absl::IsCancelled(PlanZone(file.path(), wake->get(), &plan)));
}

TEST(ZoneOrderTest, OwnersAreSortedWhateverTheOrder) {
  const io::TempFile file(
      "com. 60 IN SOA a. b. 1 2 3 4 5\ncom. 60 IN ZONEMD 1 1 1 00\na.com. NS n.\n");
  ZonePlan plan;
  plan.owners = true;
  EXPECT_TRUE(PlanZone(file.path(), nullptr, &plan).ok());
  EXPECT_TRUE(plan.owners);
  EXPECT_NE(plan.sorter, nullptr);
  EXPECT_NE(plan.digest, nullptr);
}

/// In a file of records on several lines, what begins a line may stand within one.
TEST(ZoneOrderTest, DirectivesThatStandForRecordsAreFoundWhereALineIsARecord) {
  const std::string name = "a.com. NS n.\n";
  struct RefusalRow {
    std::string zone;
    const char* why;
  };
  for (const RefusalRow& row : std::vector<RefusalRow>{
           {name + "$INCLUDE other\n", ": line 2: $INCLUDE refers to another file"},
           {"\xEF\xBB\xBF$generate 1-2 a$ NS n.\n" + name, ": line 1: $GENERATE refers to records"},
           {"$ORIGIN com.\n$TTL 60\n" + name, nullptr},
           {"t.com. TXT (\n$INCLUDE other )\n" + name, nullptr}}) {
    const io::TempFile file(row.zone);
    ZonePlan plan;
    const absl::Status status = PlanZone(file.path(), nullptr, &plan);
    EXPECT_EQ(status.ok(), row.why == nullptr) << row.zone;
    if (row.why == nullptr) continue;
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << row.zone;
    EXPECT_TRUE(status.message().find(file.path() + row.why) == 0) << status;
  }
}

/// Any byte may stand anywhere.
TEST(ZoneOrderTest, EveryFlippedByteAndEveryLength) {
  const std::string line = "a.com.\t60 in ns n.a.com. ; c";
  for (size_t i = 0; i < line.size(); ++i) {
    for (const int flip : {0x00, 0x01, 0x20, 0x80, 0xFF}) {
      std::string other = line;
      other[i] = static_cast<char>(other[i] ^ flip);
      ZoneOrder order;
      (void)IsGrouped(other + "\n" + line.substr(0, i) + "\nn" + other, &order);
    }
  }
}

}  // namespace
}  // namespace caascan::zonefile
