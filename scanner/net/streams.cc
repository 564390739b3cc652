// Tested by tls_stream_test.cc and https_stream_test.cc.
#include "scanner/net/streams.h"

#include "scanner/stream/framed_stream.h"
#include "scanner/stream/https_stream.h"
#include "scanner/stream/tls_stream.h"

namespace caascan::net {

std::unique_ptr<stream::MessageStream> Streams::Make(async::Loop* loop, const Peer& peer,
                                                     stream::MessageStream::User* user) {
  const stream::Channel* const channel = peer.channel();
  if (!stream::IsEncrypted(channel))
    return std::make_unique<stream::FramedStream>(loop, user, tcp_);
  const stream::TlsStream::Parts parts = {context_, channel, MemoryOf({peer.address(), channel})};
  const async::MakeStream tls = [&parts, this](async::Loop* its_loop,
                                               async::ByteStream::User* above) {
    return std::make_unique<stream::TlsStream>(parts, its_loop, above, tcp_);
  };
  if (channel->kind == stream::Channel::Kind::kTls)
    return std::make_unique<stream::FramedStream>(loop, user, tls);
  return std::make_unique<stream::HttpsStream>(*channel, loop, user, tls);
}

stream::TlsMemory* Streams::MemoryOf(const stream::Endpoint& at) {
  std::unique_ptr<stream::TlsMemory>& memory = memories_[at];
  if (memory == nullptr) memory = std::make_unique<stream::TlsMemory>();
  return memory.get();
}

}  // namespace caascan::net
