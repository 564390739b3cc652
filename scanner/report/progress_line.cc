// Tested by progress_line_test.cc.
#include "scanner/report/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace caascan::report {

ProgressLine::ProgressLine(ProgressMode mode, Clock::time_point now)
    : shows_(mode == ProgressMode::kAlways ||
             (mode == ProgressMode::kAuto && isatty(STDERR_FILENO) == 1)),
      next_(now + kPatience) {}

ProgressLine::~ProgressLine() {
  if (!shown_) return;
  (void)std::fputs("\r\033[K", stderr);
  (void)std::fflush(stderr);
}

void ProgressLine::Show(Clock::time_point now, std::string_view text) {
  if (!shows_) return;
  shown_ = true;
  next_ = now + kEvery;
  (void)std::fprintf(stderr, "\r%.*s\033[K", static_cast<int>(text.size()), text.data());
  (void)std::fflush(stderr);
}

void ShowCompared(size_t done, size_t all, ProgressLine* line) {
  const auto now = ProgressLine::Clock::now();
  if (line->IsDue(now)) line->Show(now, std::to_string(done * 100 / all) + " % compared");
}

}  // namespace caascan::report
