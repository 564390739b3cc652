// Zones of every shape that the writer makes.
#pragma once

#include <vector>

#include "scanner/zonerecord/zone_record.h"

namespace caascan::zonerecord {

/// The first has every member, the last but two.
std::vector<ZoneRecord> Samples();

}  // namespace caascan::zonerecord
