// The idea: an AnswerWriter walks the zone as RFC 1034 §4.3.2 says, aliases inside the zone
// included, and writes as it goes; what does not fit over UDP becomes TC with no records (RFC 2181
// §9). Faults that change bytes work on the finished message. Tested by answer_test.cc and
// responder_test.cc.
#include "scanner/lab/answer.h"

#include <array>

#include "scanner/lab/message_writer.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RCode;
using dns::RRType;
using dns::Section;

constexpr size_t kOptSize = 11;
constexpr uint16_t kLabUdpPayloadSize = 1232;  // What the lab says it takes itself.
constexpr unsigned kMaxAliases = 16;
constexpr uint16_t kEchoedFlags = dns::kFlagRD | dns::kFlagCD;
constexpr uint32_t kForeignSoaTtl = 300;
constexpr uint32_t kReferralTtl = 3600;
// A record whose owner points forwards and whose length runs over the end.
constexpr uint8_t kGarbage[] = {0xff, 0xff, 0x01, 0x01, 0x00, 0x01,
                                0x00, 0x00, 0x01, 0x2c, 0xff, 0xff};
constexpr uint8_t kTrailing[] = {0xde, 0xad, 0xbe, 0xef};
constexpr size_t kCutSize = 3;

class AnswerWriter {
 public:
  AnswerWriter(const Question& question, const Place& place, const Plan& plan,
               std::span<uint8_t> out)
      : question_(question),
        place_(place),
        plan_(plan),
        zone_{place.apex, &place.member},
        message_(out, question.limit),
        with_opt_(question.edns && !plan.Has(FaultKind::kEdnsIgnored)) {
    message_.Begin(question.id, 0, question.wire, question.name);
    if (with_opt_) message_.Reserve(kOptSize);
  }

  /// Returns the message's size.
  size_t Write() {
    if (plan_.decisive) {
      WriteDecisive(*plan_.decisive);
    } else if (with_opt_ && question_.edns_version != 0) {
      rcode_ = RCode::kBadVers;  // RFC 6891 §6.1.3
    } else {
      WriteData();
    }
    return Finish();
  }

 private:
  void WriteDecisive(FaultKind kind) {
    if (kind == FaultKind::kRcode) rcode_ = plan_.rcode;
    if (kind == FaultKind::kTruncate) flags_ |= dns::kFlagAA | dns::kFlagTC;
    if (kind == FaultKind::kUpwardReferral) {
      const Rdata root_server = {{RdataPart::Kind::kName, 0, UpwardHost()}};
      message_.Add(Section::kAuthority, NameView(), RRType::kNS, 518400, root_server, zone_);
    }
    if (kind == FaultKind::kGarbage) {
      flags_ |= dns::kFlagAA;
      message_.AddRaw(kGarbage);
    }
  }

  static std::string UpwardHost() {
    dns::Name host;
    (void)dns::Name::FromText("a.root-servers.test", &host);
    return std::string(host.view().bytes());
  }

  void WriteData() {
    flags_ |= dns::kFlagAA;
    if (place_.cut.kind != nullptr) {
      if (!WriteCut(place_.cut)) Truncate();
      return;
    }
    dns::Name relative = RelativePart(question_.name, place_.apex);
    bool fits = true;
    for (unsigned hops = 0; hops <= kMaxAliases && fits; ++hops) {
      const Match match = place_.zone->Find(relative, question_.type);
      std::optional<dns::Name> next;
      switch (match.kind) {
        case Match::Kind::kAnswer:
          fits = AddOwned(relative, hops, *match.set);
          break;
        case Match::Kind::kAlias:
          fits = AddOwned(relative, hops, *match.set);
          next = InsideTarget(match.set->rdata[0]);
          break;
        case Match::Kind::kDname:
          fits = AddDname(relative, match, &next);
          break;
        case Match::Kind::kDelegation:
          fits = hops > 0 || AddReferral(match);
          break;
        case Match::Kind::kNoData:
        case Match::Kind::kNxDomain:
          fits = AddNegative(match);
          break;
      }
      if (!next) break;
      relative = *next;
    }
    if (!fits) Truncate();
  }

  /// An alias' target relative to the apex, where it lies in this zone.
  std::optional<dns::Name> InsideTarget(const Rdata& rdata) const {
    if (rdata[0].kind == RdataPart::Kind::kRelativeName) return dns::Name(rdata[0].name());
    return std::nullopt;
  }

  /// The set at `relative`, which before any alias was followed is the question's name itself.
  bool AddOwned(NameView relative, unsigned hops, const RRset& set) {
    if (hops == 0) return message_.AddSet(Section::kAnswer, question_.name, set, zone_);
    const auto owner = Complete(relative, place_.apex);
    return owner && message_.AddSet(Section::kAnswer, *owner, set, zone_);
  }

  /// The DNAME, and the CNAME that it makes of the name (RFC 6672 §3.1).
  bool AddDname(NameView relative, const Match& match, std::optional<dns::Name>* next) {
    const auto dname = Complete(match.owner, place_.apex);
    if (!dname || !message_.AddSet(Section::kAnswer, *dname, *match.set, zone_)) return false;
    const RdataPart& target = match.set->rdata[0][0];
    const auto replaced = dns::Name::Substitute(relative, match.owner, target.name());
    if (!replaced) {
      rcode_ = static_cast<RCode>(6);  // YXDOMAIN: the new name is too long.
      return true;
    }
    const Rdata rdata = {{target.kind, 0, std::string(replaced->view().bytes())}};
    const auto owner = Complete(relative, place_.apex);
    if (target.kind == RdataPart::Kind::kRelativeName) *next = *replaced;
    return owner &&
           message_.Add(Section::kAnswer, *owner, RRType::kCNAME, match.set->ttl, rdata, zone_);
  }

  bool AddReferral(const Match& match) {
    flags_ &= static_cast<uint16_t>(~dns::kFlagAA);
    const auto cut = Complete(match.owner, place_.apex);
    const RRset& names = *match.node->Find(RRType::kNS);
    if (!cut || !message_.AddSet(Section::kAuthority, *cut, names, zone_)) return false;
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

  /// A question at the zone above for a family's domain.
  bool WriteCut(const Member& member) {
    const ZoneDescription& zone = member.kind->description->zone;
    Match match;
    if (!zone.delegated) return AddNegative(match);
    if (question_.type == RRType::kDS && member.apex.size() == question_.name.size()) {
      match.kind = Match::Kind::kNoData;
      return AddNegative(match);
    }
    flags_ &= static_cast<uint16_t>(~dns::kFlagAA);
    const ZoneContext context{member.apex, &member};
    for (size_t i = 0; i < member.server_count(); ++i) {
      if (zone.servers[i].at_parent &&
          !message_.Add(Section::kAuthority, member.apex, RRType::kNS, kReferralTtl,
                        ServerRdata(RRType::kNS, i), context)) {
        return false;
      }
    }
    for (size_t i = 0; i < member.server_count() && zone.glue == GluePolicy::kInBailiwick; ++i) {
      if (zone.servers[i].at_parent && !AddMemberGlue(member, i, context)) break;
    }
    return true;
  }

  /// NS or A of a member's server as RDATA.
  static const Rdata& ServerRdata(RRType type, size_t server) {
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

  /// False where it does not fit; what is there still leads on.
  bool AddMemberGlue(const Member& member, size_t server, const ZoneContext& context) {
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

  bool AddNegative(const Match& match) {
    const bool absent = match.kind == Match::Kind::kNxDomain;
    const bool lies = match.empty_non_terminal && plan_.Has(FaultKind::kNxDomainForEmpty);
    if (absent || lies) rcode_ = RCode::kNXDomain;
    if (plan_.Has(FaultKind::kNoSoa)) return true;
    const RRset* soa = place_.zone->apex().Find(RRType::kSOA);
    if (soa == nullptr) return true;
    const NameView owner = plan_.foreign_soa != nullptr ? plan_.foreign_soa->view() : place_.apex;
    return message_.Add(Section::kAuthority, owner, RRType::kSOA,
                        plan_.foreign_soa != nullptr ? kForeignSoaTtl : soa->ttl, soa->rdata[0],
                        zone_);
  }

  void Truncate() {
    message_.ClearRecords();
    flags_ |= dns::kFlagTC;
  }

  size_t Finish() {
    if (plan_.Has(FaultKind::kAaClear)) flags_ &= static_cast<uint16_t>(~dns::kFlagAA);
    flags_ |= dns::kFlagQR | (question_.flags & kEchoedFlags);
    const auto rcode = static_cast<uint16_t>(rcode_);
    message_.SetFlags(static_cast<uint16_t>(flags_ | (rcode & 0xf)));
    if (with_opt_ && plan_.decisive != FaultKind::kGarbage) {
      message_.AddOpt(kLabUdpPayloadSize, static_cast<uint8_t>(rcode >> 4), question_.dnssec_ok);
    }
    if (plan_.Has(FaultKind::kTrailingGarbage)) message_.AddRaw(kTrailing);
    return message_.size();
  }

  const Question& question_;
  const Place& place_;
  const Plan& plan_;
  const ZoneContext zone_;
  MessageWriter message_;
  const bool with_opt_;
  RCode rcode_ = RCode::kNoError;
  uint16_t flags_ = 0;
};

/// Faults in the bytes of header and question.
void Disturb(const Plan& plan, const Question& question, std::span<uint8_t> message) {
  const std::span<uint8_t> name = message.subspan(dns::kHeaderSize, question.name.size());
  if (plan.decisive == FaultKind::kGarbage) message[7] = 1;  // It says that a record follows.
  if (plan.Has(FaultKind::kWrongId)) message[0] ^= 0x55;
  if (plan.Has(FaultKind::kWrongQuestion) && name.size() > 1) {
    name[1] = dns::LowerOctet(name[1]) == 'x' ? 'y' : 'x';
  }
  if (plan.Has(FaultKind::kLowerCase)) {
    for (uint8_t& octet : name) octet = dns::LowerOctet(octet);
  }
}

}  // namespace

void Plan::Apply(const FaultRule& rule) {
  if (IsDecisive(rule.kind)) {
    if (!decisive) {
      decisive = rule.kind;
      rcode = rule.rcode;
    }
    return;
  }
  changes |= 1u << static_cast<unsigned>(rule.kind);
  delay_ms += rule.delay_ms;
  if (rule.kind == FaultKind::kForeignSoa) foreign_soa = &rule.soa;
}

size_t WriteAnswer(const Question& question, const Place& place, const Plan& plan,
                   std::span<uint8_t> out) {
  size_t size = AnswerWriter(question, place, plan, out).Write();
  Disturb(plan, question, out.first(size));
  const size_t least = dns::kHeaderSize + question.wire.size();
  if (plan.Has(FaultKind::kCut) && size >= least + kCutSize) size -= kCutSize;
  return size;
}

size_t WriteRcode(const Question& question, RCode rcode, std::span<uint8_t> out) {
  Plan plan;
  plan.decisive = FaultKind::kRcode;
  plan.rcode = rcode;
  return WriteAnswer(question, Place(), plan, out);
}

size_t WriteBareHeader(const Question& question, RCode rcode, std::span<uint8_t> out) {
  MessageWriter message(out, dns::kHeaderSize);
  message.Begin(question.id,
                static_cast<uint16_t>(dns::kFlagQR | (question.flags & 0x7900) |
                                      static_cast<uint16_t>(rcode)),
                {}, NameView());
  return message.size();
}

}  // namespace caascan::lab
