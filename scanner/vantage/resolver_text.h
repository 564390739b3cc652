// One resolver as people write it: [SCHEME://]HOST[:PORT], and what TLS and HTTPS add. Pure.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/async/address.h"
#include "scanner/stream/channel.h"

namespace caascan::vantage {

struct ResolverText {
  std::optional<stream::Channel> channel;  // nullopt: plain DNS.
  /// Exactly one of the two holds.
  std::optional<async::Address> address;
  std::string host;  // A name to be looked up, without final dot.

  uint16_t port = 0;
};

/// "192.0.2.1", "[2001:db8::1]:5300", "resolver.example:5300", "udp://…" and "tcp://…".
/// "tls://…#NAME" authenticates by NAME; without it a host name stands for itself, and an address
/// is not authenticated. "https://HOST[:PORT][/PATH]" does by HOST; without a path it is
/// /dns-query. Schemes in any letters. InvalidArgument that says what is wrong, without the text
/// itself.
absl::StatusOr<ResolverText> ParseResolver(std::string_view text);

/// What follows "nameserver" in a line of resolv.conf(5), where it is an address; nullopt for any
/// other line, and for an address with a zone index (fe80::1%eth0).
std::optional<async::Address> NameserverOf(std::string_view line);

}  // namespace caascan::vantage
