// The options that say who is asked at all, and what counts as proven; `scan` and `check` share
// them.
#pragma once

#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// The description of --allow-special.
extern const char* const kAllowSpecialText;

/// --root-hints, --trust-anchor and --port. *options must outlive the parsing.
void AddAuthorityOptions(CLI::App* app, ScanOptions* options);

/// --dnssec-sha1, --nsec3-limit and --expiring. *options must outlive the parsing.
void AddDnssecOptions(CLI::App* app, ScanOptions* options);

}  // namespace caascan::tool
