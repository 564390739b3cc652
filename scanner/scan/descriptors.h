// How many descriptors there are, and how many of them TCP connections may take.
#pragma once

#include <cstddef>

namespace caascan::scan {

/// How many descriptors this process may have open: RLIMIT_NOFILE as it is now. Any thread.
size_t DescriptorLimit();

/// How many idle UDP sockets each of `workers` may have in each of two families
/// (net::NetworkOptions::udp_idle_sockets): as many as make the forging of short names' answers
/// hard enough (docs/hostile.md), of a quarter of the descriptors.
unsigned IdleSocketsEach(size_t limit, unsigned workers);

/// How many TCP connections each of `workers` may have open at once, 4 at least: what `limit`
/// leaves when files, event loops and each worker's UDP sockets (`udp_sockets` in each of two
/// families, idle ones included) have theirs.
size_t ConnectionsEach(size_t limit, unsigned workers, unsigned udp_sockets);

}  // namespace caascan::scan
