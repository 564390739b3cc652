// Tested by descriptors_test.cc.
#include "scanner/scan/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace caascan::scan {

size_t DescriptorLimit() {
  constexpr rlim_t kEnough = 65'536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kEnough;
  return static_cast<size_t>(std::min(limit.rlim_cur, kEnough));
}

unsigned IdleSocketsEach(size_t limit, unsigned workers) {
  constexpr size_t kWanted = 768;
  return static_cast<unsigned>(std::min(limit / 4 / (size_t{2} * std::max(workers, 1u)), kWanted));
}

size_t ConnectionsEach(size_t limit, unsigned workers, unsigned udp_sockets) {
  constexpr size_t kFiles = 64;  // Input, output, reports, and what comes and goes.
  constexpr size_t kLoop = 16;   // A worker's event loop.
  constexpr size_t kFewest = 4;
  const size_t taken = kFiles + workers * (kLoop + size_t{2} * udp_sockets);
  const size_t left = limit > taken ? limit - taken : 0;
  return std::max(left / std::max(workers, 1u), kFewest);
}

}  // namespace caascan::scan
