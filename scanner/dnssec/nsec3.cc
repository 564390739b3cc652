// An NSEC3 record speaks of one hash, and of the gap up to the next one. A name is shown not to
// exist by an ancestor that does (a match), and a gap over the hash of the name one label below it.
// Hashing goes from the name upwards and ends at the first match, so honest proofs cost few hashes;
// Work bounds the others. Tested by nsec_test.cc and nsec3_test.cc.
#include "scanner/dnssec/nsec3.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include "scanner/crypto/digest.h"
#include "scanner/dnssec/order.h"

namespace caascan::dnssec {
namespace {

using dns::NameView;
using dns::RRType;

constexpr size_t kHashTextSize = 32;
constexpr unsigned kHashesPerUnit = 3;  // Of work.
// No resolver says AD for more (RFC 9276 §3.2), so hashing them would only cost time.
constexpr unsigned kMostIterationsVouchedFor = 150;

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Base32 with the extended hex alphabet (RFC 4648 §7): 32 digits of 5 bits are 20 octets.
std::optional<Nsec3Hash> ReadHashLabel(std::string_view label) {
  if (label.size() != kHashTextSize) return std::nullopt;
  Nsec3Hash out{};
  uint32_t bits = 0;
  unsigned held = 0;
  size_t written = 0;
  for (const char c : label) {
    const uint8_t lower = dns::LowerOctet(static_cast<uint8_t>(c));
    uint32_t digit = 0;
    if (lower >= '0' && lower <= '9') {
      digit = lower - '0';
    } else if (lower >= 'a' && lower <= 'v') {
      digit = lower - 'a' + 10u;
    } else {
      return std::nullopt;
    }
    bits = bits << 5 | digit;
    held += 5;
    if (held >= 8) {
      held -= 8;
      out[written++] = static_cast<uint8_t>(bits >> held & 0xff);
    }
  }
  return out;
}

bool SameParameters(const crypto::Nsec3& a, const crypto::Nsec3& b) {
  return a.iterations == b.iterations &&
         std::equal(a.salt.begin(), a.salt.end(), b.salt.begin(), b.salt.end());
}

}  // namespace

std::optional<Nsec3Hash> HashForNsec3(NameView name, std::span<const uint8_t> salt,
                                      unsigned iterations) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeDigestContext> context(EVP_MD_CTX_new());
  dns::Name lower(name);
  lower.ToLower();
  std::span<const uint8_t> input = lower.view().wire();
  Nsec3Hash hash{};
  for (unsigned i = 0; i <= iterations; ++i) {
    unsigned size = 0;
    if (context == nullptr || EVP_DigestInit_ex2(context.get(), crypto::Sha1(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), input.data(), input.size()) != 1 ||
        EVP_DigestUpdate(context.get(), salt.data(), salt.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), hash.data(), &size) != 1 || size != hash.size()) {
      return std::nullopt;
    }
    input = hash;
  }
  return hash;
}

std::optional<Nsec3Hash> HashAt(NameView owner, NameView zone) {
  if (owner.is_root() || owner.parent() != zone) return std::nullopt;
  return ReadHashLabel(owner.first_label());
}

dns::Name OwnerOf(const Nsec3Hash& hash, NameView zone) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
  std::string label;
  uint32_t bits = 0;
  unsigned held = 0;
  for (const uint8_t octet : hash) {
    bits = bits << 8 | octet;
    for (held += 8; held >= 5; held -= 5) label.push_back(kDigits[bits >> (held - 5) & 31]);
  }
  dns::Name owner(zone);
  [[maybe_unused]] const bool fits = owner.Prepend(label);
  assert(fits && "the zone has NSEC3 records");
  return owner;
}

bool IsWithinSpan(const Nsec3Hash& owner, const Nsec3Hash& next, const Nsec3Hash& hash) {
  if (owner < next) return owner < hash && hash < next;
  return hash > owner || hash < next;  // The last one of the zone, or the only one.
}

bool ChargeForHash(unsigned iterations, Work* work) {
  return work->Charge(1 + (iterations + 1) / kHashesPerUnit);
}

bool IsKnownKind(const crypto::Nsec3& nsec3) {
  return nsec3.hash_algorithm == crypto::Nsec3::kSha1 && nsec3.flags <= crypto::Nsec3::kOptOut &&
         nsec3.next_hash.size() == Nsec3Hash().size();
}

Nsec3Facts Nsec3Facts::Of(const crypto::Nsec3& nsec3) {
  return {CutProofAt(nsec3.types), MayEnclose(nsec3.types),
          (nsec3.flags & crypto::Nsec3::kOptOut) != 0};
}

std::optional<ClosestEncloser> FindClosestEncloser(NameView zone, NameView name,
                                                   std::optional<Nsec3Hash> hash,
                                                   Nsec3Records* records) {
  assert(name.IsAtOrBelow(zone) && "a zone denies what is in it");
  std::optional<Nsec3Hash> next_closer = hash;
  while (next_closer && name.IsBelow(zone)) {
    name = name.parent();
    hash = records->Hash(name);
    if (!hash) return std::nullopt;
    if (const Nsec3Facts* match = records->FindMatch(*hash)) {
      if (!match->may_enclose) return std::nullopt;
      const Nsec3Facts* cover = records->FindCover(*next_closer);
      if (cover == nullptr) return std::nullopt;
      return ClosestEncloser{name, cover};
    }
    next_closer = hash;
  }
  return std::nullopt;
}

NoDsProof ProveNoDs(NameView zone, NameView cut, Nsec3Records* records) {
  assert(cut.IsAtOrBelow(zone) && "another zone's records say nothing of it");
  const auto hash = records->Hash(cut);
  if (!hash) return {};
  if (const Nsec3Facts* match = records->FindMatch(*hash)) return {match->at_match, true};
  const auto encloser = FindClosestEncloser(zone, cut, hash, records);
  if (!encloser) return {};
  return {encloser->next_closer_cover->opt_out ? CutProof::kInsecure : CutProof::kNoCut, false};
}

std::optional<Nsec3Prover::Record> Nsec3Prover::ReadRecord(Rrset set, NameView zone) {
  const auto nsec3 = crypto::ReadNsec3(set.records[0].rdata);
  const NameView owner = set.owner;
  if (!nsec3 || !IsKnownKind(*nsec3)) return std::nullopt;
  const auto hash = HashAt(owner, zone);
  if (!hash) return std::nullopt;
  Record record(std::move(set), *nsec3);
  record.owner = *hash;
  std::copy(nsec3->next_hash.begin(), nsec3->next_hash.end(), record.next.begin());
  return record;
}

Nsec3Prover::Nsec3Prover(const dns::Message& message, NameView zone, KeySet* keys,
                         const Means& means)
    : checker_(zone, keys, means) {
  for (Rrset& set : ProofSets(message, RRType::kNSEC3, zone)) {
    auto record = ReadRecord(std::move(set), zone);
    if (!record) continue;
    if (records_.empty() || SameParameters(record->nsec3, records_[0].nsec3)) {
      records_.push_back(std::move(*record));
    }
  }
}

std::optional<Nsec3Hash> Nsec3Prover::Hash(NameView name) {
  const crypto::Nsec3& parameters = records_[0].nsec3;
  if (!ChargeForHash(parameters.iterations, checker_.means().work)) {
    gave_up_ = true;
    return std::nullopt;
  }
  checker_.means().work->hashes += parameters.iterations + 1u;
  return HashForNsec3(name, parameters.salt, parameters.iterations);
}

const Nsec3Prover::Record* Nsec3Prover::FindMatch(const Nsec3Hash& hash) {
  for (Record& record : records_) {
    if (record.owner == hash && checker_.IsGood(&record)) return &record;
  }
  return nullptr;
}

const Nsec3Prover::Record* Nsec3Prover::FindCover(const Nsec3Hash& hash) {
  for (Record& record : records_) {
    if (IsWithinSpan(record.owner, record.next, hash) && checker_.IsGood(&record)) return &record;
  }
  return nullptr;
}

bool Nsec3Prover::has_too_many_iterations() const {
  return records_[0].nsec3.iterations > checker_.means().policy.max_nsec3_iterations;
}

Verdict Nsec3Prover::TooManyIterations(NameView name, RRType type) {
  if (std::none_of(records_.begin(), records_.end(),
                   [this](Record& record) { return checker_.IsGood(&record); })) {
    return Failed(name, type, "no NSEC3 record is signed");
  }
  return Verdict::Insecure(Finding::kNsec3Iterations,
                           Evidence::About(checker_.zone(), name, type,
                                           "NSEC3 with more iterations than prove anything"));
}

Verdict Nsec3Prover::Failed(NameView name, RRType type, std::string_view detail) const {
  Verdict verdict =
      checker_.Failed(name, type, gave_up_ ? "given up: too many hashes needed" : detail);
  if (gave_up_ && !verdict.gave_up) {
    verdict.gave_up = true;
    verdict.finding = Finding::kNsec3Iterations;
  }
  return verdict;
}

Verdict Nsec3Prover::OptedOut(NameView name, RRType type) const {
  return Verdict::Insecure(Finding::kNone,
                           Evidence::About(checker_.zone(), name, type, "in an opt-out span"));
}

Verdict Nsec3Prover::ProveNoData(NameView name, RRType type) {
  if (has_too_many_iterations()) return TooManyIterations(name, type);
  const auto hash = Hash(name);
  const Record* match = hash ? FindMatch(*hash) : nullptr;
  if (match != nullptr) {
    if (Denies(match->nsec3.types, type)) return Verdict::Secure();
    return Failed(name, type, "the NSEC3 record does not deny the type");
  }
  const auto encloser = FindClosestEncloser(checker_.zone(), name, hash, this);
  if (!encloser) return Failed(name, type, "the NSEC3 records show no closest encloser");
  const bool opt_out = encloser->next_closer_cover->opt_out;
  if (const auto wildcard = WildcardOf(encloser->name)) {
    const auto wildcard_hash = Hash(*wildcard);
    match = wildcard_hash ? FindMatch(*wildcard_hash) : nullptr;
    if (match != nullptr) {
      if (!Denies(match->nsec3.types, type)) {
        return Failed(name, type, "the wildcard's NSEC3 record does not deny the type");
      }
      return opt_out ? OptedOut(name, type) : Verdict::Secure();
    }
  }
  // An unsigned delegation, or what is only there because of one (RFC 5155 erratum 3441).
  if (opt_out && !gave_up_) return OptedOut(name, type);
  return Failed(name, type, "no NSEC3 record matches the name");
}

Verdict Nsec3Prover::ProveNxDomain(NameView name, RRType type) {
  if (has_too_many_iterations()) return TooManyIterations(name, type);
  const auto encloser = FindClosestEncloser(checker_.zone(), name, Hash(name), this);
  if (!encloser) return Failed(name, type, "the NSEC3 records show no closest encloser");
  if (const auto wildcard = WildcardOf(encloser->name)) {
    const auto hash = Hash(*wildcard);
    if (!hash || FindCover(*hash) == nullptr) {
      return Failed(name, type, "no NSEC3 record covers the wildcard that might give it");
    }
  }
  return encloser->next_closer_cover->opt_out ? OptedOut(name, type) : Verdict::Secure();
}

Verdict Nsec3Prover::ProveExpansion(NameView name, size_t labels) {
  if (has_too_many_iterations()) return TooManyIterations(name, RRType::kNSEC3);
  const auto hash = Hash(name.suffix(labels + 1));
  const Record* cover = hash ? FindCover(*hash) : nullptr;
  if (cover == nullptr) {
    return Failed(name, RRType::kNSEC3,
                  "no NSEC3 record shows that the wildcard is nearest to the name");
  }
  return cover->opt_out ? OptedOut(name, RRType::kNSEC3) : Verdict::Secure();
}

CutProof Nsec3Prover::ProveNoDs(NameView cut, Verdict* verdict) {
  if (has_too_many_iterations()) {
    *verdict = TooManyIterations(cut, RRType::kDS);
    return verdict->is_bogus() ? CutProof::kUnproven : CutProof::kInsecure;
  }
  *verdict = Verdict::Secure();
  const NoDsProof found = dnssec::ProveNoDs(checker_.zone(), cut, this);
  if (found.proof == CutProof::kUnproven) {
    *verdict = Failed(cut, RRType::kDS,
                      found.has_match ? "the NSEC3 record does not deny the DS"
                                      : "the NSEC3 records show nothing of the delegation");
  }
  return found.proof;
}

CutProof VouchedCutProof(const dns::Message& message, NameView cut) {
  for (const dns::RecordView& record : message.records(dns::Section::kAuthority)) {
    if (record.type == RRType::kNSEC && record.owner.Equals(cut)) {
      const auto nsec = crypto::ReadNsec(record.rdata);
      if (nsec) return CutProofAt(nsec->types);
    }
    if (record.type != RRType::kNSEC3) continue;
    const auto nsec3 = crypto::ReadNsec3(record.rdata);
    const dns::Name owner = record.owner.ToName();
    if (!nsec3 || nsec3->hash_algorithm != crypto::Nsec3::kSha1 || owner.view().is_root() ||
        nsec3->iterations > kMostIterationsVouchedFor) {
      continue;
    }
    const auto at = ReadHashLabel(owner.view().first_label());
    if (at && at == HashForNsec3(cut, nsec3->salt, nsec3->iterations)) {
      return CutProofAt(nsec3->types);
    }
  }
  return CutProof::kUnproven;
}

}  // namespace caascan::dnssec
