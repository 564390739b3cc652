// An IP address as the lab speaks of servers: without a port, since all servers share one.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace caascan::lab {

/// An IPv4 or IPv6 address. A value; usable as a key of Abseil's maps.
class Address {
 public:
  Address() = default;
  /// From a number in host order: 0x7f000001 is 127.0.0.1.
  static Address FromV4(uint32_t host_order);
  /// REQUIRES: bytes.size() is 4 or 16, in network order.
  static Address FromBytes(std::span<const uint8_t> bytes);
  /// nullopt where `text` is no address in the usual text form.
  static std::optional<Address> FromText(std::string_view text);

  bool is_v4() const { return size_ == 4; }
  /// In network order.
  std::span<const uint8_t> bytes() const { return {bytes_.data(), size_}; }
  /// In host order. REQUIRES: is_v4().
  uint32_t v4() const {
    assert(is_v4() && "an IPv6 address has no such number");
    return (uint32_t{bytes_[0]} << 24) | (uint32_t{bytes_[1]} << 16) | (uint32_t{bytes_[2]} << 8) |
           bytes_[3];
  }
  std::string ToText() const;

  friend bool operator==(const Address& a, const Address& b) {
    return a.half(0) == b.half(0) && a.half(1) == b.half(1) && a.size_ == b.size_;
  }
  template <typename H>
  friend H AbslHashValue(H state, const Address& address) {
    return H::combine(std::move(state), address.half(0), address.half(1), address.size_);
  }

 private:
  uint64_t half(size_t index) const {
    uint64_t out = 0;
    std::memcpy(&out, bytes_.data() + index * sizeof out, sizeof out);
    return out;
  }

  std::array<uint8_t, 16> bytes_{};  // Zeros behind an IPv4 address.
  uint8_t size_ = 4;
};

}  // namespace caascan::lab
