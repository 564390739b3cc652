// What a right scanner must report, from the description alone: no query is sent, and no code of
// the scanner's resolver or classifier is asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "tools/caalab/world/scenario.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// The relevant CAA set (RFC 8659 §3) as the description has it.
struct CaaTruth {
  dns::Name owner;
  const RRset* set = nullptr;  // The world's.
};

/// Climbs from `name` to its top-level domain, aliases followed at each step; what servers do wrong
/// is left aside, what is wrong with the signing is not.
std::optional<CaaTruth> FindCaa(const World& world, dns::NameView name);

/// The record that is expected, as one line of NDJSON with its newline: the members
/// that a truth fixes (name, for, outcome, reason, may_issue, caa, dnssec, failed_at, zone,
/// persist, findings; of these those that not every scan must show say so: "due" is "all" or
/// "never"). `dnssec` is unchecked where the root is not signed, since there is nothing to check
/// against. An error where what the expectation states and what follows from the zones contradict
/// each other.
[[nodiscard]] absl::StatusOr<std::string> TruthLine(const World& world, const Expectation& expect);

/// Appends `bytes` as a JSON string in quotes; what is not printable ASCII as \u00XX.
void AppendJsonText(std::string_view bytes, std::string* out);

}  // namespace caascan::lab
