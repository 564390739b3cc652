#include "scanner/counts/bounded_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "scanner/counts/caa_use.h"

namespace caascan::counts {
namespace {

TEST(BoundedTableTest, IsExactWhileThereIsRoom) {
  BoundedTable<CountRow> table(3);
  for (const char* key : {"a", "b", "a", "c", "a", "b"}) ++table.Find(key)->count;
  const auto sorted = table.Sorted();
  ASSERT_EQ(sorted.size(), 3u);
  EXPECT_EQ(sorted[0].first, "a");
  EXPECT_EQ(sorted[0].second->count, 3u);
  EXPECT_EQ(sorted[2].first, "c");
  EXPECT_EQ(table.missed(), 0u);
}

/// The promise, with and without merging: shown <= true <= shown + missed.
TEST(BoundedTableTest, StatesItsError) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  std::geometric_distribution<int> few(0.2);
  std::map<std::string, uint64_t> truth;
  BoundedTable<CountRow> parts[2] = {BoundedTable<CountRow>(512), BoundedTable<CountRow>(512)};
  for (int i = 0; i < 100'000; ++i) {
    const std::string key =
        std::to_string(i % 3 == 0 ? static_cast<int>(random() % 50'000) : few(random));
    ++truth[key];
    ++parts[random() % 2].Find(key)->count;
  }
  parts[0].Merge(parts[1]);
  std::map<std::string, uint64_t> shown;
  for (const auto& [key, row] : parts[0].Sorted()) shown[std::string(key)] = row->count;
  EXPECT_LE(shown.size(), 512u);
  EXPECT_GT(parts[0].missed(), 0u);
  for (const auto& [key, count] : truth) {
    EXPECT_LE(shown[key], count) << key;
    EXPECT_LE(count, shown[key] + parts[0].missed()) << key;
  }
  // And the error is of use: the most frequent keys are far above it.
  EXPECT_GT(shown["0"], parts[0].missed());
}

TEST(BoundedTableTest, MovesItsRowsAndBeginsAnew) {
  BoundedTable<CountRow> sum(1000);
  BoundedTable<CountRow> part(1000);
  for (int i = 0; i < 900; ++i) {
    ++part.Find(std::to_string(i % 300))->count;
    if (i % 7 == 6) part.MoveInto(&sum);
  }
  part.MoveInto(&sum);
  EXPECT_EQ(part.size(), 0u);
  EXPECT_TRUE(part.Sorted().empty());
  EXPECT_EQ(sum.size(), 300u);
  for (const auto& [key, row] : sum.Sorted()) EXPECT_EQ(row->count, 3u) << key;
}

TEST(BoundedTableTest, CutsKeys) {
  BoundedTable<CountRow> table(2);
  ++table.Find(std::string(10'000, 'x'))->count;
  EXPECT_EQ(table.Sorted()[0].first.size(), BoundedTable<CountRow>::kMaxKeySize);
}

}  // namespace
}  // namespace caascan::counts
