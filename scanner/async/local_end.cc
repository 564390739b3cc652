// Tested by local_end_test.cc.
#include "scanner/async/local_end.h"

#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace caascan::async {

LocalEnd::LocalEnd(const std::vector<Address>& sources, std::string interface)
    : interface_(std::move(interface)) {
  for (const Address& source : sources) {
    const auto octets = source.octets();
    sources_[source.is_v6()].push_back(source.is_v6() ? Address::V6(octets.first<16>(), 0)
                                                      : Address::V4(octets.first<4>(), 0));
  }
}

const Address* LocalEnd::Next(bool v6) {
  const std::vector<Address>& sources = sources_[v6];
  if (sources.empty()) return nullptr;
  return &sources[turns_[v6].fetch_add(1, std::memory_order_relaxed) % sources.size()];
}

int LocalEnd::BindToInterface(int fd) const {
  if (interface_.empty()) return 0;
  // The kernel would cut a name that is too long.
  if (interface_.size() >= IFNAMSIZ) return ENODEV;
  const int error = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface_.data(),
                               static_cast<socklen_t>(interface_.size()));
  return error == 0 ? 0 : errno;
}

int LocalEnd::Bind(int fd, bool v6) {
  if (const int error = BindToInterface(fd); error != 0) return error;
  sockaddr_storage name{};
  name.ss_family = v6 ? AF_INET6 : AF_INET;
  socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (const Address* source = Next(v6); source != nullptr) size = source->ToSockaddr(&name);
  return bind(fd, reinterpret_cast<const sockaddr*>(&name), size) == 0 ? 0 : errno;
}

}  // namespace caascan::async
