// Tables of datasets/ that are built into the program.
#pragma once

#include <string_view>

namespace caascan::caa {

/// datasets/cas.tsv.
std::string_view KnownCasText();

}  // namespace caascan::caa
