// Bytes that must not be read for a while: under AddressSanitizer reading them is reported,
// otherwise these do nothing. A message's bytes are good until who waited for it waits again; the
// buffer lives on, so that without this a late reader would find another message there.
#pragma once

#include <cstdint>
#include <span>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace caascan::net {

inline void Poison([[maybe_unused]] std::span<const uint8_t> bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(bytes.data(), bytes.size());
#endif
}

inline void Unpoison([[maybe_unused]] std::span<const uint8_t> bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(bytes.data(), bytes.size());
#endif
}

}  // namespace caascan::net
