// What does not fit over UDP becomes TC with no records (RFC 2181 §9). Faults that change bytes
// work on the finished message. Tested by answer_test.cc and responder_test.cc.
#include "tools/caalab/serve/answer.h"

#include <cassert>

#include "tools/caalab/serve/zone_answer.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RCode;
using dns::RRType;

constexpr size_t kOptSize = 11;
constexpr uint16_t kLabUdpPayloadSize = 1232;  // What the lab says it takes itself.
constexpr uint16_t kEchoedFlags = dns::kFlagRD | dns::kFlagCD;
// A record whose owner points forwards and whose length runs over the end.
constexpr uint8_t kGarbage[] = {0xff, 0xff, 0x01, 0x01, 0x00, 0x01,
                                0x00, 0x00, 0x01, 0x2c, 0xff, 0xff};
constexpr uint8_t kTrailing[] = {0xde, 0xad, 0xbe, 0xef};
constexpr size_t kCutSize = 3;
constexpr uint32_t kRootTtl = 518400;
constexpr uint32_t kOtherTypeTtl = 300;
constexpr std::string_view kOtherTypeAddress = "\x7f\x09\x09\x09";  // 127.9.9.9

/// NS records of a zone that is not below the one asked for. The parent's host is made up.
void WriteUpwardReferral(const Place& place, ReferralTo to, MessageWriter* message) {
  const bool to_root = to == ReferralTo::kRoot || place.apex.is_root();
  if (to == ReferralTo::kZone && place.zone != nullptr) {
    const RRset* names = place.zone->apex().Find(RRType::kNS);
    const ZoneContext context{place.apex, &place.member};
    if (names != nullptr) message->AddSet(dns::Section::kAuthority, place.apex, *names, context);
    return;
  }
  const NameView owner = to_root ? NameView() : place.apex.parent();
  dns::Name host;
  (void)dns::Name::FromText("a.root-servers.test", &host);
  if (!owner.is_root()) {
    host = owner;
    (void)host.Prepend("ns1");
  }
  message->AddWire(dns::Section::kAuthority, owner, RRType::kNS, kRootTtl, host.view().bytes());
}

/// What decides instead of the zone's data. Returns the flags.
uint16_t WriteDecisive(const Question& question, const Place& place, const Plan& plan,
                       MessageWriter* message) {
  switch (*plan.decisive) {
    case FaultKind::kTruncate:
    case FaultKind::kTruncateAlways:
      return dns::kFlagAA | dns::kFlagTC;
    case FaultKind::kUpwardReferral:
      WriteUpwardReferral(place, plan.referral_to, message);
      return plan.referral_authoritative ? dns::kFlagAA : 0;
    case FaultKind::kOtherType:
      message->AddWire(dns::Section::kAnswer, question.name, RRType::kA, kOtherTypeTtl,
                       kOtherTypeAddress);
      return dns::kFlagAA;
    case FaultKind::kGarbage:
      message->AddRaw(kGarbage);
      return dns::kFlagAA;
    default:
      return 0;
  }
}

/// The message, its bytes not yet disturbed.
size_t WriteMessage(const Question& question, const Place& place, const Plan& plan, Signer* signer,
                    std::span<uint8_t> out) {
  MessageWriter message(out, question.limit);
  if (plan.Has(FaultKind::kNoQuestion)) {
    message.Begin(question.id, 0, {}, NameView());
  } else {
    message.Begin(question.id, 0, question.wire, question.name);
  }
  const bool with_opt = question.edns && !plan.Has(FaultKind::kEdnsIgnored);
  if (with_opt) message.Reserve(kOptSize);
  uint16_t flags = dns::kFlagQR | (question.flags & kEchoedFlags);
  RCode rcode = RCode::kNoError;
  if (plan.decisive) {
    flags |= WriteDecisive(question, place, plan, &message);
    if (plan.decisive == FaultKind::kRcode) rcode = plan.rcode;
  } else if (with_opt && question.edns_version != 0) {
    rcode = RCode::kBadVers;  // RFC 6891 §6.1.3
  } else {
    ZoneAnswer answer(question, place, plan, signer, &message);
    if (!answer.Write()) {
      message.ClearRecords();
      flags |= dns::kFlagTC;
    }
    rcode = answer.rcode();
    const bool clear = plan.Has(FaultKind::kAaClear) || plan.Has(FaultKind::kRecursive);
    if (answer.authoritative() && !clear) flags |= dns::kFlagAA;
    if (plan.Has(FaultKind::kRecursive)) flags |= dns::kFlagRA;
    if (plan.Has(FaultKind::kTcSet)) flags |= dns::kFlagTC;
  }
  const auto number = static_cast<uint16_t>(rcode);
  message.SetFlags(static_cast<uint16_t>(flags | (number & 0xf)));
  if (with_opt && plan.decisive != FaultKind::kGarbage) {
    message.AddOpt(kLabUdpPayloadSize, static_cast<uint8_t>(number >> 4), question.dnssec_ok);
  }
  if (plan.Has(FaultKind::kTrailingGarbage)) message.AddRaw(kTrailing);
  return message.size();
}

/// Faults in the bytes of header and question.
void Disturb(const Plan& plan, const Question& question, std::span<uint8_t> message) {
  const bool with_question = !plan.Has(FaultKind::kNoQuestion);
  const std::span<uint8_t> name =
      message.subspan(dns::kHeaderSize, with_question ? question.name.size() : 0);
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
      referral_to = rule.referral_to;
      referral_authoritative = rule.authoritative;
    }
    return;
  }
  changes |= uint64_t{1} << static_cast<unsigned>(rule.kind);
  delay_ms += rule.delay_ms;
  if (rule.kind == FaultKind::kForeignSoa) foreign_soa = &rule.soa;
  if (rule.kind == FaultKind::kOtherRecords) other_sets = &rule.sets;
  if (rule.kind == FaultKind::kAliasDenial) alias_rcode = rule.rcode;
}

size_t WriteAnswer(const Question& question, const Place& place, const Plan& plan, Signer* signer,
                   std::span<uint8_t> out) {
  assert(out.size() >= question.limit && out.size() >= 512 && "the answer fits");
  size_t size = WriteMessage(question, place, plan, signer, out);
  Disturb(plan, question, out.first(size));
  const size_t least = dns::kHeaderSize + question.wire.size();
  if (plan.Has(FaultKind::kCut) && size >= least + kCutSize) size -= kCutSize;
  return size;
}

size_t WriteRcode(const Question& question, RCode rcode, std::span<uint8_t> out) {
  Plan plan;
  plan.decisive = FaultKind::kRcode;
  plan.rcode = rcode;
  return WriteAnswer(question, Place(), plan, nullptr, out);
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
