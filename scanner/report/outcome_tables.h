// The first tables of a report: how many names came to what, and when.
#pragma once

#include <vector>

#include "scanner/report/aggregate.h"
#include "scanner/report/record_pass.h"
#include "scanner/report/table.h"

namespace caascan::report {

/// Appends the tables "summary", "span", "outcomes" and "reasons".
void AddOutcomeTables(const Aggregate& aggregate, const BrokenLines& broken,
                      std::vector<Table>* tables);

}  // namespace caascan::report
