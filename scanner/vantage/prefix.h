// Addresses and prefixes as people write them.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "scanner/async/address.h"

namespace caascan::vantage {

/// The first bits of an address, zeros behind them. A value.
struct Prefix {
  bool v6 = false;
  uint8_t length = 0;  // Bits.
  std::array<uint8_t, 16> octets{};

  bool operator==(const Prefix&) const = default;
  template <typename H>
  friend H AbslHashValue(H state, const Prefix& prefix) {
    return H::combine(std::move(state), prefix.v6, prefix.length, prefix.octets);
  }
};

/// An address (192.0.2.1, 2001:db8::1) or a prefix (192.0.2.0/24, 2001:db8::/32; bits behind it are
/// ignored). What is mapped (::ffff:192.0.2.1) is IPv4, as in async::Address. nullopt: neither.
std::optional<Prefix> ParsePrefix(std::string_view text);

/// The first `length` bits of an address. REQUIRES: it has so many.
Prefix PrefixOf(const async::Address& address, uint8_t length);

/// Values by prefix. Filled first; then constant, and any thread may ask.
template <typename T>
class PrefixMap {
 public:
  /// The last value for a prefix counts.
  void Set(const Prefix& prefix, const T& value) {
    values_[prefix] = value;
    lengths_[prefix.v6 ? 1 : 0].set(prefix.length);
  }
  /// That of the longest prefix that the address has; null where it has none.
  const T* Find(const async::Address& address) const {
    const std::bitset<kLengths>& lengths = lengths_[address.is_v6() ? 1 : 0];
    if (lengths.none()) return nullptr;
    for (size_t length = 8 * address.octets().size() + 1; length-- > 0;) {
      if (!lengths.test(length)) continue;
      const auto found = values_.find(PrefixOf(address, static_cast<uint8_t>(length)));
      if (found != values_.end()) return &found->second;
    }
    return nullptr;
  }

 private:
  static constexpr size_t kLengths = 129;

  absl::flat_hash_map<Prefix, T> values_;
  std::array<std::bitset<kLengths>, 2> lengths_;  // That occur, of IPv4 and of IPv6.
};

}  // namespace caascan::vantage
