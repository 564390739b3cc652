// The grammar of RFC 8659 §4.2, read from left to right:
//
//   issue-value = *WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]
//   parameters  = (parameter *WSP ";" *WSP parameters) / parameter
//   parameter   = tag *WSP "=" *WSP value
//
// No part may hold a ";", so the value falls apart at each of them. A ";" may end the value only
// where no parameter stands before it: "ca.example;" is sound, "ca.example; a=b;" is not.
// Tested by property_test.cc and fuzz/caa_property_fuzz.cc.
#include "scanner/caa/property.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace caascan::caa {
namespace {

unsigned char Octet(char c) { return static_cast<unsigned char>(c); }

constexpr std::array<std::pair<std::string_view, TagKind>, 7> kKnownTags = {{
    {"issue", TagKind::kIssue},              // RFC 8659 §4.2
    {"issuewild", TagKind::kIssueWild},      // §4.3
    {"iodef", TagKind::kOtherKnown},         // §4.4
    {"issuemail", TagKind::kIssueMail},      // RFC 9495 §3
    {"issuevmc", TagKind::kIssueVmc},        // Registered for BIMI's mark certificates.
    {"contactemail", TagKind::kOtherKnown},  // Baseline Requirements, appendix A.1
    {"contactphone", TagKind::kOtherKnown},
}};

/// WSP (RFC 5234, appendix B.1): no line ends.
constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

/// (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT)): an issuer's label, or a parameter's tag.
bool IsLabel(std::string_view text) {
  return !text.empty() && absl::ascii_isalnum(Octet(text.front())) &&
         absl::ascii_isalnum(Octet(text.back())) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

/// Takes what stands before the first `separator` off `*rest`, the separator too. False, and all
/// of it, where there is none.
bool CutAt(char separator, std::string_view* rest, std::string_view* part) {
  const size_t at = rest->find(separator);
  *part = rest->substr(0, at);
  *rest = at == std::string_view::npos ? std::string_view() : rest->substr(at + 1);
  return at != std::string_view::npos;
}

/// One of RFC 8657's tags but for hyphens, or an ending that is easily mistaken?
bool IsNearTag(std::string_view tag) {
  constexpr std::array<std::string_view, 4> kNear = {"accounturi", "accounturl",
                                                     "validationmethods", "validationmethod"};
  const auto same = [tag](std::string_view near) {
    for (const char c : tag) {
      if (c == '-') continue;
      if (near.empty() || absl::ascii_tolower(Octet(c)) != near.front()) return false;
      near.remove_prefix(1);
    }
    return near.empty();
  };
  return std::any_of(kNear.begin(), kNear.end(), same);
}

using ParameterVisitor = absl::FunctionRef<void(std::string_view tag, std::string_view value)>;

/// True where `text` is one sound parameter; those of RFC 8657 are noted in *out.
bool ReadParameter(std::string_view text, ParameterVisitor visit, IssueValue* out) {
  std::string_view value = text;
  std::string_view tag;
  if (!CutAt('=', &value, &tag)) return false;
  tag = Trim(tag);
  value = Trim(value);
  const auto printable = [](char c) { return c >= 0x21 && c <= 0x7e; };
  if (!IsLabel(tag) || !std::all_of(value.begin(), value.end(), printable)) return false;
  OnceParameter* known = EqualIgnoringCase(tag, "accounturi")          ? &out->account_uri
                         : EqualIgnoringCase(tag, "validationmethods") ? &out->validation_methods
                                                                       : nullptr;
  if (known != nullptr) {
    ++known->count;
    known->value = value;
  } else if (IsNearTag(tag)) {
    out->near_tag = tag;
  }
  visit(tag, value);
  return true;
}

bool ReadParameters(std::string_view rest, ParameterVisitor visit, IssueValue* out) {
  if (Trim(rest).empty()) return true;
  bool more = true;
  while (more) {
    std::string_view parameter;
    more = CutAt(';', &rest, &parameter);
    if (!ReadParameter(parameter, visit, out)) return false;
  }
  return true;
}

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase({a.data(), a.size()}, {b.data(), b.size()});
}

TagKind ClassifyTag(std::string_view tag) {
  for (const auto& [known, kind] : kKnownTags) {
    if (EqualIgnoringCase(tag, known)) return kind;
  }
  return TagKind::kUnknown;
}

TagKind RelevantKind(Purpose purpose, bool wildcard, bool has_issuewild) {
  switch (purpose) {
    case Purpose::kSmime:
      return TagKind::kIssueMail;
    case Purpose::kMark:
      return TagKind::kIssueVmc;
    case Purpose::kTls:
      break;
  }
  return wildcard && has_issuewild ? TagKind::kIssueWild : TagKind::kIssue;
}

bool IsIssuerDomain(std::string_view text) {
  bool more = true;
  while (more) {
    std::string_view label;
    more = CutAt('.', &text, &label);
    if (!IsLabel(label)) return false;
  }
  return true;
}

IssueValue ReadIssueValue(std::string_view value) {
  return ReadIssueValue(value, [](std::string_view, std::string_view) {});
}

IssueValue ReadIssueValue(std::string_view value, ParameterVisitor visit) {
  IssueValue out;
  std::string_view issuer;
  CutAt(';', &value, &issuer);
  issuer = Trim(issuer);
  if (!issuer.empty() && !IsIssuerDomain(issuer)) {
    out.form = IssueValue::Form::kBadIssuer;
    return out;
  }
  out.issuer = issuer;
  if (!ReadParameters(value, visit, &out)) out.form = IssueValue::Form::kBadParameters;
  return out;
}

bool CanMatchAccount(const IssueValue& value) {
  const OnceParameter& parameter = value.account_uri;
  return parameter.count == 0 || (parameter.count == 1 && IsUri(parameter.value));
}

bool CanMatchMethod(const IssueValue& value) {
  const OnceParameter& parameter = value.validation_methods;
  return parameter.count == 0 || (parameter.count == 1 && IsMethodList(parameter.value));
}

bool IsUri(std::string_view text) {
  std::string_view scheme;
  if (!CutAt(':', &text, &scheme)) return false;
  const auto in_scheme = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
  };
  if (scheme.empty() || !absl::ascii_isalpha(Octet(scheme.front())) ||
      !std::all_of(scheme.begin(), scheme.end(), in_scheme)) {
    return false;
  }
  // Unreserved and reserved characters (RFC 3986 §2.2, §2.3); "%" with two digits; "#" but once.
  constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=";
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !absl::ascii_isxdigit(Octet(text[i + 1])) ||
          !absl::ascii_isxdigit(Octet(text[i + 2]))) {
        return false;
      }
      i += 2;
    } else if (!absl::ascii_isalnum(Octet(text[i])) &&
               kMarks.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return std::count(text.begin(), text.end(), '#') <= 1;
}

bool IsMethodList(std::string_view list) {
  bool more = true;
  while (more) {
    std::string_view label;
    more = CutAt(',', &list, &label);
    const auto in_label = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; };
    if (label.empty() || !std::all_of(label.begin(), label.end(), in_label)) return false;
  }
  return true;
}

bool ListsMethod(std::string_view list, std::string_view method) {
  assert(IsMethodList(list) && "other values list nothing");
  bool more = true;
  while (more) {
    std::string_view label;
    more = CutAt(',', &list, &label);
    if (label == method) return true;
  }
  return false;
}

}  // namespace caascan::caa
