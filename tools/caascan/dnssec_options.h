// The options that say what counts as proven, and what is asked at all; `scan` and `check` share
// them.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// The description of --allow-special.
extern const char* const kAllowSpecialText;

/// --dnssec-sha1 and --nsec3-limit. Must outlive the parsing.
class DnssecOptions {
 public:
  /// Values go into *options, some of them with Read().
  void AddTo(CLI::App* app, ScanOptions* options);

  /// After parsing: fills in what could not be parsed into *options directly.
  void Read(ScanOptions* options) const;

 private:
  std::string sha1_ = "accept";  // As typed.
};

}  // namespace caascan::tool
