#include "tools/caascan/input_options.h"

#include <string>

#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

CLI::Validator NotEmpty() {
  return CLI::Validator([](std::string& text) { return text.empty() ? "is empty" : ""; }, "");
}

}  // namespace

void AddInputOptions(CLI::App* app, const InputOptions& options) {
  cli::AddChoice(app, "--input-format",
                 "Format of the input. auto decides by its name and its first line (default auto).",
                 {{"auto", InputFormat::kAuto},
                  {"lines", InputFormat::kLines},
                  {"csv", InputFormat::kCsv},
                  {"zone", InputFormat::kZone},
                  {"ndjson", InputFormat::kNdjson}},
                 options.format);
  InputFields& fields = *options.fields;
  cli::AddOption(app,
                 {"--column", "COLUMN",
                  "The csv column that contains the names: its name in the header, in upper or "
                  "lower case, or its number from 1 (default: see Input)."},
                 &fields.column)
      ->check(NotEmpty());
  cli::AddRepeatedOption(app,
                         {"--keep", "COLUMN",
                          "Pass this csv column through as a member of input_columns. Repeat it, "
                          "or separate by commas. A name or a number, as for --column."},
                         &fields.keep)
      ->delimiter(',')
      ->check(NotEmpty());
  cli::AddOption(app,
                 {"--key", "NAME",
                  "The ndjson member that contains the name (default: the first of name, host, "
                  "domain and fqdn)."},
                 &fields.key)
      ->check(NotEmpty());
  app->add_flag("--from-url", fields.from_url, kFromUrlText);
  cli::AddChoice(app, "--zone-names",
                 "Which names of a zone file to look up: the delegated names, or all names that "
                 "have records (default delegations).",
                 {{"delegations", ZoneNames::kDelegations}, {"owners", ZoneNames::kOwners}},
                 options.zone_names);
}

absl::Status CheckInputOptions(InputFormat format, const InputFields& fields) {
  if (format == InputFormat::kAuto) return absl::OkStatus();
  const bool columns = !fields.column.empty() || !fields.keep.empty();
  if (columns && format != InputFormat::kCsv) {
    const char* option = fields.column.empty() ? "--keep" : "--column";
    return absl::InvalidArgumentError(std::string(option) +
                                      ": only --input-format csv has columns");
  }
  if (!fields.key.empty() && format != InputFormat::kNdjson) {
    return absl::InvalidArgumentError("--key: only --input-format ndjson has members");
  }
  return absl::OkStatus();
}

}  // namespace caascan::tool
