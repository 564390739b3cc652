// Tested by summary_screen_test.cc, and on a terminal by terminal_test.py.
#include <absl/strings/str_format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/outcome.h"
#include "caascan/scanner.h"
#include "scanner/record/record_form.h"

namespace caascan {
namespace {

constexpr size_t kNameWidth = 40;

/// Operators' names are strangers' text.
std::string Plain(std::string_view text) {
  std::string plain(text.substr(0, kNameWidth));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return plain;
}

/// As a shell takes it.
std::string ShellWord(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("._-/+,:@").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c < ' ' || c > '~' ? '?' : c;
    }
  }
  return word + "'";
}

std::string NextStep(const ScanOptions& options, const ScanSummary& summary) {
  const std::string& path = options.output_path;
  if (path.empty() || path == "-")
    return "next: -o FILE keeps the records, for caascan report FILE";
  const auto form = record::RecordFormOfPath(path);
  if (form.ok() && *form == record::RecordForm::kCsv) {
    return "next: open " + ShellWord(path) + "; caascan report reads NDJSON (-o FILE.ndjson)";
  }
  if (summary.signal != 0) return "next: the same with --resume goes on where this ended";
  return "next: caascan report " + ShellWord(path);
}

}  // namespace

std::vector<std::string> SummaryScreen(const ScanOptions& options, const ScanSummary& summary) {
  std::vector<std::string> lines;
  uint64_t records = 0;
  for (const uint64_t count : summary.outcomes) records += count;
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    if (summary.outcomes[i] == 0) continue;
    lines.push_back(absl::StrFormat(
        "  %-9s %11d  %5.1f %%", OutcomeCode(static_cast<Outcome>(i)).data(), summary.outcomes[i],
        100.0 * static_cast<double>(summary.outcomes[i]) / static_cast<double>(records)));
  }
  if (!summary.slowest.empty()) {
    lines.emplace_back("  slowest operators, by their names that took a second or more:");
  }
  for (const SlowOperator& slow : summary.slowest) {
    const double each = std::chrono::duration<double>(slow.elapsed).count() /
                        static_cast<double>(std::max<uint64_t>(1, slow.names));
    lines.push_back(absl::StrFormat("    %-40s %9d %s, %.1f s each", Plain(slow.name), slow.names,
                                    slow.names == 1 ? "name" : "names", each));
  }
  lines.push_back("  " + NextStep(options, summary));
  return lines;
}

}  // namespace caascan
