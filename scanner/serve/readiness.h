// Does anything answer the scanner's queries? Asked of its canaries, not too often.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "caascan/engine.h"
#include "scanner/serve/names_stream.h"

namespace caascan::serve {

/// The server's thread only; what is told is told there.
class Readiness : public std::enable_shared_from_this<Readiness> {
 public:
  using Clock = std::chrono::steady_clock;
  using Tell = std::function<void(bool answers)>;

  /// What was found out so long ago still holds.
  static constexpr std::chrono::seconds kHolds{5};

  explicit Readiness(Post post) : post_(std::move(post)) {}

  /// Tells at once what is known at `now`, else once the scanner's canaries have answered or have
  /// not.
  void Ask(Scanner* scanner, Clock::time_point now, Tell tell);
  /// Another scanner takes the place of the one that was asked. Those that wait, wait for that.
  void UseOther(Scanner* scanner);

 private:
  void Begin(Scanner* scanner);
  void Take(uint64_t round, bool answers, Clock::time_point now);

  const Post post_;
  std::optional<bool> known_;
  Clock::time_point known_at_;
  bool asking_ = false;
  uint64_t round_ = 0;
  std::vector<Tell> waiting_;
};

}  // namespace caascan::serve
