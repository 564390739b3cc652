// What the store of denials keeps of one zone, and how a proof finds its records there.
#pragma once

#include <absl/container/btree_map.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/crypto/rdata.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/denial.h"
#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/nsec.h"
#include "scanner/dnssec/nsec3.h"
#include "scanner/dnssec/order.h"
#include "scanner/dnssec/rrset.h"
#include "scanner/dnssec/signature.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// Of a signature that was found good: what must still hold when its record is used.
struct Good {
  uint8_t key = 0;  // Index into StoredZone::keys.
  uint32_t inception = 0;
  uint32_t expiration = 0;
};

/// One record, of either kind.
struct StoredRecord {
  std::optional<Good> good;  // nullopt: not checked yet.
  std::chrono::nanoseconds expires = std::chrono::nanoseconds::max();
  // How often the store had been full, when it came and when it was last of use (0: never).
  uint32_t came = 0;
  mutable std::atomic<uint32_t> last_use{0};
};

/// NSEC3, by its hash.
struct StoredSpan : StoredRecord {
  Nsec3Hash next{};
  Nsec3Facts facts;
  bool has_record = false;  // A file's signatures may come first.
  std::string records;      // Unchecked: the record, where it is there, then its signatures.

  bool Says(const crypto::Nsec3& record) const {
    return std::ranges::equal(next, record.next_hash) && facts == Nsec3Facts::Of(record);
  }
  size_t octets() const {
    return sizeof(StoredSpan) + sizeof(Nsec3Hash) + sizeof(void*) + records.capacity();
  }
};

/// NSEC, by its name.
struct StoredGap : StoredRecord {
  dns::CompactName next;
  NsecFacts facts;

  bool Says(const crypto::Nsec& record) const {
    return next.view() == record.next && facts == NsecFacts::Of(record);
  }
  /// The owner's name is as long as the next, or nearly.
  size_t octets() const {
    return sizeof(StoredGap) + sizeof(dns::CompactName) + sizeof(void*) + 2 * next.heap_bytes();
  }
};

/// RFC 4034 §6.1.
struct CanonicalOrder {
  using is_transparent = void;
  bool operator()(dns::NameView a, dns::NameView b) const { return CompareNames(a, b) < 0; }
};

/// As of arrays. Hashes differ early, so that nearly all are told apart by one word.
struct HashOrder {
  bool operator()(const Nsec3Hash& a, const Nsec3Hash& b) const {
    const uint64_t begin_a = Begin(a);
    const uint64_t begin_b = Begin(b);
    return begin_a != begin_b ? begin_a < begin_b : a < b;
  }

 private:
  static uint64_t Begin(const Nsec3Hash& hash) {
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof word; ++i) word = word << 8 | hash[i];
    return word;
  }
};

/// A value, of DenialStore's lock.
struct StoredZone {
  using Spans = absl::btree_map<Nsec3Hash, std::unique_ptr<StoredSpan>, HashOrder>;
  // All NSEC3 records have the same parameters.
  std::string salt;
  uint16_t iterations = 0;
  std::optional<Nsec3Hash> apex_hash;
  Spans spans;
  absl::btree_map<dns::CompactName, std::unique_ptr<StoredGap>, CanonicalOrder> gaps;
  std::vector<std::string> keys;  // RDATA.

  bool empty() const { return spans.empty() && gaps.empty(); }
  /// Without its records.
  size_t own_octets() const;
  bool HasParameters(const crypto::Nsec3& of) const;
  /// Is it good now, by these keys?
  bool IsGoodNow(const Good& of, const KeySet& trusted, uint32_t now_s) const;
};

/// RDATA one behind the other, each behind its size in two octets.
std::string WithSize(std::span<const uint8_t> rdata);
std::span<const uint8_t> TakeRdata(std::string_view* records);

/// A record whose signature has to be checked before it counts.
struct Unchecked {
  Nsec3Hash hash{};
  std::string records;

  /// `zone` has it. A view into it.
  Rrset ToSet(dns::NameView zone, uint32_t ttl_s) const;
};

/// A proof by the records of one zone. All that it is given outlives it. One thread.
class StoredProof : private Nsec3Records {
 public:
  StoredProof(const StoredZone& zone, dns::NameView apex, const KeySet* keys, const Means& means,
              std::chrono::nanoseconds now)
      : zone_(zone), apex_(apex), keys_(keys), means_(means), now_(now) {}

  /// Is there no DS at `cut`, which is below the zone? Ends at the first unchecked record.
  CutProof ProveNoDs(dns::NameView cut);

  const std::optional<Unchecked>& unchecked() const { return unchecked_; }
  /// The least that a used record may be kept.
  uint32_t ttl_s() const { return ttl_s_; }
  /// The proof is used, and the store has been full so often.
  void NoteUse(uint32_t times_full) const;

 private:
  std::optional<Nsec3Hash> Hash(dns::NameView name) override;
  const Nsec3Facts* FindMatch(const Nsec3Hash& hash) override;
  const Nsec3Facts* FindCover(const Nsec3Hash& hash) override;
  const Nsec3Facts* Use(const Nsec3Hash& hash, const StoredSpan& span);
  StoredZone::Spans::const_iterator At(const Nsec3Hash& hash);
  CutProof ProveByGaps(dns::NameView cut);
  bool IsOfUse(const StoredRecord& record);

  const StoredZone& zone_;
  const dns::NameView apex_;
  const KeySet* const keys_;
  const Means& means_;
  const std::chrono::nanoseconds now_;
  std::optional<Nsec3Hash> sought_;          // What was looked for last,
  StoredZone::Spans::const_iterator found_;  // and the first span that is not before it.
  uint32_t ttl_s_ = UINT32_MAX;
  std::optional<Unchecked> unchecked_;
  std::array<const StoredRecord*, 2> used_{};
};

}  // namespace caascan::dnssec
