// Which findings a CAA set deserves by itself, as the truth has it: read from RFC 8659, RFC 8657
// and RFC 9495 once more, without the scanner's reader.
#pragma once

#include <string_view>
#include <vector>

#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// The codes, sorted, each once. Which issuers are known is datasets/cas.tsv's to say.
std::vector<std::string_view> RecordFaults(const RRset& caa);

}  // namespace caascan::lab
