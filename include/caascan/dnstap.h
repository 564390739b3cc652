// Evidence kept by `scan --dnstap`, read again.
#pragma once

#include <string>

#include <absl/status/status.h>

namespace caascan {

/// Appends to *text the exchanges of a file of dnstap frames that were for `name`, in their order,
/// in the form of dig: those that a scan made for that line of its input; of other programs' frames
/// those whose question has that name. Blocks; one thread; any file, however broken. Errors:
/// InvalidArgument where the file is of another kind, or holds nothing of that name; DataLoss where
/// it breaks off, with *text as far as it goes.
[[nodiscard]] absl::Status ExplainDnstap(const std::string& path, const std::string& name,
                                         std::string* text);

}  // namespace caascan
