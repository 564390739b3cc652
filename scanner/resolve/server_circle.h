// Zones whose servers cannot be found since their names lie in each other.
#pragma once

#include <chrono>

#include "scanner/dns/name.h"
#include "scanner/query/answer.h"
#include "scanner/zones/delegations.h"

namespace caascan::resolve {

/// Says in `attempt`, which is about a server of the zone `apex` whose address was not found, by
/// way of which zones one comes back to `apex` to find it. Where one does not, the circle is
/// another zone's, and `attempt->circular` becomes false. Reads what is known of the delegations
/// alone. Loop thread only.
void DescribeCircle(dns::NameView apex, std::chrono::nanoseconds now,
                    zones::Delegations* delegations, query::Attempt* attempt);

}  // namespace caascan::resolve
