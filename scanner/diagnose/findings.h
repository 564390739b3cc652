// What the answers of a scan show by themselves, as findings (no probes).
#pragma once

#include <string_view>
#include <vector>

#include "caascan/record.h"
#include "scanner/dns/name.h"
#include "scanner/query/answer.h"

namespace caascan::diagnose {

/// Adds a finding for each observation, and for each attempt whose result is one by itself, once a
/// code and server. Silence and RCODEs are none: one lost packet, or a busy server, explains them
/// as well.
void AddFindings(const query::Account& account, std::vector<Finding>* findings);

/// Adds a finding, once a code, server and zone.
void AddFinding(const Finding& finding, std::vector<Finding>* findings);

/// Adds what the end of a look-up for `name` shows: aliases that lead nowhere.
void AddAliasFindings(dns::NameView name, const query::CaaAnswer& answer,
                      std::vector<Finding>* findings);

/// Adds what two steps of a climb show together: `upper_name`, they say, does not exist, though the
/// name below it, that `lower` answers for, does.
void AddClimbFindings(dns::NameView upper_name, const query::CaaAnswer& upper,
                      const query::CaaAnswer& lower, std::vector<Finding>* findings);

}  // namespace caascan::diagnose
