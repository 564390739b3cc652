// What commands that read lists of names are told of them.
#pragma once

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// Of `caascan scan` and `caascan plan`. The pointers are the command's own, and hold the defaults.
struct InputOptions {
  InputFormat* format;
  InputFields* fields;
  ZoneNames* zone_names;
};

/// --input-format, --column, --keep, --key, --from-url and --zone-names.
void AddInputOptions(CLI::App* app, const InputOptions& options);

/// Options that say what an input of one format holds are of no use for another: InvalidArgument.
[[nodiscard]] absl::Status CheckInputOptions(InputFormat format, const InputFields& fields);

}  // namespace caascan::tool
