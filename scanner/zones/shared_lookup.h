// A look-up whose result many names share.
#pragma once

#include <cassert>
#include <chrono>
#include <cstdint>

#include "scanner/async/wait_list.h"

namespace caascan::zones {

/// A Value, and how far the look-up of it has come. The first name that needs it asks; names that
/// come meanwhile wait, and later ones take the value until it expires. A name that needs it says:
///
///   co_await lookup->Free();
///   if (lookup->IsFresh(now)) co_return;  // Take it.
///   lookup->Begin();
///   ...                                   // Ask; fill the value and its `expires`.
///   lookup->KeepIf(!IsOwnLimit(reason));
///
/// What one of our own limits (caascan/record.h) cut short is not kept. It says nothing to other
/// names, so the first one that waits asks anew and the others wait for that one.
///
/// Value is default-constructed and has `std::chrono::nanoseconds expires`. Where it can be in a
/// NameCache it has HeapBytes(). One thread. It outlives those that wait. Each Begin() is followed
/// by one of Keep(), KeepIf() and Forget().
template <typename Value>
class SharedLookup : public Value {
 public:
  /// Suspends while the value is being asked for. asking() is false then, and stays so until the
  /// awaiting coroutine suspends again.
  class FreeAwaiter : public async::WaitList::Waiter {
   public:
    explicit FreeAwaiter(SharedLookup* lookup)
        : Waiter(&lookup->waiters_), ready_(!lookup->asking()) {}
    bool await_ready() const noexcept { return ready_; }

   private:
    const bool ready_;
  };

  bool asking() const { return state_ == State::kAsking; }
  bool known() const { return state_ == State::kKnown; }
  bool IsFresh(std::chrono::nanoseconds now) const { return known() && Value::expires > now; }

  [[nodiscard]] FreeAwaiter Free() { return FreeAwaiter(this); }
  /// REQUIRES: !asking().
  void Begin() {
    assert(!asking() && "one name asks at a time");
    state_ = State::kAsking;
  }
  /// The value is what it holds now, whether or not it was asked for. Resumes those that wait.
  void Keep() { End(State::kKnown); }
  /// The value is not known, or no longer. Resumes those that wait.
  void Forget() { End(State::kUnknown); }
  void KeepIf(bool shareable) { End(shareable ? State::kKnown : State::kUnknown); }

 private:
  enum class State : uint8_t { kUnknown, kAsking, kKnown };

  /// One that is resumed may Begin() anew: then the others keep their places. It may also end at
  /// once: the loop below goes on then, so that no stack grows with the number of those that wait.
  void End(State state) {
    state_ = state;
    if (resuming_) return;
    resuming_ = true;
    while (!asking() && waiters_.NotifyFirst()) {
    }
    resuming_ = false;
  }

  State state_ = State::kUnknown;
  bool resuming_ = false;
  async::WaitList waiters_;
};

}  // namespace caascan::zones
