// Where packets leave this machine: source addresses and interface, where the user chooses them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "scanner/async/address.h"

namespace caascan::async {

/// What sockets are bound to before they are used. Const but for whose turn it is; any thread.
class LocalEnd {
 public:
  /// The ports of `sources` do not count. Of a family without source the system chooses. An empty
  /// `interface` is any.
  LocalEnd(const std::vector<Address>& sources, std::string interface);

  /// Binds a new socket of this family to the next source, and to the interface; the kernel
  /// chooses the port. 0, or the errno.
  [[nodiscard]] int Bind(int fd, bool v6);
  /// Likewise, and to no source yet.
  [[nodiscard]] int BindToInterface(int fd) const;
  /// The source whose turn it is; nullptr where the system chooses.
  const Address* Next(bool v6);

  const std::vector<Address>& sources(bool v6) const { return sources_[v6]; }
  const std::string& interface() const { return interface_; }

 private:
  std::array<std::vector<Address>, 2> sources_;  // IPv4, IPv6.
  const std::string interface_;
  std::array<std::atomic<uint32_t>, 2> turns_{};
};

}  // namespace caascan::async
