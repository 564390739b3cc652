// How pages for people are printed on this standard output.
#pragma once

#include <cstddef>

#include "caascan/explain.h"

namespace caascan::tool {

/// Colour on a terminal that can show it, unless NO_COLOR is set (no-color.org). Main thread.
ExplainForm FormOfOutput(bool markdown);

/// Columns of the terminal; those of ExplainOptions where it is none.
size_t WidthOfOutput();

}  // namespace caascan::tool
