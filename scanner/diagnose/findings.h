// What the answers of a scan show by themselves, as findings (no probes).
#pragma once

#include <vector>

#include "caascan/record.h"
#include "scanner/resolve/answer.h"

namespace caascan::diagnose {

/// Adds a finding for each observation, and for each attempt whose result is one by itself, once a
/// code and server. Silence and RCODEs are none: one lost packet, or a busy server, explains them
/// as well.
void AddFindings(const resolve::Account& account, std::vector<Finding>* findings);

/// Adds a finding that belongs to a zone, once a code and zone.
void AddZoneFinding(const Finding& finding, std::vector<Finding>* findings);

}  // namespace caascan::diagnose
