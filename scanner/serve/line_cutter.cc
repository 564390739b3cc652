// Tested by line_cutter_test.cc.
#include "scanner/serve/line_cutter.h"

#include <algorithm>

namespace caascan::serve {

void LineCutter::Keep(std::string_view octets) {
  const size_t room = max_size_ - std::min(max_size_, begun_.size());
  if (octets.size() > room) overlong_ = true;
  begun_.append(octets.substr(0, room));
}

void LineCutter::Give(const OnLine& on_line) {
  on_line({begun_, ++lines_, overlong_});
  begun_.clear();
  overlong_ = false;
}

void LineCutter::Add(std::string_view octets, const OnLine& on_line) {
  while (!octets.empty()) {
    const size_t end = octets.find('\n');
    const std::string_view text = octets.substr(0, end);
    if (end == octets.npos) return Keep(text);
    octets.remove_prefix(end + 1);
    // A line that lies in one piece, as most do, is not copied.
    if (begun_.empty() && !overlong_ && text.size() <= max_size_) {
      on_line({text, ++lines_, false});
    } else {
      Keep(text);
      Give(on_line);
    }
  }
}

void LineCutter::End(const OnLine& on_line) {
  if (!begun_.empty() || overlong_) Give(on_line);
}

}  // namespace caascan::serve
