// A lab internet as a data file describes it (datasets/lab/README.md is the format's reference).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/dns/name.h"
#include "scanner/lab/address.h"
#include "scanner/lab/fault.h"
#include "scanner/lab/zone.h"

namespace caascan::lab {

/// One name server of a zone.
struct ServerDescription {
  std::string host;  // Relative to the zone unless it ends in a dot.
  /// Unset: chosen by the lab. Empty: the host has no address anywhere.
  std::optional<std::vector<Address>> addresses;
  /// What the parent says its addresses are, where that differs.
  std::optional<std::vector<Address>> glue;
  bool at_parent = true;  // Is it in the parent's NS set,
  bool at_child = true;   // and in the zone's own?
  std::vector<FaultRule> faults;
};

/// What a right scanner must report of a name.
struct Expectation {
  std::string name;   // Lower case, `*.` in front for a wildcard; relative in a family's behaviour.
  std::string input;  // What to type, where it differs.
  std::string reason;
  std::string dnssec;     // Empty: what the lab's signing says.
  std::string failed_at;  // Empty: not said.
  std::vector<std::string> findings;
};

enum class GluePolicy : uint8_t {
  kInBailiwick,  // Addresses of hosts inside the parent zone.
  kNone,
};

struct ZoneDescription {
  dns::Name apex;
  std::vector<ServerDescription> servers;
  std::vector<ZoneRecord> records;
  std::vector<FaultRule> faults;  // Of all its servers, after their own.
  GluePolicy glue = GluePolicy::kInBailiwick;
  bool delegated = true;  // Does the parent name it?
  std::vector<Expectation> expect;
};

struct Scenario {
  std::vector<ZoneDescription> zones;
};

/// Parses a description. Errors say where: the file's line for JSON that is none, else the zone and
/// the member. `source` names the file in them.
[[nodiscard]] absl::StatusOr<Scenario> ParseScenario(std::string_view json,
                                                     std::string_view source);

/// Reads and parses a file.
[[nodiscard]] absl::StatusOr<Scenario> LoadScenario(const std::string& path);

/// "permit" for "no_caa", and so on; empty for a reason that there is none of (contract.md).
std::string_view OutcomeOfReason(std::string_view reason);

}  // namespace caascan::lab
