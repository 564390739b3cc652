// Tested by denial_store_test.cc and denial_store_nsec_test.cc.
#include "scanner/dnssec/stored_zone.h"

#include <algorithm>
#include <string_view>

#include "scanner/dns/wire.h"

namespace caascan::dnssec {

using dns::AsChars;
using dns::AsOctets;
using dns::NameView;
using dns::RRType;
using std::chrono::nanoseconds;
using std::chrono::seconds;

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

size_t StoredZone::own_octets() const {
  size_t octets = sizeof(StoredZone);
  for (const std::string& key : keys) octets += key.size();
  return octets;
}

bool StoredZone::HasParameters(const crypto::Nsec3& of) const {
  return iterations == of.iterations && salt == AsChars(of.salt);
}

bool StoredZone::IsGoodNow(const Good& of, const KeySet& trusted, uint32_t now_s) const {
  if (ComesBefore(now_s, of.inception) || ComesBefore(of.expiration, now_s)) return false;
  const std::span<const uint8_t> rdata = AsOctets(keys[of.key]);
  return std::any_of(
      trusted.keys().begin(), trusted.keys().end(),
      [rdata](const crypto::PublicKey& key) { return std::ranges::equal(key.rdata(), rdata); });
}

Rrset Unchecked::ToSet(NameView zone, uint32_t ttl_s) const {
  Rrset set;
  set.owner = OwnerOf(hash, zone);
  set.type = RRType::kNSEC3;
  std::string_view left = records;
  while (!left.empty()) {
    dns::RecordView record;
    record.rr_class = dns::kClassIn;
    record.ttl = ttl_s;
    record.rdata = TakeRdata(&left);
    record.type = set.records.empty() ? RRType::kNSEC3 : RRType::kRRSIG;
    (set.records.empty() ? set.records : set.signatures).push_back(record);
  }
  return set;
}

CutProof StoredProof::ProveNoDs(NameView cut) {
  const CutProof proof = ProveByGaps(cut);
  if (proof != CutProof::kUnproven || zone_.spans.empty()) return proof;
  return dnssec::ProveNoDs(apex_, cut, this).proof;
}

/// The same as by the records of a reply, of which any may be at the name or around it. Here only
/// the nearest before it can: a zone's gaps do not overlap, and the apex is the first name.
CutProof StoredProof::ProveByGaps(NameView cut) {
  auto at = zone_.gaps.upper_bound(cut);
  if (at == zone_.gaps.begin()) return CutProof::kUnproven;
  --at;
  const StoredGap& gap = *at->second;
  CutProof proof = CutProof::kUnproven;
  if (at->first.view() == cut) {
    proof = gap.facts.at_owner;
  } else if (IsInGap(apex_, at->first, gap.next, gap.facts.may_enclose, cut)) {
    proof = CutProof::kNoCut;
  }
  return proof != CutProof::kUnproven && IsOfUse(gap) ? proof : CutProof::kUnproven;
}

std::optional<Nsec3Hash> StoredProof::Hash(NameView name) {
  if (unchecked_ || !ChargeForHash(zone_.iterations, means_.work)) return std::nullopt;
  if (zone_.apex_hash && name == apex_) return zone_.apex_hash;
  means_.work->hashes += zone_.iterations + 1u;
  return HashForNsec3(name, AsOctets(zone_.salt), zone_.iterations);
}

/// The first span at or behind the hash. A name's hash is looked for twice: is it there, and if
/// not, what covers it?
StoredZone::Spans::const_iterator StoredProof::At(const Nsec3Hash& hash) {
  if (sought_ != hash) {
    sought_ = hash;
    found_ = zone_.spans.lower_bound(hash);
  }
  return found_;
}

const Nsec3Facts* StoredProof::FindMatch(const Nsec3Hash& hash) {
  const auto at = At(hash);
  return at != zone_.spans.end() && at->first == hash ? Use(hash, *at->second) : nullptr;
}

const Nsec3Facts* StoredProof::FindCover(const Nsec3Hash& hash) {
  if (zone_.spans.empty()) return nullptr;
  auto at = At(hash);
  if (at == zone_.spans.begin()) at = zone_.spans.end();  // The last one's span goes around.
  --at;
  const StoredSpan& span = *at->second;
  if (!span.has_record || !IsWithinSpan(at->first, span.next, hash)) return nullptr;
  return Use(at->first, span);
}

const Nsec3Facts* StoredProof::Use(const Nsec3Hash& hash, const StoredSpan& span) {
  if (!span.has_record || span.expires <= now_ || unchecked_) return nullptr;
  if (!span.good) {
    unchecked_ = Unchecked{hash, span.records};
    return nullptr;
  }
  return IsOfUse(span) ? &span.facts : nullptr;
}

bool StoredProof::IsOfUse(const StoredRecord& record) {
  if (record.expires <= now_ || !record.good ||
      !zone_.IsGoodNow(*record.good, *keys_, means_.now)) {
    return false;
  }
  ttl_s_ = std::min(ttl_s_, record.good->expiration - means_.now);
  if (record.expires != nanoseconds::max()) {
    const auto left = std::chrono::duration_cast<seconds>(record.expires - now_);
    ttl_s_ = std::min(ttl_s_, static_cast<uint32_t>(left.count()));
  }
  used_[used_[0] == nullptr ? 0 : 1] = &record;
  return true;
}

void StoredProof::NoteUse(uint32_t times_full) const {
  for (const StoredRecord* record : used_) {
    // Only once each: a store of the same value would take the line from other threads' caches.
    if (record != nullptr && record->last_use.load(std::memory_order_relaxed) != times_full) {
      record->last_use.store(times_full, std::memory_order_relaxed);
    }
  }
}

}  // namespace caascan::dnssec
