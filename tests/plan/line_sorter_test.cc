#include "scanner/plan/line_sorter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace caascan::plan {
namespace {

constexpr size_t kSmallMemory = size_t{256} << 10;  // So that runs lie in the file.

TEST(LineSorterTest, GivesLinesByKeyThenNumber) {
  LineSorter sorter(2, "");
  sorter.Add("bb", 1, "third");
  sorter.Add("aa", 256, "second");
  sorter.Add("aa", 255, "first");
  sorter.Add("bb", 2, "");
  sorter.Finish();
  std::vector<std::string> got;
  while (sorter.Next()) {
    got.push_back(std::string(sorter.key()) + std::to_string(sorter.number()) + sorter.line());
  }
  EXPECT_TRUE(sorter.status().ok());
  EXPECT_EQ(got, (std::vector<std::string>{"aa255first", "aa256second", "bb1third", "bb2"}));
}

TEST(LineSorterTest, LongLinesComeBackWhole) {
  LineSorter sorter(1, "", kSmallMemory);
  const size_t sizes[] = {0, 1, (48u << 10) - 1, 48u << 10, (48u << 10) + 1, 1'000'000};
  uint64_t number = 0;
  for (const size_t size : sizes) {
    std::string line(size, static_cast<char>('a' + number));
    sorter.Add("k", number++, line);
  }
  sorter.Finish();
  for (uint64_t i = 0; i < number; ++i) {
    ASSERT_TRUE(sorter.Next());
    EXPECT_EQ(sorter.number(), i);
    EXPECT_EQ(sorter.line(), std::string(sizes[i], static_cast<char>('a' + i)));
  }
  EXPECT_FALSE(sorter.Next());
}

}  // namespace
}  // namespace caascan::plan
