#include "scanner/net/random_bits.h"

#include <gtest/gtest.h>

#include <bit>
#include <memory>
#include <set>

namespace caascan::net {
namespace {

TEST(RandomBitsTest, NothingComesTwiceOverManyBlocks) {
  const auto random = std::make_unique<RandomBits>();
  std::set<uint64_t> seen;
  size_t ones = 0;
  constexpr size_t kWords = 10'000;
  for (size_t i = 0; i < kWords; ++i) {
    const uint64_t word = random->Next();
    EXPECT_TRUE(seen.insert(word).second);
    ones += static_cast<size_t>(std::popcount(word));
  }
  // Half of the bits, within ten standard deviations (each is 400).
  EXPECT_NEAR(static_cast<double>(ones), kWords * 32.0, 4000.0);
}

TEST(RandomBitsTest, TwoOfThemDiffer) {
  const auto one = std::make_unique<RandomBits>();
  const auto other = std::make_unique<RandomBits>();
  EXPECT_NE(one->Next(), other->Next());
}

}  // namespace
}  // namespace caascan::net
