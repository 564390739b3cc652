// What counts of zones say, as tables.
#pragma once

#include <cstdint>

#include "scanner/report/table.h"
#include "scanner/zonereport/zone_counts.h"

namespace caascan::zonereport {

/// As docs/zone-report.schema.json describes it. `broken`: lines that were no zones.
report::Report MakeZoneReport(const ZoneCounts& counts, uint64_t broken);

}  // namespace caascan::zonereport
