// Several coroutines started at once, and somebody who waits for the last of them.
#pragma once

#include <coroutine>
#include <cstddef>

namespace caascan::async {

/// Begin() before each is spawned, End() as its last act, and one co_await All(). One thread. Must
/// live until All() has ended.
class Fan {
 public:
  void Begin() { ++running_; }
  void End() {
    if (--running_ == 0 && waiter_) waiter_.resume();
  }
  /// Goes on when all have ended, at once where they have already.
  auto All() {
    struct Awaiter {
      Fan* fan;
      bool await_ready() const noexcept { return fan->running_ == 0; }
      void await_suspend(std::coroutine_handle<> waiter) const noexcept { fan->waiter_ = waiter; }
      void await_resume() const noexcept {}
    };
    return Awaiter{this};
  }

 private:
  size_t running_ = 0;
  std::coroutine_handle<> waiter_;
};

}  // namespace caascan::async
