// A proof is a number of lookups in the file's own chain: the record at a name, or else the one
// before the gap that the name would be in. Tested by master_file_test.cc, and with real servers'
// answers from the same files by tests/e2e/honesty_test.py.
#include "tools/caalab/sign/presigned.h"

#include <algorithm>
#include <cassert>
#include <memory>

#include "tools/caalab/sign/ldns.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

struct FreeRdf {
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};

RRType CoveredType(const Rdata& signature) {
  const std::string& octets = signature[0].octets;
  if (octets.size() < 2) return {};
  return static_cast<RRType>(static_cast<uint8_t>(octets[0]) << 8 |
                             static_cast<uint8_t>(octets[1]));
}

std::string LowerLabel(NameView owner) {
  std::string label(owner.first_label());
  for (char& c : label) c = static_cast<char>(dns::LowerOctet(static_cast<uint8_t>(c)));
  return label;
}

void AddTo(RRset* set, const ZoneRecord& record) {
  set->type = record.type;
  set->ttl = record.ttl;
  set->rdata.push_back(record.rdata);
}

void AddOnce(StoredSet stored, std::vector<StoredSet>* proof) {
  for (const StoredSet& have : *proof) {
    if (have.set == stored.set) return;
  }
  proof->push_back(std::move(stored));
}

dns::Name WildcardOf(NameView encloser) {
  dns::Name wildcard(encloser);
  (void)wildcard.Prepend("*");
  return wildcard;
}

}  // namespace

bool Presigned::Takes(const ZoneRecord& record) {
  return record.type == RRType::kNSEC3 ||
         (record.type == RRType::kRRSIG && CoveredType(record.rdata) == RRType::kNSEC3);
}

void Presigned::Add(const ZoneRecord& record) {
  assert(Takes(record) && "other records are the zone's data");
  Hashed& hashed = nsec3_[LowerLabel(record.owner.name)];
  AddTo(record.type == RRType::kNSEC3 ? &hashed.set : &hashed.signatures, record);
}

void Presigned::Seal(const Zone& zone) {
  // A signature without its record proves nothing.
  std::erase_if(nsec3_, [](const auto& each) { return each.second.set.rdata.empty(); });
  zone.ForEachNode([this](NameView owner, const Node& node) {
    if (const RRset* nsec = node.Find(RRType::kNSEC)) {
      nsec_.push_back({dns::Name(owner), nsec, node.Find(RRType::kRRSIG)});
    }
  });
  std::sort(nsec_.begin(), nsec_.end(), [](const StoredSet& a, const StoredSet& b) {
    return CompareCanonically(a.owner, b.owner) < 0;
  });
}

std::vector<StoredSet> Presigned::Prove(NameView apex, const DenialQuestion& question) const {
  return nsec3_.empty() ? ProveByNsec(question) : ProveByNsec3(apex, question);
}

DenialKind Presigned::denial() const {
  if (nsec3_.empty()) return DenialKind::kNsec;
  const std::string& octets = nsec3_.begin()->second.set.rdata[0][0].octets;
  const bool opt_out = octets.size() > 1 && (octets[1] & 1) != 0;
  return opt_out ? DenialKind::kNsec3OptOut : DenialKind::kNsec3;
}

std::vector<StoredSet> Presigned::Nsec3Sets() const {
  std::vector<StoredSet> out;
  for (const auto& [hash, hashed] : nsec3_) AddNsec3(hash, &out);
  return out;
}

void Presigned::AddNsec(NameView name, std::vector<StoredSet>* proof) const {
  const auto after = std::upper_bound(
      nsec_.begin(), nsec_.end(), name,
      [](NameView at, const StoredSet& entry) { return CompareCanonically(at, entry.owner) < 0; });
  if (after != nsec_.begin()) AddOnce(*(after - 1), proof);
}

std::vector<StoredSet> Presigned::ProveByNsec(const DenialQuestion& question) const {
  std::vector<StoredSet> proof;
  AddNsec(question.name, &proof);
  if (question.claim == DenialClaim::kNxDomain || question.claim == DenialClaim::kWildcardNoData) {
    AddNsec(WildcardOf(question.closest_encloser), &proof);
  }
  return proof;
}

std::string Presigned::HashOf(NameView relative, NameView apex) const {
  const auto name = Complete(relative, apex);
  const std::string& parameters = nsec3_.begin()->second.set.rdata[0][0].octets;
  if (!name || parameters.size() < 5) return {};
  const auto octet = [&parameters](size_t at) { return static_cast<uint8_t>(parameters[at]); };
  const size_t salt_size = std::min<size_t>(octet(4), parameters.size() - 5);
  dns::Name lower(*name);
  lower.ToLower();
  const std::unique_ptr<ldns_rdf, FreeRdf> owner(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, lower.size(), lower.view().data()));
  const std::unique_ptr<ldns_rdf, FreeRdf> hash(ldns_nsec3_hash_name(
      owner.get(), octet(0), static_cast<uint16_t>(octet(2) << 8 | octet(3)),
      static_cast<uint8_t>(salt_size), reinterpret_cast<const uint8_t*>(parameters.data()) + 5));
  if (hash == nullptr) return {};
  return LowerLabel(NameView::FromTrusted(ldns_rdf_data(hash.get()), ldns_rdf_size(hash.get())));
}

void Presigned::AddNsec3(const std::string& hash, std::vector<StoredSet>* proof) const {
  const auto after = nsec3_.upper_bound(hash);
  const auto entry = after == nsec3_.begin() ? std::prev(nsec3_.end()) : std::prev(after);
  dns::Name owner;
  if (!owner.Prepend(entry->first)) return;
  const RRset* signatures = &entry->second.signatures;
  AddOnce({owner, &entry->second.set, signatures->rdata.empty() ? nullptr : signatures}, proof);
}

std::vector<StoredSet> Presigned::ProveByNsec3(NameView apex,
                                               const DenialQuestion& question) const {
  std::vector<StoredSet> proof;
  const auto add = [&](NameView name) { AddNsec3(HashOf(name, apex), &proof); };
  const auto matches = [&](NameView name) { return nsec3_.contains(HashOf(name, apex)); };
  NameView encloser = question.closest_encloser;
  switch (question.claim) {
    case DenialClaim::kNoData:
    case DenialClaim::kNoDs:
      if (matches(question.name) || question.name.is_root()) {
        add(question.name);
        break;
      }
      // Opted out: the nearest name of the chain, and the gap below it (RFC 5155 §7.2.4).
      encloser = question.name.parent();
      while (!encloser.is_root() && !matches(encloser)) encloser = encloser.parent();
      add(encloser);
      add(question.name.suffix(encloser.label_count() + 1));
      break;
    case DenialClaim::kWildcard:
      add(question.name.suffix(encloser.label_count() + 1));
      break;
    case DenialClaim::kNxDomain:
    case DenialClaim::kWildcardNoData:
      add(encloser);
      add(question.name.suffix(encloser.label_count() + 1));
      add(WildcardOf(encloser));
      break;
  }
  return proof;
}

std::vector<const Rdata*> SignaturesOver(const RRset* signatures, RRType covered) {
  std::vector<const Rdata*> out;
  if (signatures == nullptr) return out;
  for (const Rdata& rdata : signatures->rdata) {
    if (CoveredType(rdata) == covered) out.push_back(&rdata);
  }
  return out;
}

std::string DsOfDnskey(NameView apex, std::string_view dnskey) {
  dns::Name owner(apex);
  owner.ToLower();
  std::string hashed(owner.view().bytes());
  hashed += dnskey;
  uint8_t digest[LDNS_SHA256_DIGEST_LENGTH];
  ldns_sha256(reinterpret_cast<unsigned char*>(hashed.data()), static_cast<unsigned>(hashed.size()),
              digest);
  const uint16_t tag =
      ldns_calc_keytag_raw(reinterpret_cast<const uint8_t*>(dnskey.data()), dnskey.size());
  std::string out = {static_cast<char>(tag >> 8), static_cast<char>(tag & 0xff),
                     dnskey.size() > 3 ? dnskey[3] : '\0', static_cast<char>(LDNS_SHA256)};
  out.append(reinterpret_cast<const char*>(digest), sizeof digest);
  return out;
}

}  // namespace caascan::lab
