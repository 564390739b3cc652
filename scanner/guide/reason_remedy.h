// What to do about a name for which the CA would not issue, by the reason.
#pragma once

#include <string>
#include <string_view>

#include "caascan/caa.h"
#include "caascan/finding_kind.h"
#include "caascan/outcome.h"

namespace caascan::guide {

/// One sentence for the person who ordered the certificate, which is for `purpose`; empty for
/// reasons that permit.
std::string_view ReasonRemedy(Reason reason, Purpose purpose = Purpose::kTls);

/// Which commands show it, where the look-up of CAA failed for it.
Dig DigOf(Reason reason);

/// What goes on from a name that has this reason for not being looked up, to the end of a sentence.
/// `detail`: what the record adds to it, ready for people, or empty.
/// REQUIRES: OutcomeOf(reason) is kError.
std::string WhyNotLookedUp(Reason reason, std::string_view detail = {});

}  // namespace caascan::guide
