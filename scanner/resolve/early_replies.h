// Servers of a zone that are asked before their turn, while another one is silent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scanner/async/task.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/query/ask.h"

namespace caascan::resolve {

/// What servers of one visit to a zone gave before their turn came. It saves waiting for one
/// silence after the other where somebody waits for the look-up (query::AskOptions::brisk). In its
/// turn each reply is read as if the server had been asked then. Owned by the visit; one thread.
class EarlyReplies {
 public:
  struct Server {
    unsigned index;  // In Zone::addresses.
    net::PeerRef peer;
  };

  /// Asks `servers` for (name, type), the next one where those before it have not answered for a
  /// moment, and gives what they did to Take(). The account counts the time once. All arguments
  /// must live until it ends. The first server is asked whatever the budget.
  async::Task<> Ask(net::Network* network, const std::vector<Server>* servers, dns::NameView name,
                    dns::RRType type, const query::AskOptions* options, query::Account* account);
  /// What the server at `index` gave, or null where it was not asked. `*bytes` then holds the
  /// octets of its message where it replied.
  async::Pooled<query::Asked> Take(unsigned index, std::unique_ptr<std::string>* bytes);

 private:
  struct Reply {
    unsigned index = 0;
    async::Pooled<query::Asked> asked;
    std::unique_ptr<std::string> bytes;
  };

  std::vector<Reply> replies_;
};

}  // namespace caascan::resolve
