// Tested by random_bits_test.cc.
#include "scanner/net/random_bits.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace caascan::net {

void RandomBits::Refill() {
  auto* const bytes = reinterpret_cast<uint8_t*>(block_.data());
  size_t filled = 0;
  while (filled < sizeof block_) {
    const ssize_t got = getrandom(bytes + filled, sizeof block_ - filled, 0);
    if (got > 0) {
      filled += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      std::abort();  // Linux has had it since 3.17; without it every query could be foreseen.
    }
  }
  left_ = block_.size();
}

}  // namespace caascan::net
