// NSEC and NSEC3 proofs are lookups in an ordered list: "matches" gives the record at a name,
// "covers" the one before the gap that it falls into. An entry of the list is a position (a
// relative name, or a hash) and what stands there. Minimal denial needs no list: it makes the two
// ends of a gap around the name itself. Tested by denial_test.cc, and with Unbound as the judge.
#include "scanner/lab/denial.h"

#include <algorithm>
#include <array>

#include "scanner/lab/ldns.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint8_t kOptOutFlag = 1;
constexpr uint8_t kSha1 = 1;
constexpr size_t kHashSize = LDNS_SHA1_DIGEST_LENGTH;

std::vector<RRType> BitmapTypes(const ChainEntry& entry, RRType own,
                                const DenialQuestion& question) {
  std::vector<RRType> types = entry.types;
  if (question.lie) types.push_back(question.type);
  // What is signed at a name says so; under NSEC each name has at least its NSEC.
  const bool signs = own == RRType::kNSEC || (entry.delegation ? entry.has_ds : !types.empty());
  if (signs) types.push_back(RRType::kRRSIG);
  if (own == RRType::kNSEC) types.push_back(own);
  return types;
}

/// Collects records, each once.
class Proof {
 public:
  void Add(DenialRecord record) {
    for (const DenialRecord& have : records_) {
      if (have.owner == record.owner) return;
    }
    records_.push_back(std::move(record));
  }
  std::vector<DenialRecord> Take() { return std::move(records_); }

 private:
  std::vector<DenialRecord> records_;
};

dns::Name WildcardOf(NameView encloser) {
  dns::Name wildcard(encloser);
  (void)wildcard.Prepend("*");
  return wildcard;
}

/// The ancestor of `name` that has one label more than the closest encloser.
NameView NextCloser(const DenialQuestion& question) {
  return question.name.suffix(question.closest_encloser.label_count() + 1);
}

// --- NSEC

class NsecProver {
 public:
  NsecProver(const Zone& zone, NameView apex, const DenialQuestion& question)
      : question_(question), apex_(apex) {
    for (const ChainEntry& entry : zone.chain()) {
      if (!entry.empty_non_terminal) entries_.push_back(&entry);
    }
  }

  /// The record at the name or, where there is none, before it.
  void MatchOrCover(NameView name, Proof* proof) const {
    const auto after = std::upper_bound(entries_.begin(), entries_.end(), name,
                                        [](NameView at, const ChainEntry* entry) {
                                          return CompareCanonically(at, entry->owner) < 0;
                                        });
    const ChainEntry& entry = **(after - 1);  // The apex is before every name.
    const NameView next = after == entries_.end() ? NameView() : (*after)->owner.view();
    const auto owner = Complete(entry.owner, apex_);
    const auto next_name = Complete(next, apex_);
    if (!owner || !next_name) return;
    std::string rdata(next_name->view().bytes());
    rdata += TypeBitmap(BitmapTypes(entry, RRType::kNSEC, question_));
    proof->Add({*owner, RRType::kNSEC, rdata});
  }

 private:
  const DenialQuestion& question_;
  const NameView apex_;
  std::vector<const ChainEntry*> entries_;
};

std::vector<DenialRecord> ProveByNsec(const Zone& zone, NameView apex,
                                      const DenialQuestion& question) {
  const NsecProver prover(zone, apex, question);
  Proof proof;
  prover.MatchOrCover(question.name, &proof);
  if (question.claim == DenialClaim::kNxDomain || question.claim == DenialClaim::kWildcardNoData) {
    prover.MatchOrCover(WildcardOf(question.closest_encloser), &proof);
  }
  return proof.Take();
}

// --- NSEC3

using Hash = std::array<uint8_t, kHashSize>;

Hash HashOf(NameView name, const SigningDescription& signing) {
  dns::Name lower(name);
  lower.ToLower();
  std::string data(lower.view().bytes());
  Hash hash{};
  for (unsigned i = 0; i <= signing.iterations; ++i) {
    data += signing.salt;
    ldns_sha1(reinterpret_cast<unsigned char*>(data.data()), static_cast<unsigned>(data.size()),
              hash.data());
    data.assign(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
  return hash;
}

std::string Base32Hex(const Hash& hash) {
  static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const uint8_t octet : hash) {
    bits = bits << 8 | octet;
    for (count += 8; count >= 5; count -= 5) out.push_back(kDigits[bits >> (count - 5) & 31]);
  }
  return out;
}

class Nsec3Prover {
 public:
  Nsec3Prover(const Zone& zone, NameView apex, const DenialQuestion& question)
      : question_(question), signing_(*zone.signing()), apex_(apex) {
    const bool opt_out = signing_.denial == DenialKind::kNsec3OptOut;
    for (const ChainEntry& entry : zone.chain()) {
      if (opt_out && entry.delegation && !entry.has_ds) continue;
      if (const auto name = Complete(entry.owner, apex)) {
        entries_.emplace_back(HashOf(*name, signing_), &entry);
      }
    }
    std::sort(entries_.begin(), entries_.end());
  }

  bool Matches(NameView name) const {
    const auto absolute = Complete(name, apex_);
    return absolute && std::any_of(entries_.begin(), entries_.end(),
                                   [hash = HashOf(*absolute, signing_)](const auto& entry) {
                                     return entry.first == hash;
                                   });
  }

  /// The record at the name's hash or, where there is none, before it.
  void MatchOrCover(NameView name, Proof* proof) const {
    const auto absolute = Complete(name, apex_);
    if (!absolute) return;
    const Hash hash = HashOf(*absolute, signing_);
    auto after =
        std::upper_bound(entries_.begin(), entries_.end(), hash,
                         [](const Hash& at, const auto& entry) { return at < entry.first; });
    const auto& entry = after == entries_.begin() ? entries_.back() : *(after - 1);
    const Hash& next = after == entries_.end() ? entries_.front().first : after->first;
    dns::Name owner(apex_);
    if (!owner.Prepend(Base32Hex(entry.first))) return;
    std::string rdata;
    rdata.push_back(static_cast<char>(kSha1));
    rdata.push_back(
        static_cast<char>(signing_.denial == DenialKind::kNsec3OptOut ? kOptOutFlag : 0));
    rdata.push_back(static_cast<char>(signing_.iterations >> 8));
    rdata.push_back(static_cast<char>(signing_.iterations & 0xff));
    rdata.push_back(static_cast<char>(signing_.salt.size()));
    rdata += signing_.salt;
    rdata.push_back(static_cast<char>(kHashSize));
    rdata.append(reinterpret_cast<const char*>(next.data()), next.size());
    rdata += TypeBitmap(BitmapTypes(*entry.second, RRType::kNSEC3, question_));
    proof->Add({owner, RRType::kNSEC3, rdata});
  }

 private:
  const DenialQuestion& question_;
  const SigningDescription& signing_;
  const NameView apex_;
  std::vector<std::pair<Hash, const ChainEntry*>> entries_;
};

std::vector<DenialRecord> ProveByNsec3(const Zone& zone, NameView apex,
                                       const DenialQuestion& question) {
  const Nsec3Prover prover(zone, apex, question);
  Proof proof;
  switch (question.claim) {
    case DenialClaim::kNoData:
      prover.MatchOrCover(question.name, &proof);
      break;
    case DenialClaim::kNoDs:
      if (!prover.Matches(question.name)) {
        // Opted out: the nearest name of the chain, and the gap below it (RFC 5155 §7.2.7).
        NameView encloser = question.name.parent();
        NameView next_closer = question.name;
        while (!encloser.is_root() && !prover.Matches(encloser)) {
          next_closer = encloser;
          encloser = encloser.parent();
        }
        prover.MatchOrCover(encloser, &proof);
        prover.MatchOrCover(next_closer, &proof);
        break;
      }
      prover.MatchOrCover(question.name, &proof);
      break;
    case DenialClaim::kWildcard:
      prover.MatchOrCover(NextCloser(question), &proof);
      break;
    case DenialClaim::kNxDomain:
    case DenialClaim::kWildcardNoData:
      prover.MatchOrCover(question.closest_encloser, &proof);
      prover.MatchOrCover(NextCloser(question), &proof);
      prover.MatchOrCover(WildcardOf(question.closest_encloser), &proof);
      break;
  }
  return proof.Take();
}

// --- Minimal NSEC

/// The label, and \255 behind, that stands right before `label` in the order of names.
std::string LabelBefore(std::string_view label) {
  std::string out(label);
  for (char& c : out) c = static_cast<char>(dns::LowerOctet(static_cast<uint8_t>(c)));
  auto last = static_cast<uint8_t>(out.back());
  if (last == 0) {
    out.pop_back();
    return out;
  }
  --last;
  if (last >= 'A' && last <= 'Z') last = 'A' - 1;  // Capitals have the place of small letters.
  out.back() = static_cast<char>(last);
  if (out.size() < dns::kMaxLabelSize) out.push_back('\xff');
  return out;
}

std::string MinimalRdata(const dns::Name& next, std::vector<RRType> types) {
  types.push_back(RRType::kRRSIG);
  types.push_back(RRType::kNSEC);
  return std::string(next.view().bytes()) + TypeBitmap(std::move(types));
}

/// A record at the name itself, up to its first possible child.
void MatchMinimally(NameView name, NameView apex, std::vector<RRType> types, Proof* proof) {
  const auto owner = Complete(name, apex);
  if (!owner) return;
  dns::Name next = *owner;
  if (!next.Prepend(std::string_view("\0", 1))) return;
  proof->Add({*owner, RRType::kNSEC, MinimalRdata(next, std::move(types))});
}

/// A record over the name and all that could be below it.
void CoverMinimally(NameView name, NameView apex, Proof* proof) {
  const auto above = Complete(name.parent(), apex);
  if (!above) return;
  dns::Name owner = *above;
  dns::Name next = *above;
  std::string after(name.first_label());
  if (after.size() < dns::kMaxLabelSize) after.push_back('\0');
  const std::string before = LabelBefore(name.first_label());
  if ((!before.empty() && !owner.Prepend(before)) || !next.Prepend(after)) return;
  proof->Add({owner, RRType::kNSEC, MinimalRdata(next, {})});
}

std::vector<DenialRecord> ProveMinimally(const Zone& zone, NameView apex,
                                         const DenialQuestion& question) {
  Proof proof;
  const auto types_at = [&zone, &question](NameView name) {
    std::vector<RRType> types;
    if (question.types != nullptr) types = *question.types;
    if (question.lie) types.push_back(question.type);
    const Node* node = zone.FindNode(name);
    for (size_t i = 0; node != nullptr && i < node->sets.size(); ++i) {
      types.push_back(node->sets[i].type);
    }
    return types;
  };
  const dns::Name wildcard = WildcardOf(question.closest_encloser);
  switch (question.claim) {
    case DenialClaim::kNoData:
    case DenialClaim::kNoDs:
      MatchMinimally(question.name, apex, types_at(question.name), &proof);
      break;
    case DenialClaim::kWildcard:
      CoverMinimally(NextCloser(question), apex, &proof);
      break;
    case DenialClaim::kNxDomain:
      CoverMinimally(NextCloser(question), apex, &proof);
      CoverMinimally(wildcard, apex, &proof);
      break;
    case DenialClaim::kWildcardNoData:
      CoverMinimally(NextCloser(question), apex, &proof);
      MatchMinimally(wildcard, apex, types_at(wildcard), &proof);
      break;
  }
  return proof.Take();
}

}  // namespace

std::vector<DenialRecord> Prove(const Zone& zone, NameView apex, const DenialQuestion& question) {
  switch (zone.signing()->denial) {
    case DenialKind::kNsec:
      return ProveByNsec(zone, apex, question);
    case DenialKind::kNsec3:
    case DenialKind::kNsec3OptOut:
      return ProveByNsec3(zone, apex, question);
    case DenialKind::kMinimal:
      break;
  }
  return ProveMinimally(zone, apex, question);
}

std::string TypeBitmap(std::vector<RRType> types) {
  std::sort(types.begin(), types.end());
  std::string out;
  types.erase(std::unique(types.begin(), types.end()), types.end());
  for (size_t i = 0; i < types.size();) {
    const auto window = static_cast<uint8_t>(static_cast<uint16_t>(types[i]) >> 8);
    std::array<uint8_t, 32> bits{};
    size_t used = 0;
    for (; i < types.size() && static_cast<uint16_t>(types[i]) >> 8 == window; ++i) {
      const auto low = static_cast<uint8_t>(static_cast<uint16_t>(types[i]) & 0xff);
      bits[low / 8] = static_cast<uint8_t>(bits[low / 8] | 0x80 >> low % 8);
      used = low / 8 + size_t{1};
    }
    out.push_back(static_cast<char>(window));
    out.push_back(static_cast<char>(used));
    out.append(reinterpret_cast<const char*>(bits.data()), used);
  }
  return out;
}

int CompareCanonically(NameView a, NameView b) {
  const size_t a_count = a.label_count();
  const size_t b_count = b.label_count();
  for (size_t i = 1; i <= std::min(a_count, b_count); ++i) {
    const std::string_view x = a.suffix(i).first_label();
    const std::string_view y = b.suffix(i).first_label();
    const bool less =
        std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(), [](char p, char q) {
          return dns::LowerOctet(static_cast<uint8_t>(p)) <
                 dns::LowerOctet(static_cast<uint8_t>(q));
        });
    if (less) return -1;
    if (a.suffix(i) != b.suffix(i)) return 1;
  }
  return a_count < b_count ? -1 : a_count > b_count ? 1 : 0;
}

}  // namespace caascan::lab
