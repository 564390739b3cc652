// How far a long job is, on a line of standard error that is written over again and again.
#pragma once

#include <chrono>
#include <string_view>

#include "caascan/scanner.h"

namespace caascan::report {

/// Shows nothing in the job's first second, and then something new twice a second. One thread at a
/// time.
class ProgressLine {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPatience{1000};
  static constexpr std::chrono::milliseconds kEvery{500};

  /// A job that begins now. kAuto shows where standard error is a terminal.
  ProgressLine(ProgressMode mode, Clock::time_point now);
  /// Clears the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Will anything ever be shown?
  bool shows() const { return shows_; }
  /// Is it time for something new?
  bool IsDue(Clock::time_point now) const { return shows_ && now >= next_; }
  /// Shows `text`, which is short and plain, in place of what is there.
  void Show(Clock::time_point now, std::string_view text);

 private:
  const bool shows_;
  bool shown_ = false;
  Clock::time_point next_;
};

/// Shows "37 % compared" where it is due: `done` of `all` parts are.
void ShowCompared(size_t done, size_t all, ProgressLine* line);

}  // namespace caascan::report
