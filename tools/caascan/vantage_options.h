// From where, and by what, queries leave: options of commands that look names up.
#pragma once

#include <CLI/CLI.hpp>

#include "caascan/scanner.h"

namespace caascan::tool {

/// Adds --tcp, which is returned.
CLI::Option* AddVantageOptions(CLI::App* app, ScanOptions* options);

}  // namespace caascan::tool
