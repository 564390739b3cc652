#include "scanner/report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace caascan::report {
namespace {

using testing::ElementsAre;

std::vector<std::string> Kept(const std::vector<std::string>& ids) {
  Report report;
  for (const char* id : {"a", "b", "c"}) report.tables.emplace_back().id = id;
  KeepTables(ids, &report);
  std::vector<std::string> kept;
  for (const Table& table : report.tables) kept.push_back(table.id);
  return kept;
}

TEST(TableTest, KeepsWhatIsNamedInTheReportsOrder) {
  EXPECT_THAT(Kept({}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Kept({"c", "a"}), ElementsAre("a", "c"));
  EXPECT_THAT(Kept({"d"}), ElementsAre());
}

TEST(TableTest, AnUnknownIdIsNamedWithThoseThatAreKnown) {
  const std::vector<std::string_view> known = {"a", "b"};
  EXPECT_TRUE(CheckTableIds({}, known).ok());
  EXPECT_TRUE(CheckTableIds({"b", "a"}, known).ok());
  EXPECT_EQ(CheckTableIds({"a", "d"}, known).message(), "there is no table d; there are a, b");
}

}  // namespace
}  // namespace caascan::report
