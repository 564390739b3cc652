// Forwarding mode: recursive resolvers do the walking.
#pragma once

#include <vector>

#include "scanner/net/network.h"
#include "scanner/resolve/ask.h"
#include "scanner/resolve/resolver.h"

namespace caascan::resolve {

struct ForwardingOptions {
  AskOptions ask;  // recursion_desired is set whatever it says.
  unsigned retries = 2;
};

/// See Resolver. Spreads look-ups over its resolvers in turn; a try that fails goes to the next
/// one.
class ForwardingResolver : public Resolver {
 public:
  /// REQUIRES: at least one address.
  ForwardingResolver(net::Network* network, const ForwardingOptions& options,
                     const std::vector<net::Address>& resolvers);

  net::Task<> LookupCaa(dns::NameView name, Account* account, CaaAnswer* answer) override;

 private:
  static bool TakeReply(const Asked& asked, net::Peer* peer, dns::NameView name, Account* account,
                        CaaAnswer* answer);

  net::Network* const network_;
  ForwardingOptions options_;
  std::vector<net::Peer*> resolvers_;
  size_t next_ = 0;
};

}  // namespace caascan::resolve
