// Tested by truth_test.cc.
#include "tools/caalab/world/record_faults.h"

#include <algorithm>
#include <set>
#include <string>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_split.h>

#include "caascan/known_cas.h"
#include "scanner/dns/message.h"

namespace caascan::lab {
namespace {

constexpr uint32_t kWeek_s = 604800;

using Words = std::vector<std::string>;

std::string Strip(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool IsWord(const std::string& text) {
  const auto in_word = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), in_word) && text.front() != '-' &&
         text.back() != '-';
}

bool IsDomain(const std::string& text) {
  const Words labels = absl::StrSplit(text, '.');
  return std::all_of(labels.begin(), labels.end(), IsWord);
}

/// "scheme:something" of the characters that RFC 3986 §2 allows.
bool IsUri(const std::string& text) {
  const Words halves = absl::StrSplit(text, absl::MaxSplits(':', 1));
  const auto in_scheme = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
  };
  if (halves.size() < 2 || halves[0].empty() ||
      !absl::ascii_isalpha(static_cast<unsigned char>(halves[0][0])) ||
      !std::all_of(halves[0].begin(), halves[0].end(), in_scheme)) {
    return false;
  }
  for (size_t i = 0; i < halves[1].size(); ++i) {
    const auto c = static_cast<unsigned char>(halves[1][i]);
    if (c == '%') {
      const std::string digits = halves[1].substr(i + 1, 2);
      if (digits.size() < 2 || !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
        return false;
      }
    } else if (!absl::ascii_isalnum(c) &&
               !absl::StrContains("-._~:/?#[]@!$&'()*+,;=", halves[1].substr(i, 1))) {
      return false;
    }
  }
  return std::count(halves[1].begin(), halves[1].end(), '#') <= 1;
}

bool IsMethodList(const std::string& text) {
  const Words labels = absl::StrSplit(text, ',');
  return std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
    return !label.empty() && std::all_of(label.begin(), label.end(), [](unsigned char c) {
      return absl::ascii_isalnum(c) || c == '-';
    });
  });
}

/// One "name=value" (RFC 8659 §4.2). `seen` are the names, in lower case, before this one.
void ReadParameter(const std::string& text, std::multiset<std::string>* seen, IssuerValue* out) {
  const Words halves = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (halves.size() < 2) {
    out->readable_parameters = false;
    return;
  }
  const std::string name = absl::AsciiStrToLower(Strip(halves[0]));
  const std::string value = Strip(halves[1]);
  if (!IsWord(name) || !std::all_of(value.begin(), value.end(), absl::ascii_isgraph)) {
    out->readable_parameters = false;
  }
  const bool again = seen->count(name) > 0;
  seen->insert(name);
  if (name == "accounturi" && (again || !IsUri(value))) out->account_can_match = false;
  if (name == "validationmethods" && (again || !IsMethodList(value))) out->method_can_match = false;
}

bool IsReportUrl(const std::string& value) {
  const std::string lower = absl::AsciiStrToLower(value);
  for (const std::string scheme : {"mailto:", "http://", "https://"}) {
    if (absl::StartsWith(lower, scheme) && lower.size() > scheme.size()) return IsUri(value);
  }
  return false;
}

/// A contact's address, as is usual: no quotes, no comments.
bool IsMailAddress(const std::string& text) {
  const Words halves = absl::StrSplit(text, '@');
  const auto is_letter = [](unsigned char c) { return c >= 0x80 || absl::ascii_isgraph(c); };
  return halves.size() == 2 && !halves[0].empty() && IsDomain(halves[1]) &&
         std::all_of(halves[0].begin(), halves[0].end(), is_letter) &&
         halves[0].find_first_of("\"(),:;<>[\\]") == std::string::npos;
}

/// RFC 3966 §5.1.4.
bool IsPhoneNumber(const std::string& text) {
  std::string digits = text;
  std::erase_if(digits, [](char c) { return absl::StrContains("-.()", c); });
  return digits.size() > 1 && text[0] == '+' &&
         std::all_of(digits.begin() + 1, digits.end(), absl::ascii_isdigit);
}

/// A method of a CA's own, or of the Baseline Requirements: section 3.2.2.4.N is ca-tbr-N.
bool IsCaMethod(const std::string& method) {
  if (!absl::StartsWith(method, "ca-")) return false;
  if (!absl::StartsWith(method, "ca-tbr-")) return true;
  const std::string number = method.substr(7);
  return !number.empty() && number.size() <= 2 && number[0] != '0' &&
         std::all_of(number.begin(), number.end(), absl::ascii_isdigit);
}

/// What follows from the parameters of a sound value.
void JudgeParameters(const std::string& value, std::set<std::string_view>* codes) {
  static const std::set<std::string> kMethods = {
      "bp-nodeid-00", "dns-01",    "dns-account-01", "dns-persist-01", "email-reply-00", "http-01",
      "onion-csr-01", "tkauth-01", "tls-alpn-01",    "tls-sni-01",     "tls-sni-02"};
  const Words parts = absl::StrSplit(value, ';');
  for (size_t i = 1; i < parts.size(); ++i) {
    const Words halves = absl::StrSplit(parts[i], absl::MaxSplits('=', 1));
    const std::string name = absl::AsciiStrToLower(Strip(halves[0]));
    std::string plain = name;
    std::erase(plain, '-');
    if (name == "validationmethods") {
      for (const std::string& method : Words(absl::StrSplit(Strip(halves[1]), ','))) {
        const bool known = IsCaMethod(method) || kMethods.count(method) != 0;
        if (!known) codes->insert("caa_method_unknown");
      }
    } else if (name != "accounturi" &&
               (plain == "accounturi" || plain == "accounturl" || plain == "validationmethods" ||
                plain == "validationmethod")) {
      codes->insert("caa_parameter_unknown");
    }
  }
}

/// The set as a whole: what its records name.
struct Seen {
  bool issue = false;
  bool issuewild_with_issuer = false;
};

void JudgeIssuer(const std::string& tag, const std::string& value, Seen* seen,
                 std::set<std::string_view>* codes) {
  const IssuerValue read = ReadIssuerValue(value);
  const std::string& issuer = read.issuer;
  const bool sound = read.sound();
  if (!sound) codes->insert("caa_value_malformed");
  if (tag == "issuemail" || tag == "issuevmc") return;
  if (sound) JudgeParameters(value, codes);
  if (sound && !issuer.empty() && !IsKnownIssuer(issuer)) codes->insert("caa_issuer_unknown");
  seen->issue = seen->issue || tag == "issue";
  seen->issuewild_with_issuer =
      seen->issuewild_with_issuer || (tag == "issuewild" && !issuer.empty());
}

void Judge(const dns::CaaRdata& record, Seen* seen, std::set<std::string_view>* codes) {
  if (record.flags % 2 == 1 && record.flags < 128) codes->insert("caa_flag_one");
  if (record.flags / 2 % 64 != 0) codes->insert("caa_flag_reserved");
  const std::string tag = absl::AsciiStrToLower(std::string(record.tag));
  const std::string value(record.value);
  if (tag.empty()) {
    codes->insert("caa_value_malformed");
  } else if (tag == "issue" || tag == "issuewild" || tag == "issuemail" || tag == "issuevmc") {
    JudgeIssuer(tag, value, seen, codes);
  } else if (tag == "iodef") {
    if (!IsReportUrl(value)) codes->insert("caa_value_malformed");
  } else if (tag == "contactemail") {
    if (!IsMailAddress(value)) codes->insert("caa_value_malformed");
  } else if (tag == "contactphone") {
    if (!IsPhoneNumber(value)) codes->insert("caa_value_malformed");
  } else {
    codes->insert(tag == "security" ? "caa_tag_draft" : "caa_tag_unknown");
  }
}

}  // namespace

IssuerValue ReadIssuerValue(const std::string& value) {
  IssuerValue out;
  Words parts = absl::StrSplit(value, ';');
  for (std::string& part : parts) part = Strip(part);
  out.readable_issuer = parts[0].empty() || IsDomain(parts[0]);
  if (!out.readable_issuer) return out;
  out.issuer = parts[0];
  if (parts.size() == 2 && parts[1].empty()) return out;
  std::multiset<std::string> seen;
  for (size_t i = 1; i < parts.size(); ++i) ReadParameter(parts[i], &seen, &out);
  return out;
}

bool IsKnownTag(const std::string& tag) {
  static const std::set<std::string> kTags = {
      "issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"};
  return kTags.count(tag) > 0;
}

std::vector<std::string_view> RecordFaults(const RRset& caa) {
  Seen seen;
  std::set<std::string_view> codes;
  for (const Rdata& rdata : caa.rdata) {
    const std::string& wire = rdata[0].octets;
    Judge(dns::ReadCaa({reinterpret_cast<const uint8_t*>(wire.data()), wire.size()}), &seen,
          &codes);
  }
  if (seen.issuewild_with_issuer && !seen.issue) codes.insert("caa_issuewild_surprising");
  if (caa.ttl == 0 || caa.ttl > kWeek_s) codes.insert("caa_ttl_extreme");
  return {codes.begin(), codes.end()};
}

}  // namespace caascan::lab
