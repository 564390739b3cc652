// Queries wait in the connection's map until it stands, then go out at once, each with its own ID;
// answers come in any order. A connection holds a place from Open() to End(). A server may close an
// idle connection just as a query is sent, or after each answer, so the queries of a connection
// that had worked and then ends go on to a new one; each connection that does so gave an answer,
// and the deadlines go on, so that ends. Tested by tcp_test.cc.
#include "scanner/net/tcp.h"

#include <uv.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <vector>

#include "scanner/dns/message.h"
#include "scanner/net/match.h"

namespace caascan::net {

/// One connection. Frees itself, through its transport, when libuv has closed its handle.
class StreamConnection final : public Timer, public ListNode<IdleTag> {
 public:
  StreamConnection(TransportClient* client, TcpTransport* transport, PeerRef peer)
      : client_(client), transport_(transport), peer_(std::move(peer)) {}

  void Open();
  /// So many of the 65,536 IDs are in use that another connection should take what comes.
  bool full() const { return pending_.size() >= kMaxInFlight; }
  void Add(Exchange* exchange);
  void Forget(Exchange* exchange);
  /// Takes no further exchanges, and ends with the last one that waits on it.
  void Retire();
  /// Gives up the connection; what still waits on it is sent again or completed.
  void End(ExchangeStatus status, int error);

 private:
  static constexpr std::chrono::milliseconds kIdle{5000};
  static constexpr size_t kMaxInFlight = 32768;
  static constexpr size_t kLengthSize = 2;
  // A message that answers none of our queries is either late, one a query, or sent to keep us
  // busy.
  static constexpr size_t kMaxStrays = 16;
  // So often one exchange may lose its connection before the answer, where limits space the tries.
  static constexpr uint8_t kMaxTurns = 16;

  struct Write {
    uv_write_t request;
    std::array<uint8_t, kLengthSize + dns::kMaxQuerySize> bytes;
  };

  void OnTimer() override {
    if (open_error_ != 0) {
      End(ExchangeStatus::kSendFailed, open_error_);
    } else {
      End(ExchangeStatus::kClosed, 0);  // Idle.
    }
  }
  void BecomeIdle();
  void Send(Exchange* exchange);
  void OnConnected(int status);
  void SendWaiting();
  void OnRead(ssize_t size);
  void TakeMessages();
  void Accept(std::span<const uint8_t> message);
  void NoteStray();

  TransportClient* const client_;
  TcpTransport* const transport_;
  const PeerRef peer_;
  uv_tcp_t handle_{};
  uv_connect_t connect_{};
  int open_error_ = 0;  // What the system said instead of trying.
  bool connected_ = false;
  bool retired_ = false;
  bool ending_ = false;
  bool has_answered_ = false;
  size_t sent_ = 0;    // Queries,
  size_t strays_ = 0;  // and messages that answer none.
  std::unordered_map<uint16_t, Exchange*> pending_;
  std::vector<uint8_t> buffer_;  // What was read and not yet taken.
  size_t filled_ = 0;
};

void StreamConnection::Open() {
  uv_tcp_init(client_->loop()->uv(), &handle_);
  uv_tcp_nodelay(&handle_, 1);
  handle_.data = connect_.data = this;
  sockaddr_storage address{};
  peer_->address().ToSockaddr(&address);
  const int error =
      uv_tcp_connect(&connect_, &handle_, reinterpret_cast<const sockaddr*>(&address),
                     [](uv_connect_t* request, int status) {
                       static_cast<StreamConnection*>(request->data)->OnConnected(status);
                     });
  // Submit() runs below await_suspend, where nothing may be completed: let the timer report it.
  if (error == 0) return;
  open_error_ = -error;
  client_->loop()->Arm(this, std::chrono::milliseconds(0));
}

void StreamConnection::Add(Exchange* exchange) {
  do {
    exchange->course().id = static_cast<uint16_t>(client_->Random());
  } while (!pending_.try_emplace(exchange->course().id, exchange).second);
  exchange->course().connection = this;
  ListNode<IdleTag>::Unlink();
  if (!connected_) return;
  Timer::Cancel();
  Send(exchange);
}

void StreamConnection::Send(Exchange* exchange) {
  auto write = std::make_unique<Write>();
  write->request.data = this;
  const size_t size =
      dns::WriteQuery(exchange->query(), exchange->course().id, exchange->course().case_bits,
                      std::span(write->bytes).subspan(kLengthSize));
  write->bytes[0] = static_cast<uint8_t>(size >> 8);
  write->bytes[1] = static_cast<uint8_t>(size & 0xff);
  const uv_buf_t buffer = uv_buf_init(reinterpret_cast<char*>(write->bytes.data()),
                                      static_cast<unsigned>(kLengthSize + size));
  ++client_->stats().tcp_queries;
  ++sent_;
  const int error = uv_write(&write->request, reinterpret_cast<uv_stream_t*>(&handle_), &buffer, 1,
                             [](uv_write_t* request, int) {
                               // A failed write ends the connection through its read side.
                               delete reinterpret_cast<Write*>(request);
                             });
  if (error == 0) (void)write.release();
}

void StreamConnection::OnConnected(int status) {
  if (ending_) return;
  client_->loop()->RefreshNow();
  if (status < 0) {
    End(status == UV_ETIMEDOUT ? ExchangeStatus::kTimeout : ExchangeStatus::kUnreachable, -status);
    return;
  }
  connected_ = true;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&handle_),
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        StreamConnection* self = static_cast<StreamConnection*>(handle->data);
        constexpr size_t kRoom = 16384;
        if (self->buffer_.size() < self->filled_ + kRoom) {
          self->buffer_.resize(self->filled_ + kRoom);
        }
        *buffer = uv_buf_init(reinterpret_cast<char*>(self->buffer_.data() + self->filled_),
                              static_cast<unsigned>(self->buffer_.size() - self->filled_));
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
        static_cast<StreamConnection*>(stream->data)->OnRead(size);
      });
  SendWaiting();
}

/// The limits let them pass when the connection was begun. Those that had to wait for it take
/// another turn, once.
void StreamConnection::SendWaiting() {
  constexpr std::chrono::milliseconds kTurnHolds(2);
  const std::chrono::nanoseconds now = client_->loop()->now();
  std::vector<Exchange*> waiting;
  for (const auto& [id, exchange] : pending_) waiting.push_back(exchange);
  for (Exchange* exchange : waiting) {
    const bool late = exchange->course().granted && now - exchange->course().sent_at > kTurnHolds;
    if (late && exchange->course().turns_lost == 0) {
      Forget(exchange);
      client_->Requeue(exchange);
    } else {
      if (late) client_->Charge(exchange);
      Send(exchange);
    }
  }
}

void StreamConnection::OnRead(ssize_t size) {
  if (size == 0 || ending_) return;
  client_->loop()->RefreshNow();
  if (size < 0) {
    End(ExchangeStatus::kClosed, size == UV_EOF ? 0 : static_cast<int>(-size));
    return;
  }
  filled_ += static_cast<size_t>(size);
  TakeMessages();
  if (!ending_ && pending_.empty() && !armed()) BecomeIdle();
}

void StreamConnection::BecomeIdle() {
  client_->loop()->Arm(this, kIdle);
  ListNode<IdleTag>::Unlink();
  transport_->idle_.PushBack(this);
}

void StreamConnection::TakeMessages() {
  // The buffer never holds more than one message of 65,535 octets and what one read adds to it.
  size_t taken = 0;
  while (!ending_ && filled_ - taken >= kLengthSize) {
    const size_t size = static_cast<size_t>(buffer_[taken] << 8) | buffer_[taken + 1];
    if (filled_ - taken < kLengthSize + size) break;
    Accept(std::span(buffer_.data() + taken + kLengthSize, size));
    taken += kLengthSize + size;
  }
  std::memmove(buffer_.data(), buffer_.data() + taken, filled_ - taken);
  filled_ -= taken;
}

void StreamConnection::Accept(std::span<const uint8_t> message) {
  const auto it = message.size() < 2
                      ? pending_.end()
                      : pending_.find(static_cast<uint16_t>((message[0] << 8) | message[1]));
  if (it == pending_.end()) return NoteStray();
  Exchange* exchange = it->second;
  const MatchVerdict verdict =
      MatchReply(exchange->query(), exchange->course().case_bits, true, message);
  // Nobody can slip a segment into the stream unseen, so neither lost letter case nor an error
  // without question is a reason to refuse here.
  const bool matches = verdict == MatchVerdict::kMatch || verdict == MatchVerdict::kOtherCase ||
                       verdict == MatchVerdict::kBareError;
  if (!matches) {
    ++exchange->result().mismatches.question;
    return NoteStray();
  }
  has_answered_ = true;
  peer_->NoteAnswerOverTcp();
  client_->CompleteReply(exchange, message);
}

void StreamConnection::NoteStray() {
  ++client_->stats().strays;
  if (++strays_ <= sent_ + kMaxStrays) return;
  has_answered_ = false;  // What waits here is not tried again on another connection.
  End(ExchangeStatus::kClosed, 0);
}

void StreamConnection::Forget(Exchange* exchange) {
  pending_.erase(exchange->course().id);
  exchange->course().connection = nullptr;
  if (!pending_.empty() || ending_) return;
  if (retired_) {
    End(ExchangeStatus::kClosed, 0);
  } else if (open_error_ == 0) {
    BecomeIdle();
  }
}

void StreamConnection::Retire() {
  retired_ = true;
  if (peer_->connection() == this) peer_->set_connection(nullptr);
}

void StreamConnection::End(ExchangeStatus status, int error) {
  if (ending_) return;
  ending_ = true;
  --transport_->open_;
  const bool no_descriptor = open_error_ == EMFILE || open_error_ == ENFILE;
  if (no_descriptor) transport_->most_ = std::max<size_t>(transport_->open_, 1);
  Timer::Cancel();
  ListNode<IdleTag>::Unlink();
  if (peer_->connection() == this) peer_->set_connection(nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_), [](uv_handle_t* handle) {
    StreamConnection* closed = static_cast<StreamConnection*>(handle->data);
    closed->transport_->connections_.erase(closed);
  });
  while (!pending_.empty()) {
    Exchange* exchange = pending_.begin()->second;
    Forget(exchange);
    const bool again = has_answered_ && status == ExchangeStatus::kClosed;
    // Another connection's end frees a descriptor.
    const bool later = no_descriptor && transport_->open_ > 0;
    if (later || (again && !exchange->course().granted)) {
      transport_->AttachFirst(exchange);
    } else if (again && exchange->course().turns_lost < kMaxTurns) {
      client_->Requeue(exchange);
    } else {
      client_->Complete(exchange, status, error);
    }
  }
}

TcpTransport::TcpTransport(TransportClient* client, size_t most)
    : client_(client), most_(std::max<size_t>(most, 1)) {}

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
    exchange->ListNode<QueueTag>::Unlink();
    if (!Attach(exchange)) return waiting_.PushFront(exchange);
    // Its turn under the limits was given when it began to wait.
    if (exchange->course().granted) client_->Charge(exchange);
  }
}

void TcpTransport::AttachFirst(Exchange* exchange) {
  exchange->MarkQueued();
  if (!Attach(exchange)) waiting_.PushFront(exchange);
}

bool TcpTransport::HasPlace() {
  if (open_ >= most_ && !idle_.empty()) idle_.front()->End(ExchangeStatus::kClosed, 0);
  return open_ < most_;
}

bool TcpTransport::Attach(Exchange* exchange) {
  Peer* peer = exchange->peer();
  if (peer->connection() != nullptr && peer->connection()->full()) peer->connection()->Retire();
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
  exchange->MarkSent(client_->loop());
  connection->Add(exchange);
  return true;
}

StreamConnection* TcpTransport::Connect(Peer* peer) {
  auto connection = std::make_unique<StreamConnection>(client_, this, peer);
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
  if (exchange->course().connection != nullptr) exchange->course().connection->Retire();
}

void TcpTransport::Close() {
  std::vector<StreamConnection*> open;
  for (const auto& [connection, owner] : connections_) open.push_back(connection);
  for (StreamConnection* connection : open) connection->End(ExchangeStatus::kCancelled, 0);
}

}  // namespace caascan::net
