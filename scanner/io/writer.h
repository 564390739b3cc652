// The thread that writes records, so that no worker ever waits for whoever reads them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "scanner/io/line_sink.h"

namespace caascan::io {

/// Takes whole lines from any thread, in the order of the calls, and writes them to its sink. What
/// was posted before Finish() is written before it returns, unless the sink fails.
class Writer {
 public:
  /// `on_change` is called from the writer's thread when congestion ends, when the sink has failed,
  /// and at the thread's end. The sink outlives the writer.
  Writer(LineSink* sink, std::function<void()> on_change);
  ~Writer();

  void Start();
  /// Any thread. Takes *lines and leaves it empty, with memory of an earlier post where there is
  /// some.
  void Post(std::string* lines);
  /// More is waiting than a reader should be behind. Any thread, cheap.
  bool congested() const { return congested_.load(std::memory_order_relaxed); }
  /// Nothing more is posted. The thread ends when the rest is written, and calls `on_change`. Once.
  void BeginFinish();
  /// Is the rest written, or has the sink failed? Any thread, after BeginFinish().
  bool finished() const { return finished_.load(std::memory_order_acquire); }
  /// BeginFinish(), where it was not called, and waits for the end of the thread. Once.
  void Finish();

 private:
  static constexpr size_t kCongestedBytes = 16u << 20;

  void Run();

  LineSink* const sink_;
  const std::function<void()> on_change_;
  std::atomic<bool> congested_{false};
  std::atomic<bool> finished_{false};
  std::thread thread_;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable work_;
  std::string waiting_;
  bool finishing_ = false;
};

}  // namespace caascan::io
