// How close together queries came: what a polite scanner promises, counted where it counts.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "tools/caalab/world/address.h"

namespace caascan::lab {

/// When a query came, as far as the lab knows: a datagram has the kernel's time, what was read from
/// a TCP connection came at some time since the loop looked last.
struct Arrived {
  std::chrono::nanoseconds earliest{0};
  std::chrono::nanoseconds latest{0};
};

/// Counts the queries of sliding windows, and those being answered at once. It says no more than
/// what is certain: queries count together only if their times prove them to have come within the
/// window, so a lab that is held up accuses nobody. One thread.
class Windows {
 public:
  /// The loop is about to wait for events.
  void Look(std::chrono::nanoseconds now);
  /// Of what is read from a stream at `now`: it was not there two looks ago.
  Arrived ReadAt(std::chrono::nanoseconds now) const { return {looks_[0], now}; }
  /// A query that will be answered, or not, comes to `server`. Times are of any one clock.
  void Arrive(const Address& server, const Arrived& at);
  /// An answer to a query of `server` is being prepared; it has been sent.
  void Begin(const Address& server);
  void End(const Address& server);

  /// {"most_in_100ms":…,"most_in_10s":…,"tenths":[…],"servers":{ADDRESS:{"most_in_1s":…,
  /// "most_at_once":…}}}, without a line feed. `tenths` are the queries of each tenth of a second
  /// since the first one.
  std::string ToJson() const;

 private:
  /// The most events of one sliding window so far.
  class Window {
   public:
    explicit Window(std::chrono::nanoseconds length) : length_(length) {}
    void Add(const Arrived& at);
    size_t most() const { return most_; }

   private:
    std::chrono::nanoseconds length_;
    std::deque<std::chrono::nanoseconds> earliest_;  // Never falling.
    std::chrono::nanoseconds latest_{0};
    size_t most_ = 0;
  };
  struct Server {
    Window second{std::chrono::seconds(1)};
    size_t at_once = 0;
    size_t most_at_once = 0;
  };

  std::array<std::chrono::nanoseconds, 3> looks_{};  // The last ones.
  Window tenth_{std::chrono::milliseconds(100)};
  Window ten_seconds_{std::chrono::seconds(10)};
  std::chrono::nanoseconds first_{0};
  std::vector<uint64_t> tenths_;
  absl::flat_hash_map<Address, Server> servers_;
};

}  // namespace caascan::lab
