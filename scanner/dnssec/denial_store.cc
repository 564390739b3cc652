// A record is a span of hashes, or of names. Once its signature is found good, its octets are not
// needed: what it says, the key and the time are. So a record whose key is no longer the zone's, or
// whose signature has ended, is as good as none.
//
// One lock guards all. Look-ups share it, and hold it for a microsecond. No signature is checked
// under it: a look-up that meets an unchecked record ends, and begins anew after the check.
// Tested by denial_store_test.cc and denial_store_nsec_test.cc, which compare it with judged
// messages.
#include "scanner/dnssec/denial_store.h"

#include <absl/container/node_hash_map.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <memory>
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
#include "scanner/dnssec/stored_zone.h"

namespace caascan::dnssec {
namespace {

using dns::AsChars;
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

/// May a record so signed be used again?
bool IsGood(const VerifiedSet& verified) {
  return verified.verdict.is_secure() && verified.verdict.finding != Finding::kSignatureFuture;
}

/// A record that a server has sent, read. Views into its set.
struct Denied {
  NameView zone;
  NameView owner;
  std::optional<crypto::Nsec> nsec;  // One of both.
  std::optional<crypto::Nsec3> nsec3;
  Nsec3Hash hash{};  // NSEC3: in the owner's name.
};

std::optional<Denied> ReadDenied(const Rrset& set, NameView zone) {
  Denied denied{zone, set.owner, std::nullopt, std::nullopt};
  if (set.type == RRType::kNSEC) {
    denied.nsec = crypto::ReadNsec(set.records[0].rdata);
    const bool is_of_zone = denied.nsec && denied.nsec->next.IsAtOrBelow(zone);
    return is_of_zone ? std::optional(denied) : std::nullopt;
  }
  denied.nsec3 = crypto::ReadNsec3(set.records[0].rdata);
  const auto hash = HashAt(set.owner, zone);
  if (!denied.nsec3 || !hash) return std::nullopt;
  denied.hash = *hash;
  return denied;
}

}  // namespace

class DenialStore::Tables {
 public:
  Tables(size_t max_octets, uint16_t max_iterations)
      : max_octets_(max_octets), max_iterations_(max_iterations) {}

  const StoredZone* Find(NameView zone) const {
    const auto found = zones_.find(zone);
    return found != zones_.end() ? &found->second : nullptr;
  }
  bool IsUsable(const crypto::Nsec3& nsec3) const {
    return IsKnownKind(nsec3) && nsec3.iterations <= max_iterations_;
  }
  /// Is it there, and good, with half of its time left?
  bool Has(const Denied& denied, const KeySet& keys, uint32_t now_s, uint32_t ttl_s,
           nanoseconds now) const;
  void Add(const Denied& denied, const VerifiedSet& verified, nanoseconds expires);
  bool AddUnchecked(NameView zone, const Nsec3Hash& hash, RRType type,
                    std::span<const uint8_t> rdata);
  /// The check has ended, well or not.
  void Settle(NameView zone, const Unchecked& unchecked, const VerifiedSet& verified);
  uint32_t times_full() const { return times_full_; }
  size_t octets() const { return octets_; }

 private:
  StoredZone* FindOrInsert(NameView zone);
  void SetParameters(NameView apex, const crypto::Nsec3& of, StoredZone* zone);
  template <typename Map, typename Key>
  auto* FindOrInsert(const Key& key, Map* records);
  std::optional<Good> GoodBy(const VerifiedSet& verified, StoredZone* zone);
  void AddSpan(const Denied& denied, const Good& good, nanoseconds expires, StoredZone* zone);
  void AddGap(const Denied& denied, const Good& good, nanoseconds expires, StoredZone* zone);
  template <typename Map>
  auto Erase(typename Map::iterator at, Map* records) {
    octets_ -= at->second->octets();
    return records->erase(at);
  }
  template <typename Map, typename Goes>
  void DropFrom(Map* records, const Goes& goes);
  template <typename Goes>
  void Drop(const Goes& goes);
  void MakeRoom();

  const size_t max_octets_;
  const uint16_t max_iterations_;
  absl::node_hash_map<dns::CompactName, StoredZone, dns::NameHash, dns::NameEqual> zones_;
  size_t octets_ = 0;
  uint32_t times_full_ = 1;
};

bool DenialStore::Tables::Has(const Denied& denied, const KeySet& keys, uint32_t now_s,
                              uint32_t ttl_s, nanoseconds now) const {
  const StoredZone* const kept = Find(denied.zone);
  if (kept == nullptr) return false;
  const StoredRecord* record = nullptr;
  if (denied.nsec) {
    const auto at = kept->gaps.find(denied.owner);
    if (at != kept->gaps.end() && at->second->Says(*denied.nsec)) record = at->second.get();
  } else if (kept->HasParameters(*denied.nsec3)) {
    const auto at = kept->spans.find(denied.hash);
    if (at != kept->spans.end() && at->second->Says(*denied.nsec3)) record = at->second.get();
  }
  return record != nullptr && record->good && kept->IsGoodNow(*record->good, keys, now_s) &&
         record->expires - now > nanoseconds(seconds(ttl_s)) / 2;
}

StoredZone* DenialStore::Tables::FindOrInsert(NameView zone) {
  const auto [at, is_new] = zones_.try_emplace(dns::CompactName(zone));
  if (is_new) octets_ += sizeof(StoredZone);
  return &at->second;
}

/// Records with other parameters are of an older state of the zone, and cannot be mixed with these.
void DenialStore::Tables::SetParameters(NameView apex, const crypto::Nsec3& of, StoredZone* zone) {
  if (zone->apex_hash) {
    if (zone->HasParameters(of)) return;
    for (const auto& [hash, span] : zone->spans) octets_ -= span->octets();
    zone->spans.clear();
  }
  zone->salt = AsChars(of.salt);
  zone->iterations = of.iterations;
  zone->apex_hash = HashForNsec3(apex, of.salt, of.iterations);
}

template <typename Map, typename Key>
auto* DenialStore::Tables::FindOrInsert(const Key& key, Map* records) {
  auto& place = (*records)[key];
  if (place == nullptr) {
    place = std::make_unique<typename Map::mapped_type::element_type>();
    place->came = times_full_;
    octets_ += place->octets();
  }
  return place.get();
}

/// nullopt where the zone has had too many keys.
std::optional<Good> DenialStore::Tables::GoodBy(const VerifiedSet& verified, StoredZone* zone) {
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

void DenialStore::Tables::Add(const Denied& denied, const VerifiedSet& verified,
                              nanoseconds expires) {
  StoredZone* const kept = FindOrInsert(denied.zone);
  const std::optional<Good> good = GoodBy(verified, kept);
  if (!good) return;
  if (denied.nsec) {
    AddGap(denied, *good, expires, kept);
  } else {
    AddSpan(denied, *good, expires, kept);
  }
  if (octets_ > max_octets_) MakeRoom();
}

/// What a newer record shows not to exist any more would hide it from look-ups.
void DenialStore::Tables::AddSpan(const Denied& denied, const Good& good, nanoseconds expires,
                                  StoredZone* zone) {
  SetParameters(denied.zone, *denied.nsec3, zone);
  StoredSpan* const span = FindOrInsert(denied.hash, &zone->spans);
  octets_ -= span->octets();
  span->facts = Nsec3Facts::Of(*denied.nsec3);
  std::ranges::copy(denied.nsec3->next_hash, span->next.begin());
  span->has_record = true;
  span->good = good;
  span->records = std::string();
  span->expires = expires;
  octets_ += span->octets();
  const Nsec3Hash next = span->next;
  auto at = zone->spans.upper_bound(denied.hash);
  for (size_t left = zone->spans.size(); left > 1; --left) {
    if (at == zone->spans.end()) at = zone->spans.begin();
    if (!IsWithinSpan(denied.hash, next, at->first)) return;
    at = Erase(at, &zone->spans);
  }
}

/// Likewise. The last gap of a zone ends with it.
void DenialStore::Tables::AddGap(const Denied& denied, const Good& good, nanoseconds expires,
                                 StoredZone* zone) {
  StoredGap* const gap = FindOrInsert(dns::CompactName(denied.owner), &zone->gaps);
  octets_ -= gap->octets();
  gap->facts = NsecFacts::Of(*denied.nsec);
  gap->next = denied.nsec->next;
  gap->good = good;
  gap->expires = expires;
  octets_ += gap->octets();
  auto at = zone->gaps.upper_bound(denied.owner);
  while (at != zone->gaps.end() &&
         (denied.nsec->next == denied.zone || CompareNames(at->first, denied.nsec->next) < 0)) {
    at = Erase(at, &zone->gaps);
  }
}

bool DenialStore::Tables::AddUnchecked(NameView zone, const Nsec3Hash& hash, RRType type,
                                       std::span<const uint8_t> rdata) {
  // What servers deny is to find room, too.
  if (octets_ + sizeof(StoredZone) + sizeof(StoredSpan) + rdata.size() >
      max_octets_ - max_octets_ / 8) {
    return false;
  }
  StoredZone* const kept = FindOrInsert(zone);
  const auto nsec3 = type == RRType::kNSEC3 ? crypto::ReadNsec3(rdata) : std::nullopt;
  if (nsec3) {
    if (!kept->apex_hash) SetParameters(zone, *nsec3, kept);
    if (!kept->HasParameters(*nsec3)) return true;
  }
  StoredSpan* const span = FindOrInsert(hash, &kept->spans);
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
  StoredZone& kept = found->second;
  const auto at = kept.spans.find(unchecked.hash);
  if (at == kept.spans.end() || at->second->records != unchecked.records) return;
  StoredSpan& span = *at->second;
  if (IsGood(verified)) span.good = GoodBy(verified, &kept);
  if (!span.good) {
    Erase(at, &kept.spans);
    return;
  }
  octets_ -= span.octets();
  span.records = std::string();
  octets_ += span.octets();
}

template <typename Map, typename Goes>
void DenialStore::Tables::DropFrom(Map* records, const Goes& goes) {
  for (auto at = records->begin(); at != records->end();) {
    at = goes(*at->second) ? Erase(at, records) : std::next(at);
  }
}

template <typename Goes>
void DenialStore::Tables::Drop(const Goes& goes) {
  if (octets_ <= max_octets_ - max_octets_ / 8) return;
  for (auto zone = zones_.begin(); zone != zones_.end();) {
    DropFrom(&zone->second.spans, goes);
    DropFrom(&zone->second.gaps, goes);
    const auto done = zone++;
    if (!done->second.empty()) continue;
    octets_ -= done->second.own_octets();
    zones_.erase(done);
  }
}

void DenialStore::Tables::MakeRoom() {
  bool odd = false;
  Drop([this](const StoredRecord& span) {
    return std::max(span.came, span.last_use.load(std::memory_order_relaxed)) < times_full_;
  });
  Drop([&odd](const StoredRecord& span) {
    return span.last_use.load(std::memory_order_relaxed) == 0 && (odd = !odd);
  });
  Drop([&odd](const StoredRecord&) { return odd = !odd; });
  ++times_full_;
}

DenialStore::DenialStore(size_t max_octets, uint16_t max_iterations)
    : tables_(std::make_unique<Tables>(max_octets, max_iterations)) {}

DenialStore::~DenialStore() = default;

void DenialStore::Add(const dns::Message& message, NameView zone, KeySet* keys, const Means& means,
                      nanoseconds now) {
  const Rrset soa = FindRrset(message, dns::Section::kAuthority, zone, RRType::kSOA);
  if (soa.empty()) return;
  const uint32_t negative_ttl_s =
      std::min({kMaxTtl, soa.ttl_s(), dns::TtlSeconds(ReadSoa(soa.records[0]).minimum)});
  for (const RRType type : {RRType::kNSEC3, RRType::kNSEC}) {
    if (type == RRType::kNSEC && !KeepsNsec(message, zone)) continue;
    std::vector<Rrset> sets = ProofSets(message, type, zone);
    sets.resize(std::min(sets.size(), kMaxSets));
    for (const Rrset& set : sets) AddSet(set, zone, negative_ttl_s, keys, means, now);
  }
}

/// What a delegation's own record says is of use for names beside it alone. There are such names
/// once one was denied: until then the records would cost memory for nothing.
bool DenialStore::KeepsNsec(const dns::Message& message, NameView zone) const {
  if (message.rcode() == dns::RCode::kNXDomain) return true;
  const std::shared_lock lock(mutex_);
  const StoredZone* const kept = tables_->Find(zone);
  return kept != nullptr && !kept->gaps.empty();
}

void DenialStore::AddSet(const Rrset& set, NameView zone, uint32_t negative_ttl_s, KeySet* keys,
                         const Means& means, nanoseconds now) {
  const auto denied = ReadDenied(set, zone);
  if (!denied || (denied->nsec3 && !tables_->IsUsable(*denied->nsec3))) return;
  const uint32_t ttl_s = std::min(negative_ttl_s, set.ttl_s());
  {
    const std::shared_lock lock(mutex_);
    if (tables_->Has(*denied, *keys, means.now, ttl_s, now)) return;
  }
  const VerifiedSet verified = VerifyDenial(set, zone, keys, means);
  if (!IsGood(verified)) return;
  const std::unique_lock lock(mutex_);
  tables_->Add(*denied, verified, now + seconds(std::min(ttl_s, verified.ttl_s)));
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
      const StoredZone* const kept = tables_->Find(zone);
      if (kept == nullptr) return std::nullopt;
      StoredProof records(*kept, zone, keys, means, now);
      const CutProof proof = records.ProveNoDs(cut);
      if (proof != CutProof::kUnproven) {
        records.NoteUse(tables_->times_full());
        return NoDs{proof, records.ttl_s()};
      }
      unchecked = records.unchecked();
    }
    if (!unchecked || checks == kMaxChecks) return std::nullopt;
    const VerifiedSet verified = VerifyDenial(unchecked->ToSet(zone, kMaxTtl), zone, keys, means);
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
