// What the reason of a record means, in words.
#pragma once

#include <string_view>

#include "caascan/outcome.h"

namespace caascan {

/// What the reason says of the name: one or two whole sentences, in printable ASCII. They live as
/// long as the program. Any thread.
std::string_view ReasonMeaning(Reason reason);

}  // namespace caascan
