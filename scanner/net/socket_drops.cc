// Tested by outage_test.cc.
#include "scanner/net/socket_drops.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <array>

namespace caascan::net {

uint32_t SocketDrops(int fd) {
  std::array<uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace caascan::net
