// Coroutines that wait for something another one does: a look-up in flight that serves them too.
#pragma once

#include <coroutine>

#include "scanner/async/list.h"

namespace caascan::async {

/// `co_await list.Wait()` suspends until the next NotifyAll(). One thread. Empty when destroyed.
class WaitList {
  struct WaitTag {};

 public:
  class Waiter : public ListNode<WaitTag> {
   public:
    explicit Waiter(WaitList* list) : list_(list) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) {
      awaiter_ = awaiter;
      list_->waiters_.PushBack(this);
    }
    void await_resume() const noexcept {}

    /// By NotifyAll().
    void Resume() { awaiter_.resume(); }

   private:
    WaitList* const list_;
    std::coroutine_handle<> awaiter_;
  };

  /// Resumes everyone who waits now; who waits anew meanwhile stays.
  void NotifyAll() {
    List<Waiter, WaitTag> resumed;
    resumed.TakeAll(&waiters_);
    while (Waiter* waiter = resumed.PopFront()) waiter->Resume();
  }
  /// Resumes the one that has waited longest. False where none waits.
  bool NotifyFirst() {
    Waiter* waiter = waiters_.PopFront();
    if (waiter == nullptr) return false;
    waiter->Resume();
    return true;
  }

 private:
  List<Waiter, WaitTag> waiters_;
};

}  // namespace caascan::async
