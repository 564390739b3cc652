// Makes the stream that leads to a peer.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>

#include "scanner/async/tcp_stream.h"
#include "scanner/net/message_stream.h"
#include "scanner/net/peer.h"
#include "scanner/net/tls_context.h"

namespace caascan::net {

/// One worker's. TCP where the peer has no channel; else as its channel says. Keeps what the next
/// connection to a TLS server needs, for as many servers as there are such channels. Loop thread
/// only. Outlives its streams.
class Streams {
 public:
  /// `tcp` makes the streams at the bottom. `context` outlives this; nullptr where no channel goes
  /// over TLS.
  Streams(async::MakeStream tcp, const TlsContext* context)
      : tcp_(std::move(tcp)), context_(context) {}

  /// `user` outlives the stream.
  std::unique_ptr<MessageStream> Make(async::Loop* loop, const Peer& peer,
                                      MessageStream::User* user);

 private:
  TlsMemory* MemoryOf(const Endpoint& at);

  const async::MakeStream tcp_;
  const TlsContext* const context_;
  absl::flat_hash_map<Endpoint, std::unique_ptr<TlsMemory>> memories_;
};

}  // namespace caascan::net
