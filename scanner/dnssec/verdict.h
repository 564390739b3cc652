// What validation comes to, and the evidence for it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "caascan/finding_code.h"
#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::dnssec {

/// RFC 4035 §4.3. Indeterminate does not occur: who validates has a trust anchor for every name.
enum class Security : uint8_t { kSecure, kInsecure, kBogus };

/// Why it is not secure, or what is remarkable though it is.
enum class Finding : uint8_t {
  kNone,
  kNoDnskey,
  kDsMismatch,
  kSignatureExpired,
  kSignatureFuture,
  kSignatureInvalid,
  kSignatureMissing,
  kDenialMissing,
  kDenialInvalid,
  kAlgorithmUnsupported,
  kNsec3Iterations,
  kEmptyAnswersOnly,
  kAlgorithmDeprecated,
  kUndelegatedChild,
  kExpiring,
  kAlgorithmIncomplete,
};

/// The code that a record has for it; nullopt for kNone.
std::optional<FindingCode> CodeOf(Finding finding);

/// The tags and algorithms of a zone's keys, of the first of them. A value.
class ZoneKeys {
 public:
  static constexpr size_t kMax = 4;
  struct Key {
    uint16_t tag = 0;
    uint8_t algorithm = 0;
  };

  void Add(Key key);
  bool empty() const { return count_ == 0; }
  /// "key 4711 of algorithm 13, key 815 of algorithm 8, and 3 more".
  std::string ToText() const;

 private:
  std::array<Key, kMax> keys_{};
  uint16_t count_ = 0;  // More than kMax, where some were left out.
};

/// What was looked at. Absent members were not known when the verdict fell.
struct Evidence {
  dns::CompactName zone;   // Whose keys were to be used.
  dns::CompactName owner;  // Of the record set,
  dns::RRType type{};      // with its type.
  std::optional<uint16_t> key_tag;
  std::optional<uint8_t> algorithm;
  std::optional<uint32_t> inception;  // Of the signature, seconds since 1970 modulo 2^32.
  std::optional<uint32_t> expiration;
  std::optional<uint32_t>
      ahead_s;  // How far the inception lies in the future, where that is let pass.
  std::string_view detail = {};  // A sentence of ours; lives for ever.
  /// Where none of the zone's keys is the one that a DS record names: these are the keys.
  ZoneKeys zone_keys = {};

  static Evidence About(dns::NameView zone, dns::NameView owner, dns::RRType type,
                        std::string_view detail);
  /// "zone example.com, www.example.com CAA, key 4711, algorithm 13, 2026-01-01T00:00:00Z to
  /// 2026-01-31T00:00:00Z: the signature has expired". Printable ASCII. The zone's keys follow
  /// behind "; the zone has ".
  std::string ToText() const;
};

/// A value.
struct Verdict {
  Security security = Security::kSecure;
  Finding finding = Finding::kNone;
  /// Our own limits ended the work: the verdict is bogus for this name, and says nothing to others.
  bool gave_up = false;
  Evidence evidence;

  bool is_secure() const { return security == Security::kSecure; }
  bool is_bogus() const { return security == Security::kBogus; }
  /// What it holds outside itself.
  size_t HeapBytes() const { return evidence.zone.heap_bytes() + evidence.owner.heap_bytes(); }

  /// Adds what another step of the same proof came to: the weaker of the two stays. Where both are
  /// secure, or the weaker one has nothing to tell, the other's finding is kept as a remark; of two
  /// the first one, but that what may soon fail goes before a deprecated algorithm.
  void Weaken(Verdict other);

  static Verdict Secure() { return {}; }
  /// Secure, and worth telling.
  static Verdict Remark(Finding finding, Evidence evidence);
  static Verdict Insecure(Finding finding, Evidence evidence);
  static Verdict Bogus(Finding finding, Evidence evidence);
};

}  // namespace caascan::dnssec
