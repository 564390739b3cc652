// The options that say what counts as proven, and what is asked at all; `scan` and `check` share
// them.
#pragma once

#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// The description of --allow-special.
extern const char* const kAllowSpecialText;

/// --dnssec-sha1, --nsec3-limit and --expiring. *options must outlive the parsing.
void AddDnssecOptions(CLI::App* app, ScanOptions* options);

}  // namespace caascan::tool
