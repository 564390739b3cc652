// How a server is reached where that is not DNS over UDP with TCP beside it: a value.
#pragma once

#include <cstdint>
#include <string>

#include "scanner/async/address.h"

namespace caascan::stream {

/// How queries get to a resolver of the user's, when the user says how. Const once made; any
/// thread. Peers point to it, so it outlives the network.
struct Channel {
  enum class Kind : uint8_t {
    kTcp,    // RFC 7766.
    kTls,    // RFC 7858.
    kHttps,  // RFC 8484 over HTTP/2.
  };
  Kind kind = Kind::kTcp;
  /// Over TLS: what the server's certificate must be valid for, a host name or an address without
  /// brackets. Empty: its certificate is not looked at (RFC 8310 §5, opportunistic).
  std::string name = {};
  /// Over HTTPS: host and port as a URL has them, and the path.
  std::string authority = {};
  std::string path = {};

  friend bool operator==(const Channel&, const Channel&) = default;
};

/// Does it go over TLS? A plain way is nullptr.
inline bool IsEncrypted(const Channel* channel) {
  return channel != nullptr && channel->kind != Channel::Kind::kTcp;
}

/// A server's address, and how it is reached there. A value; `channel` is somebody else's.
struct Endpoint {
  Endpoint(const async::Address& at, const Channel* by = nullptr) : address(at), channel(by) {}

  async::Address address;
  const Channel* channel;  // nullptr: DNS over UDP, and over TCP where that is needed.

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const Endpoint& at) {
    return H::combine(std::move(state), at.address, at.channel);
  }
};

/// As --resolver takes it: "192.0.2.1:53", "tls://192.0.2.1:853#name", "https://host/path". The
/// latter leaves the address out where the URL has a name.
std::string EndpointText(const Endpoint& at);

}  // namespace caascan::stream
