// One perspective's CAA check in the form of the Open MPIC API
// (github.com/open-mpic/open-mpic-specification, CAAParams and CheckResponseCAA).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "caascan/record.h"

namespace caascan::serve {

/// What a coordinator asks a perspective.
struct MpicRequest {
  std::string target;                    // A name; `*.` in front for a wildcard.
  std::vector<std::string> caa_domains;  // Empty: those of the service.
  bool wildcard = false;                 // Asked for by `tls-server:wildcard` of older releases.
  Purpose purpose = Purpose::kTls;       // `s-mime` is the other one.
};

/// Reads the body. Errors: InvalidArgument that says what is wrong with it.
absl::StatusOr<MpicRequest> ParseMpicRequest(std::string_view body);

/// The response's body, with a line feed. A look-up that failed does not pass, and says why.
std::string MpicResponse(const Record& record);

}  // namespace caascan::serve
