// UTF-16 (RFC 2781) made UTF-8, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace caascan::io {

/// Is this the mark that text in UTF-16 begins with, of either byte order?
constexpr bool IsUtf16Mark(std::string_view start) {
  return start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF");
}

/// Turns text in UTF-16 into UTF-8. Its mark tells the byte order and is left out. A surrogate
/// without its other half, and half a unit at the end, become U+FFFD. One thread at a time.
class Utf16Reader {
 public:
  /// So much room takes at least one character.
  static constexpr size_t kMinRoom = 8;

  /// Takes from the front of *in, which is cut by what was taken, as long as `out` has kMinRoom
  /// left. How many octets it put into `out`. REQUIRES: `out` holds kMinRoom.
  size_t Decode(std::string_view* in, std::span<char> out);
  /// What is left at the end of the text: U+FFFD, or nothing.
  std::string End();

 private:
  void Take(uint16_t unit, std::string* out);

  bool order_known_ = false;
  bool big_endian_ = false;
  bool has_half_ = false;
  char half_ = 0;        // The first octet of a unit.
  uint16_t high_ = 0;    // A high surrogate that waits for its low one, or 0.
  std::string pending_;  // One call's characters; kept for its memory.
};

}  // namespace caascan::io
