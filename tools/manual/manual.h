// The man pages that belong to no command, in man(7)'s roff. Tested by tests/e2e/man_pages_test.py.
#pragma once

#include <string>
#include <string_view>

namespace caascan::tool {

/// caascan-findings(7), from the list of findings. `source` is the program and its version.
std::string FindingsManual(std::string_view source);

/// caascan-record(5), from the text of docs/record.schema.json. REQUIRES: `schema` is that text.
std::string RecordManual(std::string_view schema, std::string_view source);

}  // namespace caascan::tool
