// Tasks on a bare thread: what resumes them is the test itself.
#include "scanner/async/task.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "scanner/async/frame_pool.h"

namespace caascan::async {
namespace {

static_assert(!std::is_copy_constructible_v<Task<int>>);
static_assert(!std::is_copy_assignable_v<Task<int>>);
static_assert(!std::is_move_assignable_v<Task<int>>);
static_assert(!std::is_default_constructible_v<Task<int>>);
static_assert(std::is_nothrow_move_constructible_v<Task<int>>);
static_assert(!std::is_copy_constructible_v<Task<>>);
static_assert(!std::is_move_assignable_v<Task<>>);
static_assert(std::is_nothrow_move_constructible_v<Task<>>);
static_assert(std::is_same_v<Task<>, Task<void>>);

/// Something to wait for: whoever awaits it goes on when the test says so.
class Event {
 public:
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) { awaiter_ = awaiter; }
  void await_resume() const noexcept {}

  bool awaited() const { return awaiter_ != nullptr; }
  void Fire() { std::exchange(awaiter_, nullptr).resume(); }

 private:
  std::coroutine_handle<> awaiter_;
};

Task<int> Answer() { co_return 42; }

Task<std::unique_ptr<int>> MoveOnly() { co_return std::make_unique<int>(7); }

Task<std::string> After(Event* event, std::string text) {
  co_await *event;
  co_return text + "!";
}

Task<> Store(Task<int> task, int* out) { *out = co_await std::move(task); }

Task<> Mark(bool* done) {
  *done = true;
  co_return;
}

TEST(TaskTest, HandsItsValueOver) {
  int value = 0;
  Spawn(Store(Answer(), &value));
  EXPECT_EQ(value, 42);
}

Task<> StoreMoveOnly(int* out) {
  const std::unique_ptr<int> value = co_await MoveOnly();
  *out = *value;
}

TEST(TaskTest, HandsAMoveOnlyValueOver) {
  int value = 0;
  Spawn(StoreMoveOnly(&value));
  EXPECT_EQ(value, 7);
}

TEST(TaskTest, IsLazy) {
  bool done = false;
  {
    const Task<> never_awaited = Mark(&done);
    EXPECT_FALSE(done);
  }
  EXPECT_FALSE(done);
  Spawn(Mark(&done));
  EXPECT_TRUE(done);
}

TEST(TaskTest, AMovedTaskStillRuns) {
  bool done = false;
  Task<> task = Mark(&done);
  Task<> moved = std::move(task);
  Spawn(std::move(moved));
  EXPECT_TRUE(done);
}

Task<> Concatenate(Event* first, Event* second, std::string* out) {
  *out += co_await After(first, "one");
  *out += co_await After(second, "two");
}

TEST(TaskTest, SuspendsAndGoesOnWhereItWas) {
  Event first;
  Event second;
  std::string text;
  Spawn(Concatenate(&first, &second, &text));
  EXPECT_TRUE(first.awaited());
  EXPECT_EQ(text, "");
  first.Fire();
  EXPECT_EQ(text, "one!");
  EXPECT_TRUE(second.awaited());
  second.Fire();
  EXPECT_EQ(text, "one!two!");
}

TEST(TaskTest, SpawnedTasksRunSideBySide) {
  Event events[3];
  std::string texts[3];
  Event unused[3];
  for (int i = 0; i < 3; ++i) Spawn(Concatenate(&events[i], &unused[i], &texts[i]));
  events[2].Fire();
  events[0].Fire();
  EXPECT_EQ(texts[0], "one!");
  EXPECT_EQ(texts[1], "");
  EXPECT_EQ(texts[2], "one!");
  events[1].Fire();
  for (Event& event : unused) event.Fire();
  EXPECT_EQ(texts[1], "one!two!");
}

/// Says when its owner's frame is gone.
class Tombstone {
 public:
  explicit Tombstone(int* gone) : gone_(gone) {}
  Tombstone(const Tombstone&) = delete;
  Tombstone& operator=(const Tombstone&) = delete;
  ~Tombstone() { ++*gone_; }

 private:
  int* const gone_;
};

Task<> Hold(Event* event, int* gone) {
  const Tombstone tombstone(gone);
  co_await *event;
}

Task<> HoldNested(Event* event, int* gone) {
  const Tombstone tombstone(gone);
  co_await Hold(event, gone);
}

TEST(TaskTest, FramesGoWhenTheirTasksEnd) {
  Event event;
  int gone = 0;
  Spawn(HoldNested(&event, &gone));
  EXPECT_EQ(gone, 0);
  event.Fire();
  EXPECT_EQ(gone, 2);
}

// Frames are ended by symmetric transfer, which is a jump only where the compiler optimises.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kManyFrames = 1'000'000;
#else
constexpr int kManyFrames = 1'000;
#endif

Task<int> Depth(int levels, Event* event) {
  if (levels == 0) {
    if (event != nullptr) co_await *event;
    co_return 0;
  }
  co_return 1 + co_await Depth(levels - 1, event);
}

TEST(TaskTest, ADeepChainStartsAndEndsOnAFlatStack) {
  int depth = 0;
  Spawn(Store(Depth(kManyFrames, nullptr), &depth));
  EXPECT_EQ(depth, kManyFrames);
}

TEST(TaskTest, ADeepChainResumedFromOutsideEndsOnAFlatStack) {
  Event event;
  int depth = 0;
  Spawn(Store(Depth(kManyFrames, &event), &depth));
  EXPECT_EQ(depth, 0);
  event.Fire();
  EXPECT_EQ(depth, kManyFrames);
}

Task<int> Sum(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await Answer();
  co_return sum;
}

TEST(TaskTest, ALoopOfTasksThatEndAtOnceKeepsTheStackFlat) {
  int sum = 0;
  Spawn(Store(Sum(kManyFrames), &sum));
  EXPECT_EQ(sum, 42 * kManyFrames);
}

// Blocks of any size are whole, aligned and apart from each other: each is filled to its last octet
// and read back after all were.
TEST(FramePoolTest, BlocksOfEverySizeAreWholeAndApart) {
  constexpr std::array<size_t, 9> kSizes = {1, 63, 64, 65, 1000, 4095, 4096, 4097, 100'000};
  std::vector<std::pair<uint8_t*, size_t>> blocks;
  for (const size_t size : kSizes) {
    for (int i = 0; i < 3; ++i) {
      auto* block = static_cast<uint8_t*>(AllocateFrame(size));
      EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignof(std::max_align_t), 0u);
      std::fill_n(block, size, static_cast<uint8_t>(blocks.size()));
      blocks.emplace_back(block, size);
    }
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto [block, size] = blocks[i];
    EXPECT_TRUE(std::all_of(block, block + size, [i](uint8_t octet) { return octet == i; })) << i;
    FreeFrame(block, size);
  }
}

#if !defined(__SANITIZE_ADDRESS__)
TEST(FramePoolTest, RecyclesBlocksOfTheSameClass) {
  void* first = AllocateFrame(200);
  void* second = AllocateFrame(200);
  FreeFrame(first, 200);
  FreeFrame(second, 200);
  // Last in, first out, and any size of the same class of 16 octets.
  EXPECT_EQ(AllocateFrame(208), second);
  EXPECT_EQ(AllocateFrame(193), first);
  FreeFrame(first, 193);
  FreeFrame(second, 208);
}

TEST(FramePoolTest, TasksReuseTheFramesOfEndedOnes) {
  std::set<const void*> frames;
  const auto spawn = [&frames] {
    Spawn([](std::set<const void*>* seen) -> Task<> {
      int local = 0;
      seen->insert(&local);
      co_await Answer();
    }(&frames));
  };
  for (int i = 0; i < 100; ++i) spawn();
  EXPECT_EQ(frames.size(), 1u);
}
#endif

}  // namespace
}  // namespace caascan::async
