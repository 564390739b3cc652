// The tables on how CAA is used.
#pragma once

#include <cstdint>
#include <vector>

#include "scanner/counts/caa_use.h"
#include "scanner/report/table.h"

namespace caascan::report {

/// Appends them. `answered` is how many names were looked up with success, which shares are of.
void AddCaaTables(const counts::CaaUse& caa, uint64_t answered, std::vector<Table>* tables);

}  // namespace caascan::report
