// Queries whose time is over, remembered so that an answer after all is known for what it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "scanner/async/address.h"
#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::net {

/// Remembers some thousands of UDP queries that timed out, in fixed memory that is taken at the
/// first one: where two share a place, the later one stays. Loop thread only.
class LateAnswers {
 public:
  /// `key` tells socket and ID.
  void Remember(uint32_t key, const async::Address& server, dns::NameView name, dns::RRType type,
                std::chrono::nanoseconds sent_at);
  /// Is this the answer to one of them: the same socket and ID, from the address and to the
  /// question asked? Then, once, when it was sent.
  std::optional<std::chrono::nanoseconds> Take(uint32_t key, const async::Address& source,
                                               std::span<const uint8_t> datagram);

 private:
  struct Query {
    async::Address server;
    bool waits = false;  // Else there is none.
    uint32_t key = 0;
    uint32_t question = 0;
    std::chrono::nanoseconds sent_at{0};
  };
  static constexpr size_t kPlaces = size_t{1} << 14;

  static size_t PlaceOf(uint32_t key) { return (key * uint32_t{2'654'435'761}) >> 18; }

  std::unique_ptr<Query[]> queries_;
};

}  // namespace caascan::net
