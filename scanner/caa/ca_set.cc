// Tested by ca_set_test.cc.
#include "caascan/ca_set.h"

#include <algorithm>
#include <string>
#include <utility>

#include <absl/status/status.h>

#include "caascan/known_cas.h"
#include "scanner/caa/property.h"

namespace caascan {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr size_t kQuotedInErrors = 80;

void SkipBlanks(std::string_view* rest) {
  rest->remove_prefix(std::min(rest->find_first_not_of(kBlanks), rest->size()));
}

/// Takes the next word off the front; empty at the end of the line and at a comment.
std::string_view TakeWord(std::string_view* rest) {
  SkipBlanks(rest);
  if (!rest->empty() && rest->front() == '#') return {};
  const std::string_view word = rest->substr(0, rest->find_first_of(kBlanks));
  rest->remove_prefix(word.size());
  return word;
}

/// Takes the CA's name off the front: a word, or a text in quotes with a blank behind it. False
/// where the quotes are amiss.
bool TakeName(std::string_view* rest, std::string_view* name) {
  SkipBlanks(rest);
  if (rest->empty() || rest->front() != '"') {
    *name = TakeWord(rest);
    return true;
  }
  const size_t end = rest->find('"', 1);
  if (end == std::string_view::npos || end == 1) return false;
  *name = rest->substr(1, end - 1);
  rest->remove_prefix(end + 1);
  return rest->empty() || kBlanks.find(rest->front()) != std::string_view::npos;
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// The text in quotes, shortened and safe to print on a terminal.
std::string Quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kQuotedInErrors)) {
    out.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  }
  return out + (text.size() > kQuotedInErrors ? "…\"" : "\"");
}

/// A line that is the name of a known CA and nothing else, in quotes or not, is that CA. False
/// where it is not.
bool TakeKnownCa(std::string_view line, CertificationAuthority* ca) {
  if (const size_t comment = line.find(" #"); comment != std::string_view::npos) {
    line = line.substr(0, comment);
  }
  SkipBlanks(&line);
  while (!line.empty() && kBlanks.find(line.back()) != std::string_view::npos) {
    line.remove_suffix(1);
  }
  if (line.size() > 2 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  const KnownCa* known = HasControlCharacter(line) ? nullptr : FindKnownCa(line);
  if (known == nullptr) return false;
  *ca = AsCertificationAuthority(*known);
  ca->name = line;
  return true;
}

/// Reads one line into *ca, whose name stays empty where the line holds nothing. Returns what is
/// wrong with it; empty where nothing is.
std::string ReadLine(std::string_view line, CertificationAuthority* ca) {
  if (TakeKnownCa(line, ca)) return {};
  std::string_view name;
  if (!TakeName(&line, &name))
    return "a name in quotes needs text, both quotes, and a blank after them";
  if (name.empty()) return {};
  if (HasControlCharacter(name)) return "the name holds control characters";
  ca->name = name;
  for (auto word = TakeWord(&line); !word.empty(); word = TakeWord(&line)) {
    if (!caa::IsIssuerDomain(word) || word.find('.') == std::string_view::npos) {
      return Quote(word) + " is not an issuer domain name (put a CA's name with blanks in quotes)";
    }
    ca->issuer_domains.emplace_back(word);
  }
  if (ca->issuer_domains.empty()) {
    return Quote(name) + " has no issuer domain name, and is not a known CA";
  }
  return {};
}

}  // namespace

absl::StatusOr<std::vector<CertificationAuthority>> ParseCaSet(std::string_view text,
                                                               std::string_view file) {
  std::vector<CertificationAuthority> set;
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);

    CertificationAuthority ca;
    std::string problem = ReadLine(line, &ca);
    const auto same_name = [&ca](const auto& other) { return other.name == ca.name; };
    if (problem.empty() && std::any_of(set.begin(), set.end(), same_name)) {
      problem = Quote(ca.name) + " occurs twice";
    }
    if (!problem.empty()) {
      return absl::InvalidArgumentError(std::string(file) + ":" + std::to_string(number) + ": " +
                                        problem);
    }
    if (!ca.name.empty()) set.push_back(std::move(ca));
  }
  if (set.empty()) return absl::InvalidArgumentError(std::string(file) + ": no CA in this file");
  return set;
}

absl::StatusOr<std::vector<std::string>> IssuerDomainsOf(std::string_view ca) {
  // What a --ca-set file takes for one.
  if (caa::IsIssuerDomain(ca) && ca.find('.') != std::string_view::npos) {
    return std::vector<std::string>{std::string(ca)};
  }
  if (const KnownCa* known = FindKnownCa(ca); known != nullptr) {
    return AsCertificationAuthority(*known).issuer_domains;
  }
  const std::string_view near = NearestKnownIssuer(ca);
  return absl::InvalidArgumentError("\"" + std::string(ca) +
                                    "\" is neither an issuer domain name nor a known CA" +
                                    (near.empty() ? "" : "; " + std::string(near) + " is one"));
}

}  // namespace caascan
