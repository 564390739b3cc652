// What to do about a name that may not be issued for.
#pragma once

#include <string_view>

#include "caascan/record.h"

namespace caascan::report {

/// One sentence for whoever ordered the certificate; empty for reasons that permit.
std::string_view ReasonRemedy(Reason reason);

}  // namespace caascan::report
