// Tables of two facts at once, such as CAA by DNSSEC status, and of servers and errors by what came
// of them.
#pragma once

#include <vector>

#include "scanner/report/aggregate.h"
#include "scanner/report/table.h"

namespace caascan::report {

/// Appends them. Those of CAA by DNSSEC, TLD and operator are empty where partial reports of
/// earlier versions were added, which do not know them.
void AddCrossTables(const Aggregate& aggregate, std::vector<Table>* tables);

}  // namespace caascan::report
