// Tested by tls_stream_test.cc and https_stream_test.cc.
#include "scanner/net/streams.h"

#include "scanner/net/framed_stream.h"
#include "scanner/net/https_stream.h"
#include "scanner/net/tls_stream.h"

namespace caascan::net {

std::unique_ptr<MessageStream> Streams::Make(async::Loop* loop, const Peer& peer,
                                             MessageStream::User* user) {
  const Channel* const channel = peer.channel();
  if (!IsEncrypted(channel)) return std::make_unique<FramedStream>(loop, user, tcp_);
  const TlsStream::Parts parts = {context_, channel, MemoryOf({peer.address(), channel})};
  const async::MakeStream tls = [&parts, this](async::Loop* its_loop,
                                               async::ByteStream::User* above) {
    return std::make_unique<TlsStream>(parts, its_loop, above, tcp_);
  };
  if (channel->kind == Channel::Kind::kTls) return std::make_unique<FramedStream>(loop, user, tls);
  return std::make_unique<HttpsStream>(*channel, loop, user, tls);
}

TlsMemory* Streams::MemoryOf(const Endpoint& at) {
  std::unique_ptr<TlsMemory>& memory = memories_[at];
  if (memory == nullptr) memory = std::make_unique<TlsMemory>();
  return memory.get();
}

}  // namespace caascan::net
