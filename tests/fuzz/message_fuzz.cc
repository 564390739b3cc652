// Any bytes as a DNS message: every field of what Parse() accepts is read.
#include <cstddef>
#include <cstdint>

#include "tests/dns/message_walk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  caascan::dns::WalkMessage({data, size});
  return 0;
}
