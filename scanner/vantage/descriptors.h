// How many descriptors there are, and what a scan takes of them.
#pragma once

#include <cstddef>
#include <optional>

namespace caascan::vantage {

/// What each worker may have open, besides its event loop.
struct DescriptorPlan {
  /// net::NetworkOptions::udp_sockets and udp_idle_sockets, each of them in each of two families.
  /// As many idle ones as make the forging of short names' answers hard enough (docs/hostile.md),
  /// of a quarter of the descriptors.
  unsigned udp_sockets = 0;
  unsigned udp_idle_sockets = 0;
  size_t tcp_connections = 0;
};

/// UDP sockets of each family from which queries leave, where descriptors are no question.
inline constexpr unsigned kWantedUdpSockets = 16;

/// How many descriptors this process may still open: RLIMIT_NOFILE as it is now, less those that
/// are open. At most 65,536. Any thread.
size_t FreeDescriptors();

/// Shares `free` descriptors out among `workers`, files and reports aside. Nullopt where they are
/// fewer than LeastDescriptors(). A pure function. REQUIRES: workers is not 0.
std::optional<DescriptorPlan> PlanDescriptors(size_t free, unsigned workers);
/// Likewise, where there is no UDP socket: all of a worker's share is for connections.
std::optional<DescriptorPlan> PlanConnections(size_t free, unsigned workers);

/// With fewer free descriptors so many workers cannot work.
size_t LeastDescriptors(unsigned workers);
/// With so many, each worker has kWantedUdpSockets.
size_t WantedDescriptors(unsigned workers);
/// The most workers for which LeastDescriptors() is not above `free`; may be 0.
unsigned MostWorkers(size_t free);

}  // namespace caascan::vantage
