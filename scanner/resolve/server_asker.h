// Which server of a zone is asked next, and the asking.
#pragma once

#include <cstdint>
#include <optional>

#include "scanner/async/task.h"
#include "scanner/net/network.h"
#include "scanner/query/ask.h"
#include "scanner/query/budget.h"
#include "scanner/resolve/letter_case_check.h"
#include "scanner/resolve/reply_judge.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/zone.h"

namespace caascan::resolve {

struct ServerAskerOptions {
  query::AskOptions ask;
  unsigned retries = 2;  // See TryLimits.
  unsigned patience = 2;
  bool allow_special = false;  // Ask special-purpose addresses too.
};

/// Asks servers of the zone where a walk stands, each in its turn (zones/server_choice.h). Where
/// somebody waits (AskOptions::brisk), those that would come next are asked while one is silent.
/// What they say is the caller's to read. One worker's, loop thread only.
class ServerAsker {
 public:
  /// All outlive it.
  ServerAsker(net::Network* network, const ServerAskerOptions& options,
              const LetterCaseCheck* letters, const ReplyJudge* judge)
      : network_(network), options_(options), letters_(letters), judge_(judge) {}

  /// The server of those not asked yet whose turn it is; nullopt where all were.
  std::optional<unsigned> PickNew(const zones::Zone& zone, const Visit& visit);
  /// The one that is to be asked again.
  std::optional<unsigned> PickAgain(const Walk& walk, const Visit& visit, query::Look look) const;
  bool MayAsk(const net::Peer& peer) const {
    return options_.allow_special || !peer.address().IsSpecialPurpose();
  }
  /// Asks the server with that index in the zone what the walk wants to know. `again`: it was asked
  /// before. The arguments must live until it ends, and it may put the reply's octets into *walk.
  async::Task<async::Pooled<query::Asked>> Ask(unsigned index, bool again, Walk* walk,
                                               query::Account* account, Visit* visit);

 private:
  async::Task<async::Pooled<query::Asked>> AskBriskly(unsigned index, Walk* walk,
                                                      query::Account* account, Visit* visit);

  net::Network* const network_;
  const ServerAskerOptions options_;
  const LetterCaseCheck* const letters_;
  const ReplyJudge* const judge_;
  uint32_t rotation_ = 0;
};

}  // namespace caascan::resolve
