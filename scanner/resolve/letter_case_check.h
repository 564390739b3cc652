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
/// (RFC 4343), for servers whose errors and denials may come of the capitals. A server may mind
/// them in one of its zones only. So what denies data (Walk::Purpose::kData) counts by what the
/// server has shown for that very zone, which is kept in Zone::ServerAddress; all else by what the
/// Peer keeps. A server of which nothing is known is compared by one name at a time, and others
/// wait. A comparison waits for nothing but the server. One worker's, loop thread only.
class LetterCaseCheck {
 public:
  /// All outlive it.
  LetterCaseCheck(net::Network* network, const query::AskOptions& ask, const ReplyJudge* judge);

  /// How a server is asked in small letters.
  const query::AskOptions& small_ask() const { return small_ask_; }
  /// Is the server asked in small letters, so that its denial needs no comparison? It is where it
  /// is known from other questions, or being compared, but has not shown that it takes capitals in
  /// the walk's zone.
  bool SparesCapitals(const Walk& walk, const zones::Zone::ServerAddress& server) const;
  /// Could the reply in `walk` be worse than one to the same question in small letters? Notes in
  /// the zone's address and its peer what shows that the server takes capitals. REQUIRES: `server`
  /// is the index of an address of the walk's zone.
  bool IsNeeded(const Walk& walk, unsigned server, const query::Account& account) const;
  /// Leaves in *walk, read and judged, the reply that counts: the one that is there, or a better
  /// one. Zones that it lacks are not looked for. REQUIRES: IsNeeded() for that server.
  async::Task<> Compare(Walk* walk, unsigned server, query::Account* account);

 private:
  enum class Found : uint8_t {
    kBetter,
    kNoBetter,
    kNothing,  // No reply to compare with came.
  };

  async::Task<bool> KnowsApex(const dns::Name& apex, net::Peer* peer, query::Account* account);
  async::Task<> NoteAlike(dns::NameView apex, int worth, int other, net::Peer* peer,
                          query::Account* account);
  async::Task<std::optional<bool>> HasSoa(dns::NameView apex, net::Peer* peer,
                                          const query::AskOptions& options,
                                          query::Account* account);
  async::Task<Found> CompareNow(Walk* walk, const dns::Name& apex, int worth, net::Peer* peer,
                                query::Account* account);
  async::Task<Found> FindBetter(Walk* walk, net::Peer* peer, int than, query::Account* account);
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
