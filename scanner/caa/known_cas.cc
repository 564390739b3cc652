// The table is read once, at the first question. That every row of it is sound is a test's to say:
// a row that is not is left out here. Tested by known_cas_test.cc.
#include "caascan/known_cas.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>

#include "scanner/caa/embedded.h"
#include "scanner/caa/property.h"
#include "scanner/caa/table_text.h"

namespace caascan {
namespace {

constexpr size_t kFields = 6;
// Of a CA for which it is known what it does after a failed look-up.
constexpr size_t kAllFields = 10;
constexpr size_t kMaxDomain = 253;
// Beyond this many letters' difference nobody meant it.
constexpr size_t kMaxSlips = 3;
// A shorter name is too near to too many.
constexpr size_t kMinForTwoSlips = 9;
constexpr size_t kMinForThreeSlips = 12;
constexpr size_t kMinLabel = 8;

/// Which octets a text holds, modulo 64.
uint64_t OctetsOf(std::string_view text) {
  uint64_t octets = 0;
  for (const char c : text) octets |= uint64_t{1} << (static_cast<uint8_t>(c) % 64);
  return octets;
}

/// A text to be compared with many others.
struct Compared {
  explicit Compared(std::string_view that) : text(that), octets(OctetsOf(that)) {}

  std::string_view text;
  uint64_t octets;
};

struct Known {
  std::vector<KnownCa> cas;
  std::vector<std::string_view> issuers;  // Sorted.
  std::vector<Compared> domains;          // The same.
  std::vector<Compared> labels;           // Their first ones, in the same order.
};

std::string_view FirstLabel(std::string_view domain) { return domain.substr(0, domain.find('.')); }

/// False where the row's fields cannot be read.
bool ReadFailureFields(const caa::TableRow& row, KnownCa* ca) {
  if (row.size() == kFields) return true;
  if (row.size() != kAllFields) return false;
  if (row[6] != "refuses" && row[6] != "baseline") return false;
  ca->after_failure = row[6] == "refuses" ? AfterFailure::kRefuses : AfterFailure::kBaseline;
  ca->failure_source = row[7];
  ca->failure_date = row[8];
  ca->runs_boulder = row[9] == "boulder";
  return ca->runs_boulder || row[9].empty();
}

Known ReadKnown() {
  Known known;
  for (const caa::TableRow& row : caa::ReadTable(caa::KnownCasText())) {
    if (row.size() < kFields) continue;
    KnownCa ca;
    ca.name = row[0];
    ca.other_names = caa::SplitWords(row[1], ',');
    ca.issuer_domains = caa::SplitWords(row[2], ' ');
    ca.source = row[3];
    ca.date = row[4];
    if (!ReadFailureFields(row, &ca)) continue;
    known.issuers.insert(known.issuers.end(), ca.issuer_domains.begin(), ca.issuer_domains.end());
    known.cas.push_back(std::move(ca));
  }
  std::sort(known.issuers.begin(), known.issuers.end());
  for (const std::string_view issuer : known.issuers) {
    known.domains.emplace_back(issuer);
    known.labels.emplace_back(FirstLabel(issuer));
  }
  return known;
}

const Known& TheKnown() {
  static const Known known = ReadKnown();
  return known;
}

/// Are both the same but for case, blanks and punctuation? A text without letters and digits is
/// like no other.
bool SameName(std::string_view a, std::string_view b) {
  const auto counts = [](unsigned char c) { return absl::ascii_isalnum(c); };
  size_t compared = 0;
  auto i = a.begin();
  auto j = b.begin();
  while (true) {
    i = std::find_if(i, a.end(), counts);
    j = std::find_if(j, b.end(), counts);
    if (i == a.end() || j == b.end()) return i == a.end() && j == b.end() && compared > 0;
    const auto a_octet = static_cast<unsigned char>(*i++);
    const auto b_octet = static_cast<unsigned char>(*j++);
    if (absl::ascii_tolower(a_octet) != absl::ascii_tolower(b_octet)) return false;
    ++compared;
  }
}

/// How many letters have to be added, left out, changed or swapped with their neighbour to make one
/// of the other (optimal string alignment); `enough` or more where it is at least that many.
/// REQUIRES: both of kMaxDomain at most.
size_t Slips(std::string_view a, std::string_view b, size_t enough) {
  // Three rows of the table: the one in work, the one above, and the one above that.
  std::array<std::array<uint16_t, kMaxDomain + 1>, 3> rows;
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<uint16_t>(j);
  int least_above = 0;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = static_cast<uint16_t>(i);
    int least_of_row = row[0];
    for (size_t j = 1; j <= b.size(); ++j) {
      const int changed = a[i - 1] == b[j - 1] ? 0 : 1;
      int least = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        least = std::min(least, rows[(i - 2) % 3][j - 2] + 1);
      }
      row[j] = static_cast<uint16_t>(least);
      least_of_row = std::min(least_of_row, least);
    }
    // The two rows above what comes next can only grow.
    if (static_cast<size_t>(std::min(least_of_row, least_above)) >= enough) return enough;
    least_above = least_of_row;
  }
  return rows[a.size() % 3][b.size()];
}

/// No fewer slips than that: each octet that one of both lacks takes one to come in, and one slip
/// brings in one.
size_t LeastSlips(const Compared& a, const Compared& b) {
  return static_cast<size_t>(
      std::max({std::popcount(a.octets & ~b.octets), std::popcount(b.octets & ~a.octets),
                std::abs(static_cast<int>(a.text.size()) - static_cast<int>(b.text.size()))}));
}

/// The known issuer of which the one of `others` has the fewest slips, where they are few enough.
std::string_view WithFewestSlips(std::string_view text, const std::vector<Compared>& others) {
  const Compared sought(text);
  std::string_view nearest;
  size_t fewest = kMaxSlips + 1;  // Excluded.
  if (text.size() < kMinForThreeSlips) --fewest;
  if (text.size() < kMinForTwoSlips) --fewest;
  for (size_t i = 0; i < others.size(); ++i) {
    if (LeastSlips(sought, others[i]) >= fewest) continue;
    if (const size_t slips = Slips(text, others[i].text, fewest); slips < fewest) {
      fewest = slips;
      nearest = TheKnown().issuers[i];
    }
  }
  return nearest;
}

/// REQUIRES: lower case.
std::string_view KnownAs(std::string_view domain) {
  const auto& issuers = TheKnown().issuers;
  const auto at = std::lower_bound(issuers.begin(), issuers.end(), domain);
  return at != issuers.end() && *at == domain ? *at : std::string_view();
}

std::string_view NearestOfLowerCase(std::string_view domain) {
  // "www.letsencrypt.org"; a name of one label is above everything.
  for (std::string_view above = domain; above.find('.') != std::string_view::npos;) {
    above.remove_prefix(above.find('.') + 1);
    if (const std::string_view known = KnownAs(above); !known.empty()) return known;
  }
  const std::string_view near = WithFewestSlips(domain, TheKnown().domains);
  if (!near.empty()) return near;
  // "letsencrypt.com", "digicert": the name is right, what is behind it is not.
  const std::string_view label = FirstLabel(domain);
  if (const KnownCa* ca = FindKnownCa(label)) return ca->issuer_domains.front();
  return label.size() < kMinLabel ? std::string_view() : WithFewestSlips(label, TheKnown().labels);
}

}  // namespace

std::span<const KnownCa> KnownCas() { return TheKnown().cas; }

const KnownCa* FindKnownCa(std::string_view name) {
  for (const KnownCa& ca : KnownCas()) {
    if (SameName(ca.name, name)) return &ca;
    for (const std::string_view other : ca.other_names) {
      if (SameName(other, name)) return &ca;
    }
  }
  return nullptr;
}

const KnownCa* FindCaOfIssuer(std::string_view issuer_domain) {
  for (const KnownCa& ca : KnownCas()) {
    for (const std::string_view issuer : ca.issuer_domains) {
      if (caa::EqualIgnoringCase(issuer, issuer_domain)) return &ca;
    }
  }
  return nullptr;
}

bool IsKnownIssuer(std::string_view issuer_domain) {
  if (issuer_domain.size() > kMaxDomain) return false;
  std::array<char, kMaxDomain> lower{};
  std::transform(issuer_domain.begin(), issuer_domain.end(), lower.begin(), absl::ascii_tolower);
  return !KnownAs({lower.data(), issuer_domain.size()}).empty();
}

std::string_view NearestKnownIssuer(std::string_view issuer_domain) {
  if (issuer_domain.empty() || issuer_domain.size() > kMaxDomain) return {};
  std::array<char, kMaxDomain> lower{};
  std::transform(issuer_domain.begin(), issuer_domain.end(), lower.begin(), absl::ascii_tolower);
  return NearestOfLowerCase({lower.data(), issuer_domain.size()});
}

bool UsesException(const std::vector<std::string>& issuer_domains) {
  return std::any_of(issuer_domains.begin(), issuer_domains.end(), [](const std::string& domain) {
    const KnownCa* ca = FindCaOfIssuer(domain);
    return ca != nullptr && ca->after_failure == AfterFailure::kBaseline;
  });
}

CertificationAuthority AsCertificationAuthority(const KnownCa& ca) {
  return {std::string(ca.name), {ca.issuer_domains.begin(), ca.issuer_domains.end()}};
}

}  // namespace caascan
