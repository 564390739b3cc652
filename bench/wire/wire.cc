#include "bench/wire/wire.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace caascan::bench {

Batch::Batch(size_t message_size) : message_size_(message_size), bytes_(kBatch * message_size) {
  for (size_t i = 0; i < kBatch; ++i) {
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_name = &addresses[i];
    vectors[i].iov_base = message(i);
  }
  Rewind();
}

void Batch::Rewind() {
  for (size_t i = 0; i < kBatch; ++i) {
    vectors[i].iov_len = message_size_;
    headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  }
}

int OpenSocket() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  constexpr int kBufferBytes = 8 << 20;
  for (const int option : {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE}) {
    (void)setsockopt(fd, SOL_SOCKET, option, &kBufferBytes, sizeof kBufferBytes);
  }
  return fd;
}

uint64_t ParseNumber(const char* text, uint64_t low, uint64_t high, const char* usage) {
  uint64_t number = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, number);
  if (error == std::errc() && stop == end && number >= low && number <= high) return number;
  (void)std::fprintf(stderr, "usage: %s\n", usage);
  std::exit(2);
}

void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace caascan::bench
