// docs/findings.md, made from the list of findings.
#pragma once

#include <string>

namespace caascan::tool {

/// The whole page in Markdown.
std::string FindingsPage();

}  // namespace caascan::tool
