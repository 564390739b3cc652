// By which way each resolver of a scan answers, as all workers together have seen it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace caascan::resolve {

/// Of resolvers that are given without a way: UDP, until one is silent there and answers over TCP.
/// Any thread.
class ResolverWays {
 public:
  enum class Way : uint8_t {
    kUnknown,  // It has answered nothing yet.
    kUdp,      // It has answered over UDP: it stays there, whatever is lost.
    kStreams,  // It is silent over UDP, and answers over TCP.
    kNone,     // It was silent over both: it was tried, and is not tried again.
  };

  explicit ResolverWays(size_t count) : ways_(count) {}

  Way Of(size_t resolver) const { return ways_[resolver].load(std::memory_order_relaxed); }
  /// Only what is unknown gets known. False where it was known, as this or another.
  bool Note(size_t resolver, Way way) {
    Way unknown = Way::kUnknown;
    return ways_[resolver].compare_exchange_strong(unknown, way, std::memory_order_relaxed);
  }
  size_t size() const { return ways_.size(); }

 private:
  std::vector<std::atomic<Way>> ways_;
};

}  // namespace caascan::resolve
