// Where the engine is: a Redis or Valkey server that machines of one run share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace caascan::share {

/// A value. It may hold a password: ToText() is for people, and leaves that out.
struct EngineUrl {
  std::string host;  // Empty where unix_path is not.
  uint16_t port = 6379;
  std::string unix_path;
  std::string user;
  std::string password;
  uint32_t database = 0;

  std::string ToText() const;
};

/// redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], redis+unix://[[USER]:PASSWORD@]/PATH[?db=N], the
/// path of a socket (/run/redis.sock), or @FILE, whose first line is one of these. USER and
/// PASSWORD may have percent encodings. InvalidArgument, without the password, where it is none.
absl::StatusOr<EngineUrl> ReadEngineUrl(std::string_view text);

}  // namespace caascan::share
