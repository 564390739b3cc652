// Tested by record_form_test.cc, and with DuckDB by csv_output_test.py.
#include "scanner/record/record_form.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>

namespace caascan::record {
namespace {

/// Takes the last suffix off, and gives it in lower case. A name may begin with a dot.
std::string TakeSuffix(std::string_view* name) {
  const size_t dot = name->rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  const std::string_view suffix = name->substr(dot + 1);
  const bool digits = std::all_of(suffix.begin(), suffix.end(),
                                  [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (digits) return {};
  name->remove_suffix(suffix.size() + 1);
  return absl::AsciiStrToLower({suffix.data(), suffix.size()});
}

/// A name that a shell and SQL take as it is; else one that stands for it.
std::string PlainName(std::string_view name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
  return plain ? std::string(name) : "out";
}

absl::Status Unknown(std::string_view path, std::string_view stem) {
  const std::string name = PlainName(stem);
  return absl::InvalidArgumentError(absl::StrCat(
      "--output: ", std::string(path),
      ": records are written as NDJSON (.ndjson, .jsonl, .json or no suffix) or CSV (.csv), with "
      ".gz or .zst behind it or without; Parquet is made of NDJSON: duckdb -c \"COPY (FROM "
      "read_json('",
      name, ".ndjson', sample_size = -1)) TO '", name, ".parquet'\""));
}

}  // namespace

absl::StatusOr<RecordForm> RecordFormOfPath(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  std::string suffix = TakeSuffix(&name);
  if (suffix == "gz" || suffix == "zst") suffix = TakeSuffix(&name);
  if (suffix.empty() || suffix == "ndjson" || suffix == "jsonl" || suffix == "json") {
    return RecordForm::kNdjson;
  }
  if (suffix == "csv") return RecordForm::kCsv;
  return Unknown(path, name);
}

absl::Status RequireNdjson(std::string_view path) {
  const absl::StatusOr<RecordForm> form = RecordFormOfPath(path);
  if (!form.ok()) return form.status();
  if (*form == RecordForm::kNdjson) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--output: ", std::string(path), ": this can be written as NDJSON alone"));
}

}  // namespace caascan::record
