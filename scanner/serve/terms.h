// What a request's query asks about its names.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "caascan/engine.h"

namespace caascan::serve {

using Query = std::vector<std::pair<std::string, std::string>>;

/// Takes the members that say who asks and for what out of the query: `ca` (repeat), `on_failure`,
/// `account_uri`, `validation_method`, `wildcard`, `fresh`, `also` (persist). `usual` is what holds
/// where they are not there. Errors: InvalidArgument that names the member.
absl::StatusOr<Inquiry> TakeTerms(const Inquiry& usual, Query* query);

/// "1", "true", "yes" or nothing; "0", "false" or "no". Errors: InvalidArgument that names it.
absl::StatusOr<bool> ParseFlag(const std::string& name, const std::string& value);

/// Takes all members of that name out, and gives their values in order.
std::vector<std::string> TakeAll(const std::string& name, Query* query);

}  // namespace caascan::serve
