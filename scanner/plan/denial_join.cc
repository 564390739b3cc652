// Records and lines are sorted by the same key, zone and hash, and read side by side. What covers a
// hash is the record at the greatest hash that is not above it, or else the zone's last one. Each
// zone's apex is such a line too, without text. Tested by denial_join_test.cc.
#include "scanner/plan/denial_join.h"

#include <cassert>
#include <limits>
#include <utility>

#include "scanner/crypto/rdata.h"
#include "scanner/dnssec/nsec3.h"

namespace caascan::plan {
namespace {

constexpr size_t kZoneSize = 2;
constexpr size_t kKeySize = kZoneSize + std::tuple_size_v<dnssec::Nsec3Hash>;
constexpr size_t kTypeSize = 2;
// Signatures and hashes are shorter; a record of more octets is no use to anybody.
constexpr size_t kMaxRdata = size_t{16} << 10;
// As --nsec3-limit by default: more iterations prove nothing.
constexpr uint16_t kMaxIterations = 150;
// A line of this number is a zone's apex.
constexpr uint64_t kApexNumber = std::numeric_limits<uint64_t>::max();

std::string LowerWire(dns::NameView name) {
  dns::Name lower(name);
  lower.ToLower();
  return std::string(lower.view().bytes());
}

std::string KeyOf(uint16_t zone, const dnssec::Nsec3Hash& hash) {
  std::string key;
  key.push_back(static_cast<char>(zone >> 8));
  key.push_back(static_cast<char>(zone));
  key.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return key;
}

uint16_t ZoneOf(std::string_view key) {
  return static_cast<uint16_t>((static_cast<unsigned char>(key[0]) << 8) |
                               static_cast<unsigned char>(key[1]));
}

std::span<const uint8_t> Octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

DenialJoin::DenialJoin(const std::string& folder) : records_(folder), wanted_(kKeySize, folder) {}

void DenialJoin::TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                            std::span<const uint8_t> rdata) {
  const std::optional<dnssec::Nsec3Hash> hash = dnssec::HashAt(owner, zone);
  if (!hash || rdata.size() > kMaxRdata) return;
  const auto [found, is_new] =
      zone_of_.try_emplace(LowerWire(zone), static_cast<uint16_t>(zones_.size()));
  if (is_new && zones_.size() == std::numeric_limits<uint16_t>::max()) {
    zone_of_.erase(found);
    return;
  }
  const uint16_t number = found->second;
  if (is_new) zones_.emplace_back().name = zone;
  Zone& known = zones_[number];
  if (type == dns::RRType::kNSEC3 && !known.has_parameters) {
    const auto nsec3 = crypto::ReadNsec3(rdata);
    if (!nsec3 || nsec3->iterations > kMaxIterations) return;
    known.has_parameters = true;
    known.iterations = nsec3->iterations;
    known.salt.assign(nsec3->salt.begin(), nsec3->salt.end());
  }
  std::string record = KeyOf(number, *hash);
  if (record >= known.last_hash) {
    if (record > known.last_hash) known.last.clear();
    known.last_hash = record;
    known.last.push_back(
        {dns::Name(zone), dns::Name(owner), type, std::string(rdata.begin(), rdata.end())});
  }
  record.push_back(static_cast<char>(static_cast<uint16_t>(type) >> 8));
  record.push_back(static_cast<char>(type));
  record.append(rdata.begin(), rdata.end());
  records_.Add(record);
}

std::optional<uint16_t> DenialJoin::ZoneAbove(dns::NameView name) const {
  if (name.is_root()) return std::nullopt;
  const auto found = zone_of_.find(LowerWire(name.parent()));
  if (found == zone_of_.end() || !zones_[found->second].has_parameters) return std::nullopt;
  return found->second;
}

bool DenialJoin::Take(const input::NameJob& job, uint64_t number, std::string_view line) {
  assert(number != kApexNumber && "lines are fewer");
  const dns::Delegation* const delegation = job.details().delegation.get();
  if (delegation == nullptr || !delegation->ds.empty() || zones_.empty()) return false;
  const std::optional<uint16_t> zone = ZoneAbove(job.name);
  if (!zone) return false;
  const Zone& known = zones_[*zone];
  const auto hash = dnssec::HashForNsec3(job.name, Octets(known.salt), known.iterations);
  if (!hash) return false;
  wanted_.Add(KeyOf(*zone, *hash), number, line);
  return true;
}

void DenialJoin::Finish() {
  for (size_t i = 0; i < zones_.size(); ++i) {
    const Zone& zone = zones_[i];
    if (!zone.has_parameters) continue;
    const auto hash = dnssec::HashForNsec3(zone.name, Octets(zone.salt), zone.iterations);
    if (hash) wanted_.Add(KeyOf(static_cast<uint16_t>(i), *hash), kApexNumber, {});
  }
  records_.Finish();
  wanted_.Finish();
  std::string_view first;
  if (records_.Next(&first)) ahead_.assign(first);
}

/// Reads the records of the next hash. False at the end.
bool DenialJoin::ReadNextGroup() {
  if (ahead_.empty()) return false;
  group_key_ = ahead_.substr(0, kKeySize);
  group_.clear();
  const dns::Name& zone = zones_[ZoneOf(group_key_)].name;
  dnssec::Nsec3Hash hash{};
  std::copy(group_key_.begin() + kZoneSize, group_key_.end(), hash.begin());
  while (!ahead_.empty() && ahead_.starts_with(group_key_)) {
    const auto type = static_cast<dns::RRType>(ZoneOf(std::string_view(ahead_).substr(kKeySize)));
    group_.push_back(
        {zone, dnssec::OwnerOf(hash, zone), type, ahead_.substr(kKeySize + kTypeSize)});
    std::string_view next;
    if (!records_.Next(&next)) next = {};
    ahead_.assign(next);
  }
  return true;
}

/// Those that match or cover what has this key.
void DenialJoin::FindDenials(std::string_view key) {
  while (!ahead_.empty() && std::string_view(ahead_).substr(0, kKeySize) <= key) ReadNextGroup();
  const bool fits = !group_key_.empty() && group_key_ <= key && ZoneOf(group_key_) == ZoneOf(key);
  denials_ = fits ? group_ : zones_[ZoneOf(key)].last;
}

bool DenialJoin::Next() {
  while (wanted_.Next()) {
    FindDenials(wanted_.key());
    if (wanted_.number() != kApexNumber) return true;
    if (group_key_ == wanted_.key()) zones_[ZoneOf(wanted_.key())].apex = group_;
  }
  return false;
}

uint16_t DenialJoin::zone() const { return ZoneOf(wanted_.key()); }

}  // namespace caascan::plan
