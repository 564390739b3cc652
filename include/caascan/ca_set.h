// The --ca-set file: the CAs that every name is decided for besides the one asked about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "caascan/caa.h"

namespace caascan {

/// Reads the text of a --ca-set file. One CA a line: its name, then its issuer domain names,
/// separated by blanks or tabs. A name with blanks stands in double quotes; there are no escapes.
/// Empty lines are skipped, and so is everything from a `#` that begins a word.
///
///     # name            issuer domain names
///     "Let's Encrypt"   letsencrypt.org
///     DigiCert          digicert.com digicert.ne.jp cybertrust.ne.jp
///     Sectigo
///
/// A name alone stands for a known CA (known_cas.h), with the issuer domain names known of it.
///
/// An error (InvalidArgument) names `file`, as it is given here, and the line: an unknown CA
/// without issuer domains, a text that is no issuer domain name of at least two labels (RFC 8659
/// §4.2), a name that occurs twice or holds control characters, a quote that is not closed,
/// or no CA at all. Names are otherwise any bytes.
[[nodiscard]] absl::StatusOr<std::vector<CertificationAuthority>> ParseCaSet(std::string_view text,
                                                                             std::string_view file);

/// What --ca takes: an issuer domain name stands for itself, and the name of a known CA for all of
/// its own. Errors: InvalidArgument, which says what was probably meant.
[[nodiscard]] absl::StatusOr<std::vector<std::string>> IssuerDomainsOf(std::string_view ca);

}  // namespace caascan
