// What a look-up waits for, for a person who watches.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace caascan::query {

/// The question that was sent last, and to whom. Any thread.
class Activity {
 public:
  void Note(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  /// "CAA www.example.com at 192.0.2.1", ASCII; empty where nothing was sent yet.
  std::string Text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace caascan::query
