// What the bare client and the bare reflector share: no DNS library, no event loop, only the system
// calls that any scanner needs.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace caascan::bench {

inline constexpr size_t kBatch = 64;
inline constexpr size_t kDatagramSize = 512;

/// Buffers of one batch, set up once: datagram i is datagrams[i], its peer addresses[i].
struct Batch {
  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> vectors{};
  std::array<sockaddr_storage, kBatch> addresses{};
  std::array<std::array<uint8_t, kDatagramSize>, kBatch> datagrams{};

  Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  /// Before each receiving: the kernel has shortened the lengths.
  void Rewind();
};

/// A UDP socket over IPv4 with large buffers; ends the program with a message where there is none.
int OpenSocket();

/// A number within [low, high]; ends the program with the usage where `text` is none.
uint64_t ParseNumber(const char* text, uint64_t low, uint64_t high, const char* usage);

[[noreturn]] void Die(const char* what);

}  // namespace caascan::bench
