// Task<T>: a lazy coroutine with one awaiter. One name is one Task; look-ups are Tasks below it.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "scanner/async/frame_pool.h"

namespace caascan::async {

template <typename T = void>
class Task;

namespace internal {

/// Ends a coroutine by going straight on with the one that waits for it (symmetric transfer: no
/// stack grows). A spawned one, for which none waits, goes.
struct ResumeContinuation {
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
    const std::coroutine_handle<> continuation = ended.promise().continuation;
    if (continuation) return continuation;
    ended.destroy();
    return std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;  // Null: spawned.

  static void* operator new(size_t size) { return AllocateFrame(size); }
  static void operator delete(void* frame, size_t size) { FreeFrame(frame, size); }

  std::suspend_always initial_suspend() const noexcept { return {}; }
  ResumeContinuation final_suspend() const noexcept { return {}; }
  /// The library throws nothing; what the standard library throws (out of memory) ends the program.
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

/// The frame of a coroutine that has one awaiter, and the way into it.
template <typename Promise>
class FrameOwner {
 public:
  using Handle = std::coroutine_handle<Promise>;

  explicit FrameOwner(Handle handle) : handle_(handle) {}
  FrameOwner(FrameOwner&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  FrameOwner& operator=(FrameOwner&&) = delete;

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }

 protected:
  ~FrameOwner() {
    if (handle_) handle_.destroy();
  }

  Handle handle_;
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
};

}  // namespace internal

/// Starts when awaited, on the awaiter's thread, and hands its value over once. Owns its frame:
/// destroying a Task that has started but not ended is a bug (what it awaits would resume freed
/// memory). Not copyable.
template <typename T>
class [[nodiscard]] Task : public internal::FrameOwner<internal::Promise<T>> {
 public:
  using promise_type = internal::Promise<T>;
  using internal::FrameOwner<promise_type>::FrameOwner;

  T await_resume() {
    assert(this->handle_.promise().value && "a resumed task has its value");
    return std::move(*this->handle_.promise().value);
  }
};

template <>
class [[nodiscard]] Task<void> : public internal::FrameOwner<internal::Promise<void>> {
 public:
  using promise_type = internal::Promise<void>;
  using internal::FrameOwner<promise_type>::FrameOwner;

  void await_resume() const noexcept {}

  /// Gives the frame up, which has not started and then ends by itself: see Spawn().
  std::coroutine_handle<> Release() { return std::exchange(handle_, nullptr); }
};

template <typename T>
Task<T> internal::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> internal::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// Starts `task` now, on this thread; its frame goes when it ends. Whoever needs to know when
/// counts for itself.
inline void Spawn(Task<void> task) { task.Release().resume(); }

}  // namespace caascan::async
