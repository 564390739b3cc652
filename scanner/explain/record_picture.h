// What a record of `caascan check` says about trust and servers, as the model of a picture.
#pragma once

#include <string>
#include <vector>

#include "scanner/explain/climb_view.h"
#include "scanner/explain/trust_picture.h"
#include "scanner/record/record_view.h"

namespace caascan::explain {

/// At most eight zones, the root and those next to the name, and sixteen servers, of which those
/// that referred to the zone come last. The parts hold printable text. REQUIRES: issuer_domains as
/// VerdictOf(). Any thread.
TrustPicture PictureOf(const record::RecordView& record, const ClimbView& climb,
                       const std::vector<std::string>& issuer_domains);

}  // namespace caascan::explain
