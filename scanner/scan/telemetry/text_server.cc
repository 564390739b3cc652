// A connection lives from its accept to its close callback and is owned by the server's list. It
// reads until the request's empty line, writes one answer, and ends; a timer of its own ends it in
// any case. Tested by text_server_test.cc.
#include "scanner/scan/telemetry/text_server.h"

#include <absl/strings/str_cat.h>
#include <uv.h>

#include <array>
#include <cassert>
#include <list>
#include <string_view>
#include <thread>
#include <utility>

#include "scanner/async/uv_call.h"

namespace caascan::telemetry {
namespace {

constexpr int kBacklog = 16;

std::string Response(std::string_view status, std::string_view type, const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", absl::string_view(status.data(), status.size()),
                      "\r\nContent-Type: ", absl::string_view(type.data(), type.size()),
                      "\r\nContent-Length: ", body.size(), "\r\nConnection: close\r\n\r\n", body);
}

}  // namespace

class TextServer::Impl {
 public:
  explicit Impl(TextServerOptions options) : options_(std::move(options)) {}
  ~Impl() {
    if (thread_.joinable()) {
      async::MustSucceed(uv_async_send(&stop_));
      thread_.join();
    }
    assert(connections_.empty() && "every connection was closed");
    if (made_) async::MustSucceed(uv_loop_close(&loop_));
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  absl::Status Listen();
  const async::Address& address() const { return address_; }

 private:
  struct Connection {
    explicit Connection(Impl* owner) : server(owner) {}

    Impl* const server;
    uv_tcp_t tcp{};
    uv_timer_t timer{};
    uv_write_t write{};
    std::array<char, 1024> buffer{};
    std::string request;
    std::string response;
    bool closing = false;
    int open_handles = 2;
    std::list<Connection>::iterator self;
  };

  static Connection* Of(const uv_handle_t* handle) {
    return static_cast<Connection*>(handle->data);
  }
  absl::Status CannotListen(int error) const;
  void Accept();
  void Read(Connection* connection, ssize_t size);
  std::string Answer(std::string_view request) const;
  static void Close(Connection* connection);
  void CloseAll();

  const TextServerOptions options_;
  async::Address address_;
  uv_loop_t loop_{};
  uv_tcp_t listener_{};
  uv_async_t stop_{};
  std::thread thread_;
  bool made_ = false;

  // Loop thread only.
  std::list<Connection> connections_;
};

absl::Status TextServer::Impl::CannotListen(int error) const {
  return absl::InvalidArgumentError(absl::StrCat(
      "cannot listen at ", options_.address.ToTextWithPort(), ": ", uv_strerror(error)));
}

absl::Status TextServer::Impl::Listen() {
  int error = uv_loop_init(&loop_);
  made_ = error == 0;
  if (error == 0) {
    error = uv_async_init(&loop_, &stop_,
                          [](uv_async_t* async) { static_cast<Impl*>(async->data)->CloseAll(); });
  }
  if (error != 0) return CannotListen(error);
  async::MustSucceed(uv_tcp_init(&loop_, &listener_));
  stop_.data = listener_.data = this;
  sockaddr_storage name{};
  options_.address.ToSockaddr(&name);
  error = uv_tcp_bind(&listener_, reinterpret_cast<const sockaddr*>(&name), 0);
  if (error == 0) {
    error = uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), kBacklog,
                      [](uv_stream_t* listener, int status) {
                        if (status == 0) static_cast<Impl*>(listener->data)->Accept();
                      });
  }
  int size = sizeof name;
  if (error == 0) {
    error = uv_tcp_getsockname(&listener_, reinterpret_cast<sockaddr*>(&name), &size);
  }
  if (error != 0) {
    CloseAll();
    async::MustSucceed(uv_run(&loop_, UV_RUN_DEFAULT));
    return CannotListen(error);
  }
  address_ = async::Address::FromSockaddr(name);
  thread_ = std::thread([this] { async::MustSucceed(uv_run(&loop_, UV_RUN_DEFAULT)); });
  return absl::OkStatus();
}

void TextServer::Impl::Accept() {
  connections_.emplace_front(this);
  Connection* connection = &connections_.front();
  connection->self = connections_.begin();
  async::MustSucceed(uv_tcp_init(&loop_, &connection->tcp));
  async::MustSucceed(uv_timer_init(&loop_, &connection->timer));
  connection->tcp.data = connection->timer.data = connection;
  auto* stream = reinterpret_cast<uv_stream_t*>(&connection->tcp);
  const bool accepted = uv_accept(reinterpret_cast<uv_stream_t*>(&listener_), stream) == 0;
  if (!accepted || connections_.size() > kMaxConnections) {
    Close(connection);
    return;
  }
  async::MustSucceed(uv_timer_start(
      &connection->timer,
      [](uv_timer_t* timer) { Close(Of(reinterpret_cast<uv_handle_t*>(timer))); }, kPatienceMs, 0));
  const int error = uv_read_start(
      stream,
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        Connection* reader = Of(handle);
        *buffer = uv_buf_init(reader->buffer.data(), static_cast<unsigned>(reader->buffer.size()));
      },
      [](uv_stream_t* from, ssize_t size, const uv_buf_t*) {
        Connection* reader = Of(reinterpret_cast<uv_handle_t*>(from));
        reader->server->Read(reader, size);
      });
  if (error != 0) Close(connection);
}

void TextServer::Impl::Read(Connection* connection, ssize_t size) {
  if (size == 0) return;
  if (size > 0) connection->request.append(connection->buffer.data(), static_cast<size_t>(size));
  const bool whole = connection->request.find("\r\n\r\n") != std::string::npos;
  if (size < 0 || (!whole && connection->request.size() > kMaxRequestSize)) {
    Close(connection);
    return;
  }
  if (!whole) return;
  auto* stream = reinterpret_cast<uv_stream_t*>(&connection->tcp);
  async::MustSucceed(uv_read_stop(stream));
  connection->response = Answer(connection->request);
  const uv_buf_t buffer =
      uv_buf_init(connection->response.data(), static_cast<unsigned>(connection->response.size()));
  connection->write.data = connection;
  const int error = uv_write(&connection->write, stream, &buffer, 1, [](uv_write_t* write, int) {
    Close(static_cast<Connection*>(write->data));
  });
  if (error != 0) Close(connection);
}

std::string TextServer::Impl::Answer(std::string_view request) const {
  const std::string_view line = request.substr(0, request.find("\r\n"));
  const size_t first = line.find(' ');
  const size_t second = line.find(' ', first == line.npos ? first : first + 1);
  constexpr std::string_view kPlain = "text/plain; charset=utf-8";
  if (second == line.npos || !line.substr(second + 1).starts_with("HTTP/1.")) {
    return Response("400 Bad Request", kPlain, "no HTTP request\n");
  }
  if (line.substr(0, first) != "GET") {
    return Response("405 Method Not Allowed", kPlain, "only GET\n");
  }
  std::string_view path = line.substr(first + 1, second - first - 1);
  path = path.substr(0, path.find('?'));
  if (path != options_.path) {
    return Response("404 Not Found", kPlain, "there is only " + options_.path + "\n");
  }
  return Response("200 OK", options_.content_type, options_.text());
}

void TextServer::Impl::Close(Connection* connection) {
  if (std::exchange(connection->closing, true)) return;
  const uv_close_cb closed = [](uv_handle_t* handle) {
    Connection* done = Of(handle);
    if (--done->open_handles == 0) done->server->connections_.erase(done->self);
  };
  uv_close(reinterpret_cast<uv_handle_t*>(&connection->tcp), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&connection->timer), closed);
}

void TextServer::Impl::CloseAll() {
  for (Connection& connection : connections_) Close(&connection);
  for (uv_handle_t* handle :
       {reinterpret_cast<uv_handle_t*>(&listener_), reinterpret_cast<uv_handle_t*>(&stop_)}) {
    if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
  }
}

absl::StatusOr<std::unique_ptr<TextServer>> TextServer::Start(TextServerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status status = impl->Listen(); !status.ok()) return status;
  return std::unique_ptr<TextServer>(new TextServer(std::move(impl)));
}

TextServer::TextServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextServer::~TextServer() = default;
const async::Address& TextServer::address() const { return impl_->address(); }

}  // namespace caascan::telemetry
