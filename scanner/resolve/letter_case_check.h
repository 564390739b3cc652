// Finds out which servers answer only names in small letters.
#pragma once

#include <absl/container/node_hash_map.h>

#include <optional>

#include "scanner/async/task.h"
#include "scanner/async/wait_list.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/query/ask.h"
#include "scanner/resolve/reply_judge.h"
#include "scanner/resolve/walk.h"

namespace caascan::resolve {

/// Compares the replies to names with capitals (0x20) with those to the same names in small letters
/// (RFC 4343), for servers whose errors and denials may come of the capitals. What is found is kept
/// in the Peer. Each server is compared by one name at a time; others that doubt it wait. The
/// comparison waits for nothing but the server. One worker's, loop thread only.
class LetterCaseCheck {
 public:
  /// All outlive it.
  LetterCaseCheck(net::Network* network, const query::AskOptions& ask, const ReplyJudge* judge);

  /// How a server is asked in small letters.
  const query::AskOptions& small_ask() const { return small_ask_; }
  /// Could the reply in `walk` be worse than one to the same question in small letters? Notes in
  /// the peer what shows that the server takes capitals.
  bool IsNeeded(const Walk& walk, net::Peer* peer, const query::Account& account) const;
  /// Leaves in *walk, read and judged, the reply that counts: the one that is there, or a better
  /// one. Zones that it lacks are not looked for. The caller keeps `peer` until this ends.
  /// REQUIRES: walk.asked->replied.
  async::Task<> Compare(Walk* walk, net::Peer* peer, query::Account* account);

 private:
  async::Task<bool> KnowsApex(const dns::Name& apex, net::Peer* peer, query::Account* account);
  async::Task<> NoteAlike(const dns::Name& apex, int worth, int other, net::Peer* peer,
                          query::Account* account);
  async::Task<std::optional<bool>> HasSoa(dns::NameView apex, net::Peer* peer,
                                          const query::AskOptions& options,
                                          query::Account* account);
  async::Task<bool> FindBetter(Walk* walk, net::Peer* peer, int than, query::Account* account);
  async::Task<bool> AskAgain(Walk* walk, net::Peer* peer, bool small_letters, int than,
                             query::Account* account);

  net::Network* const network_;
  const query::AskOptions ask_;
  const query::AskOptions small_ask_;
  const ReplyJudge* const judge_;
  /// Servers that are being compared. The name that compares one keeps its peer.
  absl::node_hash_map<net::Peer*, async::WaitList> comparing_;
};

}  // namespace caascan::resolve
