// Tested by no_udp_test.cc.
#include "scanner/net/no_udp.h"

#include <absl/strings/str_cat.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>

namespace caascan::net {

absl::Status NoUdpTransport::Open() {
  int error = 0;
  for (const bool v6 : {false, true}) {
    if (!families_[v6]) continue;
    const int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    families_[v6] = fd >= 0;
    if (fd < 0) {
      error = errno;
    } else {
      close(fd);
    }
  }
  if (families_[false] || families_[true]) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot open a TCP socket: ", std::strerror(error)));
}

void NoUdpTransport::Submit(Exchange* /*exchange*/) {
  assert(false && "every peer is streams_only()");
}

}  // namespace caascan::net
