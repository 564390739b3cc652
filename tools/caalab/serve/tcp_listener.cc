// A connection owns itself: it is made on accept and freed when the last of its handles has closed.
// Answers go out in the order of their queries, save those with a delay, which come when they are
// due (RFC 7766 §6.2.1.1). Tested by server_test.cc.
#include "tools/caalab/serve/tcp_listener.h"

#include <array>
#include <cstring>
#include <string>

#include <absl/strings/str_cat.h>

#include "tools/caalab/serve/uv_call.h"

namespace caascan::lab {
namespace {

constexpr int kBacklog = 1024;
constexpr size_t kLengthSize = 2;
constexpr size_t kReadSize = 65536;

struct Write {
  uv_write_t request;
  std::vector<uint8_t> bytes;
};

std::vector<uint8_t> Framed(std::span<const uint8_t> message) {
  std::vector<uint8_t> out;
  out.reserve(kLengthSize + message.size());
  out.push_back(static_cast<uint8_t>(message.size() >> 8));
  out.push_back(static_cast<uint8_t>(message.size() & 0xff));
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

}  // namespace

class TcpListener::Connection {
 public:
  explicit Connection(TcpListener* listener) : listener_(listener) {
    MustSucceed(uv_tcp_init(listener->handle_.loop, &handle_), "uv_tcp_init");
    handle_.data = this;
  }

  void Start() {
    listener_->connections_.insert(this);
    if (uv_accept(reinterpret_cast<uv_stream_t*>(&listener_->handle_), stream()) != 0) {
      Close();
      return;
    }
    sockaddr_storage local{};
    int size = sizeof local;
    // The client may be gone again.
    if (uv_tcp_nodelay(&handle_, 1) != 0 ||
        uv_tcp_getsockname(&handle_, reinterpret_cast<sockaddr*>(&local), &size) != 0) {
      Close();
      return;
    }
    server_ = AddressOf(local);
    if (uv_read_start(stream(), &Connection::Allocate, &Connection::OnRead) != 0) Close();
  }

  void Close() {
    if (closing_) return;
    closing_ = true;
    CloseTimers();
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_), &Connection::OnClosed);
  }

 private:
  /// An answer that waits for its time.
  struct Late {
    uv_timer_t timer;
    Connection* connection;
    std::vector<uint8_t> bytes;
  };

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle_); }

  static void Allocate(uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    auto* self = static_cast<Connection*>(handle->data);
    *buffer = uv_buf_init(self->read_.data(), static_cast<unsigned>(self->read_.size()));
  }

  static void OnRead(uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
    auto* self = static_cast<Connection*>(stream->data);
    if (size < 0) {
      self->Close();
      return;
    }
    self->pending_.insert(self->pending_.end(), self->read_.begin(), self->read_.begin() + size);
    self->AnswerPending();
  }

  static void OnClosed(uv_handle_t* handle) {
    auto* self = static_cast<Connection*>(handle->data);
    self->listener_->connections_.erase(self);
    delete self;
  }

  void AnswerPending() {
    size_t at = 0;
    while (!closing_ && pending_.size() - at >= kLengthSize) {
      const size_t size = static_cast<size_t>(pending_[at] << 8) | pending_[at + 1];
      if (pending_.size() - at - kLengthSize < size) break;
      Answer({pending_.data() + at + kLengthSize, size});
      at += kLengthSize + size;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void Answer(std::span<const uint8_t> bytes) {
    Query query;
    query.bytes = bytes;
    query.server = server_;
    query.transport = Transport::kTcp;
    query.random = listener_->random_();
    query.now_ms = uv_now(handle_.loop);
    Windows* windows = listener_->counters_->windows();
    if (windows != nullptr) windows->Arrive(server_, windows->ReadAt(SystemNow()));
    const Reply reply = listener_->responder_->Respond(query, listener_->answer_);
    const uint64_t second = (uv_now(handle_.loop) - listener_->start_ms_) / 1000;
    listener_->counters_->Add(query, reply, second);
    if (reply.kind == Reply::Kind::kUnreachable) {
      Reset();
    } else if (reply.kind == Reply::Kind::kSend) {
      std::vector<uint8_t> framed = Framed({listener_->answer_.data(), reply.size});
      if (windows != nullptr) windows->Begin(server_);
      if (reply.delay.count() > 0) {
        SendLater(std::move(framed), static_cast<uint64_t>(reply.delay.count()));
      } else {
        Send(std::move(framed));
        if (windows != nullptr) windows->End(server_);
      }
    }
  }

  void Send(std::vector<uint8_t> bytes) {
    auto write = std::make_unique<Write>();
    write->bytes = std::move(bytes);
    write->request.data = write.get();
    const uv_buf_t buffer = uv_buf_init(reinterpret_cast<char*>(write->bytes.data()),
                                        static_cast<unsigned>(write->bytes.size()));
    const int error = uv_write(&write->request, stream(), &buffer, 1, [](uv_write_t* request, int) {
      delete static_cast<Write*>(request->data);
    });
    if (error == 0) {
      (void)write.release();  // Its call-back frees it.
    } else {
      Close();
    }
  }

  void SendLater(std::vector<uint8_t> bytes, uint64_t delay_ms) {
    auto* late = new Late{{}, this, std::move(bytes)};
    MustSucceed(uv_timer_init(handle_.loop, &late->timer), "uv_timer_init");
    late->timer.data = late;
    late_.insert(late);
    const auto on_time = [](uv_timer_t* timer) {
      auto* due = static_cast<Late*>(timer->data);
      due->connection->Send(std::move(due->bytes));
      due->connection->EndTimer(due);
    };
    MustSucceed(uv_timer_start(&late->timer, on_time, delay_ms, 0), "uv_timer_start");
  }

  void EndTimer(Late* late) {
    late_.erase(late);
    if (Windows* windows = listener_->counters_->windows()) windows->End(server_);
    uv_close(reinterpret_cast<uv_handle_t*>(&late->timer),
             [](uv_handle_t* handle) { delete static_cast<Late*>(handle->data); });
  }

  void CloseTimers() {
    while (!late_.empty()) EndTimer(*late_.begin());
  }

  void Reset() {
    if (closing_) return;
    closing_ = true;
    CloseTimers();
    if (uv_tcp_close_reset(&handle_, &Connection::OnClosed) != 0) {
      uv_close(reinterpret_cast<uv_handle_t*>(&handle_), &Connection::OnClosed);
    }
  }

  TcpListener* listener_;
  Address server_;
  bool closing_ = false;
  std::array<char, kReadSize> read_;
  std::vector<uint8_t> pending_;
  std::set<Late*> late_;
  uv_tcp_t handle_;
};

TcpListener::TcpListener(uv_loop_t* loop, Responder* responder, Counters* counters)
    : responder_(responder),
      counters_(counters),
      start_ms_(uv_now(loop)),
      answer_(dns::kMaxMessageSize) {
  MustSucceed(uv_tcp_init(loop, &handle_), "uv_tcp_init");
  handle_.data = this;
}

absl::Status TcpListener::Start(Socket socket) {
  int error = uv_tcp_open(&handle_, socket.fd());
  if (error == 0) {
    (void)socket.Release();  // The handle closes it.
    error = uv_listen(reinterpret_cast<uv_stream_t*>(&handle_), kBacklog,
                      [](uv_stream_t* stream, int status) {
                        if (status == 0) static_cast<TcpListener*>(stream->data)->Accept();
                      });
  }
  if (error == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("TCP: ", uv_strerror(error)));
}

void TcpListener::Accept() { (new Connection(this))->Start(); }

void TcpListener::Close() {
  for (Connection* connection : std::set<Connection*>(connections_)) connection->Close();
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_), nullptr);
}

}  // namespace caascan::lab
