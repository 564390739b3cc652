// One resolver as people write it: [SCHEME://]HOST[:PORT]. Pure.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/async/address.h"
#include "scanner/net/channel.h"

namespace caascan::scan {

struct ResolverText {
  std::optional<net::Channel::Kind> kind;  // nullopt: plain DNS.
  /// Exactly one of the two holds.
  std::optional<async::Address> address;
  std::string host;  // A name to be looked up, without final dot.

  uint16_t port = 0;
};

/// "192.0.2.1", "[2001:db8::1]:5300", "resolver.example:5300", "udp://…" and "tcp://…". Schemes in
/// any letters. InvalidArgument that says what is wrong with it, without the text itself.
absl::StatusOr<ResolverText> ParseResolver(std::string_view text);

/// What follows "nameserver" in a line of resolv.conf(5), where it is an address; nullopt for any
/// other line, and for an address with a zone index (fe80::1%eth0).
std::optional<async::Address> NameserverOf(std::string_view line);

}  // namespace caascan::scan
