// `caascan check`: a few names, explained.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "caascan/check.h"
#include "caascan/explain.h"
#include "tools/caascan/request_options.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// Adds itself to the program; run it where its subcommand was given. Must outlive the program's
/// Parse(). Once.
class CheckCommand {
 public:
  explicit CheckCommand(cli::Program* program);

  /// Checks, writes the page, prints to standard output, and returns the exit code: 3 where the CA
  /// would not issue for some name.
  int Run();

 private:
  void AddLookUpOptions(CLI::App* app);
  absl::Status CheckHtmlPath() const;
  absl::Status WriteHtml(const std::vector<std::string>& records, const ScanSummary& summary) const;
  int Print(const std::vector<std::string>& records, const ScanSummary& summary);

  cli::Program* const program_;
  RequestOptions request_;
  ScanOptions options_;
  std::vector<std::string> names_;
  std::optional<std::string> html_path_;  // Of the page, where one is wanted.
  int64_t timeout_ms_ = 0;
  bool json_ = false;
  bool markdown_ = false;
};

}  // namespace caascan::tool
