// Tested by scenario_test.cc.
#include "tools/caalab/sign/signing_json.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "tools/caalab/world/fault_json.h"

namespace caascan::lab {
namespace {

constexpr uint32_t kMaxIterations = 65535;
constexpr size_t kMaxSaltText = 510;
constexpr uint32_t kMaxSeconds = 30 * 86400;

constexpr std::pair<std::string_view, SigningFault> kFaults[] = {
    {"no-dnskey", SigningFault::kNoDnskey},
    {"ds-mismatch", SigningFault::kDsMismatch},
    {"expired", SigningFault::kExpired},
    {"future", SigningFault::kFuture},
    {"expiring", SigningFault::kExpiring},
    {"invalid", SigningFault::kInvalid},
    {"missing", SigningFault::kMissing},
    {"denial-missing", SigningFault::kDenialMissing},
    {"denial-invalid", SigningFault::kDenialInvalid},
    {"denial-lacks", SigningFault::kDenialLacks},
    {"extra-ds", SigningFault::kExtraDs},
    {"empty-answers-invalid", SigningFault::kEmptyAnswersInvalid},
};

/// The fault of that name; a name that none has is an error.
SigningFault FaultFromText(const JsonValue& value, std::string_view text) {
  for (const auto& [name, fault] : kFaults) {
    if (name == text) return fault;
  }
  value.Complain(absl::StrCat("\"", std::string(text), "\" is no fault"));
  return kFaults[0].second;
}

SigningFaultRule ReadSigningFault(const JsonValue& value) {
  SigningFaultRule rule;
  if (const auto text = value.Text()) {
    rule.fault = FaultFromText(value, *text);
    return rule;
  }
  JsonObject json(value, value.where());
  rule.fault = FaultFromText(value, json.Text("fault", ""));
  rule.types = ReadTypeList(&json, "types");
  if (rule.fault == SigningFault::kFuture || rule.fault == SigningFault::kExpiring) {
    rule.begins_in_s = json.Number("seconds", kMaxSeconds, 0);
    rule.lifetime_s = json.Number("lifetime", kMaxSeconds, 0);
  }
  return rule;
}

}  // namespace

std::optional<SigningDescription> ReadSigning(JsonObject* zone) {
  const auto value = zone->Any("dnssec");
  if (!value) return std::nullopt;
  if (const auto plain = value->Bool()) {
    return *plain ? std::optional<SigningDescription>(std::in_place) : std::nullopt;
  }
  SigningDescription out;
  JsonObject json(*value, absl::StrCat(zone->where(), ": dnssec"));
  out.algorithm = json.Word("algorithm",
                            {{"RSASHA256", SigningAlgorithm::kRsaSha256},
                             {"ECDSAP256SHA256", SigningAlgorithm::kEcdsaP256Sha256},
                             {"ED25519", SigningAlgorithm::kEd25519},
                             {"UNSUPPORTED", SigningAlgorithm::kUnsupported},
                             {"ECDSAP256SHA256-OWN-KEY", SigningAlgorithm::kEcdsaP256OwnKey}},
                            out.algorithm);
  out.denial = json.Word("denial",
                         {{"nsec", DenialKind::kNsec},
                          {"nsec3", DenialKind::kNsec3},
                          {"nsec3-opt-out", DenialKind::kNsec3OptOut},
                          {"minimal", DenialKind::kMinimal}},
                         out.denial);
  out.iterations = static_cast<uint16_t>(json.Number("iterations", kMaxIterations, 0));
  const std::string salt = json.Text("salt", "");
  const bool is_hex = salt.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!is_hex || salt.size() % 2 != 0 || salt.size() > kMaxSaltText) {
    json.Complain("\"salt\" must be hexadecimal, 255 octets at most");
  } else {
    out.salt = absl::HexStringToBytes(salt);
  }
  out.ds = json.Bool("ds").value_or(true);
  for (const JsonValue& fault : json.List("faults")) {
    out.faults.push_back(ReadSigningFault(fault));
  }
  return out;
}

}  // namespace caascan::lab
