// A byte stream that the test is the other end of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "scanner/async/byte_stream.h"

namespace caascan::stream {

/// All that comes is called at the test's word, never below a call of the stream.
class MemoryStream final : public async::ByteStream {
 public:
  explicit MemoryStream(User* user) : user_(user) {}

  int Connect(const async::Address&) override { return 0; }
  void Write(std::span<const uint8_t> octets) override {
    written_.insert(written_.end(), octets.begin(), octets.end());
    ++writes_;
  }
  void Close() override { closed_ = true; }

  User* user() { return user_; }
  bool closed() const { return closed_; }
  size_t writes() const { return writes_; }
  const std::vector<uint8_t>& written() const { return written_; }
  std::vector<uint8_t> TakeWritten() { return std::exchange(written_, {}); }
  /// In reads of `most` octets.
  void Deliver(std::span<const uint8_t> octets, size_t most = SIZE_MAX) {
    while (!octets.empty() && !closed_) {
      const std::span<uint8_t> room = user_->ReadBuffer();
      const size_t size = std::min({octets.size(), most, room.size()});
      std::copy_n(octets.begin(), size, room.begin());
      octets = octets.subspan(size);
      user_->OnRead(size);
    }
  }

 private:
  User* const user_;
  std::vector<uint8_t> written_;
  size_t writes_ = 0;
  bool closed_ = false;
};

}  // namespace caascan::stream
