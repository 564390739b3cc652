// Zones, servers and expectations as description files write them.
#pragma once

#include "tools/caalab/world/fault_json.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/scenario.h"

namespace caascan::lab {

/// Most servers of one zone.
constexpr uint32_t kMaxServers = 13;

/// Reads element `number` of "zones".
ZoneDescription ReadZone(const JsonValue& value, size_t number, const NamedFaults& named);

/// The members that zones and a family's kinds share: servers, faults, records, glue, delegated,
/// expect, comment. Names are relative to zone->apex.
void ReadZoneMembers(JsonObject* json, const NamedFaults& named, ZoneDescription* zone);

}  // namespace caascan::lab
