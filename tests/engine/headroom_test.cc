#include "scanner/engine/headroom.h"

#include <gtest/gtest.h>

namespace caascan::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// So many windows, of each of which this share is idle.
void Pass(int windows, int idle_percent, nanoseconds* now, nanoseconds* idle, Headroom* headroom) {
  for (int i = 0; i < windows; ++i) {
    *now += Headroom::kWindow;
    *idle += Headroom::kWindow * idle_percent / 100;
    headroom->Note(*now, *idle);
  }
}

struct Row {
  const char* name;
  int idle_percent;
  size_t after;
};

TEST(HeadroomTest, FollowsHowBusyTheWorkerIs) {
  const Row rows[] = {
      {"it waits for the network", 80, 5000},
      {"it is about as busy as it may be", 10, 5000},
      {"it is busy all the time", 0, Headroom::kLeast},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Headroom headroom(5000);
    nanoseconds now = milliseconds(1000);
    nanoseconds idle(0);
    Pass(100, row.idle_percent, &now, &idle, &headroom);
    EXPECT_EQ(headroom.limit(), row.after);
  }
}

TEST(HeadroomTest, ComesBackWithinHalfASecond) {
  Headroom headroom(5000);
  nanoseconds now = milliseconds(1000);
  nanoseconds idle(0);
  Pass(100, 0, &now, &idle, &headroom);
  ASSERT_EQ(headroom.limit(), Headroom::kLeast);
  Pass(50, 50, &now, &idle, &headroom);
  EXPECT_EQ(headroom.limit(), 5000U);
}

TEST(HeadroomTest, TurnsWithinAWindowChangeNothing) {
  Headroom headroom(5000);
  for (int i = 1; i < 10; ++i) headroom.Note(milliseconds(i), nanoseconds(0));
  EXPECT_EQ(headroom.limit(), 5000U);
}

TEST(HeadroomTest, IsNoMoreThanThereIsRoomFor) {
  Headroom headroom(50);
  nanoseconds now = milliseconds(1000);
  nanoseconds idle(0);
  Pass(100, 0, &now, &idle, &headroom);
  EXPECT_EQ(headroom.limit(), 50U);
}

}  // namespace
}  // namespace caascan::engine
