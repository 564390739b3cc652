// Tested by persist_test.cc.
#include "caascan/persist.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "scanner/caa/property.h"

namespace caascan {
namespace {

using caa::EqualIgnoringCase;
using caa::IssueValue;
using caa::OnceParameter;

constexpr std::array<std::string_view, kPersistResultCount> kCodes = {
    "valid",     "expired", "policy_mismatch", "account_uri_mismatch", "issuer_not_authorized",
    "malformed", "none",    "failed"};

/// The parameters that IssueValue does not have.
struct PersistParameters {
  OnceParameter policy;
  OnceParameter until;
};

void Note(std::string_view tag, std::string_view value, PersistParameters* out) {
  OnceParameter* const known = EqualIgnoringCase(tag, "policy")         ? &out->policy
                               : EqualIgnoringCase(tag, "persistUntil") ? &out->until
                                                                        : nullptr;
  if (known == nullptr) return;
  ++known->count;
  known->value = value;
}

/// Digits alone. A time that is beyond all reckoning never comes.
std::optional<uint64_t> ReadTime(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  uint64_t time = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), time);
  return read.ec == std::errc() ? time : std::numeric_limits<uint64_t>::max();
}

bool IsOf(std::string_view issuer, const IssuanceRequest& request) {
  return std::any_of(
      request.issuer_domains.begin(), request.issuer_domains.end(),
      [issuer](std::string_view domain) { return EqualIgnoringCase(issuer, domain); });
}

/// RFC 8657 §3: URIs are compared as strings. Any of several may match; without one, each does.
bool MatchesAccount(std::string_view uri, const IssuanceRequest& request) {
  const std::vector<std::string>& uris = request.account_uris;
  return uris.empty() || std::find(uris.begin(), uris.end(), uri) != uris.end();
}

/// What makes a record that names the CA malformed, or empty.
std::string_view FaultOf(const IssueValue& value, const PersistParameters& more) {
  if (value.form != IssueValue::Form::kSound) return "a parameter breaks the grammar";
  if (value.account_uri.count == 0) return "accounturi is missing";
  if (value.account_uri.count > 1) return "accounturi occurs twice";
  if (more.policy.count > 1) return "policy occurs twice";
  if (more.until.count > 1) return "persistUntil occurs twice";
  if (!caa::IsUri(value.account_uri.value)) return "accounturi is not a URI";
  if (more.until.count > 0 && !ReadTime(more.until.value)) {
    return "persistUntil is not a time in decimal seconds";
  }
  return {};
}

/// Less is nearer to a valid record.
unsigned RankOf(const PersistRecord& record) {
  if (record.result != PersistResult::kMalformed) return 2 * static_cast<unsigned>(record.result);
  // One that names the CA is nearer than a sound one of another CA.
  return record.names_ca ? 2 * static_cast<unsigned>(PersistResult::kIssuerNotAuthorized) - 1
                         : 2 * static_cast<unsigned>(PersistResult::kMalformed);
}

/// The result of a sound record that names the CA. The policy is read without letter case (draft
/// §4.1).
PersistResult ResultOf(const PersistRecord& record, std::string_view policy,
                       const IssuanceRequest& request, uint64_t now) {
  if (!MatchesAccount(record.account_uri, request)) return PersistResult::kAccountUriMismatch;
  if (request.wildcard && !EqualIgnoringCase(policy, "wildcard")) {
    return PersistResult::kPolicyMismatch;
  }
  return record.until && now > *record.until ? PersistResult::kExpired : PersistResult::kValid;
}

}  // namespace

std::string_view PersistResultCode(PersistResult result) {
  return kCodes[static_cast<size_t>(result)];
}

PersistRecord JudgePersistRecord(std::string_view text, const IssuanceRequest& request,
                                 uint64_t now) {
  PersistRecord record;
  record.text = text;
  PersistParameters more;
  const IssueValue value = caa::ReadIssueValue(
      text,
      [&more](std::string_view tag, std::string_view parameter) { Note(tag, parameter, &more); });
  if (value.form == IssueValue::Form::kBadIssuer || value.issuer.empty()) {
    record.detail = value.form == IssueValue::Form::kBadIssuer ? "the issuer is not a domain name"
                                                               : "it names no issuer";
    return record;
  }
  record.names_ca = IsOf(value.issuer, request);
  if (value.account_uri.count == 1) record.account_uri = value.account_uri.value;
  if (more.until.count == 1) record.until = ReadTime(more.until.value);
  if (!record.names_ca) {
    record.result = PersistResult::kIssuerNotAuthorized;
    return record;
  }
  record.detail = FaultOf(value, more);
  if (record.detail.empty()) record.result = ResultOf(record, more.policy.value, request, now);
  return record;
}

PersistResult PersistResultOf(std::span<const PersistRecord> records) {
  const auto best = std::min_element(
      records.begin(), records.end(),
      [](const PersistRecord& a, const PersistRecord& b) { return RankOf(a) < RankOf(b); });
  return best == records.end() ? PersistResult::kNone : best->result;
}

}  // namespace caascan
