// Task<T>: a lazy coroutine with one awaiter. One name is one Task; look-ups are Tasks below it.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "scanner/async/frame_pool.h"

namespace caascan::async {

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

}  // namespace internal

/// Starts when awaited, on the awaiter's thread, and hands its value over once. Owns its frame:
/// destroying a Task that has started but not ended is a bug (what it awaits would resume freed
/// memory). Not copyable.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : internal::PromiseBase {
    std::optional<T> value;
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    template <typename U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }
  T await_resume() {
    assert(handle_.promise().value && "a resumed task has its value");
    return std::move(*handle_.promise().value);
  }

 private:
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

template <>
class [[nodiscard]] Task<void> {
 public:
  struct promise_type : internal::PromiseBase {
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    void return_void() const noexcept {}
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }
  void await_resume() const noexcept {}

  /// Gives the frame up, which has not started and then ends by itself: see Spawn().
  std::coroutine_handle<> Release() { return std::exchange(handle_, nullptr); }

 private:
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

/// Starts `task` now, on this thread; its frame goes when it ends. Whoever needs to know when
/// counts for itself.
inline void Spawn(Task<void> task) { task.Release().resume(); }

}  // namespace caascan::async
