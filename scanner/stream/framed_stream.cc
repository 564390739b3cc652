// Tested by stream_connection_test.cc and tcp_test.cc.
#include "scanner/stream/framed_stream.h"

#include <array>
#include <cassert>
#include <cstring>

#include "scanner/dns/query.h"

namespace caascan::stream {
namespace {

constexpr size_t kLengthSize = 2;

}  // namespace

void FramedStream::Send(std::span<const uint8_t> query) {
  assert(query.size() <= dns::kMaxQuerySize && "queries are written by WriteQuery()");
  std::array<uint8_t, kLengthSize + dns::kMaxQuerySize> octets;
  octets[0] = static_cast<uint8_t>(query.size() >> 8);
  octets[1] = static_cast<uint8_t>(query.size() & 0xff);
  std::memcpy(octets.data() + kLengthSize, query.data(), query.size());
  bytes_->Write({octets.data(), kLengthSize + query.size()});
}

std::span<uint8_t> FramedStream::ReadBuffer() {
  constexpr size_t kRoom = 16384;
  if (buffer_.size() < filled_ + kRoom) buffer_.resize(filled_ + kRoom);
  return std::span(buffer_).subspan(filled_);
}

void FramedStream::OnRead(size_t size) {
  filled_ += size;
  size_t taken = 0;
  while (!closed_ && filled_ - taken >= kLengthSize) {
    const size_t length = static_cast<size_t>(buffer_[taken] << 8) | buffer_[taken + 1];
    if (filled_ - taken < kLengthSize + length) break;
    user_->OnMessage(std::span(buffer_.data() + taken + kLengthSize, length));
    taken += kLengthSize + length;
  }
  std::memmove(buffer_.data(), buffer_.data() + taken, filled_ - taken);
  filled_ -= taken;
}

void FramedStream::Close() {
  closed_ = true;
  bytes_->Close();
}

}  // namespace caascan::stream
