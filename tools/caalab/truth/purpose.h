// What a right scanner must report of a name for S/MIME and mark certificates (RFC 9495), and how
// such names are asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "tools/caalab/world/scenario.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// A line of a list: a name, or an object of NDJSON with `name` and `for`.
struct Asked {
  std::string name;     // As typed; of a mail address its domain.
  std::string purpose;  // "smime" or "mark"; empty: TLS.
};
/// InvalidArgument where an object has no name, or another purpose.
[[nodiscard]] absl::StatusOr<Asked> ReadAsked(std::string_view line);

/// An object of NDJSON that asks for the name as typed, for a purpose that follows from the name
/// and `seed`: each of the three evenly, for S/MIME every other time by a mail address. Always for
/// TLS where `expect` is no look-up's, and where the name is a wildcard or more than a plain name.
std::string LineForSomePurpose(const std::string& typed, const Expectation& expect, uint64_t seed);

/// What is expected for `purpose` where `of_tls` is for TLS. Where a CAA set, or none, decides, its
/// issuemail or issuevmc properties say the reason. An error where `of_tls` states another one.
[[nodiscard]] absl::StatusOr<Expectation> ForPurpose(const World& world, const Expectation& of_tls,
                                                     std::string_view purpose);

}  // namespace caascan::lab
