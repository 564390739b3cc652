#include "scanner/io/record_sorter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Rest(RecordSorter* sorter) {
  std::vector<std::string> records;
  std::string_view record;
  while (sorter->Next(&record)) records.emplace_back(record);
  return records;
}

std::vector<std::string> Sorted(const std::vector<std::string>& records, size_t memory) {
  const TempFolder folder;
  RecordSorter sorter(folder.path(), memory);
  for (const std::string& record : records) sorter.Add(record);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "temporary files have no names";
  sorter.Finish();
  EXPECT_EQ(sorter.added(), records.size());
  std::vector<std::string> sorted = Rest(&sorter);
  EXPECT_TRUE(sorter.status().ok()) << sorter.status();
  return sorted;
}

TEST(RecordSorterTest, SortsByOctets) {
  EXPECT_THAT(Sorted({}, RecordSorter::kMemory), IsEmpty());
  EXPECT_THAT(Sorted({"b", "", "a\xFF", std::string("a\0", 2), "a", "b", ""}, 1024),
              ElementsAre("", "a", std::string("a\0", 2), "a\xFF", "b"));
}

TEST(RecordSorterTest, AnyNumberInAnyMemory) {
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (const size_t memory : {size_t{300'000}, size_t{20'000}, size_t{4096}, size_t{1024}}) {
    std::vector<std::string> records;
    for (int i = 0; i < 20'000; ++i) {
      records.push_back(std::to_string(random() % 10'000) + std::string(random() % 20, 'x'));
    }
    std::vector<std::string> expected = records;
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    EXPECT_EQ(Sorted(records, memory), expected) << memory;
  }
}

TEST(RecordSorterTest, RecordsThatAreLargerThanABuffer) {
  std::vector<std::string> records;
  for (char c = 'z'; c >= 'a'; --c) records.emplace_back(RecordSorter::kMaxRecordSize, c);
  std::vector<std::string> expected = records;
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Sorted(records, 3 * RecordSorter::kMaxRecordSize), expected);
}

TEST(RecordSorterTest, AFolderThatIsMissingIsFoundWhenItIsNeeded) {
  for (const int records : {1, 1000}) {
    RecordSorter sorter("/nonexistent/folder", 1024);
    for (int i = 0; i < records; ++i) sorter.Add(std::to_string(i));
    sorter.Finish();
    EXPECT_EQ(Rest(&sorter).size(), records == 1 ? 1u : 0u);
    EXPECT_EQ(sorter.status().code(),
              records == 1 ? absl::StatusCode::kOk : absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace caascan::io
