// How a server is reached where that is not DNS over UDP with TCP beside it: a value.
#pragma once

#include <cstdint>
#include <string>

#include "scanner/async/address.h"

namespace caascan::net {

/// How queries get to a resolver of the user's, when the user says how. Const once made; any
/// thread. Peers point to it, so it outlives the network.
struct Channel {
  enum class Kind : uint8_t {
    kTcp,  // RFC 7766.
  };
  Kind kind = Kind::kTcp;

  friend bool operator==(const Channel&, const Channel&) = default;
};

/// A server's address, and how it is reached there. A value; `channel` is somebody else's.
struct Endpoint {
  Endpoint(const async::Address& at, const Channel* by = nullptr) : address(at), channel(by) {}

  async::Address address;
  const Channel* channel;  // nullptr: DNS over UDP, and over TCP where that is needed.

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace caascan::net
