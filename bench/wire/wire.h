// What the bare client and the bare reflector share: no DNS library, no event loop, only the system
// calls that any scanner needs.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace caascan::bench {

inline constexpr size_t kBatch = 64;
inline constexpr size_t kDatagramSize = 512;

/// Buffers of one batch, set up once: message i is at message(i), its peer addresses[i].
struct Batch {
  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> vectors{};
  std::array<sockaddr_storage, kBatch> addresses{};

  explicit Batch(size_t message_size = kDatagramSize);
  uint8_t* message(size_t i) { return &bytes_[i * message_size_]; }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  /// Before each receiving: the kernel has shortened the lengths.
  void Rewind();

 private:
  const size_t message_size_;
  std::vector<uint8_t> bytes_;
};

/// A UDP socket over IPv4 with large buffers; ends the program with a message where there is none.
int OpenSocket();

/// A number within [low, high]; ends the program with the usage where `text` is none.
uint64_t ParseNumber(const char* text, uint64_t low, uint64_t high, const char* usage);

[[noreturn]] void Die(const char* what);

/// What a server does in a turn: receives what is there, with `controls` (an array of objects with
/// `bytes`) for the messages' options, calls answer(i) for each message, which turns it into its
/// answer, and sends them all.
template <typename Controls, typename Answer>
void AnswerBatch(int fd, Batch* batch, Controls* controls, const Answer& answer) {
  batch->Rewind();
  for (size_t i = 0; i < kBatch; ++i) {
    batch->headers[i].msg_hdr.msg_control = (*controls)[i].bytes.data();
    batch->headers[i].msg_hdr.msg_controllen = (*controls)[i].bytes.size();
  }
  const int count = recvmmsg(fd, batch->headers.data(), kBatch, MSG_WAITFORONE, nullptr);
  if (count < 0) Die("recvmmsg");
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) answer(i);
  for (int sent = 0; sent < count;) {
    const int done = sendmmsg(fd, &batch->headers[static_cast<size_t>(sent)],
                              static_cast<unsigned>(count - sent), 0);
    if (done < 0) Die("sendmmsg");
    sent += done;
  }
}

}  // namespace caascan::bench
