#include "scanner/crypto/table_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/crypto/crafted_signature.h"

namespace caascan::crypto {
namespace {

constexpr TableLimits kFew{
    .tables = 2, .checks_to_earn = 100, .keys = 4, .checks_to_halve = 1'000'000};

class TableStoreTest : public testing::Test {
 protected:
  /// Counts, and waits for the table that comes of it.
  bool HasTable(int key, uint32_t checks) {
    (void)store_.Count(points_[static_cast<size_t>(key)].octets(), checks);
    store_.WaitUntilMade();
    return !store_.Count(points_[static_cast<size_t>(key)].octets(), 0).expired();
  }

  static std::vector<TestPoint> Points() {
    std::vector<TestPoint> out;
    for (uint64_t secret = 1; secret < 8; ++secret) {
      out.push_back(TestPoint::Of(FromWord(secret).get()));
    }
    return out;
  }

  const std::vector<TestPoint> points_ = Points();
  TableStore store_{kFew};
};

TEST_F(TableStoreTest, TableIsEarned) {
  EXPECT_FALSE(HasTable(0, 60));
  EXPECT_FALSE(HasTable(0, 39));
  EXPECT_TRUE(HasTable(0, 1));
  EXPECT_FALSE(HasTable(1, 99));
}

TEST_F(TableStoreTest, TableIsThatKeys) {
  ASSERT_TRUE(HasTable(2, 100));
  ASSERT_TRUE(HasTable(3, 100));
  const auto crafted = points_[3].Craft(FromWord(5).get(), FromWord(6).get());
  const auto table = store_.Count(points_[3].octets(), 1).lock();
  ASSERT_TRUE(table);
  EXPECT_TRUE(
      P256Key::Read(points_[3].octets())->Verify(crafted->hash, crafted->signature, table.get()));
}

TEST_F(TableStoreTest, BusierKeyTakesThePlaceOfTheLeastBusy) {
  EXPECT_TRUE(HasTable(0, 300));
  EXPECT_TRUE(HasTable(1, 200));
  EXPECT_FALSE(HasTable(2, 299)) << "not ahead by what a table has to earn";
  EXPECT_TRUE(HasTable(2, 1));
  EXPECT_TRUE(HasTable(0, 0));
  EXPECT_FALSE(HasTable(1, 0));
  EXPECT_FALSE(HasTable(1, 199)) << "399, beside 300 and 300";
  EXPECT_TRUE(HasTable(1, 1));
}

TEST_F(TableStoreTest, TableThatGaveWayIsFreed) {
  ASSERT_TRUE(HasTable(0, 100));
  const auto held = store_.Count(points_[0].octets(), 0);
  ASSERT_TRUE(HasTable(1, 500));
  ASSERT_TRUE(HasTable(2, 500));
  EXPECT_TRUE(held.expired());
}

TEST_F(TableStoreTest, LeastBusyOfTheOthersIsForgotten) {
  EXPECT_TRUE(HasTable(0, 100));
  EXPECT_TRUE(HasTable(1, 100));
  EXPECT_FALSE(HasTable(2, 150));
  EXPECT_FALSE(HasTable(3, 20));
  EXPECT_FALSE(HasTable(4, 30)) << "key 3 makes room";
  EXPECT_FALSE(HasTable(5, 30)) << "key 4 makes room";
  EXPECT_TRUE(HasTable(2, 50)) << "key 2 was not forgotten";
}

TEST_F(TableStoreTest, WhatIsNoKeyGetsNone) {
  std::vector<uint8_t> off(points_[0].octets().begin(), points_[0].octets().end());
  off[0] ^= 1;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(store_.Count(off, 100).expired());
    store_.WaitUntilMade();
  }
  EXPECT_TRUE(HasTable(0, 100));
  EXPECT_TRUE(HasTable(1, 100)) << "it takes no place";
}

TEST(TableStoreHalvingTest, WhatWasBusyOnceMakesRoom) {
  const TestPoint old = TestPoint::Of(FromWord(1).get());
  const TestPoint young = TestPoint::Of(FromWord(2).get());
  TableStore store({.tables = 1, .checks_to_earn = 100, .keys = 4, .checks_to_halve = 2'000});
  (void)store.Count(old.octets(), 1'900);
  store.WaitUntilMade();
  for (int i = 0; i < 40; ++i) (void)store.Count(young.octets(), 50);
  store.WaitUntilMade();
  EXPECT_FALSE(store.Count(young.octets(), 0).expired());
  EXPECT_TRUE(store.Count(old.octets(), 0).expired());
}

TEST(TableStoreThreadsTest, ManyCountAtOnce) {
  std::vector<TestPoint> points;
  for (uint64_t secret = 1; secret < 7; ++secret) {
    points.push_back(TestPoint::Of(FromWord(secret).get()));
  }
  const auto crafted = points[0].Craft(FromWord(5).get(), FromWord(6).get());
  TableStore store({.tables = 3, .checks_to_earn = 64, .keys = 5, .checks_to_halve = 500});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      const auto key = P256Key::Read(points[0].octets());
      for (int i = 0; i < 100; ++i) {
        for (const TestPoint& point : points) (void)store.Count(point.octets(), 16);
        const auto table = store.Count(points[0].octets(), 16).lock();
        if (!key->Verify(crafted->hash, crafted->signature, table.get())) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// It ends with tables still waiting to be made.
TEST(TableStoreThreadsTest, EndsInTheMiddle) {
  TableStore store({.tables = 50});
  for (uint64_t secret = 1; secret < 20; ++secret) {
    (void)store.Count(TestPoint::Of(FromWord(secret).get()).octets(), 1'000);
  }
}

}  // namespace
}  // namespace caascan::crypto
