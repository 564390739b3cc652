// Records from master-file text (RFC 1035 §5.1), as scenario files write them.
#pragma once

#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "scanner/dns/name.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// TTL of a line that gives none.
constexpr uint32_t kDefaultTtl = 300;

/// Reads one line: `owner [ttl] [IN] TYPE rdata`, owners and names relative to `origin` unless they
/// end in a dot, `@` for the origin. RDATA may be given as `\# length hex` (RFC 3597 §5) for any
/// type, and is then taken unjudged: that is how broken records are written. `$GENERATE from-to
/// owner [ttl] TYPE rdata` makes a record per number, put for every `$`. Appends to *records;
/// unchanged on failure.
[[nodiscard]] absl::Status ParseRecordLine(std::string_view line, dns::NameView origin,
                                           std::vector<ZoneRecord>* records);

/// What a line of a master file leaves out.
struct RecordContext {
  dns::NameView origin;  // Relative names are below it,
  dns::NameView apex;    // and the zone is here.
  uint32_t default_ttl = kDefaultTtl;
};
/// The same with these.
[[nodiscard]] absl::Status ParseRecordLine(std::string_view line, const RecordContext& context,
                                           std::vector<ZoneRecord>* records);

/// `name` as a ZoneName of a zone whose apex is `origin`.
ZoneName RelativeTo(dns::NameView name, dns::NameView origin);

}  // namespace caascan::lab
