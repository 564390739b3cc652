// What stands for UDP in a network that uses none.
#pragma once

#include <absl/status/status.h>

#include <array>

#include "scanner/net/network_options.h"
#include "scanner/net/transport.h"

namespace caascan::net {

/// Opens no socket that stays. Finds out in which address families streams can be opened. Loop
/// thread only.
class NoUdpTransport final : public Transport {
 public:
  explicit NoUdpTransport(const NetworkOptions& options) : families_{options.ipv4, options.ipv6} {}

  [[nodiscard]] absl::Status Open() override;
  bool has_family(bool v6) const override { return families_[v6]; }

  /// Never called: every peer is streams_only().
  void Submit(Exchange* exchange) override;
  void Flush() override {}
  void NoteTimeout(Exchange* /*exchange*/) override {}
  void Forget(Exchange* /*exchange*/) override {}
  void Close() override {}

 private:
  std::array<bool, 2> families_;  // IPv4, IPv6: those that are wanted; Open() takes others out.
};

}  // namespace caascan::net
