// Order matters here: an RCODE other than NOERROR and NXDOMAIN is final; data in the answer section
// comes before the authority section; there a delegation on the way to the name comes before the
// SOA of a zone above it, and that before other NS records. Only records at or below the asked zone
// are looked at, so a server can say nothing about names it was not delegated. Tested by
// classify_test.cc.
#include "scanner/query/classify.h"

#include <algorithm>
#include <cassert>

#include "scanner/crypto/rdata.h"
#include "scanner/query/failure.h"

namespace caascan::query {
namespace {

using dns::Message;
using dns::Name;
using dns::NameView;
using dns::RCode;
using dns::RecordView;
using dns::RRType;
using dns::Section;

enum class Step : uint8_t { kFound, kFollowed, kNothing, kFailed };

/// Stands a CNAME at `owner`, in the answer section?
bool HasCname(const Message& message, NameView owner) {
  for (const RecordView& record : message.records(Section::kAnswer)) {
    if (record.type == RRType::kCNAME && record.owner.Equals(owner)) return true;
  }
  return false;
}

/// Then a CNAME may be derived, and is no record of its own (RFC 6672 §3.1).
bool HasDname(const Message& message) {
  for (const RecordView& record : message.records(Section::kAnswer)) {
    if (record.type == RRType::kDNAME) return true;
  }
  return false;
}

/// What the answer section says of chain->current().
Step FollowOnce(const Message& message, NameView zone, RRType type, AliasChain* chain,
                Classified* out) {
  std::optional<Name> target;
  for (const RecordView& record : message.records(Section::kAnswer)) {
    if (record.type == type && record.owner.Equals(chain->current())) {
      out->ttl_s = record.ttl;
      if (type != RRType::kCNAME && HasCname(message, chain->current())) {
        out->cname_beside_data = true;
      }
      return Step::kFound;
    }
    if (target) continue;
    if (record.type == RRType::kCNAME && record.owner.Equals(chain->current())) {
      target = record.NameRdata().ToName();
      // SOA and NS stand at a zone's apex.
      if (chain->current() == zone && !zone.is_root() && !HasDname(message)) {
        out->cname_beside_data = true;
      }
    } else if (record.type == RRType::kDNAME) {
      // RFC 6672 §3.1: the CNAME beside it is derived; so we derive it ourselves.
      const Name owner = record.owner.ToName();
      if (!owner.view().IsAtOrBelow(zone) || !chain->current().IsBelow(owner)) continue;
      target = Name::Substitute(chain->current(), owner, record.NameRdata().ToName());
      if (!target) return Step::kFailed;
    }
  }
  if (!target) return Step::kNothing;
  return chain->Follow(*target) ? Step::kFollowed : Step::kFailed;
}

struct AuthoritySummary {
  bool has_soa = false;
  bool soa_fits = false;   // Of a zone that holds the name, at or below the zone asked.
  bool soa_below = false;  // Of a zone below the name, which says nothing of the name itself.
  uint32_t negative_ttl_s = 0;
  bool nxname = false;  // An NSEC record at the name has NXNAME, which only such names have.
  bool has_ns = false;
  bool ns_elsewhere = false;  // Of the zone asked, one above it, or one beside it.
  bool ns_below = false;  // A delegation on the way to the name, below the SOA's zone if it fits.
  dns::MessageName cut;
  uint32_t ns_ttl_s = 0;
};

/// Compact denial: NODATA, and yet no such name (RFC 9824).
bool HasNxname(const RecordView& nsec, NameView name) {
  if (!nsec.owner.Equals(name)) return false;
  const std::optional<crypto::Nsec> read = crypto::ReadNsec(nsec.rdata);
  return read && read->types.Has(RRType::kNXNAME);
}

AuthoritySummary ReadAuthority(const Message& message, const AskedServer& asked, NameView name) {
  AuthoritySummary summary;
  Name soa;
  Name last_ns;
  for (const RecordView& record : message.records(Section::kAuthority)) {
    if (record.type == RRType::kSOA && !summary.has_soa) {
      record.owner.CopyTo(&soa);
      summary.has_soa = true;
      summary.soa_fits = name.IsAtOrBelow(soa) && soa.view().IsAtOrBelow(asked.zone);
      summary.soa_below = soa.view().IsBelow(name);
      summary.negative_ttl_s = std::min(record.ttl, dns::ReadSoa(record).minimum);
    } else if (record.type == RRType::kNS) {
      if (summary.has_ns && record.owner.Equals(last_ns)) continue;  // Of the same set.
      record.owner.CopyTo(&last_ns);
      const NameView owner = last_ns;
      summary.has_ns = true;
      if (owner.IsBelow(asked.zone) && name.IsAtOrBelow(owner)) {
        summary.ns_below = true;
        summary.cut = record.owner;
        summary.ns_ttl_s = record.ttl;
      } else if (!owner.IsBelow(asked.zone)) {
        summary.ns_elsewhere = true;
      }
    } else if (record.type == RRType::kNSEC && !summary.nxname) {
      summary.nxname = HasNxname(record, name);
    }
  }
  // Beside its own zone's SOA an NS set is that zone's, unless it lies below.
  if (summary.ns_below && summary.soa_fits) {
    summary.ns_below = summary.cut.ToName().view().IsBelow(soa);
  }
  return summary;
}

/// An empty message from a resolver. It may leave out the SOA of what it has cached; but one that
/// refers, or does not recurse, has resolved nothing.
ResponseKind ClassifyResolved(const Message& message, const AuthoritySummary& authority) {
  if (message.rcode() == RCode::kNXDomain) return ResponseKind::kNxDomain;
  if (authority.has_soa) return ResponseKind::kNoData;
  if (authority.has_ns) return ResponseKind::kUpwardReferral;
  const bool resolved = message.authoritative() || (message.flags() & dns::kFlagRA) != 0;
  return resolved ? ResponseKind::kNoData : ResponseKind::kNotAuthoritative;
}

/// A message without answer section: a negative answer, a referral, or nothing usable.
void ClassifyEmpty(const Message& message, const AskedServer& asked, NameView name,
                   Classified* out) {
  const AuthoritySummary authority = ReadAuthority(message, asked, name);
  const bool nxdomain = message.rcode() == RCode::kNXDomain;
  out->ttl_s = authority.negative_ttl_s;
  out->nxname = authority.nxname;
  if (asked.recursive) {
    out->kind = ClassifyResolved(message, authority);
    out->without_soa = !authority.has_soa;
    return;
  }
  if (!nxdomain && authority.ns_below) {
    out->kind = ResponseKind::kReferral;
    out->cut = authority.cut;
    out->ttl_s = authority.ns_ttl_s;
    return;
  }
  const ResponseKind negative = nxdomain ? ResponseKind::kNxDomain : ResponseKind::kNoData;
  if (authority.soa_fits) {
    out->kind = negative;
    out->without_authority = !message.authoritative();
  } else if (!nxdomain && authority.has_ns) {
    // Whatever AA says: who serves a zone has its SOA to show.
    out->kind =
        authority.ns_elsewhere ? ResponseKind::kUpwardReferral : ResponseKind::kNotAuthoritative;
  } else if (message.authoritative() && (nxdomain || !authority.soa_below)) {
    out->kind = negative;
    out->without_soa = !authority.has_soa;
    out->soa_wrong_zone = authority.has_soa;
  } else {
    out->kind = ResponseKind::kNotAuthoritative;
  }
}

/// Does a resolver's message settle where the aliases end? Its SOA must be of a zone that holds the
/// target: that of the alias's zone says nothing of it.
bool ResolverSettlesTarget(const Message& message, const AuthoritySummary& authority) {
  return authority.soa_fits || (message.rcode() == RCode::kNXDomain && !authority.has_soa);
}

}  // namespace

bool AliasChain::Follow(NameView target) {
  const auto same = [target](const dns::CompactName& name) { return name.view() == target; };
  looped_ = target == name_ || std::any_of(targets_.begin(), targets_.end(), same);
  ended_ = looped_ || targets_.size() == kMaxHops;
  targets_.emplace_back(target);
  return !ended_;
}

void AliasChain::Rewind(size_t hops) {
  if (hops == targets_.size()) return;
  targets_.resize(hops);
  ended_ = looped_ = false;
}

std::vector<dns::CompactName> AliasChain::Targets() const {
  std::vector<dns::CompactName> targets;
  targets.reserve(targets_.size());
  for (const dns::CompactName& target : targets_) targets.push_back(LowerCase(target));
  return targets;
}

Classified Classify(const Message& message, const AskedServer& asked, RRType type,
                    AliasChain* chain) {
  Classified out;
  out.rcode = message.rcode();
  if (out.rcode != RCode::kNoError && out.rcode != RCode::kNXDomain) return out;
  bool followed = false;
  while (chain->current().IsAtOrBelow(asked.zone)) {
    const Step step = FollowOnce(message, asked.zone, type, chain, &out);
    if (step == Step::kFailed) {
      out.kind = ResponseKind::kAliasFailed;
      return out;
    }
    if (step == Step::kFound && out.rcode == RCode::kNXDomain) {
      // A name that does not exist has no records: behind an alias the target is asked for itself.
      if (followed) break;
      out.kind = ResponseKind::kOtherRecords;
      return out;
    }
    if (step == Step::kFound) {
      out.kind = ResponseKind::kAnswer;
      out.without_authority = !asked.recursive && !message.authoritative();
      return out;
    }
    if (step == Step::kNothing) break;
    followed = true;
  }
  if (!followed) {
    // Records of other types or names are not what was asked for, and no empty answer either.
    if (message.count(Section::kAnswer) > 0) {
      out.kind = ResponseKind::kOtherRecords;
    } else {
      ClassifyEmpty(message, asked, chain->current(), &out);
    }
    return out;
  }
  // The target is asked for itself: servers add the SOA of the alias's zone, and an rcode that
  // speaks of it, to aliases that lead elsewhere (RFC 1034 §3.6.2, RFC 2308 §2.1).
  out.kind = ResponseKind::kAlias;
  if (asked.recursive) {
    const AuthoritySummary authority = ReadAuthority(message, asked, chain->current());
    if (ResolverSettlesTarget(message, authority)) {
      out.kind = out.rcode == RCode::kNXDomain ? ResponseKind::kNxDomain : ResponseKind::kNoData;
      out.ttl_s = authority.negative_ttl_s;
      out.without_soa = !authority.has_soa;
    }
  }
  out.without_authority = !asked.recursive && !message.authoritative();
  return out;
}

Strength StrengthOf(const Classified& classified, bool validated) {
  assert(IsUsable(classified.kind) && "only what can be used has a strength");
  if (validated) {
    return classified.without_authority ? Strength::kValidatedCopy : Strength::kValidated;
  }
  if (classified.kind == ResponseKind::kReferral) return Strength::kAuthoritative;
  if (classified.kind == ResponseKind::kAliasFailed) return Strength::kUnproven;
  if (classified.without_soa || classified.soa_wrong_zone) return Strength::kUnproven;
  return classified.without_authority ? Strength::kNotAuthoritative : Strength::kAuthoritative;
}

Name DeepestZoneShown(const Message& message, NameView asked_zone, NameView name) {
  Name deepest(asked_zone);
  const auto see = [&deepest, name](const Name& zone) {
    if (zone.view().IsBelow(deepest) && name.IsAtOrBelow(zone)) deepest = zone;
  };
  for (const RecordView& record : message.records(Section::kAuthority)) {
    if (record.type == RRType::kSOA || record.type == RRType::kNS) see(record.owner.ToName());
  }
  for (const RecordView& record : message.records(Section::kAnswer)) {
    if (record.type != RRType::kRRSIG || !record.owner.Equals(name)) continue;
    if (const auto signature = crypto::ReadRrsig(record.rdata)) see(Name(signature->signer));
  }
  return deepest;
}

void TakeCaaAnswer(const Message& message, const Classified& classified, NameView owner,
                   CaaAnswer* answer) {
  answer->ttl_s = classified.ttl_s;
  answer->status = LookupStatus::kEmpty;
  answer->nxdomain = classified.kind == ResponseKind::kNxDomain;
  answer->nxname = classified.kind == ResponseKind::kNoData && classified.nxname;
  if (classified.kind != ResponseKind::kAnswer) return;
  answer->status = LookupStatus::kRecords;
  answer->rrset.owner = owner.ToLowerText();
  answer->rrset.ttl_s = classified.ttl_s;
  for (const RecordView& record : message.records(Section::kAnswer)) {
    if (record.type != RRType::kCAA || !record.owner.Equals(owner)) continue;
    const dns::CaaRdata caa = dns::ReadCaa(record.rdata);
    answer->rrset.records.push_back({caa.flags, std::string(caa.tag), std::string(caa.value)});
    // RFC 2181 §5.2: TTLs within a set are equal; where a server breaks that, the least counts.
    answer->rrset.ttl_s = std::min(answer->rrset.ttl_s, record.ttl);
  }
  answer->ttl_s = answer->rrset.ttl_s;
}

std::vector<std::string> TextsOf(const Message& message, NameView owner) {
  std::vector<std::string> texts;
  for (const RecordView& record : message.records(Section::kAnswer)) {
    if (record.type != RRType::kTXT || !record.owner.Equals(owner)) continue;
    texts.push_back(dns::ReadTxt(record.rdata).value_or(""));
  }
  return texts;
}

}  // namespace caascan::query
