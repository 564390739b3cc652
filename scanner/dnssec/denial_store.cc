// A record is a span of hashes. Once its signature is found good, its octets are not needed: what
// it says, the key and the time are. So a record whose key is no longer the zone's, or whose
// signature has ended, is as good as none.
//
// One lock guards all. Look-ups share it, and hold it for a microsecond. No signature is checked
// under it: a look-up that meets an unchecked record ends, and begins anew after the check.
// Tested by denial_store_test.cc, which compares it with judged messages.
#include "scanner/dnssec/denial_store.h"

#include <absl/container/btree_map.h>
#include <absl/container/node_hash_map.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/crypto/rdata.h"
#include "scanner/dns/wire.h"
#include "scanner/dnssec/nsec3.h"
#include "scanner/dnssec/rrset.h"
#include "scanner/dnssec/signature.h"

namespace caascan::dnssec {
namespace {

using dns::AsChars;
using dns::AsOctets;
using dns::NameView;
using dns::RRType;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// What resolvers keep of negative answers at most (RFC 2308 §5 speaks of one to three hours).
constexpr uint32_t kMaxTtl = 3 * 3600;
// Of one message. An honest proof has no more.
constexpr size_t kMaxSets = 3;
// Of one unchecked record with its signatures, so that a hostile file takes no more.
constexpr size_t kMaxRecordsSize = 2048;
// A look-up checks so many unchecked records. An honest proof has two.
constexpr int kMaxChecks = 4;
// Keys of one zone that have signed what is kept. A zone that rolls its keys has four.
constexpr size_t kMaxKeys = 32;

/// RDATA one behind the other, each behind its size in two octets.
std::string WithSize(std::span<const uint8_t> rdata) {
  std::string out;
  dns::Append16(static_cast<uint32_t>(rdata.size()), &out);
  return out.append(AsChars(rdata));
}

std::span<const uint8_t> TakeRdata(std::string_view* records) {
  const size_t size = dns::Read16(*records);
  const auto rdata = AsOctets(*records).subspan(2, size);
  records->remove_prefix(2 + size);
  return rdata;
}

/// What is found good.
struct Good {
  uint8_t key = 0;  // Index into Zone::keys.
  uint32_t inception = 0;
  uint32_t expiration = 0;
};

struct Span {
  Nsec3Hash next{};
  Nsec3Facts facts;
  bool has_record = false;  // A file's signatures may come first.
  std::optional<Good> good;
  std::string records;  // Unchecked: the record, where it is there, then its signatures.
  nanoseconds expires = nanoseconds::max();
  // How often the store had been full, when it came and when it was last of use (0: never).
  uint32_t came = 0;
  mutable std::atomic<uint32_t> last_use{0};

  size_t octets() const {
    return sizeof(Span) + sizeof(Nsec3Hash) + sizeof(void*) + records.capacity();
  }
};

struct Zone {
  // All records have the same parameters.
  std::string salt;
  uint16_t iterations = 0;
  std::optional<Nsec3Hash> apex_hash;
  absl::btree_map<Nsec3Hash, std::unique_ptr<Span>> spans;
  std::vector<std::string> keys;  // RDATA.

  size_t own_octets() const {
    size_t octets = sizeof(Zone);
    for (const std::string& key : keys) octets += key.size();
    return octets;
  }
};

/// Is it good now, by these keys?
bool IsGoodNow(const Good& good, const Zone& zone, const KeySet& keys, uint32_t now_s) {
  if (ComesBefore(now_s, good.inception) || ComesBefore(good.expiration, now_s)) return false;
  const std::span<const uint8_t> rdata = AsOctets(zone.keys[good.key]);
  return std::any_of(keys.keys().begin(), keys.keys().end(), [rdata](const crypto::PublicKey& key) {
    return std::ranges::equal(key.rdata(), rdata);
  });
}

/// A record whose signature has to be checked before it counts.
struct Unchecked {
  Nsec3Hash hash{};
  std::string records;
};

/// The records of a zone as a proof finds them. Ends the proof at the first unchecked one.
class StoredRecords : public Nsec3Records {
 public:
  StoredRecords(const Zone& zone, NameView apex, const KeySet* keys, const Means& means,
                nanoseconds now)
      : zone_(zone), apex_(apex), keys_(keys), means_(means), now_(now) {}

  std::optional<Nsec3Hash> Hash(NameView name) override {
    if (unchecked_ || !ChargeForHash(zone_.iterations, means_.work)) return std::nullopt;
    if (zone_.apex_hash && name == apex_) return zone_.apex_hash;
    means_.work->hashes += zone_.iterations + 1u;
    return HashForNsec3(name, AsOctets(zone_.salt), zone_.iterations);
  }

  const Nsec3Facts* FindMatch(const Nsec3Hash& hash) override {
    const auto at = zone_.spans.find(hash);
    return at != zone_.spans.end() ? Use(hash, *at->second) : nullptr;
  }

  const Nsec3Facts* FindCover(const Nsec3Hash& hash) override {
    if (zone_.spans.empty()) return nullptr;
    auto at = zone_.spans.lower_bound(hash);
    if (at == zone_.spans.begin()) at = zone_.spans.end();  // The last one's span goes around.
    --at;
    const Span& span = *at->second;
    if (!span.has_record || !IsWithinSpan(at->first, span.next, hash)) return nullptr;
    return Use(at->first, span);
  }

  const std::optional<Unchecked>& unchecked() const { return unchecked_; }
  uint32_t ttl_s() const { return ttl_s_; }
  /// The proof is used.
  void NoteUse(uint32_t use) const {
    for (const Span* span : used_) {
      // Only once each: a store of the same value would take the line from other threads' caches.
      if (span != nullptr && span->last_use.load(std::memory_order_relaxed) != use) {
        span->last_use.store(use, std::memory_order_relaxed);
      }
    }
  }

 private:
  const Nsec3Facts* Use(const Nsec3Hash& hash, const Span& span) {
    if (!span.has_record || span.expires <= now_ || unchecked_) return nullptr;
    if (!span.good) {
      unchecked_ = Unchecked{hash, span.records};
      return nullptr;
    }
    if (!IsGoodNow(*span.good, zone_, *keys_, means_.now)) return nullptr;
    ttl_s_ = std::min(ttl_s_, span.good->expiration - means_.now);
    if (span.expires != nanoseconds::max()) {
      const auto left = std::chrono::duration_cast<seconds>(span.expires - now_);
      ttl_s_ = std::min(ttl_s_, static_cast<uint32_t>(left.count()));
    }
    used_[used_[0] == nullptr ? 0 : 1] = &span;
    return &span.facts;
  }

  const Zone& zone_;
  const NameView apex_;
  const KeySet* const keys_;
  const Means& means_;
  const nanoseconds now_;
  uint32_t ttl_s_ = UINT32_MAX;
  std::optional<Unchecked> unchecked_;
  std::array<const Span*, 2> used_{};
};

/// May a record so signed be used again?
bool IsGood(const VerifiedSet& verified) {
  return verified.verdict.is_secure() && verified.verdict.finding != Finding::kSignatureFuture;
}

Rrset SetOf(const Unchecked& unchecked, NameView zone) {
  Rrset set;
  set.owner = OwnerOf(unchecked.hash, zone);
  set.type = RRType::kNSEC3;
  std::string_view left = unchecked.records;
  while (!left.empty()) {
    dns::RecordView record;
    record.rr_class = dns::kClassIn;
    record.ttl = kMaxTtl;
    record.rdata = TakeRdata(&left);
    record.type = set.records.empty() ? RRType::kNSEC3 : RRType::kRRSIG;
    (set.records.empty() ? set.records : set.signatures).push_back(record);
  }
  return set;
}

}  // namespace

class DenialStore::Tables {
 public:
  Tables(size_t max_octets, uint16_t max_iterations)
      : max_octets_(max_octets), max_iterations_(max_iterations) {}

  const Zone* Find(NameView zone) const {
    const auto found = zones_.find(zone);
    return found != zones_.end() ? &found->second : nullptr;
  }
  bool IsUsable(const crypto::Nsec3& nsec3) const {
    return IsKnownKind(nsec3) && nsec3.iterations <= max_iterations_;
  }
  /// Is it there, and good, with half of its time left?
  bool Has(NameView zone, const Nsec3Hash& hash, const crypto::Nsec3& nsec3, const KeySet& keys,
           uint32_t now_s, uint32_t ttl_s, nanoseconds now) const;
  void Add(NameView zone, const Nsec3Hash& hash, const crypto::Nsec3& nsec3,
           const VerifiedSet& verified, nanoseconds expires);
  bool AddUnchecked(NameView zone, const Nsec3Hash& hash, RRType type,
                    std::span<const uint8_t> rdata);
  /// The check has ended, well or not.
  void Settle(NameView zone, const Unchecked& unchecked, const VerifiedSet& verified);
  uint32_t times_full() const { return times_full_; }
  size_t octets() const { return octets_; }

 private:
  Zone* FindOrInsert(NameView zone);
  static bool HasParameters(const Zone& zone, const crypto::Nsec3& of) {
    return zone.iterations == of.iterations && zone.salt == AsChars(of.salt);
  }
  void SetParameters(NameView apex, const crypto::Nsec3& of, Zone* zone);
  Span* FindOrInsert(const Nsec3Hash& hash, Zone* zone);
  std::optional<Good> GoodBy(const VerifiedSet& verified, Zone* zone);
  void EraseWithin(const Nsec3Hash& owner, const Nsec3Hash& next, Zone* zone);
  template <typename Goes>
  void Drop(const Goes& goes);
  void MakeRoom();

  const size_t max_octets_;
  const uint16_t max_iterations_;
  absl::node_hash_map<dns::CompactName, Zone, dns::NameHash, dns::NameEqual> zones_;
  size_t octets_ = 0;
  uint32_t times_full_ = 1;
};

bool DenialStore::Tables::Has(NameView zone, const Nsec3Hash& hash, const crypto::Nsec3& nsec3,
                              const KeySet& keys, uint32_t now_s, uint32_t ttl_s,
                              nanoseconds now) const {
  const Zone* const kept = Find(zone);
  if (kept == nullptr || !HasParameters(*kept, nsec3)) return false;
  const auto at = kept->spans.find(hash);
  return at != kept->spans.end() && at->second->good &&
         IsGoodNow(*at->second->good, *kept, keys, now_s) &&
         at->second->expires - now > nanoseconds(seconds(ttl_s)) / 2;
}

Zone* DenialStore::Tables::FindOrInsert(NameView zone) {
  const auto [at, is_new] = zones_.try_emplace(dns::CompactName(zone));
  if (is_new) octets_ += sizeof(Zone);
  return &at->second;
}

/// Records with other parameters are of an older state of the zone, and cannot be mixed with these.
void DenialStore::Tables::SetParameters(NameView apex, const crypto::Nsec3& of, Zone* zone) {
  if (zone->apex_hash) {
    if (HasParameters(*zone, of)) return;
    for (const auto& [hash, span] : zone->spans) octets_ -= span->octets();
    zone->spans.clear();
  }
  zone->salt = AsChars(of.salt);
  zone->iterations = of.iterations;
  zone->apex_hash = HashForNsec3(apex, of.salt, of.iterations);
}

Span* DenialStore::Tables::FindOrInsert(const Nsec3Hash& hash, Zone* zone) {
  std::unique_ptr<Span>& place = zone->spans[hash];
  if (place == nullptr) {
    place = std::make_unique<Span>();
    place->came = times_full_;
    octets_ += place->octets();
  }
  return place.get();
}

/// nullopt where the zone has had too many keys.
std::optional<Good> DenialStore::Tables::GoodBy(const VerifiedSet& verified, Zone* zone) {
  const std::string_view key = AsChars(verified.key);
  const auto at = std::find(zone->keys.begin(), zone->keys.end(), key);
  const auto index = static_cast<size_t>(at - zone->keys.begin());
  if (index == kMaxKeys) return std::nullopt;
  if (at == zone->keys.end()) {
    zone->keys.emplace_back(key);
    octets_ += key.size();
  }
  return Good{static_cast<uint8_t>(index), verified.inception, verified.expiration};
}

void DenialStore::Tables::Add(NameView zone, const Nsec3Hash& hash, const crypto::Nsec3& nsec3,
                              const VerifiedSet& verified, nanoseconds expires) {
  Zone* const kept = FindOrInsert(zone);
  const std::optional<Good> good = GoodBy(verified, kept);
  if (!good) return;
  SetParameters(zone, nsec3, kept);
  Span* const span = FindOrInsert(hash, kept);
  octets_ -= span->octets();
  span->facts = Nsec3Facts::Of(nsec3);
  std::ranges::copy(nsec3.next_hash, span->next.begin());
  span->has_record = true;
  span->good = good;
  span->records = std::string();
  span->expires = expires;
  octets_ += span->octets();
  EraseWithin(hash, span->next, kept);
  if (octets_ > max_octets_) MakeRoom();
}

bool DenialStore::Tables::AddUnchecked(NameView zone, const Nsec3Hash& hash, RRType type,
                                       std::span<const uint8_t> rdata) {
  // What servers deny is to find room, too.
  if (octets_ + sizeof(Zone) + sizeof(Span) + rdata.size() > max_octets_ - max_octets_ / 8) {
    return false;
  }
  Zone* const kept = FindOrInsert(zone);
  const auto nsec3 = type == RRType::kNSEC3 ? crypto::ReadNsec3(rdata) : std::nullopt;
  if (nsec3) {
    if (!kept->apex_hash) SetParameters(zone, *nsec3, kept);
    if (!HasParameters(*kept, *nsec3)) return true;
  }
  Span* const span = FindOrInsert(hash, kept);
  if (span->good || (nsec3 && span->has_record) ||
      span->records.size() + rdata.size() > kMaxRecordsSize) {
    return true;
  }
  const std::string sized = WithSize(rdata);
  if (span->records.find(sized) != std::string::npos) return true;  // It was read twice.
  octets_ -= span->octets();
  span->records.insert(nsec3 ? 0 : span->records.size(), sized);
  if (nsec3) {
    span->facts = Nsec3Facts::Of(*nsec3);
    std::ranges::copy(nsec3->next_hash, span->next.begin());
    span->has_record = true;
  }
  octets_ += span->octets();
  return true;
}

void DenialStore::Tables::Settle(NameView zone, const Unchecked& unchecked,
                                 const VerifiedSet& verified) {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) return;
  Zone& kept = found->second;
  const auto at = kept.spans.find(unchecked.hash);
  if (at == kept.spans.end() || at->second->records != unchecked.records) return;
  Span& span = *at->second;
  octets_ -= span.octets();
  if (IsGood(verified)) span.good = GoodBy(verified, &kept);
  if (!span.good) {
    kept.spans.erase(at);
    return;
  }
  span.records = std::string();
  octets_ += span.octets();
}

/// What a newer record shows not to exist any more would hide it from look-ups.
void DenialStore::Tables::EraseWithin(const Nsec3Hash& owner, const Nsec3Hash& next, Zone* zone) {
  auto at = zone->spans.upper_bound(owner);
  for (size_t left = zone->spans.size(); left > 1; --left) {
    if (at == zone->spans.end()) at = zone->spans.begin();
    if (!IsWithinSpan(owner, next, at->first)) return;
    octets_ -= at->second->octets();
    at = zone->spans.erase(at);
  }
}

template <typename Goes>
void DenialStore::Tables::Drop(const Goes& goes) {
  if (octets_ <= max_octets_ - max_octets_ / 8) return;
  for (auto zone = zones_.begin(); zone != zones_.end();) {
    auto& spans = zone->second.spans;
    for (auto at = spans.begin(); at != spans.end();) {
      const bool gone = goes(*at->second);
      if (gone) octets_ -= at->second->octets();
      at = gone ? spans.erase(at) : std::next(at);
    }
    const auto done = zone++;
    if (!spans.empty()) continue;
    octets_ -= done->second.own_octets();
    zones_.erase(done);
  }
}

void DenialStore::Tables::MakeRoom() {
  bool odd = false;
  Drop([this](const Span& span) {
    return std::max(span.came, span.last_use.load(std::memory_order_relaxed)) < times_full_;
  });
  Drop([&odd](const Span& span) {
    return span.last_use.load(std::memory_order_relaxed) == 0 && (odd = !odd);
  });
  Drop([&odd](const Span&) { return odd = !odd; });
  ++times_full_;
}

DenialStore::DenialStore(size_t max_octets, uint16_t max_iterations)
    : tables_(std::make_unique<Tables>(max_octets, max_iterations)) {}

DenialStore::~DenialStore() = default;

void DenialStore::Add(const dns::Message& message, NameView zone, KeySet* keys, const Means& means,
                      nanoseconds now) {
  std::vector<Rrset> sets = ProofSets(message, RRType::kNSEC3, zone);
  const Rrset soa = FindRrset(message, dns::Section::kAuthority, zone, RRType::kSOA);
  if (soa.empty()) return;
  sets.resize(std::min(sets.size(), kMaxSets));
  const uint32_t negative_ttl_s =
      std::min({kMaxTtl, soa.ttl_s(), dns::TtlSeconds(ReadSoa(soa.records[0]).minimum)});
  for (const Rrset& set : sets) {
    const auto nsec3 = crypto::ReadNsec3(set.records[0].rdata);
    const auto hash = HashAt(set.owner, zone);
    if (!nsec3 || !hash || !tables_->IsUsable(*nsec3)) continue;
    const uint32_t ttl_s = std::min(negative_ttl_s, set.ttl_s());
    {
      const std::shared_lock lock(mutex_);
      if (tables_->Has(zone, *hash, *nsec3, *keys, means.now, ttl_s, now)) continue;
    }
    const VerifiedSet verified = VerifyDenial(set, zone, keys, means);
    if (!IsGood(verified)) continue;
    const std::unique_lock lock(mutex_);
    tables_->Add(zone, *hash, *nsec3, verified, now + seconds(std::min(ttl_s, verified.ttl_s)));
  }
}

bool DenialStore::AddUnchecked(NameView zone, NameView owner, RRType type,
                               std::span<const uint8_t> rdata) {
  const auto hash = HashAt(owner, zone);
  if (!hash) return true;
  if (type == RRType::kNSEC3) {
    const auto nsec3 = crypto::ReadNsec3(rdata);
    if (!nsec3 || !tables_->IsUsable(*nsec3)) return true;
  } else {
    const auto signature = type == RRType::kRRSIG ? crypto::ReadRrsig(rdata) : std::nullopt;
    if (!signature || signature->covered != RRType::kNSEC3 || signature->signer != zone) {
      return true;
    }
  }
  const std::unique_lock lock(mutex_);
  return tables_->AddUnchecked(zone, *hash, type, rdata);
}

std::optional<DenialStore::NoDs> DenialStore::ProveNoDs(NameView zone, NameView cut, KeySet* keys,
                                                        const Means& means, nanoseconds now) {
  assert(cut.IsBelow(zone) && "a zone delegates what lies below it");
  for (int checks = 0;; ++checks) {
    std::optional<Unchecked> unchecked;
    {
      const std::shared_lock lock(mutex_);
      const Zone* const kept = tables_->Find(zone);
      if (kept == nullptr) return std::nullopt;
      StoredRecords records(*kept, zone, keys, means, now);
      const CutProof proof = dnssec::ProveNoDs(zone, cut, &records).proof;
      if (proof != CutProof::kUnproven) {
        records.NoteUse(tables_->times_full());
        return NoDs{proof, records.ttl_s()};
      }
      unchecked = records.unchecked();
    }
    if (!unchecked || checks == kMaxChecks) return std::nullopt;
    const VerifiedSet verified = VerifyDenial(SetOf(*unchecked, zone), zone, keys, means);
    if (verified.verdict.gave_up) return std::nullopt;
    const std::unique_lock lock(mutex_);
    tables_->Settle(zone, *unchecked, verified);
  }
}

size_t DenialStore::octets() const {
  const std::shared_lock lock(mutex_);
  return tables_->octets();
}

}  // namespace caascan::dnssec
