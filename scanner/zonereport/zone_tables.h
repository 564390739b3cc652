// What counts of zones say, as tables.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/report/table.h"
#include "scanner/zonereport/zone_counts.h"

namespace caascan::zonereport {

/// As docs/zone-report.schema.json describes it. `broken`: lines that were no zones.
report::Report MakeZoneReport(const ZoneCounts& counts, uint64_t broken);

/// Is each of them the id of one of its tables? Errors: InvalidArgument, which lists all ids.
absl::Status CheckZoneTables(const std::vector<std::string>& tables);

}  // namespace caascan::zonereport
