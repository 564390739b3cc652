// Tested by headroom_test.cc; bench/serve measures.
#include "scanner/engine/headroom.h"

#include <algorithm>

namespace caascan::engine {

void Headroom::Note(std::chrono::nanoseconds now, std::chrono::nanoseconds idle) {
  if (began_ == std::chrono::nanoseconds(0)) {
    began_ = now;
    idle_before_ = idle;
  }
  const std::chrono::nanoseconds window = now - began_;
  if (window < kWindow) return;
  const std::chrono::nanoseconds waited = idle - idle_before_;
  began_ = now;
  idle_before_ = idle;
  // Between a twentieth and a sixth of idle time nothing changes.
  if (waited * 20 < window) {
    limit_ = std::max(std::min(kLeast, most_), limit_ - limit_ / 8);
  } else if (waited * 6 > window) {
    limit_ = std::min(most_, limit_ + limit_ / 8 + 1);
  }
}

}  // namespace caascan::engine
