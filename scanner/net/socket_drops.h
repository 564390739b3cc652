// What the kernel dropped for want of room in a socket's buffer.
#pragma once

#include <cstdint>

namespace caascan::net {

/// Datagrams that a socket lost so, since it was opened: what SO_RXQ_OVFL tells, at no cost for
/// each datagram. 0 where the kernel does not say. Any thread.
uint32_t SocketDrops(int fd);

}  // namespace caascan::net
