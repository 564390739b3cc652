// Ordinary master files (RFC 1035 §5), signed or not, to be served as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/dns/name.h"
#include "tools/caalab/world/scenario.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// The records of a master file's text, repeated ones once. $ORIGIN, $TTL and $GENERATE,
/// parentheses, comments, quoted text, owners and TTLs left out, unknown types (RFC 3597) are read;
/// $INCLUDE is refused. Errors: InvalidArgument with `source`, the line and what is wrong there; so
/// is a text without exactly one SOA, at the apex.
[[nodiscard]] absl::StatusOr<std::vector<ZoneRecord>> ParseMasterFile(std::string_view text,
                                                                      dns::NameView apex,
                                                                      const std::string& source);

/// Reads the files that zones name into their records; paths are relative to `directory`. A zone
/// that names no servers gets those of the file's NS set, at the addresses that the file gives
/// where those are the lab's.
[[nodiscard]] absl::Status ReadZoneFiles(const std::string& directory, Scenario* scenario);

/// "ORIGIN=FILE" as a zone.
[[nodiscard]] absl::StatusOr<ZoneDescription> ZoneFromOption(std::string_view option);

}  // namespace caascan::lab
