// RFC 9495 §4 read once more, without the scanner's decision: the reason follows from the set that
// the truth finds. Tested by purpose_test.cc.
#include "tools/caalab/truth/purpose.h"

#include <simdjson.h>

#include <algorithm>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include "scanner/dns/message.h"
#include "tools/caalab/truth/truth.h"
#include "tools/caalab/world/chance.h"
#include "tools/caalab/world/record_faults.h"

namespace caascan::lab {
namespace {

constexpr const char* kIssuer = "letsencrypt.org";  // Whom expectations are about.

/// What one property says to the CA.
enum class Says : uint8_t { kAuthorized, kMalformed, kAccount, kMethod, kOther, kNobody, kNothing };

Says ReadProperty(const std::string& value) {
  const IssuerValue read = ReadIssuerValue(value);
  if (!read.readable_issuer) return Says::kNothing;
  if (read.issuer.empty()) return read.readable_parameters ? Says::kNobody : Says::kNothing;
  if (absl::AsciiStrToLower(read.issuer) != kIssuer) return Says::kOther;
  if (!read.readable_parameters) return Says::kMalformed;
  if (!read.account_can_match) return Says::kAccount;
  return read.method_can_match ? Says::kAuthorized : Says::kMethod;
}

std::string_view ReasonOf(const std::optional<CaaTruth>& caa, std::string_view tag) {
  if (!caa) return "no_caa";
  bool any = false;
  Says first = Says::kNothing;
  for (const Rdata& rdata : caa->set->rdata) {
    const std::string& wire = rdata[0].octets;
    const dns::CaaRdata record =
        dns::ReadCaa({reinterpret_cast<const uint8_t*>(wire.data()), wire.size()});
    const std::string name = absl::AsciiStrToLower(std::string(record.tag));
    const bool critical = record.flags >= 128 || record.flags % 2 == 1;
    if (critical && !IsKnownTag(name)) return "unknown_critical_property";
    if (name != tag) continue;
    any = true;
    first = std::min(first, ReadProperty(std::string(record.value)));
  }
  if (!any) return "no_issue_property";
  switch (first) {
    case Says::kAuthorized:
      return "issuer_authorized";
    case Says::kAccount:
      return "account_uri_mismatch";
    case Says::kMethod:
      return "validation_method_mismatch";
    case Says::kOther:
      return "issuer_not_authorized";
    case Says::kNobody:
      return "issuance_forbidden";
    case Says::kMalformed:
    case Says::kNothing:
      break;
  }
  return "malformed_property";
}

bool IsPlain(std::string_view typed) {
  return std::all_of(typed.begin(), typed.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

uint64_t HashOf(std::string_view text, uint64_t seed) {
  uint64_t hash = MixBits(seed);
  for (const char c : text) hash = MixBits(hash ^ static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

absl::StatusOr<Asked> ReadAsked(std::string_view line) {
  Asked asked;
  asked.name = line;
  if (!line.starts_with('{')) return asked;
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  std::string_view name;
  const simdjson::padded_string padded(line);
  if (parser.parse(padded).get(object) != simdjson::SUCCESS ||
      object["name"].get(name) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(line), ": no object with a name"));
  }
  std::string_view purpose;
  if (object["for"].get(purpose) != simdjson::SUCCESS) purpose = "tls";
  if (purpose != "tls" && purpose != "smime" && purpose != "mark") {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(line), ": for is none of tls, smime and mark"));
  }
  asked.name = purpose == "smime" ? name.substr(name.rfind('@') + 1) : name;
  if (purpose != "tls") asked.purpose = purpose;
  return asked;
}

std::string LineForSomePurpose(const std::string& typed, const Expectation& expect, uint64_t seed) {
  constexpr uint64_t kPurposes = 3;
  const uint64_t hash = HashOf(typed, seed);
  const bool tls =
      hash % kPurposes == 0 || !IsPlain(typed) || OutcomeOfReason(expect.reason) == "error";
  const bool mail = !tls && hash % kPurposes == 1;
  std::string line = "{\"name\":";
  AppendJsonText(mail && hash / kPurposes % 2 == 0 ? "user@" + typed : typed, &line);
  if (!tls) absl::StrAppend(&line, ",\"for\":\"", mail ? "smime" : "mark", "\"");
  return line + "}";
}

absl::StatusOr<Expectation> ForPurpose(const World& world, const Expectation& of_tls,
                                       std::string_view purpose) {
  if (purpose.empty()) return of_tls;
  Expectation expect = of_tls;
  expect.purpose = purpose;
  if (expect.name.starts_with("*.")) {  // There are none.
    expect.reason = "invalid_name";
    return expect;
  }
  const std::string_view outcome = OutcomeOfReason(expect.reason);
  if (outcome != "permit" && outcome != "deny") return expect;
  dns::Name name;
  if (dns::Name::FromText(expect.name, &name) != dns::NameError::kNone) {
    return absl::InvalidArgumentError(absl::StrCat(expect.name, ": no domain name"));
  }
  const bool mail = purpose == "smime";
  expect.reason = ReasonOf(FindCaa(world, name), mail ? "issuemail" : "issuevmc");
  const std::string& stated = mail ? expect.smime_reason : expect.mark_reason;
  if (stated.empty() || stated == expect.reason) return expect;
  return absl::InvalidArgumentError(absl::StrCat(expect.name, ": for ", std::string(purpose),
                                                 " the reason is expected to be ", stated,
                                                 ", but by the zones it is ", expect.reason));
}

}  // namespace caascan::lab
