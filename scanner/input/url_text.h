// The host in a URL, in a host with a port or a path, and in a mail address.
#pragma once

#include <string>
#include <string_view>

namespace caascan::input {

struct UrlHost {
  bool found = false;
  /// The host is an address in brackets (RFC 3986 §3.2.2).
  bool literal = false;
  /// Without port and userinfo, percent encodings decoded. It may still be no domain name.
  std::string_view host;
};

/// Finds the host of what is more than a host (RFC 3986 §3.2):
/// - `scheme://[userinfo@]host[:port]`, and all that follows behind `/`, `?`, `#` or a backslash,
///   which browsers take for a `/`; `//host` likewise;
/// - without a scheme `host:port`, `host/path`, `user@host` and `mailto:user@host`, where the host
///   holds a dot.
/// Not found: a port over 65535 or that is no number, a blank in front of the path, a plain name.
/// The host is a part of `text`, or of *memory where something was decoded.
UrlHost FindUrlHost(std::string_view text, std::string* memory);

}  // namespace caascan::input
