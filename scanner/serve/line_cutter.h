// Lines out of pieces of a body, whatever their size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace caascan::serve {

/// Keeps at most one line's beginning. One thread at a time.
class LineCutter {
 public:
  struct Line {
    /// Without its line feed; of an overlong one the beginning. Valid until the call returns.
    std::string_view text;
    uint64_t number = 0;  // Counted from 1.
    bool overlong = false;
  };
  using OnLine = std::function<void(const Line&)>;

  /// Lines of more than `max_size` octets are overlong.
  explicit LineCutter(size_t max_size) : max_size_(max_size) {}

  /// Calls `on_line` for each line that ends in these octets.
  void Add(std::string_view octets, const OnLine& on_line);
  /// The body is over: what has no line feed is a line too.
  void End(const OnLine& on_line);

 private:
  void Keep(std::string_view octets);
  void Give(const OnLine& on_line);

  const size_t max_size_;
  std::string begun_;
  bool overlong_ = false;
  uint64_t lines_ = 0;
};

}  // namespace caascan::serve
