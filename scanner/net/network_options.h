// What a worker's network is made with, and what it counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "scanner/async/address.h"
#include "scanner/async/local_end.h"
#include "scanner/async/tcp_stream.h"
#include "scanner/dns/name.h"
#include "scanner/net/round_trips.h"

namespace caascan::stream {
class TlsContext;
}

namespace caascan::net {

struct NetworkOptions {
  /// Without it no UDP socket is opened, and every query goes over a stream.
  bool udp = true;
  unsigned udp_sockets = 16;  // A family. More makes ports less predictable and batches smaller.
  /// A family, beside those: they only hear, so that who guesses at ports meets them, and take
  /// turns with the others. Opened when the family is used first, as far as descriptors go.
  unsigned udp_idle_sockets = 0;
  /// How often one of them takes its turn; more often where more is asked than usual.
  std::chrono::milliseconds udp_change_every{1000};
  bool ipv4 = true;
  bool ipv6 = true;
  /// What UDP sockets are bound to, by turns; nullptr where the system chooses. See make_stream.
  std::shared_ptr<async::LocalEnd> local_end = nullptr;
  /// Queries of one size to one address, among those of a batch, go to the kernel as one message
  /// that it cuts apart (UDP_SEGMENT), and answers that came together are taken together (UDP_GRO).
  /// Worth its while where few servers are asked much; costs 4 MiB of address space.
  bool udp_segments = false;
  /// Open at the same time. Those that come then wait, or take the place of an idle one.
  size_t tcp_connections = 65536;
  /// Makes the stream of each of them.
  async::MakeStream make_stream = async::MakeTcpStream;
  /// For peers that are reached by TLS; outlives the network. nullptr where there are none.
  const stream::TlsContext* tls = nullptr;
  /// How long an outage of our own network holds up what waits, before it ends as kSendFailed.
  std::chrono::milliseconds outage_patience{10'000};
  /// Addresses that no packet may go to, for any name; empty where there are none. Asked once for
  /// each address, and for all of them in Network::LookForBlocked(); any thread.
  std::function<bool(const async::Address&)> blocked = {};
  /// Called with each address that a server's name was found to have. May be empty. Any thread.
  std::function<void(const async::Address&, dns::NameView host)> on_host = {};
  /// Peers that are remembered though nothing refers to them: see PeerTable. Some 220 octets each,
  /// and as many again for the budget of one that was asked.
  size_t peer_capacity = 100'000;
};

/// Counts since the start; plain numbers of the loop's thread.
struct NetworkStats {
  uint64_t udp_queries = 0;
  uint64_t tcp_queries = 0;
  uint64_t replies = 0;
  uint64_t reply_octets = 0;  // Of those.
  uint64_t timeouts = 0;
  uint64_t late = 0;    // Answers to queries whose time was over.
  uint64_t strays = 0;  // Datagrams that matched no query in flight, or matched it badly.
  uint64_t send_errors = 0;
  uint64_t drops = 0;           // Datagrams that came and found no room in our sockets' buffers.
  uint64_t outages = 0;         // Times when no server answered, canaries included.
  RoundTrips round_trips = {};  // Of the replies.
};

}  // namespace caascan::net
