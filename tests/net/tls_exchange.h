// Exchanges by TcpTransport, over TLS connections whose other ends are the test's.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "scanner/net/tcp.h"
#include "tests/net/client.h"
#include "tests/net/fake_transport.h"
#include "tests/stream/memory_stream.h"
#include "tests/stream/tls_server.h"

namespace caascan::net {

class TlsExchange : public testing::Test {
 protected:
  using Octets = std::vector<uint8_t>;

  ~TlsExchange() override {
    client_.network()->Close();
    for (stream::MemoryStream* stream : streams_) stream->user()->OnClosed();
  }

  /// n0.example and so on.
  void Ask(size_t count, const stream::Channel* channel,
           std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    for (size_t i = 0; i < count; ++i) {
      const std::string name = "n" + std::to_string(got_.size()) + ".example";
      client_.Start(AskTask(channel, name, timeout, &got_.emplace_back()));
    }
  }

  /// Carries octets to and fro over the connection of this number. What the client says stands in
  /// the server's data() afterwards.
  void Pump(size_t number) {
    stream::MemoryStream* stream = streams_[number];
    stream::TlsServer& server = servers_[number];
    for (bool any = true; any && !stream->closed();) {
      const Octets to_server = stream->TakeWritten();
      if (!to_server.empty()) server.Take(to_server);
      const Octets to_client = server.TakeOutput();
      stream->Deliver(to_client);
      any = !to_server.empty() || !to_client.empty();
    }
  }
  void End(size_t number) {
    servers_[number].End();
    Pump(number);
  }

  stream::TestAuthority authority_;
  const std::unique_ptr<const stream::TlsContext> context_ =
      stream::TlsContext::Create(authority_.path()).value();
  stream::TlsService service_{authority_, {}};
  FakeTransport::Counts counts_;
  std::vector<stream::MemoryStream*> streams_;
  std::deque<stream::TlsServer> servers_;
  Client client_{{}, {}, [this](Protocol protocol, TransportClient* client) {
                   return Make(protocol, client);
                 }};
  std::deque<Got> got_;

 private:
  std::unique_ptr<Transport> Make(Protocol protocol, TransportClient* client) {
    if (protocol == Protocol::kUdp) {
      return std::make_unique<FakeTransport>(client, LeaveUnanswered, &counts_);
    }
    return std::make_unique<TcpTransport>(
        client, 10,
        [this](async::Loop*, async::ByteStream::User* user) {
          auto stream = std::make_unique<stream::MemoryStream>(user);
          streams_.push_back(stream.get());
          servers_.emplace_back(&service_);
          return stream;
        },
        context_.get());
  }

  async::Task<> AskTask(const stream::Channel* channel, std::string name,
                        std::chrono::milliseconds timeout, Got* out) {
    dns::Name owned;
    EXPECT_EQ(dns::Name::FromText(name, &owned), dns::NameError::kNone);
    dns::QuerySpec query;
    query.name = owned;
    const stream::Endpoint at(async::Address::FromText("192.0.2.1", 853).value(), channel);
    // Whatever is asked for, there is one way.
    Exchange exchange(client_.network()->PeerFor(at), query, Protocol::kUdp, timeout);
    out->result = co_await exchange;
    out->message.assign(out->result.message.begin(), out->result.message.end());
    out->result.message = {};
  }
};

}  // namespace caascan::net
