// Tables of datasets/ that are built into the program.
#pragma once

#include <string_view>

namespace caascan::guide {

/// datasets/operators.tsv.
std::string_view OperatorsText();

}  // namespace caascan::guide
