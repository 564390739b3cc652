// The options that say how names are looked up, and how fast; `scan` and `serve` share them.
#pragma once

#include <cstdint>

#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// Must outlive the parsing, and so must the options that it fills in.
class LookUpOptions {
 public:
  void AddTo(CLI::App* app, ScanOptions* options);
  /// After parsing: fills in what could not be parsed into directly.
  void Complete(ScanOptions* options) const;

 private:
  void AddResolverOptions(CLI::App* app, ScanOptions* options);
  static void AddValidationOptions(CLI::App* app, ScanOptions* options);
  void AddPaceOptions(CLI::App* app, ScanOptions* options);

  // As typed.
  int64_t timeout_ms_ = 0;
  int64_t name_timeout_s_ = 0;
  bool ipv4_only_ = false;
  bool ipv6_only_ = false;
};

}  // namespace caascan::tool
