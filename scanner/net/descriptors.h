// How many descriptors there are, and how many of them TCP connections may take.
#pragma once

#include <cstddef>

namespace caascan::net {

/// How many descriptors this process may have open: RLIMIT_NOFILE as it is now. Any thread.
size_t DescriptorLimit();

/// How many TCP connections each of `workers` may have open at once, 4 at least: what `limit`
/// leaves when files, event loops and each worker's UDP sockets (`udp_sockets` in each of two
/// families) have theirs.
size_t ConnectionsEach(size_t limit, unsigned workers, unsigned udp_sockets);

}  // namespace caascan::net
