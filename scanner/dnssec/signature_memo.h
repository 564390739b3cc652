// Signature checks that were made, so that none is made twice.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace caascan::dnssec {

/// Remembers which signature of which data by which key was right or wrong: times are no part of
/// it, and are checked each time. Entries are known by a SHA-256 of all three, so nobody can make
/// one stand for another. Holds between `capacity` and twice as many; the oldest go first, by
/// halves. One thread.
class SignatureMemo {
 public:
  using Id = std::array<uint8_t, 32>;

  explicit SignatureMemo(size_t capacity = 50'000) : capacity_(capacity) {}

  /// nullopt where OpenSSL has no memory: such a check is not remembered.
  static std::optional<Id> IdOf(std::span<const uint8_t> data, std::span<const uint8_t> signature,
                                std::span<const uint8_t> dnskey_rdata);

  std::optional<bool> Find(const Id& id);
  void Add(const Id& id, bool good);

 private:
  struct Hash {
    size_t operator()(const Id& id) const {
      size_t out = 0;
      std::memcpy(&out, id.data(), sizeof out);
      return out;
    }
  };
  using Map = absl::flat_hash_map<Id, bool, Hash>;

  const size_t capacity_;
  Map young_;
  Map old_;
};

}  // namespace caascan::dnssec
