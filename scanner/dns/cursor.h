// The one way bytes from strangers are read: a bounds-checked cursor with a sticky error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace caascan::dns {

/// Reads big-endian fields from a byte range it does not own. A read past the end yields zero (or
/// an empty span), sets the error for good and does not move; so a parser may read several fields
/// and ask `ok()` once. A value; use from one thread.
class Cursor {
 public:
  explicit Cursor(std::span<const uint8_t> bytes, size_t position = 0)
      : bytes_(bytes), position_(position), failed_(position > bytes.size()) {
    if (failed_) position_ = bytes.size();
  }

  bool ok() const { return !failed_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool AtEnd() const { return position_ == bytes_.size(); }

  uint8_t ReadU8() {
    if (!Have(1)) return 0;
    return bytes_[position_++];
  }

  uint16_t ReadU16() {
    if (!Have(2)) return 0;
    const unsigned value = (static_cast<unsigned>(bytes_[position_]) << 8) | bytes_[position_ + 1];
    position_ += 2;
    return static_cast<uint16_t>(value);
  }

  uint32_t ReadU32() {
    if (!Have(4)) return 0;  // Or half of it would be read.
    const uint32_t high = ReadU16();
    return (high << 16) | ReadU16();
  }

  std::span<const uint8_t> ReadBytes(size_t size) {
    if (!Have(size)) return {};
    const auto out = bytes_.subspan(position_, size);
    position_ += size;
    return out;
  }

  void Skip(size_t size) {
    if (Have(size)) position_ += size;
  }

 private:
  bool Have(size_t size) {
    if (failed_ || size > remaining()) failed_ = true;
    return !failed_;
  }

  std::span<const uint8_t> bytes_;
  size_t position_;
  bool failed_;
};

}  // namespace caascan::dns
