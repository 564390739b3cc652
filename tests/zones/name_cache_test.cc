#include "scanner/zones/name_cache.h"

#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace caascan::zones {
namespace {

dns::Name N(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

int live = 0;

/// Counts itself.
struct Value {
  Value() { ++live; }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value() { --live; }
  size_t HeapBytes() const { return heap_bytes; }
  int number = 0;
  size_t heap_bytes = 0;
};

using Cache = NameCache<Value>;

constexpr size_t kPlenty = 1 << 20;

void Put(Cache* cache, std::string_view name, int number) {
  cache->Insert(N(name))->number = number;
}

/// -1 where absent.
int Get(Cache* cache, std::string_view name) {
  const Cache::Handle handle = cache->Find(N(name));
  return handle ? handle->number : -1;
}

class NameCacheTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(live, 0) << "every entry is gone"; }
};

TEST_F(NameCacheTest, FindsWhatWasInserted) {
  Cache cache(10, kPlenty);
  EXPECT_FALSE(cache.Find(N("example.com")));
  Put(&cache, "example.com", 1);
  Put(&cache, "example.net", 2);
  Put(&cache, ".", 3);
  EXPECT_EQ(Get(&cache, "example.com"), 1);
  EXPECT_EQ(Get(&cache, "example.net"), 2);
  EXPECT_EQ(Get(&cache, "."), 3);
  EXPECT_EQ(Get(&cache, "com"), -1);
  EXPECT_EQ(cache.size(), 3u);
}

TEST_F(NameCacheTest, LetterCaseDoesNotMatter) {
  Cache cache(10, kPlenty);
  Put(&cache, "Example.COM", 1);
  EXPECT_EQ(Get(&cache, "eXAMPLE.com"), 1);
  EXPECT_EQ(cache.size(), 1u);
}

TEST_F(NameCacheTest, TakesNamesOfEverySize) {
  Cache cache(300, kPlenty);
  std::string text;
  for (int i = 1; i <= 127; ++i) {
    text = text.empty() ? "a" : "a." + text;
    Put(&cache, text, i);
  }
  for (int i = 127; i >= 1; --i, text.resize(text.empty() ? 0 : text.size() - 2)) {
    EXPECT_EQ(Get(&cache, text), i) << i << " labels";
    if (i == 1) break;
  }
}

TEST_F(NameCacheTest, TheLeastRecentlyUsedGoesFirst) {
  Cache cache(3, kPlenty);
  Put(&cache, "a", 1);
  Put(&cache, "b", 2);
  Put(&cache, "c", 3);
  EXPECT_EQ(Get(&cache, "a"), 1) << "and so b is the least recently used";
  Put(&cache, "d", 4);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(Get(&cache, "b"), -1);
  EXPECT_EQ(Get(&cache, "a"), 1);
  EXPECT_EQ(Get(&cache, "c"), 3);
  EXPECT_EQ(Get(&cache, "d"), 4);
}

TEST_F(NameCacheTest, FindOrInsertCountsAsUse) {
  Cache cache(2, kPlenty);
  Put(&cache, "a", 1);
  Put(&cache, "b", 2);
  EXPECT_EQ(cache.FindOrInsert(N("a"))->number, 1);
  EXPECT_EQ(cache.FindOrInsert(N("c"))->number, 0) << "new, with a default value";
  EXPECT_EQ(Get(&cache, "b"), -1);
  EXPECT_EQ(Get(&cache, "a"), 1);
}

TEST_F(NameCacheTest, APinnedEntryOutlivesItsEviction) {
  Cache cache(1, kPlenty);
  Cache::Handle pinned = cache.Insert(N("a"));
  pinned->number = 1;
  Put(&cache, "b", 2);
  EXPECT_EQ(Get(&cache, "a"), -1) << "unseen by Find";
  EXPECT_EQ(pinned->number, 1);
  EXPECT_EQ(pinned.name(), N("a").view());
  EXPECT_EQ(live, 2);
  pinned = Cache::Handle();
  EXPECT_EQ(live, 1);
}

// Who works on an entry for long finds it there afterwards.
TEST_F(NameCacheTest, WhatIsPinnedGoesAfterWhatIsNot) {
  Cache cache(2, kPlenty);
  const Cache::Handle pinned = cache.Insert(N("pinned"));
  for (int i = 0; i < 100; ++i) Put(&cache, std::to_string(i) + ".example", i);
  EXPECT_TRUE(cache.Find(N("pinned")));
  EXPECT_EQ(cache.size(), 2u);
}

TEST_F(NameCacheTest, ManyPinnedEntriesDoNotKeepOthersOut) {
  constexpr size_t kCapacity = 40;
  Cache cache(kCapacity, kPlenty);
  std::vector<Cache::Handle> pinned;
  for (int i = 0; i < 100; ++i) {
    pinned.push_back(cache.Insert(N(std::to_string(i) + ".example")));
    EXPECT_TRUE(cache.Find(pinned.back().name()));
  }
  EXPECT_EQ(cache.size(), kCapacity);
}

TEST_F(NameCacheTest, ReplacingLeavesHandlesTheirOldValue) {
  Cache cache(4, kPlenty);
  const Cache::Handle old = cache.Insert(N("a"));
  old->number = 1;
  Put(&cache, "A", 2);
  EXPECT_EQ(old->number, 1);
  EXPECT_EQ(Get(&cache, "a"), 2);
  EXPECT_EQ(cache.size(), 1u);
}

TEST_F(NameCacheTest, ErasingLeavesHandlesTheirValue) {
  Cache cache(4, kPlenty);
  const Cache::Handle kept = cache.Insert(N("a"));
  kept->number = 1;
  cache.Erase(N("A"));
  cache.Erase(N("never there"));
  EXPECT_EQ(Get(&cache, "a"), -1);
  EXPECT_EQ(kept->number, 1);
  Put(&cache, "a", 2);
  EXPECT_EQ(Get(&cache, "a"), 2);
}

TEST_F(NameCacheTest, ACopiedHandlePinsToo) {
  Cache cache(1, kPlenty);
  auto first = std::make_unique<Cache::Handle>(cache.Insert(N("a")));
  const Cache::Handle copy = *first;
  first.reset();
  Put(&cache, "b", 2);
  EXPECT_EQ(live, 2);
  EXPECT_EQ(copy->number, 0);
}

TEST_F(NameCacheTest, AMovedHandleIsEmptyBehindItself) {
  Cache cache(1, kPlenty);
  Cache::Handle from = cache.Insert(N("a"));
  const Cache::Handle to = std::move(from);
  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(to);
}

TEST_F(NameCacheTest, AssigningLetsTheOldEntryGo) {
  Cache cache(1, kPlenty);
  std::vector<Cache::Handle> handles(2);
  handles[0] = cache.Insert(N("a"));
  handles[0]->number = 1;
  handles[1] = cache.Insert(N("b"));
  EXPECT_EQ(live, 2);
  handles[0] = handles[0];  // NOLINT(clang-diagnostic-self-assign-overloaded)
  EXPECT_EQ(handles[0]->number, 1);
  handles[0] = handles[1];
  EXPECT_EQ(live, 1);
}

TEST_F(NameCacheTest, TheNewestStaysEvenWithoutCapacity) {
  Cache cache(0, kPlenty);
  Put(&cache, "a", 1);
  EXPECT_EQ(Get(&cache, "a"), 1);
  Put(&cache, "b", 2);
  EXPECT_EQ(Get(&cache, "a"), -1);
  EXPECT_EQ(Get(&cache, "b"), 2);
}

void PutLarge(Cache* cache, std::string_view name, size_t bytes) {
  cache->Insert(N(name))->heap_bytes = bytes;
}

TEST_F(NameCacheTest, BytesBoundItToo) {
  Cache cache(1000, 100'000);
  PutLarge(&cache, "a", 5'000);
  EXPECT_GE(cache.bytes(), 5'000u);
  EXPECT_LE(cache.bytes(), 5'500u);
  for (int i = 0; i < 100; ++i) {
    PutLarge(&cache, "n" + std::to_string(i), 5'000);
    EXPECT_LE(cache.bytes(), 100'000u) << i;
  }
  EXPECT_EQ(Get(&cache, "a"), -1);
  EXPECT_EQ(Get(&cache, "n99"), 0);
  EXPECT_GE(cache.size(), 17u);
  EXPECT_LE(cache.size(), 20u);
}

TEST_F(NameCacheTest, TheLeastRecentlyUsedGoesFirstForBytes) {
  Cache cache(1000, 100'000);
  for (int i = 0; i < 15; ++i) PutLarge(&cache, "n" + std::to_string(i), 6'000);
  EXPECT_EQ(Get(&cache, "n0"), 0) << "used again";
  PutLarge(&cache, "x", 6'000);
  PutLarge(&cache, "y", 6'000);
  EXPECT_EQ(Get(&cache, "n0"), 0);
  EXPECT_EQ(Get(&cache, "n1"), -1);
}

TEST_F(NameCacheTest, WhatHasGrownIsWeighedAgain) {
  Cache cache(1000, 100'000);
  for (int i = 0; i < 50; ++i) PutLarge(&cache, "n" + std::to_string(i), 1'000);
  const size_t before = cache.bytes();
  Cache::Handle grown = cache.Find(N("n49"));
  grown->heap_bytes = 6'000;
  cache.Weigh(grown);
  EXPECT_EQ(cache.bytes(), before + 5'000);
  grown->heap_bytes = 0;
  cache.Weigh(grown);
  EXPECT_EQ(cache.bytes(), before - 1'000);
  for (int i = 0; i < 10; ++i) {
    const Cache::Handle other = cache.Find(N("n" + std::to_string(i)));
    ASSERT_TRUE(other) << i;
    other->heap_bytes = 6'000;
    cache.Weigh(other);
  }
  EXPECT_LE(cache.bytes(), 100'000u);
  EXPECT_EQ(Get(&cache, "n10"), -1) << "the least recently used made room";
  EXPECT_EQ(Get(&cache, "n0"), 0);
}

TEST_F(NameCacheTest, NothingIsLargerThanASixteenthOfAll) {
  Cache cache(1000, 160'000);
  Put(&cache, "a", 1);
  PutLarge(&cache, "b", 10'001);
  EXPECT_EQ(Get(&cache, "b"), -1);
  EXPECT_EQ(Get(&cache, "a"), 1) << "and it pushes out nothing else";
  Cache::Handle grows = cache.Find(N("a"));
  grows->heap_bytes = 10'001;
  cache.Weigh(grows);
  EXPECT_EQ(Get(&cache, "a"), -1);
  EXPECT_EQ(grows->number, 1) << "it serves those who have it";
  grows->heap_bytes = 0;
  cache.Weigh(grows);
  EXPECT_EQ(Get(&cache, "a"), -1) << "gone is gone";
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST_F(NameCacheTest, ALongNameIsWeighed) {
  Cache cache(10, kPlenty);
  Put(&cache, "a", 1);
  const size_t one = cache.bytes();
  Put(&cache, std::string(63, 'a') + "." + std::string(63, 'b'), 2);
  EXPECT_EQ(cache.bytes(), 2 * one + 129);
  cache.Erase(N("a"));
  EXPECT_EQ(cache.bytes(), one + 129);
}

// Against a list in order of use and a map, with pins held at random.
TEST_F(NameCacheTest, AgreesWithASimpleReference) {
  constexpr size_t kCapacity = 20;
  std::mt19937 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  Cache cache(kCapacity, kPlenty);
  std::list<int> order;  // Least recently used first.
  std::map<int, int> values;
  std::vector<std::pair<Cache::Handle, int>> pins;
  for (int step = 1; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 40);
    const dns::Name name = N("n" + std::to_string(key) + ".example");
    const unsigned action = random() % 8;
    if (action == 0) {
      cache.Erase(name);
      order.remove(key);
      values.erase(key);
    } else if (action < 4) {
      Cache::Handle handle = cache.Insert(name);
      handle->number = step;
      if (pins.size() < 10) pins.emplace_back(handle, step);
      order.remove(key);
      order.push_back(key);
      values[key] = step;
      if (order.size() > kCapacity) {
        const auto is_pinned = [&](int held) {
          return std::any_of(pins.begin(), pins.end(),
                             [&](const auto& pin) { return pin.second == values[held]; });
        };
        while (is_pinned(order.front())) order.splice(order.end(), order, order.begin());
        values.erase(order.front());
        order.pop_front();
      }
    } else {
      const Cache::Handle handle = cache.Find(name);
      ASSERT_EQ(handle ? handle->number : -1, values.contains(key) ? values[key] : -1);
      if (handle) {
        order.remove(key);
        order.push_back(key);
      }
    }
    if (random() % 4 == 0 && !pins.empty()) {
      ASSERT_EQ(pins.front().first->number, pins.front().second);
      pins.erase(pins.begin());
    }
    ASSERT_EQ(cache.size(), values.size());
  }
}

}  // namespace
}  // namespace caascan::zones
