#include "scanner/report/progress_line.h"

#include <gtest/gtest.h>

namespace caascan::report {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

constexpr ProgressLine::Clock::time_point kBegin{};

TEST(ProgressLineTest, IsQuietForASecondAndThenSpeaksTwiceASecond) {
  CaptureStderr();
  {
    ProgressLine line(ProgressMode::kAlways, kBegin);
    EXPECT_TRUE(line.shows());
    EXPECT_FALSE(line.IsDue(kBegin + std::chrono::milliseconds(999)));
    ASSERT_TRUE(line.IsDue(kBegin + std::chrono::milliseconds(1000)));
    line.Show(kBegin + std::chrono::milliseconds(1000), "1 record");
    EXPECT_FALSE(line.IsDue(kBegin + std::chrono::milliseconds(1499)));
    ASSERT_TRUE(line.IsDue(kBegin + std::chrono::milliseconds(1500)));
    line.Show(kBegin + std::chrono::milliseconds(1500), "2 records");
  }
  EXPECT_EQ(GetCapturedStderr(), "\r1 record\033[K\r2 records\033[K\r\033[K");
}

TEST(ProgressLineTest, OfAShortJobLeavesNoTrace) {
  CaptureStderr();
  { const ProgressLine line(ProgressMode::kAlways, kBegin); }
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(ProgressLineTest, IsSilentWhereItShallBe) {
  CaptureStderr();  // A file, and no terminal.
  for (const ProgressMode mode : {ProgressMode::kNever, ProgressMode::kAuto}) {
    ProgressLine line(mode, kBegin);
    EXPECT_FALSE(line.shows());
    EXPECT_FALSE(line.IsDue(kBegin + std::chrono::hours(1)));
    line.Show(kBegin, "1 record");
  }
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(ProgressLineTest, ShowsHowMuchIsCompared) {
  CaptureStderr();
  {
    ProgressLine line(ProgressMode::kAlways, kBegin);  // Long ago.
    ShowCompared(1, 3, &line);
    ShowCompared(2, 3, &line);  // Too early.
  }
  EXPECT_EQ(GetCapturedStderr(), "\r33 % compared\033[K\r\033[K");
}

}  // namespace
}  // namespace caascan::report
