#include "scanner/vantage/asn_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temp_file.h"

namespace caascan::vantage {
namespace {

using testing::HasSubstr;

Origin Find(const AsnTable& table, std::string_view address) {
  return table.Find(*async::Address::FromText(address, 53));
}

TEST(AsnTableTest, TheLongestPrefixCounts) {
  const io::TempFile file(
      "# prefixes\n\n"
      "192.0.0.0\t16\t64500\n"
      "192.0.2.0\t24\t64501_64502\n"
      "192.0.2.128\t25\t64503,64504\tDE\n"
      "2001:db8::\t32\t4294967295\n"
      "2001:db8:1::\t48\t64506\tFR\r\n");
  const auto table = AsnTable::Read({file.path()});
  ASSERT_TRUE(table.ok()) << table.status();
  struct Row {
    std::string_view address;
    uint32_t asn;
    std::string_view country;
  };
  const Row rows[] = {
      {"192.0.1.1", 64500, ""}, {"192.0.2.1", 64501, ""},          {"192.0.2.200", 64503, "DE"},
      {"192.1.0.1", 0, ""},     {"2001:db8:2::1", 4294967295, ""}, {"2001:db8:1::1", 64506, "FR"},
      {"2001:db9::1", 0, ""}};
  for (const Row& row : rows) {
    const Origin origin = Find(**table, row.address);
    EXPECT_EQ(origin.asn, row.asn) << row.address;
    EXPECT_EQ(origin.country, row.country) << row.address;
  }
}

TEST(AsnTableTest, ALaterFileGivesWhatIsMissing) {
  const io::TempFile one("192.0.2.0\t24\t64500\n");
  const io::TempFile two("192.0.2.0\t24\t64501\tDE\n198.51.100.0\t24\t64502\tFR\n");
  const auto table = AsnTable::Read({one.path(), two.path()});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(Find(**table, "192.0.2.1").asn, 64500U);
  EXPECT_EQ(Find(**table, "192.0.2.1").country, "DE");
  EXPECT_EQ(Find(**table, "198.51.100.1").asn, 64502U);
}

TEST(AsnTableTest, BadLinesAreNamed) {
  for (const char* line :
       {"192.0.2.0", "192.0.2.0 24 64500", "192.0.2.0\t33\t64500", "192.0.2.0\t24\tAS64500",
        "192.0.2.0\t24\t0", "192.0.2.0\t24\t4294967296", "192.0.2.0\t24\t", "192.0.2.0\t24\t1_",
        "192.0.2.0\t24\t1\tde", "192.0.2.0\t24\t1\tDEU", "192.0.2.0\t24\t1\tDE\tx",
        "ns.example\t24\t1", "192.0.2.0\t-1\t1"}) {
    const io::TempFile file(std::string("192.0.2.0\t24\t64500\n") + line + "\n");
    const auto table = AsnTable::Read({file.path()});
    ASSERT_FALSE(table.ok()) << line;
    EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(table.status().message()), HasSubstr(file.path() + ":2:")) << line;
  }
  EXPECT_FALSE(AsnTable::Read({"/missing/table"}).ok());
}

TEST(AsnTableTest, ADatabaseThatIsBrokenIsNamed) {
  const io::TempFile file(std::string(100, '\0') + "\xab\xcd\xefMaxMind.com" + "rubbish");
  const auto table = AsnTable::Read({file.path()});
  ASSERT_FALSE(table.ok());
  EXPECT_THAT(std::string(table.status().message()), HasSubstr(file.path()));
}

}  // namespace
}  // namespace caascan::vantage
