// Each check looks at one record and gives a note or nothing; the notes are collected by code, so
// that a set of a thousand broken records makes one finding. Values are strangers' octets: evidence
// has them in zone-file form, shortened. Tested by record_lint_test.cc, and by the lab's truth,
// which has its own idea of the same rules (tools/caalab/world/record_faults.cc).
#include "scanner/diagnose/record_lint.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "caascan/known_cas.h"
#include "scanner/caa/property.h"
#include "scanner/dns/presentation.h"

namespace caascan::diagnose {
namespace {

using caa::IssueValue;
using caa::TagKind;

constexpr uint32_t kLongestTtl_s = 7 * 24 * 3600;  // RFC 8767 §4 has resolvers cap it there.
constexpr size_t kMaxShown = 64;

/// The first octets, in quotes.
std::string Show(std::string_view octets) {
  std::string out = "\"";
  dns::AppendQuotable(octets.substr(0, kMaxShown), &out);
  return out + (octets.size() > kMaxShown ? "...\"" : "\"");
}

std::string Show(const CaaRecord& record) {
  return std::to_string(record.flags) + " " + Show(record.tag) + " " + Show(record.value);
}

/// One code's finding in the making.
class Note {
 public:
  /// `why` is made for the first record only.
  template <typename Why>
  void Add(const Why& why) {
    if (count_++ == 0) evidence_ = why();
  }
  void WriteTo(FindingCode code, const std::string& zone, std::vector<Finding>* findings) const {
    if (count_ == 0) return;
    Finding finding(code);
    finding.zone = zone;
    finding.evidence = evidence_;
    if (count_ > 1) finding.evidence += ", and " + std::to_string(count_ - 1) + " more";
    findings->push_back(std::move(finding));
  }

 private:
  size_t count_ = 0;
  std::string evidence_;
};

struct Notes {
  Note issuer_unknown;
  Note value_malformed;
  Note tag_unknown;
  Note tag_draft;
  Note flag_one;
  Note flag_reserved;
  Note parameter_unknown;
  Note method_unknown;
};

/// RFC 8657 §3, §4: empty where nothing is amiss.
std::string_view ParameterFault(const IssueValue& value) {
  if (value.account_uri.count > 1) return "accounturi occurs twice";
  if (value.validation_methods.count > 1) return "validationmethods occurs twice";
  if (value.account_uri.count == 1 && !caa::IsUri(value.account_uri.value)) {
    return "accounturi is no URI";
  }
  if (value.validation_methods.count == 1 && !caa::IsMethodList(value.validation_methods.value)) {
    return "validationmethods is no list of labels";
  }
  return {};
}

std::string_view ValueFault(const IssueValue& value) {
  switch (value.form) {
    case IssueValue::Form::kBadIssuer:
      return "what stands before the first semicolon is no domain name";
    case IssueValue::Form::kBadParameters:
      return "what stands behind the first semicolon is no list of name=value";
    case IssueValue::Form::kSound:
      break;
  }
  return ParameterFault(value);
}

/// "letsencrypt.org." and "https://letsencrypt.org" have the name in them.
std::string_view IssuerWithin(std::string_view value) {
  value = value.substr(0, value.find(';'));
  if (const size_t scheme = value.find("://"); scheme != std::string_view::npos) {
    value.remove_prefix(scheme + 3);
  }
  const size_t begin = value.find_first_not_of(" \t\"'/.");
  if (begin == std::string_view::npos) return {};
  value = value.substr(begin);
  return value.substr(0, value.find_last_not_of(" \t\"'/.") + 1);
}

std::string Hint(std::string_view near) {
  return near.empty() ? std::string() : "; " + std::string(near) + " may be meant";
}

/// RFC 8657 §4: a method of a CA's own. Of these `ca-tbr-N` is the one of the Baseline Requirements
/// 3.2.2.4.N.
bool IsCaMethod(std::string_view label) {
  constexpr std::string_view kOfRequirements = "ca-tbr-";
  constexpr size_t kMaxDigits = 2;
  if (!label.starts_with("ca-")) return false;
  if (!label.starts_with(kOfRequirements)) return true;
  const std::string_view number = label.substr(kOfRequirements.size());
  return !number.empty() && number.size() <= kMaxDigits && number.front() != '0' &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

/// RFC 8657 §4: of IANA's registry of ACME validation methods (2026-11), and of drafts that CAs
/// have put to use. Labels are compared to the octet.
bool IsKnownMethod(std::string_view label) {
  constexpr std::array<std::string_view, 11> kMethods = {
      "http-01",      "dns-01",         "tls-alpn-01",   "tls-sni-01",
      "tls-sni-02",   "email-reply-00", "tkauth-01",     "onion-csr-01",
      "bp-nodeid-00", "dns-account-01", "dns-persist-01"};
  return IsCaMethod(label) || std::find(kMethods.begin(), kMethods.end(), label) != kMethods.end();
}

/// What is well-formed, and does not do what it seems to.
void LintParameters(const CaaRecord& record, const IssueValue& value, Notes* notes) {
  if (!value.near_tag.empty()) {
    notes->parameter_unknown.Add(
        [&record, &value] { return Show(record) + ": " + Show(value.near_tag); });
  }
  if (value.validation_methods.count != 1) return;
  std::string_view rest = value.validation_methods.value;
  for (size_t at = 0; at != std::string_view::npos; rest.remove_prefix(at + 1)) {
    at = rest.find(',');
    const std::string_view label = rest.substr(0, at);
    if (!IsKnownMethod(label)) {
      notes->method_unknown.Add([&record, label] { return Show(record) + ": " + Show(label); });
      return;
    }
    if (at == std::string_view::npos) return;
  }
}

void LintIssuer(const CaaRecord& record, const IssueValue& value, Notes* notes) {
  if (const std::string_view fault = ValueFault(value); !fault.empty()) {
    notes->value_malformed.Add([&record, &value, fault] {
      std::string why = Show(record) + ": " + std::string(fault);
      if (value.form != IssueValue::Form::kBadIssuer) return why;
      const std::string_view within = IssuerWithin(record.value);
      return why + Hint(IsKnownIssuer(within) ? within : NearestKnownIssuer(within));
    });
    return;
  }
  LintParameters(record, value, notes);
  if (value.issuer.empty() || IsKnownIssuer(value.issuer)) return;
  notes->issuer_unknown.Add(
      [&value] { return Show(value.issuer) + Hint(NearestKnownIssuer(value.issuer)); });
}

/// RFC 8659 §4.4.
bool IsReportUrl(std::string_view url) {
  constexpr std::array<std::string_view, 3> kSchemes = {"mailto:", "http://", "https://"};
  return caa::IsUri(url) && std::any_of(kSchemes.begin(), kSchemes.end(), [url](auto scheme) {
           return url.size() > scheme.size() &&
                  caa::EqualIgnoringCase(url.substr(0, scheme.size()), scheme);
         });
}

/// RFC 6532 §3.2 in the form that is in use: no quotes, no comments; what is no ASCII may be UTF-8.
bool IsMailbox(std::string_view text) {
  const size_t at = text.rfind('@');
  const auto in_local = [](unsigned char c) {
    return c > 0x20 && c != 0x7f &&
           std::string_view("\"(),:;<>@[\\]").find(static_cast<char>(c)) == std::string_view::npos;
  };
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view domain = text.substr(at + 1);
  const auto in_domain = [](unsigned char c) {
    return c >= 0x80 || c == '-' || c == '.' || (c >= '0' && c <= '9') ||
           ((c | 0x20u) >= 'a' && (c | 0x20u) <= 'z');
  };
  return std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), in_local) &&
         !domain.empty() && domain.front() != '.' && domain.back() != '.' &&
         std::all_of(domain.begin(), domain.end(), in_domain);
}

/// RFC 3966 §5.1.4: "+", digits, and visual separators, which a blank is not.
bool IsGlobalNumber(std::string_view text) {
  const auto digits =
      std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits > 0 && text.front() == '+' &&
         text.substr(1).find_first_not_of("0123456789-.()") == std::string_view::npos;
}

/// Empty where nothing is amiss.
std::string_view OtherFault(const CaaRecord& record) {
  const auto is = [&record](std::string_view tag) {
    return caa::EqualIgnoringCase(record.tag, tag);
  };
  if (is("iodef")) return IsReportUrl(record.value) ? "" : "no mailto:, https: or http: URL";
  // Appendix A.1 of the Baseline Requirements.
  if (is("contactemail")) return IsMailbox(record.value) ? "" : "no mail address";
  if (is("contactphone")) {
    return IsGlobalNumber(record.value) ? "" : "no telephone number as in +1-555-0100";
  }
  // RFC 9495 §3, and for marks alike: as issue.
  return ValueFault(caa::ReadIssueValue(record.value));
}

void LintOther(const CaaRecord& record, Notes* notes) {
  const std::string_view fault = OtherFault(record);
  if (fault.empty()) return;
  notes->value_malformed.Add([&record, fault] { return Show(record) + ": " + std::string(fault); });
}

void LintRecord(const CaaRecord& record, Notes* notes) {
  // 1 where the critical bit, which is 128, was meant.
  if ((record.flags & 0x7eu) != 0) notes->flag_reserved.Add([&record] { return Show(record); });
  if ((record.flags & 0x81u) == 1) notes->flag_one.Add([&record] { return Show(record); });
  if (record.tag.empty()) {
    notes->value_malformed.Add([&record] { return Show(record) + ": it has no tag"; });
    return;
  }
  switch (caa::ClassifyTag(record.tag)) {
    case TagKind::kIssue:
    case TagKind::kIssueWild:
      LintIssuer(record, caa::ReadIssueValue(record.value), notes);
      return;
    case TagKind::kIssueMail:
    case TagKind::kIssueVmc:
    case TagKind::kOtherKnown:
      LintOther(record, notes);
      return;
    case TagKind::kUnknown:
      // draft-ietf-lamps-caa-security.
      (caa::EqualIgnoringCase(record.tag, "security") ? notes->tag_draft : notes->tag_unknown)
          .Add([&record] { return Show(record); });
      return;
  }
}

/// An issuer for wildcards, and none asked for otherwise: any CA may issue for the names themselves
/// (RFC 8659 §4.3). Forbidding wildcards alone ("issuewild ;") is what one may well mean.
const CaaRecord* SurprisingIssueWild(const std::vector<CaaRecord>& records) {
  const CaaRecord* found = nullptr;
  for (const CaaRecord& record : records) {
    const TagKind kind = caa::ClassifyTag(record.tag);
    if (kind == TagKind::kIssue) return nullptr;
    if (kind != TagKind::kIssueWild || found != nullptr) continue;
    if (!caa::ReadIssueValue(record.value).issuer.empty()) found = &record;
  }
  return found;
}

}  // namespace

void LintRecords(const CaaRrset& rrset, const std::string& zone, TtlSource ttl_source,
                 std::vector<Finding>* findings) {
  Notes notes;
  for (const CaaRecord& record : rrset.records) LintRecord(record, &notes);
  notes.issuer_unknown.WriteTo(FindingCode::kCaaIssuerUnknown, zone, findings);
  notes.value_malformed.WriteTo(FindingCode::kCaaValueMalformed, zone, findings);
  notes.tag_unknown.WriteTo(FindingCode::kCaaTagUnknown, zone, findings);
  notes.tag_draft.WriteTo(FindingCode::kCaaTagDraft, zone, findings);
  notes.flag_one.WriteTo(FindingCode::kCaaFlagOne, zone, findings);
  notes.flag_reserved.WriteTo(FindingCode::kCaaFlagReserved, zone, findings);
  notes.parameter_unknown.WriteTo(FindingCode::kCaaParameterUnknown, zone, findings);
  notes.method_unknown.WriteTo(FindingCode::kCaaMethodUnknown, zone, findings);
  Note wild;
  if (const CaaRecord* record = SurprisingIssueWild(rrset.records)) {
    wild.Add([record] { return Show(*record) + " and no issue record"; });
  }
  wild.WriteTo(FindingCode::kCaaIssuewildSurprising, zone, findings);
  // In a cache every TTL comes down to 0.
  Note ttl;
  const bool zero = rrset.ttl_s == 0 && ttl_source == TtlSource::kServer;
  if (zero || rrset.ttl_s > kLongestTtl_s) {
    ttl.Add([&rrset] { return std::to_string(rrset.ttl_s) + " s"; });
  }
  ttl.WriteTo(FindingCode::kCaaTtlExtreme, zone, findings);
}

}  // namespace caascan::diagnose
