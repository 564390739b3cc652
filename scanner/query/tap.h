// Who wants to see each exchange of a name. Header-only.
#pragma once

#include "scanner/net/exchange.h"

namespace caascan::query {

/// Sees the exchanges of one name, octets and all. Loop thread only.
class ExchangeTap {
 public:
  virtual ~ExchangeTap() = default;
  /// The exchange has ended, and its result still holds. What is wanted of it is copied.
  virtual void Note(const net::Exchange& exchange) = 0;
};

}  // namespace caascan::query
