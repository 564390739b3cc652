// A lab internet as a data file describes it (datasets/lab/README.md is the format's reference).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/dns/name.h"
#include "tools/caalab/sign/signing.h"
#include "tools/caalab/world/address.h"
#include "tools/caalab/world/fault.h"
#include "tools/caalab/world/zone.h"

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
  dns::Name absolute_host;  // In a family's kind: of a server whose `addresses` is empty.
};

/// What a right scanner must report of a name.
struct Expectation {
  std::string name;   // Lower case, `*.` in front for a wildcard; relative in a family's behaviour.
  std::string input;  // What to type, where it differs.
  std::string reason;
  /// What it would be for S/MIME and for mark certificates; empty: not said.
  std::string smime_reason;
  std::string mark_reason;
  std::string purpose;    // "smime" or "mark"; empty: TLS. Not in descriptions.
  std::string dnssec;     // Empty: what the lab's signing says.
  std::string failed_at;  // Empty: not said.
  std::string zone;       // Likewise.
  std::string persist;    // Likewise: what `persist` of a scan that asks for it too must say.
  /// False where a failed look-up leaves nothing to ask again; unset: what the zones say.
  std::optional<bool> may_issue;
  /// "CODE", or "CODE HOST ADDRESS" for a server's. In a family's kind "CODE *" is a finding of
  /// each of the domain's servers, "CODE 1" of the first.
  std::vector<std::string> findings;           // Of every scan that asks why;
  std::vector<std::string> all_findings;       // of one that asks all servers and probes them all;
  std::vector<std::string> possible_findings;  // true, and yet no scan must see it.
  double weight = 1;  // In a family's kind: how often this name of a domain is listed.
};

enum class GluePolicy : uint8_t {
  kInBailiwick,  // Addresses of hosts inside the parent zone.
  kNone,
};

struct ZoneDescription {
  dns::Name apex;
  std::vector<ServerDescription> servers;
  /// A master file, relative to the description's; with it the zone is served as the file has it.
  std::string file;
  std::vector<ZoneRecord> records;
  std::vector<FaultRule> faults;  // Of all its servers, after their own.
  GluePolicy glue = GluePolicy::kInBailiwick;
  bool delegated = true;  // Does the parent name it?
  std::optional<SigningDescription> signing;
  std::vector<Expectation> expect;
};

/// Who runs name servers of a family's domains.
struct OperatorDescription {
  std::string name;
  double weight = 1;
  uint32_t addresses = 0;  // All together.
  uint32_t hosts = 2;      // Most servers that one domain has here.
  /// Where its hosts are named; unset: in the domain itself, with glue.
  std::optional<dns::Name> domain;
};

/// What some of a family's domains are like. Names are relative to the domain, "@" is itself.
struct KindDescription {
  std::string name;
  double weight = 0;
  std::vector<std::string> operators;  // By name; empty: all, by weight.
  ZoneDescription zone;
};

/// Domains whose behaviour follows from their name (family.h).
struct FamilyDescription {
  std::vector<std::pair<dns::Name, double>> tlds;  // With weights.
  unsigned tld_servers = 2;
  std::optional<SigningDescription> tld_signing;  // Of those that are not described.
  std::vector<OperatorDescription> operators;
  std::vector<KindDescription> kinds;
};

struct Scenario {
  std::vector<ZoneDescription> zones;
  std::optional<FamilyDescription> family;
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
