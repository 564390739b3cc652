// The described zones as ordinary master files, for servers that we did not write.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "scanner/dns/name.h"
#include "tools/caalab/world/address.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// The zone's records as a master file: the SOA first, each set with its RRSIGs, the whole chain of
/// NSEC or NSEC3 records, delegations with their DS and glue. The zone is one of
/// world.DescribedZones().
std::string MasterFileText(const World& world, const World::DescribedZone& zone);

/// Writes into an existing or new directory a master file for each zone of a scenario,
/// `index.ndjson` with a line for each of them (zone, file, signed, denial, servers,
/// signing_faults, faults), `root.hints` and, where the root is signed, `root.anchor`. A family's
/// domains are not written. Zones whose servers misbehave, or whose signing has a fault that no
/// file can hold, are written without it and have `"faults":true`. A zone that makes each denial
/// for the question alone gets an ordinary NSEC chain.
[[nodiscard]] absl::Status ExportScenario(const std::string& scenario_path,
                                          const std::string& directory,
                                          std::chrono::system_clock::time_point now);

}  // namespace caascan::lab
