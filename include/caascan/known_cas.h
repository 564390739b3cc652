// The CAs that are known to the program, with their issuer domain names (datasets/cas.tsv).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/caa.h"

namespace caascan {

/// What a CA does after a CAA look-up that failed.
enum class AfterFailure : uint8_t {
  kUnknown,   // Taken as kRefuses.
  kRefuses,   // It issues nothing until the look-up succeeds.
  kBaseline,  // It uses the exception of the Baseline Requirements (section 3.2.2.8).
};

/// All texts live as long as the program.
struct KnownCa {
  std::string_view name;
  std::vector<std::string_view> other_names;
  std::vector<std::string_view> issuer_domains;  // Lower case; at least one.
  std::string_view source;
  std::string_view date;
  AfterFailure after_failure = AfterFailure::kUnknown;
  std::string_view failure_source;  // Of after_failure; these two are empty where it is unknown.
  std::string_view failure_date;
  bool runs_boulder = false;  // Its applicants see the error texts of Let's Encrypt's software.
};

/// In the order of the file, the largest first. This and all below: any thread; they allocate at
/// their first call only.
std::span<const KnownCa> KnownCas();

/// The CA with that name, or another name of it. Case, blanks and punctuation are ignored:
/// "letsencrypt" is Let's Encrypt. nullptr where there is none.
const KnownCa* FindKnownCa(std::string_view name);

/// The known CA that goes by this issuer domain name, nullptr where none does. ASCII case is
/// ignored.
const KnownCa* FindCaOfIssuer(std::string_view issuer_domain);

/// Does a known CA go by this issuer domain name? ASCII case is ignored.
bool IsKnownIssuer(std::string_view issuer_domain);

/// The known issuer domain name that was probably meant: one of few letters' difference, the name
/// of a known CA under another domain ("letsencrypt.com"), or the one above it ("www.pki.goog").
/// Empty where none is near.
std::string_view NearestKnownIssuer(std::string_view issuer_domain);

/// Is it known of the CA with these names that it uses the exception of the Baseline Requirements?
bool UsesException(const std::vector<std::string>& issuer_domains);

/// As --ca-set has it.
CertificationAuthority AsCertificationAuthority(const KnownCa& ca);

}  // namespace caascan
