// What the lab sends for a query: bytes in, an action out, no sockets and no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "tools/caalab/world/fault.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// One query as it arrived.
struct Query {
  std::span<const uint8_t> bytes;
  Address server;  // That it was sent to.
  Transport transport = Transport::kUdp;
  uint64_t random = 0;  // Any number, for faults that strike by chance.
  uint64_t now_ms = 0;  // Of any clock that runs steadily, for rate limits.
};

/// What to do with a query.
struct Reply {
  enum class Kind : uint8_t {
    kSend,
    kDrop,
    kUnreachable,  // ICMP port unreachable over UDP, a reset over TCP.
  };
  Kind kind = Kind::kDrop;
  size_t size = 0;  // Octets written to the buffer.
  std::chrono::milliseconds delay{0};
  unsigned copies = 1;
  std::optional<Address> source;  // To send from, where not from the address asked.
  dns::RRType type{};             // Of the question; 0 where there was none.
};

/// Octets that an answer may have over UDP, whatever the query allows (RFC 9715's upper end).
constexpr size_t kMaxUdpAnswer = 4096;

/// One thread. The world must outlive it.
class Responder {
 public:
  explicit Responder(const World& world) : world_(world) {}

  /// Writes the answer into `out`. Datagrams that are no query (too short, or answers themselves)
  /// are dropped. Queries are untrusted. REQUIRES: out holds kMaxUdpAnswer octets for a query over
  /// UDP, kMaxMessageSize over TCP.
  Reply Respond(const Query& query, std::span<uint8_t> out);

 private:
  const World& world_;
  TryCounter tries_;
  RateCounter rates_;
};

}  // namespace caascan::lab
