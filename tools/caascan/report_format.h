// --format, as `report` and `diff` have it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "caascan/report.h"
#include "tools/cli/option.h"

namespace caascan::tool {

inline void AddFormatOption(CLI::App* app, std::string* word) {
  cli::AddChoice(
      app, {"--format", "text|json|csv|markdown|html", "How the report is written (default text)."},
      word);
}

/// REQUIRES: the parser checked the word.
inline ReportFormat FormatOfWord(const std::string& word) {
  if (word == "json") return ReportFormat::kJson;
  if (word == "csv") return ReportFormat::kCsv;
  if (word == "html") return ReportFormat::kHtml;
  return word == "markdown" ? ReportFormat::kMarkdown : ReportFormat::kText;
}

}  // namespace caascan::tool
