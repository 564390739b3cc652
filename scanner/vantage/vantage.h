// From where queries leave, and by what: --source, --interface, -4, -6 and --tcp.
#pragma once

#include <absl/status/statusor.h>

#include <memory>

#include "caascan/scanner.h"
#include "scanner/async/local_end.h"
#include "scanner/net/network_options.h"

namespace caascan::vantage {

struct Vantage {
  /// Those in which queries are sent: of -4, -6 and the sources' own.
  AddressFamilies families = AddressFamilies::kBoth;
  /// nullptr where the system chooses.
  std::shared_ptr<async::LocalEnd> local_end;
};

/// Reads the options, and tries for each source and family whether sockets can be bound so. Errors:
/// InvalidArgument that names the option and the address or interface, in the system's words.
absl::StatusOr<Vantage> ReadVantage(const ScanOptions& options);
/// Likewise, and tries nothing.
absl::StatusOr<Vantage> ForeseeVantage(const ScanOptions& options);

/// Has a network's sockets leave from there.
void UseVantage(const Vantage& vantage, net::NetworkOptions* network);

}  // namespace caascan::vantage
