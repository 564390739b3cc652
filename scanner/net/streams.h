// Makes the stream that leads to a peer.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>

#include "scanner/async/tcp_stream.h"
#include "scanner/net/peer.h"
#include "scanner/stream/message_stream.h"
#include "scanner/stream/tls_context.h"

namespace caascan::net {

/// One worker's. TCP where the peer has no channel; else as its channel says. Keeps what the next
/// connection to a TLS server needs, for as many servers as there are such channels. Loop thread
/// only. Outlives its streams.
class Streams {
 public:
  /// `tcp` makes the streams at the bottom. `context` outlives this; nullptr where no channel goes
  /// over TLS.
  Streams(async::MakeStream tcp, const stream::TlsContext* context)
      : tcp_(std::move(tcp)), context_(context) {}

  /// `user` outlives the stream.
  std::unique_ptr<stream::MessageStream> Make(async::Loop* loop, const Peer& peer,
                                              stream::MessageStream::User* user);

 private:
  stream::TlsMemory* MemoryOf(const stream::Endpoint& at);

  const async::MakeStream tcp_;
  const stream::TlsContext* const context_;
  absl::flat_hash_map<stream::Endpoint, std::unique_ptr<stream::TlsMemory>> memories_;
};

}  // namespace caascan::net
