// Aliases are followed while they stay inside the zone. Tested by answer_test.cc, and for signed
// zones by secure_answer_test.cc.
#include "tools/caalab/serve/zone_answer.h"

#include <array>
#include <cassert>

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RCode;
using dns::RRType;
using dns::Section;

constexpr unsigned kMaxAliases = 16;
constexpr uint32_t kForeignSoaTtl = 300;
constexpr uint32_t kReferralTtl = 3600;
constexpr auto kYxDomain = static_cast<RCode>(6);  // RFC 6672 §2.2: the new name is too long.

/// An alias' target relative to the apex, where it lies in the zone.
std::optional<dns::Name> InsideTarget(const Rdata& rdata) {
  if (rdata[0].kind == RdataPart::Kind::kRelativeName) return dns::Name(rdata[0].name());
  return std::nullopt;
}

dns::Name Wildcard(NameView encloser) {
  dns::Name out(encloser);
  (void)out.Prepend("*");
  return out;
}

/// NS or A of a member's server as RDATA.
const Rdata& ServerRdata(RRType type, size_t server) {
  static const auto kRdata = [] {
    std::array<std::array<Rdata, kMaxHosts>, 2> out;
    for (size_t i = 0; i < kMaxHosts; ++i) {
      out[0][i] = {{RdataPart::Kind::kServerHost, static_cast<uint8_t>(i), {}}};
      out[1][i] = {{RdataPart::Kind::kServerAddress, static_cast<uint8_t>(i), {}}};
    }
    return out;
  }();
  return kRdata[type == RRType::kNS ? 0 : 1][server];
}

}  // namespace

ZoneAnswer::ZoneAnswer(const Question& question, const Place& place, const Plan& plan,
                       Signer* signer, MessageWriter* message)
    : question_(question),
      place_(place),
      plan_(plan),
      message_(*message),
      zone_{place.apex, &place.member, signer},
      secure_(message, signer, question.dnssec_ok ? place.zone : nullptr, zone_, question.type) {
  assert(place.zone != nullptr && "the place is in a zone");
}

bool ZoneAnswer::Write() { return place_.cut.kind != nullptr ? WriteCut(place_.cut) : WriteZone(); }

/// What the zone says, or the set that this server's copy has instead.
Match ZoneAnswer::FindInThisCopy(NameView relative) const {
  Match match = place_.zone->Find(relative, question_.type);
  if (plan_.other_sets == nullptr || match.kind == Match::Kind::kDelegation) return match;
  for (const OwnedSet& other : *plan_.other_sets) {
    if (other.set.type != question_.type || other.owner.view() != relative) continue;
    return {.kind = Match::Kind::kAnswer, .set = &other.set, .node = match.node};
  }
  return match;
}

bool ZoneAnswer::WriteZone() {
  dns::Name relative = RelativePart(question_.name, place_.apex);
  for (unsigned hops = 0; hops <= kMaxAliases; ++hops) {
    std::optional<dns::Name> next;
    const Match match = FindInThisCopy(relative);
    if (match.kind == Match::Kind::kDelegation && hops > 0) break;
    if (!WriteMatch(match, relative, hops == 0, &next)) return false;
    if (!next) {
      const bool is_alias = match.kind == Match::Kind::kAlias || match.kind == Match::Kind::kDname;
      if (is_alias && !AddTargetDenial()) return false;
      break;
    }
    relative = *next;
  }
  return AddProofs();
}

bool ZoneAnswer::WriteMatch(const Match& match, NameView relative, bool first,
                            std::optional<dns::Name>* next) {
  const bool hidden = plan_.Has(FaultKind::kNxDomain) && match.kind != Match::Kind::kDelegation;
  if (hidden) return AddNegative(match, relative);
  switch (match.kind) {
    case Match::Kind::kAnswer:
      if (plan_.Has(FaultKind::kNoData)) break;
      if (!AddCnameToo(match, relative)) return false;
      return AddOwned(match, relative, first);
    case Match::Kind::kAlias:
      *next = InsideTarget(match.set->rdata[0]);
      return AddOwned(match, relative, first);
    case Match::Kind::kDname:
      return AddDname(match, relative, first, next);
    case Match::Kind::kDelegation:
      if (plan_.Has(FaultKind::kNoDelegation)) break;
      return AddReferral(match);
    case Match::Kind::kNoData:
    case Match::Kind::kNxDomain:
      break;
  }
  return AddNegative(match, relative);
}

/// For servers that let a name with a CNAME have other data (RFC 1034 §3.6.2 does not).
bool ZoneAnswer::AddCnameToo(const Match& match, NameView relative) {
  const bool both = plan_.Has(FaultKind::kCnameToo) && match.node != nullptr;
  const RRset* cname = both ? match.node->Find(RRType::kCNAME) : nullptr;
  if (cname == nullptr || cname == match.set) return true;
  const auto owner = Complete(relative, place_.apex);
  return owner && message_.AddSet(Section::kAnswer, *owner, *cname, zone_) &&
         secure_.AddSignature(Section::kAnswer, *owner, *cname, *owner);
}

/// The RDATA as this server has it.
Rdata ZoneAnswer::InThisCopy(RRType type, const Rdata& rdata) const {
  constexpr size_t kSoaNumbers = 20;
  Rdata copy = rdata;
  if (type != RRType::kSOA || !plan_.Has(FaultKind::kOlderSerial)) return copy;
  std::string& octets = copy.back().octets;  // They end with the five numbers, the serial first.
  auto at = octets.rbegin() + (kSoaNumbers - sizeof(uint32_t));
  while (static_cast<uint8_t>(*at) == 0) *at++ = '\xff';
  *at = static_cast<char>(static_cast<uint8_t>(*at) - 1);
  return copy;
}

/// The set at `relative`, which before any alias was followed is the question's name itself.
bool ZoneAnswer::AddOwned(const Match& match, NameView relative, bool first) {
  const auto completed = first ? std::nullopt : Complete(relative, place_.apex);
  if (!first && !completed) return false;
  const NameView owner = first ? question_.name : completed->view();
  const bool one = plan_.Has(FaultKind::kFewerRecords) || match.set->type == RRType::kSOA;
  const bool added = one ? message_.Add(Section::kAnswer, owner, match.set->type, match.set->ttl,
                                        InThisCopy(match.set->type, match.set->rdata[0]), zone_)
                         : message_.AddSet(Section::kAnswer, owner, *match.set, zone_);
  if (!added) return false;
  if (!secure_.is_active()) return true;
  if (!match.wildcard) return secure_.AddSignature(Section::kAnswer, owner, *match.set, owner);
  due_.push_back({DenialClaim::kWildcard, dns::Name(relative), dns::Name(match.closest_encloser)});
  const auto wildcard = Complete(Wildcard(match.closest_encloser), place_.apex);
  return wildcard && secure_.AddSignature(Section::kAnswer, owner, *match.set, *wildcard);
}

/// The DNAME, and the CNAME that it makes of the name (RFC 6672 §3.1), which nobody signs.
bool ZoneAnswer::AddDname(const Match& match, NameView relative, bool first,
                          std::optional<dns::Name>* next) {
  const auto dname = Complete(match.owner, place_.apex);
  if (!dname || !message_.AddSet(Section::kAnswer, *dname, *match.set, zone_) ||
      !secure_.AddSignature(Section::kAnswer, *dname, *match.set, *dname)) {
    return false;
  }
  const RdataPart& target = match.set->rdata[0][0];
  const auto replaced = dns::Name::Substitute(relative, match.owner, target.name());
  if (!replaced) {
    rcode_ = kYxDomain;
    return true;
  }
  const Rdata rdata = {{target.kind, 0, std::string(replaced->view().bytes())}};
  const auto owner = first ? dns::Name(question_.name) : Complete(relative, place_.apex);
  if (target.kind == RdataPart::Kind::kRelativeName) *next = *replaced;
  return owner &&
         message_.Add(Section::kAnswer, *owner, RRType::kCNAME, match.set->ttl, rdata, zone_);
}

/// For servers that deny a target of another zone with the SOA of the alias's own.
bool ZoneAnswer::AddTargetDenial() {
  if (!plan_.Has(FaultKind::kAliasDenial)) return true;
  rcode_ = plan_.alias_rcode;
  return AddSoa();
}

/// The DS set, or the proof that there is none.
bool ZoneAnswer::AddReferralDs(const Match& match, NameView cut) {
  if (plan_.Has(FaultKind::kNoDsInReferral) || !secure_.is_active()) return true;
  const RRset* ds = match.node->Find(RRType::kDS);
  if (ds == nullptr) {
    return secure_.AddProof({.claim = DenialClaim::kNoDs, .name = match.owner});
  }
  return message_.AddSet(Section::kAuthority, cut, *ds, zone_) &&
         (plan_.Has(FaultKind::kNoDsSignature) ||
          secure_.AddSignature(Section::kAuthority, cut, *ds, cut));
}

bool ZoneAnswer::AddReferral(const Match& match) {
  authoritative_ = false;
  const auto cut = Complete(match.owner, place_.apex);
  const RRset& names = *match.node->Find(RRType::kNS);
  if (!cut || !message_.AddSet(Section::kAuthority, *cut, names, zone_)) return false;
  if (!AddReferralDs(match, *cut)) return false;
  for (const Glue& glue : match.node->glue) {
    const auto owner = glue.owner.relative ? Complete(glue.owner.name, place_.apex)
                                           : std::optional<dns::Name>(glue.owner.name);
    // Glue that does not fit is left out; what is there still leads on.
    if (!owner ||
        !message_.Add(Section::kAdditional, *owner, glue.type, names.ttl, glue.rdata, zone_)) {
      break;
    }
  }
  return true;
}

bool ZoneAnswer::AddSoa() {
  const RRset* soa = place_.zone->apex().Find(RRType::kSOA);
  if (soa == nullptr || plan_.Has(FaultKind::kNoSoa)) return true;
  const bool foreign = plan_.foreign_soa != nullptr;
  const NameView owner = foreign ? plan_.foreign_soa->view() : place_.apex;
  return message_.Add(Section::kAuthority, owner, RRType::kSOA,
                      foreign ? kForeignSoaTtl : place_.zone->negative_ttl(),
                      InThisCopy(RRType::kSOA, soa->rdata[0]), zone_) &&
         (foreign || secure_.AddSignature(Section::kAuthority, owner, *soa, owner,
                                          place_.zone->negative_ttl()));
}

bool ZoneAnswer::AddNegative(const Match& match, NameView relative) {
  const bool absent = match.kind == Match::Kind::kNxDomain;
  const bool lies = plan_.Has(FaultKind::kNxDomain) ||
                    (match.empty_non_terminal && plan_.Has(FaultKind::kNxDomainForEmpty));
  if (absent || lies) rcode_ = RCode::kNXDomain;
  secure_.SetEmptyAnswer();
  if (secure_.is_active()) {
    DenialClaim claim = absent ? DenialClaim::kNxDomain : DenialClaim::kNoData;
    if (!absent && match.wildcard) claim = DenialClaim::kWildcardNoData;
    const bool at_cut =
        match.node != nullptr && !relative.is_root() && match.node->Find(RRType::kNS) != nullptr;
    if (at_cut) claim = DenialClaim::kNoDs;
    due_.push_back({claim, dns::Name(relative), dns::Name(match.closest_encloser)});
  }
  return AddSoa();
}

bool ZoneAnswer::AddProofs() {
  for (const Due& due : due_) {
    const DenialQuestion question{.claim = due.claim,
                                  .name = due.name,
                                  .closest_encloser = due.closest_encloser,
                                  .type = question_.type};
    if (!secure_.AddProof(question)) return false;
  }
  return true;
}

bool ZoneAnswer::WriteCut(const Member& member) {
  const ZoneDescription& child = member.kind->description->zone;
  if (!child.delegated) return AddCutNegative(member);
  if (question_.type != RRType::kDS || member.apex.size() != question_.name.size()) {
    return AddMemberReferral(member);
  }
  if (!child.signing || !child.signing->ds) return AddCutNegative(member);
  // The parent itself tells, to everybody, what its child's key is.
  return secure_.AddDs(Section::kAnswer, member.apex, *child.signing);
}

/// The domain is not there, or has no DS.
bool ZoneAnswer::AddCutNegative(const Member& member) {
  const bool delegated = member.kind->description->zone.delegated;
  if (!delegated) rcode_ = RCode::kNXDomain;
  secure_.SetEmptyAnswer();
  const std::vector<RRType> types = {RRType::kNS};
  const dns::Name cut = RelativePart(member.apex, place_.apex);
  return AddSoa() &&
         secure_.AddProof({.claim = delegated ? DenialClaim::kNoDs : DenialClaim::kNxDomain,
                           .name = cut,
                           .type = question_.type,
                           .types = &types});
}

bool ZoneAnswer::AddMemberDs(const Member& member) {
  if (plan_.Has(FaultKind::kNoDsInReferral) || !secure_.is_active()) return true;
  const auto& signing = member.kind->description->zone.signing;
  if (signing && signing->ds) {
    const auto signature = plan_.Has(FaultKind::kNoDsSignature) ? SecureWriter::Signature::kLeftOut
                                                                : SecureWriter::Signature::kThere;
    return secure_.AddDs(Section::kAuthority, member.apex, *signing, signature);
  }
  const std::vector<RRType> types = {RRType::kNS};
  const dns::Name cut = RelativePart(member.apex, place_.apex);
  return secure_.AddProof({.claim = DenialClaim::kNoDs, .name = cut, .types = &types});
}

bool ZoneAnswer::AddMemberReferral(const Member& member) {
  authoritative_ = false;
  const ZoneDescription& child = member.kind->description->zone;
  const ZoneContext context{member.apex, &member};
  for (size_t i = 0; i < member.server_count(); ++i) {
    if (child.servers[i].at_parent &&
        !message_.Add(Section::kAuthority, member.apex, RRType::kNS, kReferralTtl,
                      ServerRdata(RRType::kNS, i), context)) {
      return false;
    }
  }
  if (!AddMemberDs(member)) return false;
  for (size_t i = 0; i < member.server_count() && child.glue == GluePolicy::kInBailiwick; ++i) {
    if (child.servers[i].at_parent && !AddMemberGlue(member, i, context)) break;
  }
  return true;
}

/// False where it does not fit; what is there still leads on.
bool ZoneAnswer::AddMemberGlue(const Member& member, size_t server, const ZoneContext& context) {
  if (!member.ServerAddress(server)) return true;
  const Rdata& rdata = ServerRdata(RRType::kA, server);
  if (const auto outside = member.ServerHost(server)) {
    return !outside->IsAtOrBelow(place_.apex) ||
           message_.Add(Section::kAdditional, *outside, RRType::kA, kReferralTtl, rdata, context);
  }
  const auto inside = Complete(HostLabel(server), member.apex);
  return inside &&
         message_.Add(Section::kAdditional, *inside, RRType::kA, kReferralTtl, rdata, context);
}

}  // namespace caascan::lab
