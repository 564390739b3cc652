// What follows from the probes of one server.
#pragma once

#include <vector>

#include "caascan/record.h"
#include "scanner/diagnose/examine.h"

namespace caascan::diagnose {

/// The findings that follow, for that server, with the evidence: none that chance would explain as
/// well. A silence counts only where the server answered something else before it and behind each
/// try, or where it answered nothing of anything; never where it limits its rate. Pure.
void AddExamined(const Examination& examination, std::vector<Finding>* findings);

/// Did the server give an error for the name, whatever the type, though it serves the zone? Pure.
bool NameIsBroken(const Examination& examination);

}  // namespace caascan::diagnose
