#include "scanner/net/ready_set.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace caascan::net {
namespace {

class ReadySetTest : public testing::Test {
 protected:
  ReadySetTest() {
    for (int& fd : fds_) fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  }
  ~ReadySetTest() override {
    set_.Close();
    loop_.Drain();
    for (const int fd : fds_) close(fd);
  }

  void Open() {
    ASSERT_TRUE(set_.Open(&loop_, [this] {
      ++turns_;
      loop_.Stop();
    }));
    for (uint32_t i = 0; i < fds_.size(); ++i) ASSERT_TRUE(set_.Add(fds_[i], 10 * i));
  }
  void Write(size_t index) {
    const uint64_t one = 1;
    EXPECT_EQ(write(fds_[index], &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
  void Empty(size_t index) {
    uint64_t count = 0;
    EXPECT_EQ(read(fds_[index], &count, sizeof count), static_cast<ssize_t>(sizeof count));
  }
  std::vector<uint32_t> Ready() {
    const auto tags = set_.Ready();
    std::vector<uint32_t> sorted(tags.begin(), tags.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  async::Loop loop_;
  ReadySet set_;
  std::array<int, 4> fds_{};
  int turns_ = 0;
};

using Tags = std::vector<uint32_t>;

TEST_F(ReadySetTest, OneThatIsNotOpenHasNothing) { EXPECT_EQ(Ready(), Tags()); }

TEST_F(ReadySetTest, NamesAllThatAreReadyUntilTheyAreEmpty) {
  Open();
  EXPECT_EQ(Ready(), Tags());
  for (size_t i = 0; i < fds_.size(); ++i) Write(i);
  EXPECT_EQ(Ready(), Tags({0, 10, 20, 30}));
  Empty(1);
  EXPECT_EQ(Ready(), Tags({0, 20, 30}));
}

TEST_F(ReadySetTest, OneThatWasRemovedOrClosedIsNotNamed) {
  Open();
  for (size_t i = 0; i < fds_.size(); ++i) Write(i);
  set_.Remove(fds_[2]);
  close(std::exchange(fds_[3], eventfd(0, EFD_CLOEXEC)));
  EXPECT_EQ(Ready(), Tags({0, 10}));
}

TEST_F(ReadySetTest, TheLoopTellsThatSomethingIsReady) {
  Open();
  Write(3);
  loop_.Run();
  EXPECT_EQ(turns_, 1);
  EXPECT_EQ(Ready(), Tags({30}));
}

}  // namespace
}  // namespace caascan::net
