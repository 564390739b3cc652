// Tested by responder_test.cc.
#include "tools/caalab/world/fault.h"

#include <algorithm>
#include <utility>

namespace caascan::lab {
namespace {

constexpr std::pair<std::string_view, FaultKind> kNames[] = {
    {"rcode", FaultKind::kRcode},
    {"drop", FaultKind::kDrop},
    {"unreachable", FaultKind::kUnreachable},
    {"not-authoritative", FaultKind::kNotAuthoritative},
    {"upward-referral", FaultKind::kUpwardReferral},
    {"truncate", FaultKind::kTruncate},
    {"truncate-always", FaultKind::kTruncateAlways},
    {"rate-limit", FaultKind::kRateLimit},
    {"other-type", FaultKind::kOtherType},
    {"garbage", FaultKind::kGarbage},
    {"aa-clear", FaultKind::kAaClear},
    {"recursive", FaultKind::kRecursive},
    {"tc-set", FaultKind::kTcSet},
    {"delay", FaultKind::kDelay},
    {"duplicate", FaultKind::kDuplicate},
    {"wrong-id", FaultKind::kWrongId},
    {"wrong-question", FaultKind::kWrongQuestion},
    {"no-question", FaultKind::kNoQuestion},
    {"wrong-source", FaultKind::kWrongSource},
    {"lower-case", FaultKind::kLowerCase},
    {"edns-ignored", FaultKind::kEdnsIgnored},
    {"no-soa", FaultKind::kNoSoa},
    {"foreign-soa", FaultKind::kForeignSoa},
    {"nxdomain-for-empty", FaultKind::kNxDomainForEmpty},
    {"nodata", FaultKind::kNoData},
    {"fewer-records", FaultKind::kFewerRecords},
    {"other-records", FaultKind::kOtherRecords},
    {"nxdomain", FaultKind::kNxDomain},
    {"alias-denial", FaultKind::kAliasDenial},
    {"no-delegation", FaultKind::kNoDelegation},
    {"no-ds-in-referral", FaultKind::kNoDsInReferral},
    {"no-ds-signature", FaultKind::kNoDsSignature},
    {"older-serial", FaultKind::kOlderSerial},
    {"cname-too", FaultKind::kCnameToo},
    {"trailing-garbage", FaultKind::kTrailingGarbage},
    {"cut", FaultKind::kCut},
};

}  // namespace

bool Fits(const FaultRule& rule, const FaultQuestion& question) {
  if (rule.transport && *rule.transport != question.transport) return false;
  const bool udp_only = rule.kind == FaultKind::kTruncate || rule.kind == FaultKind::kRateLimit;
  if (udp_only && question.transport == Transport::kTcp) return false;
  if (rule.edns == FaultRule::Edns::kWith && !question.edns) return false;
  if (rule.edns == FaultRule::Edns::kWithout && question.edns) return false;
  if (rule.edns == FaultRule::Edns::kWithOption && !question.edns_option) return false;
  if (rule.capitals && !question.capitals) return false;
  if (!rule.names.empty() &&
      std::none_of(rule.names.begin(), rule.names.end(),
                   [&question](const dns::Name& name) { return question.name == name; })) {
    return false;
  }
  if (rule.types.empty()) return true;
  const bool listed =
      std::find(rule.types.begin(), rule.types.end(), question.type) != rule.types.end();
  return listed != rule.except_types;
}

bool IsDecisive(FaultKind kind) { return kind <= FaultKind::kGarbage; }

std::optional<FaultKind> FaultKindFromText(std::string_view text) {
  for (const auto& [name, kind] : kNames) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

}  // namespace caascan::lab
