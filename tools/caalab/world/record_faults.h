// Which findings a CAA set deserves by itself, as the truth has it: read from RFC 8659, RFC 8657
// and RFC 9495 once more, without the scanner's reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// A value of issue, issuewild, issuemail or issuevmc, by the grammar and by what it can match.
struct IssuerValue {
  std::string issuer;               // Empty where it names nobody, or cannot be read.
  bool readable_issuer = true;      // What stands before the first ";" (RFC 8659 §4.2),
  bool readable_parameters = true;  // and behind it.
  bool account_can_match = true;    // accounturi is absent, or there once and a URI (RFC 8657 §3).
  bool method_can_match = true;     // Likewise validationmethods (§4).

  bool readable() const { return readable_issuer && readable_parameters; }
  bool sound() const { return readable() && account_can_match && method_can_match; }
};
IssuerValue ReadIssuerValue(const std::string& value);

/// Is the tag, in lower case, one that a CA must know?
bool IsKnownTag(const std::string& tag);

/// The codes, sorted, each once. Which issuers are known is datasets/cas.tsv's to say.
std::vector<std::string_view> RecordFaults(const RRset& caa);

}  // namespace caascan::lab
