// A connection holds a place from its Open() to its End(). Tested by tcp_test.cc and
// tcp_places_test.cc.
#include "scanner/net/tcp.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>
#include <vector>

namespace caascan::net {
namespace {

bool IsOutOfDescriptors(int error) { return error == EMFILE || error == ENFILE; }

}  // namespace

TcpTransport::TcpTransport(TransportClient* client, size_t most, async::MakeStream make,
                           const stream::TlsContext* tls)
    : client_(client), most_(std::max<size_t>(most, 1)), streams_(std::move(make), tls) {}

TcpTransport::~TcpTransport() { assert(connections_.empty() && "the loop ran until all closed"); }

void TcpTransport::Submit(Exchange* exchange) {
  exchange->MarkQueued();
  exchange->course().case_bits = exchange->query().small_letters ? 0 : client_->Random();
  if (!waiting_.empty() || !Attach(exchange)) waiting_.PushBack(exchange);
}

void TcpTransport::Flush() {
  while (Exchange* exchange = waiting_.front()) {
    const bool has_one =
        exchange->peer()->connection() != nullptr && !exchange->has_own_connection();
    if (!has_one && !HasPlace()) return;
    exchange->async::ListNode<QueueTag>::Unlink();
    if (!Attach(exchange)) return waiting_.PushFront(exchange);
    // Its turn under the limits was given when it began to wait.
    if (exchange->course().granted) client_->Charge(exchange);
  }
}

void TcpTransport::Resubmit(Exchange* exchange) {
  exchange->MarkQueued();
  if (!Attach(exchange)) waiting_.PushFront(exchange);
}

void TcpTransport::NoteIdle(StreamConnection* connection) {
  connection->async::ListNode<IdleTag>::Unlink();
  idle_.PushBack(connection);
}

void TcpTransport::NoteEnd(int error) {
  --open_;
  if (IsOutOfDescriptors(error)) most_ = std::max<size_t>(open_, 1);
}

/// Another connection's end frees a descriptor.
bool TcpTransport::MayOpenLater(int error) const { return IsOutOfDescriptors(error) && open_ > 0; }

void TcpTransport::Destroy(StreamConnection* connection) { connections_.erase(connection); }

bool TcpTransport::HasPlace() {
  if (open_ >= most_ && !idle_.empty()) idle_.front()->End(ExchangeStatus::kClosed, 0);
  return open_ < most_;
}

bool TcpTransport::Attach(Exchange* exchange) {
  Peer* peer = exchange->peer();
  if (peer->connection() != nullptr && peer->connection()->is_full()) peer->connection()->Retire();
  StreamConnection* connection = exchange->has_own_connection() ? nullptr : peer->connection();
  if (connection == nullptr) {
    if (!HasPlace()) return false;
    connection = Connect(peer);
    if (exchange->has_own_connection()) {
      connection->Retire();
    } else {
      peer->set_connection(connection);
    }
  }
  connection->Add(exchange);
  return true;
}

StreamConnection* TcpTransport::Connect(Peer* peer) {
  auto connection = std::make_unique<StreamConnection>(client_, pool(), peer, &streams_);
  StreamConnection* const opened = connection.get();
  connections_.emplace(opened, std::move(connection));
  ++open_;
  opened->Open();
  return opened;
}

void TcpTransport::Forget(Exchange* exchange) {
  if (exchange->course().connection != nullptr) exchange->course().connection->Forget(exchange);
}

void TcpTransport::NoteTimeout(Exchange* exchange) {
  StreamConnection* connection = exchange->course().connection;
  if (connection != nullptr) connection->NoteTimeout(exchange);
}

void TcpTransport::Close() {
  std::vector<StreamConnection*> open;
  for (const auto& [connection, owner] : connections_) open.push_back(connection);
  for (StreamConnection* connection : open) connection->End(ExchangeStatus::kCancelled, 0);
}

}  // namespace caascan::net
