// Fault rules as description files write them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/caalab/world/fault.h"
#include "tools/caalab/world/json_reader.h"

namespace caascan::lab {

/// Rules under a name, for use in several places of a file.
using NamedFaults = std::map<std::string, std::vector<FaultRule>>;

/// Reads the member `key` of `object`: a list of rules and of names from `named`.
std::vector<FaultRule> ReadFaults(JsonObject* object, std::string_view key,
                                  const NamedFaults& named);

/// Reads the member `key`, a list of record types; empty where it is missing.
std::vector<dns::RRType> ReadTypeList(JsonObject* object, std::string_view key);

}  // namespace caascan::lab
