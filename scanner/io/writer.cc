// Two strings take turns: one fills while the other is written. Tested by writer_test.cc.
#include "scanner/io/writer.h"

#include <cassert>
#include <chrono>
#include <utility>

namespace caascan::io {
namespace {

// A frame of compressed output has so many bytes before compression, or is so old.
constexpr size_t kFrameBytes = size_t{512} << 10;
constexpr std::chrono::milliseconds kFrameAfter(500);

}  // namespace

Writer::Writer(LineSink* sink, std::function<void()> on_change)
    : sink_(sink), on_change_(std::move(on_change)) {}

Writer::~Writer() { assert(!thread_.joinable() && "finished before it is destroyed"); }

void Writer::Start() {
  thread_ = std::thread([this] {
    Run();
    sink_->Drain();
    finished_.store(true, std::memory_order_release);
    on_change_();
  });
}

void Writer::Post(std::string* lines) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      std::swap(waiting_, *lines);
    } else {
      waiting_.append(*lines);
    }
    if (waiting_.size() > kCongestedBytes) congested_.store(true, std::memory_order_relaxed);
  }
  lines->clear();
  work_.notify_one();
}

void Writer::Run() {
  std::string writing;
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return !waiting_.empty() || finishing_; });
    if (waiting_.empty()) return;
    if (sink_->compresses()) {
      // Small frames compress badly; a kill loses what waits here, and no more.
      work_.wait_for(lock, kFrameAfter,
                     [this] { return waiting_.size() >= kFrameBytes || finishing_; });
    }
    std::swap(writing, waiting_);
    lock.unlock();
    const bool was_congested = congested_.exchange(false, std::memory_order_relaxed);
    const bool written = sink_->Write(writing);
    writing.clear();
    if (was_congested || !written) on_change_();
    lock.lock();
  }
}

void Writer::BeginFinish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  work_.notify_one();
}

void Writer::Finish() {
  BeginFinish();
  if (thread_.joinable()) thread_.join();
}

}  // namespace caascan::io
