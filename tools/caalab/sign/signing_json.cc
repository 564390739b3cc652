// Tested by scenario_test.cc.
#include "tools/caalab/sign/signing_json.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "tools/caalab/world/fault_json.h"

namespace caascan::lab {
namespace {

using simdjson::dom::element;

constexpr uint64_t kMaxIterations = 65535;
constexpr size_t kMaxSaltText = 510;
constexpr uint64_t kMaxSeconds = uint64_t{30} * 86400;

constexpr std::pair<std::string_view, SigningAlgorithm> kAlgorithms[] = {
    {"RSASHA256", SigningAlgorithm::kRsaSha256},
    {"ECDSAP256SHA256", SigningAlgorithm::kEcdsaP256Sha256},
    {"ED25519", SigningAlgorithm::kEd25519},
    {"UNSUPPORTED", SigningAlgorithm::kUnsupported},
};
constexpr std::pair<std::string_view, DenialKind> kDenials[] = {
    {"nsec", DenialKind::kNsec},
    {"nsec3", DenialKind::kNsec3},
    {"nsec3-opt-out", DenialKind::kNsec3OptOut},
    {"minimal", DenialKind::kMinimal},
};
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

/// The value of a word, or of the first word with a complaint.
template <typename T, size_t n>
T Choose(JsonObject* json, std::string_view key, const std::pair<std::string_view, T> (&words)[n],
         std::string_view text) {
  for (const auto& [word, value] : words) {
    if (word == text) return value;
  }
  json->Complain(absl::StrCat("\"", std::string(text), "\" is no ", std::string(key)));
  return words[0].second;
}

SigningFaultRule ReadSigningFault(element value, const std::string& where, JsonErrors* errors) {
  SigningFaultRule rule;
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    JsonErrors* const all = errors;
    for (const auto& [word, fault] : kFaults) {
      if (word == text) {
        rule.fault = fault;
        return rule;
      }
    }
    all->Add(where, absl::StrCat("\"", std::string(text), "\" is no fault"));
    return rule;
  }
  JsonObject json(value, where, errors);
  rule.fault = Choose(&json, "fault", kFaults, json.Text("fault").value_or(""));
  rule.types = ReadTypeList(&json, "types");
  if (rule.fault == SigningFault::kFuture || rule.fault == SigningFault::kExpiring) {
    rule.begins_in_s = static_cast<uint32_t>(json.Number("seconds", kMaxSeconds).value_or(0));
    rule.lifetime_s = static_cast<uint32_t>(json.Number("lifetime", kMaxSeconds).value_or(0));
  }
  return rule;
}

}  // namespace

std::optional<SigningDescription> ReadSigning(JsonObject* zone) {
  const auto value = zone->Any("dnssec");
  bool plain = false;
  if (!value) return std::nullopt;
  if (value->get(plain) == simdjson::SUCCESS) {
    return plain ? std::optional<SigningDescription>(std::in_place) : std::nullopt;
  }
  SigningDescription out;
  JsonObject json(*value, absl::StrCat(zone->where(), ": dnssec"), &zone->errors());
  out.algorithm =
      Choose(&json, "algorithm", kAlgorithms, json.Text("algorithm").value_or("ECDSAP256SHA256"));
  out.denial = Choose(&json, "denial", kDenials, json.Text("denial").value_or("nsec"));
  out.iterations = static_cast<uint16_t>(json.Number("iterations", kMaxIterations).value_or(0));
  const std::string salt = json.Text("salt").value_or("");
  const bool is_hex = salt.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!is_hex || salt.size() % 2 != 0 || salt.size() > kMaxSaltText) {
    json.Complain("\"salt\" must be hexadecimal, 255 octets at most");
  } else {
    out.salt = absl::HexStringToBytes(salt);
  }
  out.ds = json.Bool("ds").value_or(true);
  for (const element& fault : json.List("faults")) {
    out.faults.push_back(ReadSigningFault(fault, json.where(), &zone->errors()));
  }
  return out;
}

}  // namespace caascan::lab
