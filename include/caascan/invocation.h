// How a program was called, for the metadata of what it writes. Header-only.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace caascan {

/// A value.
struct Invocation {
  std::string version;  // The program and its version.
  std::vector<std::string> command_line;
  /// Every option by its name, with its values as typed, or its default.
  std::vector<std::pair<std::string, std::vector<std::string>>> options;
};

}  // namespace caascan
