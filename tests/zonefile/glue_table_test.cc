#include "scanner/zonefile/glue_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::zonefile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

bool Add(std::string_view host, std::initializer_list<uint8_t> octets, GlueTable* table) {
  return table->Add(NameOf(host), std::vector<uint8_t>(octets));
}

/// The last octets of a host's addresses, with how many there are.
std::vector<std::string> Found(const GlueTable& table, std::string_view host) {
  std::vector<std::string> found;
  table.ForEach(NameOf(host), [&found](std::span<const uint8_t> octets) {
    found.push_back(std::to_string(octets.back()) + "/" + std::to_string(octets.size()));
  });
  return found;
}

TEST(GlueTableTest, FindsAllAddressesOfAHost) {
  GlueTable table;
  EXPECT_TRUE(Add("ns1.example.com", {192, 0, 2, 2}, &table));
  EXPECT_TRUE(Add("ns2.example.com", {192, 0, 2, 3}, &table));
  EXPECT_TRUE(
      Add("NS1.Example.com", {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}, &table));
  EXPECT_TRUE(Add("ns1.EXAMPLE.com", {192, 0, 2, 1}, &table));
  EXPECT_TRUE(Add("ns1.example.com", {192, 0, 2, 1}, &table));
  table.Finish();
  EXPECT_THAT(Found(table, "ns1.example.COM"), ElementsAre("1/4", "2/4", "9/16"));
  EXPECT_THAT(Found(table, "ns2.example.com"), ElementsAre("3/4"));
  EXPECT_THAT(Found(table, "example.com"), IsEmpty());
  EXPECT_THAT(Found(table, "ns1.example.co"), IsEmpty());
}

TEST(GlueTableTest, NothingInNothingFound) {
  GlueTable table;
  table.Finish();
  EXPECT_THAT(Found(table, "ns1.example.com"), IsEmpty());
}

TEST(GlueTableTest, ManyHosts) {
  GlueTable table;
  constexpr int kHosts = 50'000;
  for (int i = 0; i < kHosts; ++i) {
    ASSERT_TRUE(Add("n" + std::to_string(i) + ".com", {10, 0, 0, static_cast<uint8_t>(i)}, &table));
  }
  table.Finish();
  for (int i = 0; i < kHosts; ++i) {
    ASSERT_THAT(Found(table, "n" + std::to_string(i) + ".com"),
                ElementsAre(std::to_string(i % 256) + "/4"))
        << i;
  }
}

TEST(GlueTableTest, MemoryIsBounded) {
  GlueTable table(30);
  EXPECT_TRUE(Add("a.com", {192, 0, 2, 1}, &table));
  EXPECT_TRUE(Add("b.com", {192, 0, 2, 2}, &table));
  EXPECT_FALSE(Add("c.com", {192, 0, 2, 3}, &table));
  table.Finish();
  EXPECT_THAT(Found(table, "b.com"), ElementsAre("2/4"));
  EXPECT_THAT(Found(table, "c.com"), IsEmpty());
}

}  // namespace
}  // namespace caascan::zonefile
