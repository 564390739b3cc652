// What owners get wrong in the CAA records themselves, as findings. A pure function of the set.
#pragma once

#include <string>
#include <vector>

#include "caascan/record.h"

namespace caascan::diagnose {

/// Whether the set came from a server of its zone, or from a cache that counts its TTL down.
enum class TtlSource : uint8_t { kServer, kCache };

/// Adds the findings whose codes begin with `caa_`, each code once: its evidence shows the first
/// record that it is about and says how many more there are. `zone` may be empty. A sound set of
/// known issuers adds nothing, and costs no allocation. Nothing here depends on who asks.
void LintRecords(const CaaRrset& rrset, const std::string& zone, TtlSource ttl_source,
                 std::vector<Finding>* findings);

}  // namespace caascan::diagnose
