// A worker's share goes first to what it cannot do without, then to UDP sockets, whose number makes
// answers hard to forge, and what is left to TCP connections. Tested by descriptors_test.cc.
#include "scanner/vantage/descriptors.h"

#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <cassert>
#include <memory>

namespace caascan::vantage {
namespace {

constexpr size_t kFiles = 40;  // Input, output, reports, and what comes and goes.
constexpr size_t kLoop = 5;    // A worker's event loop, and what watches its idle sockets.
constexpr size_t kFewestConnections = 2;
constexpr size_t kConnections = 4;  // Before there are more UDP sockets than one a family.
constexpr size_t kFamilies = 2;
constexpr size_t kLeastEach = kLoop + kFamilies + kFewestConnections;
constexpr size_t kEnough = 65'536;

struct CloseFolder {
  void operator()(DIR* folder) const { (void)closedir(folder); }
};

/// As many as there usually are where the system does not tell.
size_t OpenDescriptors() {
  constexpr size_t kUsual = 8;
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc/self/fd"));
  if (folder == nullptr) return kUsual;
  size_t entries = 0;
  while (readdir(folder.get()) != nullptr) ++entries;  // NOLINT(concurrency-mt-unsafe)
  constexpr size_t kNotCounted = 3;                    // Two dots, and the folder itself.
  return entries > kNotCounted ? entries - kNotCounted : 0;
}

/// In one family.
size_t IdleSockets(size_t free, unsigned workers, size_t most) {
  constexpr size_t kWanted = 1520;
  return std::min({free / 4 / (kFamilies * workers), kWanted, most});
}

}  // namespace

size_t FreeDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kEnough;
  const size_t allowed = static_cast<size_t>(std::min<rlim_t>(limit.rlim_cur, kEnough));
  const size_t open = OpenDescriptors();
  return allowed > open ? allowed - open : 0;
}

std::optional<DescriptorPlan> PlanDescriptors(size_t free, unsigned workers) {
  assert(workers > 0 && "somebody works");
  if (free < LeastDescriptors(workers)) return std::nullopt;
  const size_t each = (free - kFiles) / workers - kLoop;
  const size_t connections = each >= kConnections + kFamilies ? kConnections : kFewestConnections;
  const size_t pairs = (each - connections) / kFamilies;  // Of sockets, one a family.
  const size_t idle = IdleSockets(free, workers, pairs - 1);
  const size_t active = std::min<size_t>(pairs - idle, kWantedUdpSockets);
  return DescriptorPlan{static_cast<unsigned>(active), static_cast<unsigned>(idle),
                        each - kFamilies * (active + idle)};
}

std::optional<DescriptorPlan> PlanConnections(size_t free, unsigned workers) {
  assert(workers > 0 && "somebody works");
  if (free < LeastDescriptors(workers)) return std::nullopt;
  return DescriptorPlan{0, 0, (free - kFiles) / workers - kLoop};
}

size_t LeastDescriptors(unsigned workers) { return kFiles + workers * kLeastEach; }

size_t WantedDescriptors(unsigned workers) {
  size_t free = kFiles + workers * (kLoop + kConnections + kFamilies * kWantedUdpSockets);
  while (PlanDescriptors(free, workers)->udp_sockets < kWantedUdpSockets) free += workers;
  return free;
}

unsigned MostWorkers(size_t free) {
  return free < kFiles ? 0 : static_cast<unsigned>((free - kFiles) / kLeastEach);
}

}  // namespace caascan::vantage
