// Reads everything that a message offers, and checks what must hold of any bytes at all. Shared by
// message_test.cc and the fuzz target.
#pragma once

#include <cstdint>
#include <span>

namespace caascan::dns {

/// Parses `bytes` and, where they are sound, touches every field through every reader. Returns
/// whether they were sound. Aborts where an invariant of the reader is broken: so it can serve a
/// fuzzer as well as a test.
bool WalkMessage(std::span<const uint8_t> bytes);

}  // namespace caascan::dns
