// The tables on how CAA is used.
#pragma once

#include <vector>

#include "scanner/report/aggregate.h"
#include "scanner/report/table.h"

namespace caascan::report {

/// Appends them.
void AddCaaTables(const Aggregate& aggregate, std::vector<Table>* tables);

}  // namespace caascan::report
