// Tested by input_format_test.cc.
#include "scanner/input/input_format.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <string>

#include "scanner/input/csv_row.h"
#include "scanner/input/idna.h"

namespace caascan::input {
namespace {

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower({text.data(), text.size()});
}

bool IsRecord(std::string_view line) {
  constexpr std::string_view kBlanks = " \t";
  constexpr std::array<std::string_view, 5> kTypes = {"soa", "ns", "ds", "a", "aaaa"};
  constexpr size_t kTokens = 4;  // Owner, TTL and class in either order, type.
  bool in_class = false;
  for (size_t i = 0; i < kTokens && !line.empty(); ++i) {
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    const std::string token = Lower(line.substr(0, end));
    line.remove_prefix(end);
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const bool known = std::find(kTypes.begin(), kTypes.end(), token) != kTypes.end();
    if (i > 0 && in_class && known) return !line.empty();
    in_class = in_class || (i > 0 && token == "in");
  }
  return false;
}

/// Is all of the line a URL, and the first separator behind its host? Commas and semicolons stand
/// in paths and queries; tabs do not.
bool IsUrlUpTo(std::string_view line, size_t separator) {
  constexpr std::string_view kScheme = "://";
  const size_t scheme = line.find(kScheme);
  if (scheme == std::string_view::npos || line.find('\t') != std::string_view::npos) return false;
  const size_t path = line.find_first_of("/?#", scheme + kScheme.size());
  return path < separator && ParseTypedName(line).error == TypedNameError::kUrl;
}

}  // namespace

InputFormat FormatByPath(std::string_view path) {
  const std::string lower = Lower(path);
  std::string_view name = lower;
  for (const std::string_view compressed : {".gz", ".zst", ".xz", ".bz2", ".lz4", ".zip"}) {
    if (name.ends_with(compressed)) name.remove_suffix(compressed.size());
  }
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return InputFormat::kCsv;
  if (name.ends_with(".zone")) return InputFormat::kZone;
  if (name.ends_with(".ndjson") || name.ends_with(".jsonl")) return InputFormat::kNdjson;
  return InputFormat::kAuto;
}

InputFormat FormatByLine(std::string_view line) {
  assert(!line.starts_with(' ') && !line.ends_with(' ') && "blanks were cut off");
  if (line.starts_with('{')) return InputFormat::kNdjson;
  const std::string start = Lower(line.substr(0, 7));
  const bool directive = start.starts_with("$origin") || start.starts_with("$ttl");
  if (line.starts_with(';') || directive || IsRecord(line)) return InputFormat::kZone;
  const size_t separator = line.find_first_of(kSeparators);
  const bool separated = separator != std::string_view::npos && !IsUrlUpTo(line, separator);
  return separated ? InputFormat::kCsv : InputFormat::kLines;
}

}  // namespace caascan::input
