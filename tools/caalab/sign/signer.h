// Keys and real signatures (RFC 4034), made with ldns.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "tools/caalab/sign/signing.h"

namespace caascan::lab {

enum class SignatureState : uint8_t { kValid, kExpired, kFuture, kExpiring, kInvalid };

/// What a signature is like.
struct SignatureShape {
  SignatureState state = SignatureState::kValid;
  uint32_t begins_in_s =
      0;                    // Of kFuture: 0 is in two months. kExpiring: are left; 0 is three days.
  uint32_t lifetime_s = 0;  // 0 is a month.
};

/// One RRset to sign. Views; the names and strings outlive the call.
struct ToSign {
  dns::NameView owner;  // The wildcard's where one was expanded.
  dns::RRType type{};
  uint32_t ttl = 0;
  std::span<const std::string> rdata;  // Uncompressed.
  dns::NameView apex = {};
  SigningAlgorithm algorithm = SigningAlgorithm::kEcdsaP256Sha256;
  SignatureShape shape = {};
};

/// One key for each algorithm, shared by all zones, but for zones that have their own. Keys are
/// made anew in each run. Signatures that were made are kept, up to a number. One thread.
class Signer {
 public:
  /// Signatures are valid from an hour before `now` on, for a month.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Signer>> Create(
      std::chrono::system_clock::time_point now);
  ~Signer();
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  /// The DNSKEY that the zone at an apex publishes, if it is of this algorithm.
  const std::string& DnskeyRdata(dns::NameView apex, SigningAlgorithm algorithm);
  /// The DS (SHA-256) of that key at an apex; of another key where `mismatch`.
  std::string DsRdata(dns::NameView apex, SigningAlgorithm algorithm, bool mismatch);
  /// The RRSIG. Empty where the set cannot be signed, since a record's RDATA is not sound.
  std::string SignatureRdata(const ToSign& set);

 private:
  struct Key;
  explicit Signer(std::chrono::system_clock::time_point now);
  absl::Status AddKeys();
  static std::unique_ptr<Key> MakeKey(SigningAlgorithm algorithm);
  std::string Sign(const ToSign& set);
  const Key& KeyOf(dns::NameView apex, SigningAlgorithm algorithm);

  const std::chrono::system_clock::time_point now_;
  std::unique_ptr<Key> keys_[4];  // By SigningAlgorithm, of those that zones share.
  absl::flat_hash_map<std::string, std::unique_ptr<Key>> own_keys_;  // By apex, in small letters.
  absl::flat_hash_map<std::string, std::string> made_;
};

}  // namespace caascan::lab
