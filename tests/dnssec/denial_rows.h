// Rows are authority sections as lines of zone files, each signed for real, and what they prove.
// Names of NSEC3 stand as {name}, {name}+ and {name}-: its hash as ldns computes it, and the hashes
// right behind and before.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/dnssec/denial.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {

struct Row {
  const char* name;
  std::vector<std::string> lines;
  const char* asked;
  const char* expected;  // Security, and a finding's code where there is one.
  dns::RRType type = dns::RRType::kCAA;
  const char* zone = "example.";
};

inline std::string Expand(const std::string& line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    const size_t end = line[i] == '{' ? line.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out.push_back(line[i]);
      continue;
    }
    const char behind = end + 1 < line.size() ? line[end + 1] : ' ';
    const int step = behind == '+' ? 1 : behind == '-' ? -1 : 0;
    out += HashLabel(line.substr(i + 1, end - i - 1), "AABB", 3, step);
    i = end + (step != 0 ? 1 : 0);
  }
  return out;
}

/// A line in front of which stands `!` gets a wrong signature, one with `?` none.
inline SignedMessage MessageOf(const Row& row) {
  SignedMessage message(row.asked, row.type);
  for (const std::string& line : row.lines) {
    const std::string expanded = Expand(line);
    if (expanded[0] == '?') {
      message.Unsigned(dns::Section::kAuthority, {expanded.substr(1)});
    } else {
      const bool spoilt = expanded[0] == '!';
      message.Signed(dns::Section::kAuthority, {spoilt ? expanded.substr(1) : expanded},
                     {.signer = row.zone, .spoilt = spoilt});
    }
  }
  return message;
}

inline std::string TextOf(const Verdict& verdict) {
  std::string out = verdict.is_secure() ? "secure" : verdict.is_bogus() ? "bogus" : "insecure";
  if (verdict.finding != Finding::kNone) out += " " + CodeText(verdict.finding);
  return out;
}

template <typename Prove>
void Check(const std::vector<Row>& rows, const Prove& prove) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    SignedMessage message = MessageOf(row);
    KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
    Work work;
    const dns::Name zone = NameOf(row.zone);
    Denial denial(message.message(), zone, &keys, {kNow, &work, nullptr});
    EXPECT_EQ(prove(&denial, row), row.expected);
  }
}

inline std::string NoData(Denial* denial, const Row& row) {
  return TextOf(denial->ProveEmpty(NameOf(row.asked), row.type, false));
}

inline std::string NxDomain(Denial* denial, const Row& row) {
  return TextOf(denial->ProveEmpty(NameOf(row.asked), row.type, true));
}

/// The wildcard is *.example.
inline std::string Expansion(Denial* denial, const Row& row) {
  return TextOf(denial->ProveExpansion(NameOf(row.asked), 1));
}

inline std::string NoDs(Denial* denial, const Row& row) {
  Verdict verdict;
  switch (denial->ProveNoDs(NameOf(row.asked), &verdict)) {
    case CutProof::kInsecure:
      return verdict.finding == Finding::kNone ? "insecure cut" : "insecure cut " + TextOf(verdict);
    case CutProof::kNoCut:
      return "no cut";
    case CutProof::kUnproven:
      break;
  }
  return TextOf(verdict);
}

inline constexpr char kInvalid[] = "bogus dnssec_denial_invalid";
inline constexpr char kMissing[] = "bogus dnssec_denial_missing";
inline constexpr char kWrong[] = "bogus dnssec_signature_invalid";

}  // namespace caascan::dnssec
