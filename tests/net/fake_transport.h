// A transport without sockets: each test says what becomes of what is sent.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "scanner/net/network.h"

namespace caascan::net {

/// Sends at the Flush(), which is to say: calls the handler. It may end the exchange or leave it.
class FakeTransport final : public Transport {
 public:
  using Handler = std::function<void(Exchange*, TransportClient*)>;
  struct Counts {
    unsigned sent = 0;
    unsigned timeouts = 0;
    unsigned forgotten = 0;
    bool loses = false;  // What MayHaveLost() says.
  };

  /// `counts` outlives this.
  FakeTransport(TransportClient* client, Handler handler, Counts* counts)
      : client_(client), handler_(std::move(handler)), counts_(counts) {}

  void Submit(Exchange* exchange) override {
    exchange->MarkQueued();
    queue_.PushBack(exchange);
  }
  void Flush() override {
    while (Exchange* exchange = queue_.PopFront()) {
      exchange->MarkSent(client_->loop());
      ++counts_->sent;
      handler_(exchange, client_);
    }
  }
  void NoteTimeout(Exchange*) override { ++counts_->timeouts; }
  bool MayHaveLost(std::chrono::nanoseconds) override { return counts_->loses; }
  void Forget(Exchange*) override { ++counts_->forgotten; }
  void Close() override {}

 private:
  TransportClient* const client_;
  const Handler handler_;
  Counts* const counts_;
  async::List<Exchange, QueueTag> queue_;
};

/// Both transports of a network.
inline Network::MakeTransport FakeTransports(const FakeTransport::Handler& handler,
                                             FakeTransport::Counts* counts) {
  return [handler, counts](Protocol, TransportClient* client) {
    return std::make_unique<FakeTransport>(client, handler, counts);
  };
}

inline void LeaveUnanswered(Exchange*, TransportClient*) {}

}  // namespace caascan::net
