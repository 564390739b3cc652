// Reads the tables that are built into the program: rows of fields separated by tabs.
#pragma once

#include <string_view>
#include <vector>

namespace caascan::caa {

using TableRow = std::vector<std::string_view>;

/// The rows of a table as views into `text`, which outlives them. Empty lines are skipped, and so
/// are those that begin with "#".
std::vector<TableRow> ReadTable(std::string_view text);

/// What stands between separators, blanks around it taken off; nothing that is empty.
std::vector<std::string_view> SplitWords(std::string_view text, char separator);

}  // namespace caascan::caa
