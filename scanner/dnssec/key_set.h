// A zone's keys that are trusted.
#pragma once

#include <cstdint>
#include <vector>

#include "scanner/crypto/policy.h"
#include "scanner/crypto/public_key.h"

namespace caascan::dnssec {

/// The keys of a verified DNSKEY RRset that may sign the zone's data (crypto::Dnskey::MaySign) and
/// whose algorithms are supported and count. Movable. One thread.
class KeySet {
 public:
  // Zones with hundreds of keys exist to cost others time. What comes behind is not used.
  static constexpr size_t kMaxKeys = 32;

  KeySet() = default;
  KeySet(KeySet&&) noexcept = default;
  KeySet& operator=(KeySet&&) noexcept = default;

  /// Leaves out what may not sign, what is not supported or does not count, and what is there
  /// already.
  void Add(std::span<const uint8_t> dnskey_rdata, const crypto::Policy& policy = {});

  bool empty() const { return keys_.empty(); }
  /// What it holds outside itself. Keys in OpenSSL's form are not here: see crypto::PublicKey.
  size_t HeapBytes() const;
  std::vector<crypto::PublicKey>& keys() { return keys_; }
  const std::vector<crypto::PublicKey>& keys() const { return keys_; }

 private:
  std::vector<crypto::PublicKey> keys_;
};

}  // namespace caascan::dnssec
