// Tested by mail_address_test.cc.
#include "scanner/input/mail_address.h"

#include <absl/strings/ascii.h>

#include <algorithm>

#include "scanner/record/utf8.h"

namespace caascan::input {
namespace {

constexpr size_t kMaxLocalPart = 64;  // RFC 5321 §4.5.3.1.1.

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// RFC 5322 §3.2.3, RFC 6531 §3.3.
bool IsAtomText(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || IsBeyondAscii(c) ||
         kMarks.find(c) != std::string_view::npos;
}

/// Atoms with a dot between each two.
bool IsDotString(std::string_view text) {
  bool in_atom = false;
  for (const char c : text) {
    if (c == '.' && !in_atom) return false;
    if (c != '.' && !IsAtomText(c)) return false;
    in_atom = c != '.';
  }
  return in_atom;
}

/// Quotes around printable text, in which a backslash stands in front of a quote or a backslash.
bool IsQuotedString(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
    if (!IsBeyondAscii(text[i]) && !absl::ascii_isprint(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const record::Utf8Character character = record::DecodeUtf8(text, at);
    if (!character.valid) return false;
    at += character.size;
  }
  return true;
}

}  // namespace

MailAddress FindMailDomain(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view local = text.substr(0, at);
  const auto broken = [](std::string_view fault) {
    return MailAddress{.found = false, .domain = {}, .fault = fault};
  };
  if (local.empty()) return broken("a mail address without a part in front of the @");
  if (local.size() > kMaxLocalPart) {
    return broken("a mail address with over 64 octets in front of the @");
  }
  if (!(IsDotString(local) || IsQuotedString(local)) || !IsUtf8(local)) {
    return broken("not a mail address: the text before the @ violates RFC 5321");
  }
  return {.found = true, .domain = text.substr(at + 1), .fault = {}};
}

TypedName ParseMailDomain(std::string_view domain) {
  TypedName typed;
  if (domain.starts_with('[')) {
    typed.error = TypedNameError::kIpAddress;
    return typed;
  }
  typed = ParseTypedName(domain);
  typed.verbatim = false;
  return typed;
}

}  // namespace caascan::input
