// What a zone file proves of a delegation's DS, as a message that can be judged.
#pragma once

#include <string>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"

namespace caascan::zones {

/// The authority section of a reply about the DS of `zone`, in wire form: the DS records, and what
/// proves them, or that there are none. Nothing is verified. Empty where the file proves nothing.
std::string ProofMessage(dns::NameView zone, const dns::Delegation& delegation);

}  // namespace caascan::zones
