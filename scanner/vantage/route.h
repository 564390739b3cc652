// Which source address the system would choose.
#pragma once

#include <string>

#include "scanner/async/address.h"

namespace caascan::vantage {

/// What the kernel's routes put into packets to this address by this interface (empty: any), asked
/// by rtnetlink(7) without a packet or a socket of that family; empty where there is no way there.
/// Any thread.
std::string SourceByRoute(const async::Address& server, const std::string& interface);

}  // namespace caascan::vantage
