// Tested by utf16_test.cc.
#include "scanner/io/utf16.h"

#include <cassert>

namespace caascan::io {
namespace {

constexpr uint16_t kMark = 0xFEFF;
constexpr uint32_t kReplacement = 0xFFFD;

bool IsHigh(uint16_t unit) { return (unit & 0xFC00) == 0xD800; }
bool IsLow(uint16_t unit) { return (unit & 0xFC00) == 0xDC00; }

void Append(uint32_t code_point, std::string* out) {
  const auto octet = [out](uint32_t value) { out->push_back(static_cast<char>(value)); };
  if (code_point < 0x80) return octet(code_point);
  if (code_point < 0x800) {
    octet(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      octet(0xE0 | code_point >> 12);
    } else {
      octet(0xF0 | code_point >> 18);
      octet(0x80 | (code_point >> 12 & 0x3F));
    }
    octet(0x80 | (code_point >> 6 & 0x3F));
  }
  octet(0x80 | (code_point & 0x3F));
}

}  // namespace

void Utf16Reader::Take(uint16_t unit, std::string* out) {
  if (high_ != 0) {
    const uint32_t high = high_;
    high_ = 0;
    if (IsLow(unit)) return Append(0x10000 + ((high & 0x3FF) << 10) + (unit & 0x3FF), out);
    Append(kReplacement, out);
  }
  if (IsHigh(unit)) {
    high_ = unit;
  } else {
    Append(IsLow(unit) ? kReplacement : unit, out);
  }
}

size_t Utf16Reader::Decode(std::string_view* in, std::span<char> out) {
  assert(out.size() >= kMinRoom && "there is room for a character");
  pending_.clear();
  while (!in->empty() && pending_.size() + kMinRoom <= out.size()) {
    const char octet = in->front();
    in->remove_prefix(1);
    has_half_ = !has_half_;
    if (has_half_) {
      half_ = octet;
      continue;
    }
    const auto first = static_cast<uint8_t>(half_);
    const auto second = static_cast<uint8_t>(octet);
    if (!order_known_) big_endian_ = (first << 8 | second) == kMark;
    const auto unit =
        static_cast<uint16_t>(big_endian_ ? first << 8 | second : second << 8 | first);
    // Only the first unit is a mark; behind it the same is a character of no width.
    if (order_known_ || unit != kMark) Take(unit, &pending_);
    order_known_ = true;
  }
  return pending_.copy(out.data(), out.size());
}

std::string Utf16Reader::End() {
  std::string left;
  if (high_ != 0 || has_half_) Append(kReplacement, &left);
  high_ = 0;
  has_half_ = false;
  return left;
}

}  // namespace caascan::io
