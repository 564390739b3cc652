// Who may ask.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace caascan::serve {

/// The first line of the file, without blanks around it. Errors: InvalidArgument that names the
/// file; where it cannot be read, or holds no token of printable ASCII.
absl::StatusOr<std::string> ReadToken(const std::string& path);

/// Does the value of an Authorization field show the token: "Bearer TOKEN" (RFC 6750), or "Basic"
/// with the token as the password, as browsers do? Always where the token is empty. How long it
/// takes does not tell how much of it is right.
bool ShowsToken(std::string_view authorization, std::string_view token);

}  // namespace caascan::serve
