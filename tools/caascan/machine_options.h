// What a scan that several machines share is told.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// As typed, until Complete() puts it into the scan's options.
class MachineOptions {
 public:
  /// --machines, --server-limits, --commit, --partial and --grace.
  void AddTo(CLI::App* app, ScanOptions* options);
  void Complete(ScanOptions* options) const;
  /// What a scan by shards does to servers where it does not say how many machines there are; empty
  /// where all is well. Once `options` are complete.
  std::string Warning(const ScanOptions& options) const;

 private:
  CLI::Option* machines_ = nullptr;
  bool partial_ = false;
  int64_t grace_s_ = 10;
};

}  // namespace caascan::tool
