// NSEC and NSEC3 proofs are lookups in an ordered list: "matches" gives the record at a name,
// "covers" the one before the gap that it falls into. An entry of the list is a position (a
// relative name, or a hash) and what stands there. Minimal and narrow denial need no list: they
// make the two ends of a gap around the name itself, or around its hash. Tested by
// secure_answer_test.cc, and with Unbound as the judge.
#include "tools/caalab/sign/denial.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

#include "tools/caalab/sign/ldns.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint8_t kOptOutFlag = 1;
constexpr uint8_t kSha1 = 1;
static_assert(std::tuple_size_v<Nsec3Hash> == LDNS_SHA1_DIGEST_LENGTH);

void Hide(const DenialQuestion& question, std::vector<RRType>* types) {
  if (question.hidden == nullptr) return;
  std::erase_if(*types, [&question](RRType type) {
    return std::find(question.hidden->begin(), question.hidden->end(), type) !=
           question.hidden->end();
  });
}

std::vector<RRType> BitmapTypes(const ChainEntry& entry, RRType own,
                                const DenialQuestion& question) {
  std::vector<RRType> types = entry.types;
  Hide(question, &types);
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

const ChainEntry* FindEntry(const Zone& zone, NameView name) {
  const auto& chain = zone.chain();
  const auto at = std::lower_bound(chain.begin(), chain.end(), name,
                                   [](const ChainEntry& entry, NameView wanted) {
                                     return CompareCanonically(entry.owner, wanted) < 0;
                                   });
  return at != chain.end() && at->owner.view() == name ? &*at : nullptr;
}

// --- NSEC

class NsecProver {
 public:
  NsecProver(const Zone& zone, NameView apex, const DenialQuestion& question)
      : chain_(zone.chain()), question_(question), apex_(apex) {}

  /// The record at the name or, where there is none, before it.
  void MatchOrCover(NameView name, Proof* proof) const {
    auto after = std::upper_bound(chain_.begin(), chain_.end(), name,
                                  [](NameView at, const ChainEntry& entry) {
                                    return CompareCanonically(at, entry.owner) < 0;
                                  });
    auto at = after - 1;  // The apex is before every name, and holds something.
    while (at->empty_non_terminal) --at;
    while (after != chain_.end() && after->empty_non_terminal) ++after;
    const auto owner = Complete(at->owner, apex_);
    const auto next = Complete(after == chain_.end() ? NameView() : after->owner.view(), apex_);
    if (!owner || !next) return;
    std::string rdata(next->view().bytes());
    rdata += TypeBitmap(BitmapTypes(*at, RRType::kNSEC, question_));
    proof->Add({*owner, RRType::kNSEC, rdata});
  }

 private:
  const std::vector<ChainEntry>& chain_;
  const DenialQuestion& question_;
  const NameView apex_;
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

Nsec3Hash HashOf(NameView name, const SigningDescription& signing) {
  dns::Name lower(name);
  lower.ToLower();
  std::string data(lower.view().bytes());
  Nsec3Hash hash{};
  for (unsigned i = 0; i <= signing.iterations; ++i) {
    data += signing.salt;
    ldns_sha1(reinterpret_cast<unsigned char*>(data.data()), static_cast<unsigned>(data.size()),
              hash.data());
    data.assign(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
  return hash;
}

std::string Base32Hex(const Nsec3Hash& hash) {
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

bool IsOptedOut(const SigningDescription& signing, const ChainEntry& entry) {
  return signing.denial == DenialKind::kNsec3OptOut && entry.delegation && !entry.has_ds;
}

/// One record from `hash` to `next`.
void AddNsec3(const SigningDescription& signing, NameView apex, const Nsec3Hash& hash,
              const Nsec3Hash& next, std::vector<RRType> types, Proof* proof) {
  dns::Name owner(apex);
  if (!owner.Prepend(Base32Hex(hash))) return;
  std::string rdata;
  rdata.push_back(static_cast<char>(kSha1));
  rdata.push_back(static_cast<char>(signing.denial == DenialKind::kNsec3OptOut ? kOptOutFlag : 0));
  rdata.push_back(static_cast<char>(signing.iterations >> 8));
  rdata.push_back(static_cast<char>(signing.iterations & 0xff));
  rdata.push_back(static_cast<char>(signing.salt.size()));
  rdata += signing.salt;
  rdata.push_back(static_cast<char>(next.size()));
  rdata.append(reinterpret_cast<const char*>(next.data()), next.size());
  rdata += TypeBitmap(std::move(types));
  proof->Add({owner, RRType::kNSEC3, rdata});
}

/// With the zone's whole list.
class Nsec3Prover {
 public:
  Nsec3Prover(const Zone& zone, NameView apex, const DenialQuestion& question)
      : question_(question), signing_(*zone.signing()), apex_(apex) {
    if (zone.hashed_chain().empty()) made_ = HashChain(zone, apex);
    entries_ = made_.empty() ? &zone.hashed_chain() : &made_;
  }

  bool Matches(NameView name) const {
    const auto absolute = Complete(name, apex_);
    if (!absolute) return false;
    const Nsec3Hash hash = HashOf(*absolute, signing_);
    const auto at = After(hash);
    return at != entries_->begin() && (at - 1)->hash == hash;
  }

  /// The record at the name's hash or, where there is none, before it.
  void MatchOrCover(NameView name, Proof* proof) const {
    const auto absolute = Complete(name, apex_);
    if (!absolute) return;
    const auto after = After(HashOf(*absolute, signing_));
    const HashedEntry& entry = after == entries_->begin() ? entries_->back() : *(after - 1);
    const HashedEntry& next = after == entries_->end() ? entries_->front() : *after;
    AddNsec3(signing_, apex_, entry.hash, next.hash,
             BitmapTypes(*entry.entry, RRType::kNSEC3, question_), proof);
  }

 private:
  std::vector<HashedEntry>::const_iterator After(const Nsec3Hash& hash) const {
    return std::upper_bound(
        entries_->begin(), entries_->end(), hash,
        [](const Nsec3Hash& at, const HashedEntry& entry) { return at < entry.hash; });
  }

  const DenialQuestion& question_;
  const SigningDescription& signing_;
  const NameView apex_;
  std::vector<HashedEntry> made_;  // For a pattern that stands at many apexes.
  const std::vector<HashedEntry>* entries_ = nullptr;
};

/// The hash one before or behind, in a circle.
Nsec3Hash Neighbour(Nsec3Hash hash, bool behind) {
  for (size_t i = hash.size(); i > 0; --i) {
    const uint8_t was = hash[i - 1];
    hash[i - 1] = static_cast<uint8_t>(behind ? was + 1 : was - 1);
    if (was != (behind ? 0xff : 0)) break;
  }
  return hash;
}

/// Without a list: around the hash alone (RFC 7129 appendix B).
class NarrowProver {
 public:
  NarrowProver(const Zone& zone, NameView apex, const DenialQuestion& question)
      : zone_(zone), question_(question), signing_(*zone.signing()), apex_(apex) {}

  bool Matches(NameView name) const { return EntryAt(name).has_value(); }

  void MatchOrCover(NameView name, Proof* proof) const {
    const auto absolute = Complete(name, apex_);
    if (!absolute) return;
    const Nsec3Hash hash = HashOf(*absolute, signing_);
    const Nsec3Hash next = Neighbour(hash, true);
    if (const auto entry = EntryAt(name)) {
      AddNsec3(signing_, apex_, hash, next, BitmapTypes(*entry, RRType::kNSEC3, question_), proof);
    } else {
      AddNsec3(signing_, apex_, Neighbour(hash, false), next, {}, proof);
    }
  }

 private:
  std::optional<ChainEntry> EntryAt(NameView name) const {
    std::optional<ChainEntry> entry;
    if (question_.types != nullptr && name == question_.name) {
      entry.emplace();
      entry->types = *question_.types;
      entry->delegation = true;
    } else if (const ChainEntry* const known = FindEntry(zone_, name)) {
      entry = *known;
    }
    if (entry && IsOptedOut(signing_, *entry)) entry.reset();
    return entry;
  }

  const Zone& zone_;
  const DenialQuestion& question_;
  const SigningDescription& signing_;
  const NameView apex_;
};

template <typename Prover>
std::vector<DenialRecord> ProveByNsec3(const Zone& zone, NameView apex,
                                       const DenialQuestion& question) {
  const Prover prover(zone, apex, question);
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
    if (const ChainEntry* entry = FindEntry(zone, name)) {
      types.insert(types.end(), entry->types.begin(), entry->types.end());
    }
    Hide(question, &types);
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
  assert(zone.signing() != nullptr && "only signed zones prove");
  switch (zone.signing()->denial) {
    case DenialKind::kNsec:
      return zone.is_unlisted() ? ProveMinimally(zone, apex, question)
                                : ProveByNsec(zone, apex, question);
    case DenialKind::kNsec3:
    case DenialKind::kNsec3OptOut:
      return zone.is_unlisted() ? ProveByNsec3<NarrowProver>(zone, apex, question)
                                : ProveByNsec3<Nsec3Prover>(zone, apex, question);
    case DenialKind::kMinimal:
      break;
  }
  return ProveMinimally(zone, apex, question);
}

std::vector<HashedEntry> HashChain(const Zone& zone, NameView apex) {
  assert(zone.signing() != nullptr && "only signed zones prove");
  std::vector<HashedEntry> out;
  for (const ChainEntry& entry : zone.chain()) {
    if (IsOptedOut(*zone.signing(), entry)) continue;
    if (const auto name = Complete(entry.owner, apex)) {
      out.push_back({HashOf(*name, *zone.signing()), &entry});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const HashedEntry& a, const HashedEntry& b) { return a.hash < b.hash; });
  return out;
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
