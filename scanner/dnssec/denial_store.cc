// A question is looked up as a resolver would search a proof: the record at the name, or the gap
// over it and what proves the wildcard's absence. Nothing of it is believed here: the message that
// is made of the records goes through the judge like any other. So the choice below must find a
// proof where there is one, and may be wrong where there is none.
//
// One lock guards all: look-ups share it, and hold it for a microsecond.
// Tested by denial_store_test.cc.
#include "scanner/dnssec/denial_store.h"

#include <absl/container/btree_map.h>
#include <absl/container/node_hash_map.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <mutex>
#include <utility>
#include <vector>

#include "scanner/crypto/rdata.h"
#include "scanner/dnssec/denial.h"
#include "scanner/dnssec/nsec3.h"
#include "scanner/dnssec/order.h"
#include "scanner/dnssec/rrset.h"
#include "scanner/dnssec/stored_set.h"

namespace caascan::dnssec {
namespace {

using dns::NameView;
using dns::RRType;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// What resolvers keep of negative answers at most (RFC 2308 §5 speaks of one to three hours).
constexpr uint32_t kMaxTtl = 3 * 3600;
// A zone has one NSEC3 record a name of it; a name far below the apex would cost a hash each.
constexpr size_t kMaxLabelsBelowApex = 8;
// A hostile name is to leave little behind, whatever its servers send: an honest proof has no more
// sets of one kind, and no larger ones.
constexpr size_t kMaxSets = 3;
constexpr size_t kMaxSetSize = 2048;

uint32_t TtlOf(const Rrset& set) {
  uint32_t ttl_s = std::min(set.ttl_s(), kMaxTtl);
  for (const dns::RecordView& record : set.signatures) {
    const auto signature = crypto::ReadRrsig(record.rdata);
    if (signature) ttl_s = std::min(ttl_s, dns::TtlSeconds(signature->original_ttl));
  }
  return ttl_s;
}

/// Does the record at a name deny the type there?
bool DeniesAt(const crypto::TypeBitmap& types, RRType type) {
  if (type == RRType::kDS) return CutProofAt(types) != CutProof::kUnproven;
  return Denies(types, type);
}

struct Entry {
  std::string records;  // In wire form, the one record first, then its signatures.
  uint16_t count = 0;   // 0: there is none.
  nanoseconds expires{0};
  std::optional<SignatureMemo::Id> good;
  // How often the store had been full, when it came and when it was last of use (0: never).
  uint32_t came = 0;
  mutable std::atomic<uint32_t> last_use{0};

  Entry() = default;
  Entry(Entry&& other) noexcept { *this = std::move(other); }
  Entry& operator=(Entry&& other) noexcept {
    records = std::move(other.records);
    count = other.count;
    expires = other.expires;
    good = other.good;
    came = other.came;
    last_use.store(other.last_use.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
  }
  size_t octets() const { return count != 0 ? sizeof(Entry) + records.capacity() : 0; }
};

struct NsecEntry : Entry {
  dns::CompactName next;
  crypto::Nsec view() const { return *crypto::ReadNsec(FirstRdata(records)); }
};

struct Nsec3Entry : Entry {
  Nsec3Hash next{};
  crypto::Nsec3 view() const { return *crypto::ReadNsec3(FirstRdata(records)); }
};

struct InOrder {
  using is_transparent = void;
  bool operator()(NameView a, NameView b) const { return CompareNames(a, b) < 0; }
};

struct Zone {
  Entry soa;
  uint32_t negative_ttl_s = 0;
  absl::btree_map<dns::CompactName, NsecEntry, InOrder> nsec;
  // All with the same parameters.
  std::string salt;
  uint16_t iterations = 0;
  absl::btree_map<Nsec3Hash, Nsec3Entry> nsec3;

  bool HasParameters(const crypto::Nsec3& of) const {
    return salt == AsChars(of.salt) && iterations == of.iterations;
  }
};

/// What one message says.
struct Proofs {
  Rrset soa;
  std::vector<Rrset> nsec;
  std::vector<Rrset> nsec3;
};

}  // namespace

class DenialStore::Tables {
 public:
  Tables(size_t max_octets, uint16_t max_iterations)
      : max_octets_(max_octets), max_iterations_(max_iterations) {}

  /// Is there nothing new in them, and half of their time left?
  bool KnowsAll(const Proofs& proofs, NameView zone, nanoseconds now);
  void Add(const Proofs& proofs, NameView zone, nanoseconds now);
  std::optional<Composed> Compose(NameView zone, NameView name, RRType type, nanoseconds now) const;
  Entry* Find(NameView zone, NameView owner, RRType type);
  size_t octets() const { return octets_; }

 private:
  bool Fill(const Rrset& set, NameView zone, Entry* entry) const;
  void Replace(Entry* place, Entry* entry);
  void AddSoa(const Rrset& set, NameView name, nanoseconds now, Zone* zone);
  void AddNsec(const Rrset& set, NameView name, nanoseconds now, Zone* zone);
  void AddNsec3(const Rrset& set, NameView name, nanoseconds now, Zone* zone);
  template <typename Map, typename Goes>
  void Drop(Map* map, const Goes& goes);
  template <typename Goes>
  void Drop(const Goes& goes);
  void MakeRoom();

  const size_t max_octets_;
  const uint16_t max_iterations_;
  absl::node_hash_map<dns::CompactName, Zone, dns::NameHash, dns::NameEqual> zones_;
  size_t octets_ = 0;
  uint32_t times_full_ = 1;
};

/// False where the zone itself has not signed the set, or it is too large.
bool DenialStore::Tables::Fill(const Rrset& set, NameView zone, Entry* entry) const {
  entry->records = StoredSet(set, zone, &entry->count);
  entry->came = times_full_;
  return !entry->records.empty() && entry->records.size() <= kMaxSetSize;
}

/// The same records once more keep what is known of their signatures.
void DenialStore::Tables::Replace(Entry* place, Entry* entry) {
  if (place->records == entry->records) entry->good = place->good;
  octets_ += entry->octets();
  octets_ -= place->octets();
}

void DenialStore::Tables::AddSoa(const Rrset& set, NameView name, nanoseconds now, Zone* zone) {
  Entry entry;
  if (!Fill(set, name, &entry)) return;
  zone->negative_ttl_s = std::min(TtlOf(set), dns::TtlSeconds(ReadSoa(set.records[0]).minimum));
  entry.expires = now + seconds(TtlOf(set));
  Replace(&zone->soa, &entry);
  zone->soa = std::move(entry);
}

void DenialStore::Tables::AddNsec(const Rrset& set, NameView name, nanoseconds now, Zone* zone) {
  const auto nsec = crypto::ReadNsec(set.records[0].rdata);
  NsecEntry entry;
  if (!nsec || !nsec->next.IsAtOrBelow(name) || !Fill(set, name, &entry)) return;
  entry.expires = now + seconds(std::min(TtlOf(set), zone->negative_ttl_s));
  entry.next = nsec->next;
  NsecEntry& place = zone->nsec[set.owner];
  Replace(&place, &entry);
  place = std::move(entry);
}

void DenialStore::Tables::AddNsec3(const Rrset& set, NameView name, nanoseconds now, Zone* zone) {
  const auto nsec3 = crypto::ReadNsec3(set.records[0].rdata);
  const auto at = HashAt(set.owner, name);
  Nsec3Entry entry;
  if (!nsec3 || !at || nsec3->hash_algorithm != crypto::Nsec3::kSha1 ||
      nsec3->flags > crypto::Nsec3::kOptOut || nsec3->iterations > max_iterations_ ||
      nsec3->next_hash.size() != Nsec3Hash().size() || !Fill(set, name, &entry)) {
    return;
  }
  if (!zone->HasParameters(*nsec3)) {
    for (const auto& [hash, old] : zone->nsec3) octets_ -= old.octets();
    zone->nsec3.clear();
    zone->salt = AsChars(nsec3->salt);
    zone->iterations = nsec3->iterations;
  }
  entry.expires = now + seconds(std::min(TtlOf(set), zone->negative_ttl_s));
  std::copy(nsec3->next_hash.begin(), nsec3->next_hash.end(), entry.next.begin());
  Nsec3Entry& place = zone->nsec3[*at];
  Replace(&place, &entry);
  place = std::move(entry);
}

bool DenialStore::Tables::KnowsAll(const Proofs& proofs, NameView zone, nanoseconds now) {
  const auto found = zones_.find(zone);
  const auto is_known = [&](const Rrset& set) {
    const Entry* entry = Find(zone, set.owner, set.type);
    const nanoseconds half = nanoseconds(seconds(TtlOf(set))) / 2;
    return entry != nullptr && entry->count != 0 && entry->expires - now > half;
  };
  const auto is_known_nsec3 = [&](const Rrset& set) {
    const auto nsec3 = crypto::ReadNsec3(set.records[0].rdata);
    return nsec3 && found->second.HasParameters(*nsec3) && is_known(set);
  };
  return found != zones_.end() && (proofs.soa.empty() || is_known(proofs.soa)) &&
         std::all_of(proofs.nsec.begin(), proofs.nsec.end(), is_known) &&
         std::all_of(proofs.nsec3.begin(), proofs.nsec3.end(), is_known_nsec3);
}

void DenialStore::Tables::Add(const Proofs& proofs, NameView zone, nanoseconds now) {
  auto found = zones_.find(zone);
  if (found == zones_.end()) {
    if (proofs.soa.empty()) return;  // Whatever is kept could not be used.
    found = zones_.try_emplace(dns::CompactName(zone)).first;
    octets_ += sizeof(Zone);
  }
  Zone& kept = found->second;
  if (!proofs.soa.empty()) AddSoa(proofs.soa, zone, now, &kept);
  if (kept.soa.count == 0) return;
  for (const Rrset& set : proofs.nsec) AddNsec(set, zone, now, &kept);
  for (const Rrset& set : proofs.nsec3) AddNsec3(set, zone, now, &kept);
  if (octets_ > max_octets_) MakeRoom();
}

template <typename Map, typename Goes>
void DenialStore::Tables::Drop(Map* map, const Goes& goes) {
  for (auto at = map->begin(); at != map->end();) {
    if (goes(at->second)) {
      octets_ -= at->second.octets();
      at = map->erase(at);
    } else {
      ++at;
    }
  }
}

template <typename Goes>
void DenialStore::Tables::Drop(const Goes& goes) {
  if (octets_ <= max_octets_ - max_octets_ / 8) return;
  for (auto at = zones_.begin(); at != zones_.end();) {
    Zone& zone = at->second;
    Drop(&zone.nsec, goes);
    Drop(&zone.nsec3, goes);
    const bool empty = zone.nsec.empty() && zone.nsec3.empty();
    if (empty) octets_ -= sizeof(Zone) + zone.soa.octets();
    const auto done = at++;
    if (empty) zones_.erase(done);
  }
}

void DenialStore::Tables::MakeRoom() {
  bool odd = false;
  Drop([this](const Entry& entry) {
    return std::max(entry.came, entry.last_use.load(std::memory_order_relaxed)) < times_full_;
  });
  Drop([&odd](const Entry& entry) {
    return entry.last_use.load(std::memory_order_relaxed) == 0 && (odd = !odd);
  });
  Drop([&odd](const Entry&) { return odd = !odd; });
  ++times_full_;
}

namespace {

/// One message in the making.
class Composer {
 public:
  Composer(const Zone& zone, NameView apex, NameView name, RRType type, nanoseconds now,
           uint32_t use)
      : zone_(zone), apex_(apex), name_(name), type_(type), now_(now), use_(use) {}

  std::optional<DenialStore::Composed> Compose() {
    if (zone_.soa.count == 0 || zone_.soa.expires <= now_) return std::nullopt;
    if (name_.label_count() - apex_.label_count() > kMaxLabelsBelowApex) return std::nullopt;
    if (!zone_.nsec.empty() && DenyByNsec()) return Write();
    taken_.clear();
    if (!zone_.nsec3.empty() && DenyByNsec3()) return Write();
    return std::nullopt;
  }

 private:
  bool Take(const Entry* entry) {
    if (entry == nullptr) return false;
    if (std::find(taken_.begin(), taken_.end(), entry) == taken_.end()) taken_.push_back(entry);
    return true;
  }

  /// The record at the name, or else the one whose gap may be over it; null where there is none.
  const NsecEntry* NsecBefore(NameView name, bool* is_match) const {
    auto at = zone_.nsec.upper_bound(name);
    if (at == zone_.nsec.begin()) return nullptr;
    --at;
    *is_match = at->first.view() == name;
    return at->second.expires > now_ ? &at->second : nullptr;
  }

  bool IsWithinGap(const NsecEntry& entry, NameView name) const {
    const NameView owner = FirstOwner(entry.records);
    if (name.IsBelow(owner) && !MayEnclose(entry.view().types)) return false;
    return entry.next.view() == apex_ || CompareNames(name, entry.next) < 0;
  }

  bool DenyByNsec() {
    bool is_match = false;
    const NsecEntry* entry = NsecBefore(name_, &is_match);
    if (entry == nullptr) return false;
    if (is_match) return DeniesAt(entry->view().types, type_) && Take(entry);
    if (!IsWithinGap(*entry, name_)) return false;
    if (entry->next.view().IsBelow(name_)) return Take(entry);  // An empty non-terminal.
    const NameView before = CommonAncestor(name_, FirstOwner(entry->records));
    const NameView after = CommonAncestor(name_, entry->next);
    Take(entry);
    const auto wildcard = WildcardOf(before.size() >= after.size() ? before : after);
    nxdomain_ = true;
    if (!wildcard) return true;
    entry = NsecBefore(*wildcard, &is_match);
    if (entry == nullptr) return false;
    if (is_match) {
      nxdomain_ = false;
      return type_ != RRType::kDS && DeniesAt(entry->view().types, type_) && Take(entry);
    }
    return IsWithinGap(*entry, *wildcard) && !entry->next.view().IsBelow(*wildcard) && Take(entry);
  }

  const Nsec3Entry* Match(const Nsec3Hash& hash) const {
    const auto at = zone_.nsec3.find(hash);
    return at != zone_.nsec3.end() && at->second.expires > now_ ? &at->second : nullptr;
  }

  const Nsec3Entry* Cover(const Nsec3Hash& hash) const {
    auto at = zone_.nsec3.upper_bound(hash);
    if (at == zone_.nsec3.begin()) at = zone_.nsec3.end();  // The last one's gap goes around.
    --at;
    const Nsec3Hash& owner = at->first;
    const Nsec3Hash& next = at->second.next;
    const bool covers = owner < next ? owner < hash && hash < next : hash > owner || hash < next;
    return covers && at->second.expires > now_ ? &at->second : nullptr;
  }

  std::optional<Nsec3Hash> Hash(NameView name) const {
    return HashForNsec3(name, AsOctets(zone_.salt), zone_.iterations);
  }

  bool DenyByNsec3() {
    auto hash = Hash(name_);
    if (!hash) return false;
    if (const Nsec3Entry* match = Match(*hash)) {
      return DeniesAt(match->view().types, type_) && Take(match);
    }
    NameView encloser = name_;
    const Nsec3Entry* match = nullptr;
    Nsec3Hash next_closer = *hash;
    while (match == nullptr) {
      if (encloser == apex_) return false;
      next_closer = *hash;
      encloser = encloser.parent();
      hash = Hash(encloser);
      if (!hash) return false;
      match = Match(*hash);
    }
    const Nsec3Entry* cover = Cover(next_closer);
    if (!MayEnclose(match->view().types) || !Take(match) || !Take(cover)) return false;
    if ((cover->view().flags & crypto::Nsec3::kOptOut) != 0) return type_ == RRType::kDS;
    const auto wildcard = WildcardOf(encloser);
    nxdomain_ = true;
    if (!wildcard) return true;
    const auto wildcard_hash = Hash(*wildcard);
    if (!wildcard_hash) return false;
    if (const Nsec3Entry* at_wildcard = Match(*wildcard_hash)) {
      nxdomain_ = false;
      return type_ != RRType::kDS && DeniesAt(at_wildcard->view().types, type_) &&
             Take(at_wildcard);
    }
    return Take(Cover(*wildcard_hash));
  }

  DenialStore::Composed Write() {
    taken_.insert(taken_.begin(), &zone_.soa);
    size_t count = 0;
    for (const Entry* entry : taken_) count += entry->count;
    DenialStore::Composed out;
    std::string& message = out.message;
    AppendU16(0, &message);
    const auto rcode =
        static_cast<uint16_t>(nxdomain_ ? dns::RCode::kNXDomain : dns::RCode::kNoError);
    AppendU16(static_cast<uint16_t>(dns::kFlagQR | dns::kFlagAA | rcode), &message);
    for (const size_t records : {size_t{1}, size_t{0}, count, size_t{0}}) {
      AppendU16(static_cast<uint16_t>(records), &message);
    }
    message.append(name_.bytes());
    AppendU16(static_cast<uint16_t>(type_), &message);
    AppendU16(dns::kClassIn, &message);
    for (const Entry* entry : taken_) {
      entry->last_use.store(use_, std::memory_order_relaxed);
      const auto left = std::chrono::duration_cast<seconds>(entry->expires - now_);
      AppendStored(entry->records, static_cast<uint32_t>(left.count()), &message);
      out.used.push_back({dns::CompactName(FirstOwner(entry->records)), FirstType(entry->records)});
      if (entry->good) out.known_good.push_back(*entry->good);
    }
    return out;
  }

  const Zone& zone_;
  const NameView apex_;
  const NameView name_;
  const RRType type_;
  const nanoseconds now_;
  const uint32_t use_;
  bool nxdomain_ = false;
  absl::InlinedVector<const Entry*, 4> taken_;
};

}  // namespace

std::optional<DenialStore::Composed> DenialStore::Tables::Compose(NameView zone, NameView name,
                                                                  RRType type,
                                                                  nanoseconds now) const {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) return std::nullopt;
  return Composer(found->second, zone, name, type, now, times_full_).Compose();
}

Entry* DenialStore::Tables::Find(NameView zone, NameView owner, RRType type) {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) return nullptr;
  Zone& kept = found->second;
  if (type == RRType::kSOA) return &kept.soa;
  if (type == RRType::kNSEC) {
    const auto at = kept.nsec.find(owner);
    return at != kept.nsec.end() ? &at->second : nullptr;
  }
  const auto hash = HashAt(owner, zone);
  const auto at = hash ? kept.nsec3.find(*hash) : kept.nsec3.end();
  return at != kept.nsec3.end() ? &at->second : nullptr;
}

DenialStore::DenialStore(size_t max_octets, uint16_t max_iterations)
    : tables_(std::make_unique<Tables>(max_octets, max_iterations)) {}

DenialStore::~DenialStore() = default;

void DenialStore::Add(const dns::Message& message, NameView zone, nanoseconds now) {
  Proofs proofs;
  proofs.nsec = ProofSets(message, RRType::kNSEC, zone);
  proofs.nsec3 = ProofSets(message, RRType::kNSEC3, zone);
  if (proofs.nsec.empty() && proofs.nsec3.empty()) return;
  proofs.nsec.resize(std::min(proofs.nsec.size(), kMaxSets));
  proofs.nsec3.resize(std::min(proofs.nsec3.size(), kMaxSets));
  proofs.soa = FindRrset(message, dns::Section::kAuthority, zone, RRType::kSOA);
  {
    const std::shared_lock lock(mutex_);
    if (tables_->KnowsAll(proofs, zone, now)) return;
  }
  const std::unique_lock lock(mutex_);
  tables_->Add(proofs, zone, now);
}

std::optional<DenialStore::Composed> DenialStore::Compose(NameView zone, NameView name, RRType type,
                                                          nanoseconds now) const {
  assert(name.IsAtOrBelow(zone) && "of this zone");
  const std::shared_lock lock(mutex_);
  return tables_->Compose(zone, name, type, now);
}

void DenialStore::Confirm(NameView zone, std::span<const GoodSignature> good) {
  const std::unique_lock lock(mutex_);
  for (const GoodSignature& signature : good) {
    Entry* const entry = tables_->Find(zone, signature.owner, signature.type);
    if (entry != nullptr) entry->good = signature.id;
  }
}

void DenialStore::Forget(NameView zone, std::span<const Used> used) {
  const std::unique_lock lock(mutex_);
  for (const Used& record : used) {
    Entry* const entry = tables_->Find(zone, record.owner, record.type);
    if (entry != nullptr) entry->expires = nanoseconds(0);
  }
}

size_t DenialStore::octets() const {
  const std::shared_lock lock(mutex_);
  return tables_->octets();
}

}  // namespace caascan::dnssec
