#include "scanner/zonefile/zone_sorter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/io/temp_file.h"
#include "tests/zonefile/delegations_text.h"

namespace caascan::zonefile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

struct Record {
  char kind;  // n, d or a.
  std::string owner;
  std::string rdata;  // A host, a digest, or an address's last octet.
};

void Add(const Record& record, ZoneSorter* sorter) {
  const dns::Name owner = NameOf(record.owner);
  if (record.kind == 'n') sorter->AddServer(owner, 60, NameOf(record.rdata));
  if (record.kind == 'd') sorter->AddDs(owner, record.rdata);
  if (record.kind == 'a') {
    const std::array<uint8_t, 4> octets = {192, 0, 2,
                                           static_cast<uint8_t>(std::stoi(record.rdata))};
    sorter->AddAddress(owner, octets);
  }
}

std::vector<std::string> Delegations(const std::vector<Record>& records, ZoneSorter* sorter) {
  for (const Record& record : records) Add(record, sorter);
  sorter->Finish();
  DelegationBuilder builder;
  builder.SetApex(NameOf("com"));
  builder.set_glue(sorter->glue());
  std::vector<std::string> shown;
  while (sorter->Next(&builder)) shown.push_back(DelegationText(builder.owner(), *builder.Take()));
  EXPECT_FALSE(sorter->Next(&builder)) << "it stays at its end";
  return shown;
}

const std::vector<Record> kRecords = {
    {'a', "ns1.b.com", "1"},   {'d', "a.com", "digest"},    {'n', "B.com", "NS1.b.com"},
    {'n', "com", "a.nic.com"}, {'n', "a.com", "ns1.b.com"}, {'n', "a.com", "ns.other.net"},
    {'n', "z.com", "ns.net"},  {'a', "ns.other.net", "2"},  {'n', "b.com", "ns2.b.com"},
    {'a', "ns2.b.com", "4"},   {'a', "ns2.b.com", "3"},     {'d', "c.com", "alone"},
    {'n', "a.com", "ns.z"},    {'n', "a.com", "ns1.b.com"}, {'d', "a.com", "digest"},
    {'n', "b\\000.com", "ns"}, {'n', "b\\001.com", "ns"},   {'n', "b-.com", "ns"},
    {'n', "x.b.com", "ns"},    {'n', "b.com", "zz.b.com"},  {'d', "a.com", "another"},
};

TEST(ZoneSorterTest, AnyOrderGivesTheSame) {
  const std::vector<std::string> expected = {
      "a.com: ns.z ns.other.net ns1.b.com=192.0.2.1 60 ds:7 ds:6",
      "b.com: zz.b.com ns1.b.com=192.0.2.1 ns2.b.com=192.0.2.3=192.0.2.4 60",
      "x.b.com: ns 60",
      "b\\000.com: ns 60",
      "b\\001.com: ns 60",
      "b-.com: ns 60",
      "z.com: ns.net 60"};
  std::vector<Record> records = kRecords;
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (int round = 0; round < 50; ++round) {
    // With little memory there are many runs.
    ZoneSorter sorter("", round % 2 == 0 ? io::RecordSorter::kMemory : 256);
    ASSERT_EQ(Delegations(records, &sorter), expected) << round;
    EXPECT_TRUE(sorter.status().ok());
    EXPECT_EQ(sorter.share_given(), 1);
    std::shuffle(records.begin(), records.end(), random);
  }
}

TEST(ZoneSorterTest, NothingInNothingOut) {
  ZoneSorter sorter;
  EXPECT_THAT(Delegations({}, &sorter), IsEmpty());
}

TEST(ZoneSorterTest, BeyondTheTableGlueIsFoundBelowItsDelegation) {
  ZoneSorter sorter("", io::RecordSorter::kMemory, /*glue_memory=*/0);
  EXPECT_THAT(
      Delegations({{'a', "ns.b.com", "1"}, {'n', "a.com", "ns.b.com"}, {'n', "b.com", "ns.b.com"}},
                  &sorter),
      ElementsAre("a.com: ns.b.com 60", "b.com: ns.b.com=192.0.2.1 60"));
}

TEST(ZoneSorterTest, WithoutAPlaceForItsFilesItFails) {
  ZoneSorter sorter("/nonexistent/folder", 128);
  EXPECT_THAT(Delegations(kRecords, &sorter), IsEmpty());
  EXPECT_EQ(sorter.status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace caascan::zonefile
