// libuv's errors are errno's negatives, but for the end of the stream. Tested by
// tcp_stream_test.cc.
#include "scanner/async/tcp_stream.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <uv.h>

#include <cassert>
#include <cstring>
#include <new>
#include <utility>

#include "scanner/async/uv_call.h"

namespace caascan::async {
namespace {

class TcpStream final : public ByteStream {
 public:
  /// `end` is null where the system chooses where packets leave from.
  TcpStream(Loop* loop, User* user, std::shared_ptr<LocalEnd> end)
      : loop_(loop), user_(user), end_(std::move(end)) {}

  [[nodiscard]] int Connect(const Address& address) override;
  void Write(std::span<const uint8_t> octets) override;
  void Close() override;

 private:
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle_); }
  int Bind(bool v6);
  void OnConnected(int status);
  void OnRead(ssize_t size);
  void Break();

  Loop* const loop_;
  User* const user_;
  const std::shared_ptr<LocalEnd> end_;
  uv_tcp_t handle_{};
  uv_connect_t connect_{};
  bool connected_ = false;
  bool closing_ = false;
};

/// Gives the handle a socket that leaves from there; an errno where that cannot be.
int TcpStream::Bind(bool v6) {
  uv_os_fd_t fd = -1;
  MustSucceed(uv_fileno(reinterpret_cast<uv_handle_t*>(&handle_), &fd));
  if (const int error = end_->BindToInterface(fd); error != 0) return error;
  const Address* const source = end_->Next(v6);
  if (source == nullptr) return 0;
  // The port is chosen with the connection: one port serves those to many servers. A kernel that
  // cannot do that has fewer of them.
  const int on = 1;
  (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_storage name{};
  source->ToSockaddr(&name);
  return -uv_tcp_bind(&handle_, reinterpret_cast<const sockaddr*>(&name), 0);
}

int TcpStream::Connect(const Address& address) {
  // Without a family it opens nothing yet.
  const unsigned family = end_ == nullptr ? AF_UNSPEC : address.is_v6() ? AF_INET6 : AF_INET;
  const int opened = uv_tcp_init_ex(loop_->uv(), &handle_, family);
  if (opened != 0) MustSucceed(uv_tcp_init(loop_->uv(), &handle_));  // For Close().
  handle_.data = connect_.data = this;
  if (opened != 0) return -opened;
  MustSucceed(uv_tcp_nodelay(&handle_, 1));
  if (end_ != nullptr) {
    if (const int error = Bind(address.is_v6()); error != 0) return error;
  }
  sockaddr_storage server{};
  address.ToSockaddr(&server);
  return -uv_tcp_connect(&connect_, &handle_, reinterpret_cast<const sockaddr*>(&server),
                         [](uv_connect_t* request, int status) {
                           static_cast<TcpStream*>(request->data)->OnConnected(status);
                         });
}

void TcpStream::OnConnected(int status) {
  if (closing_) return;
  if (status < 0) return user_->OnConnected(-status);
  const int error = uv_read_start(
      stream(),
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        const auto room = static_cast<TcpStream*>(handle->data)->user_->ReadBuffer();
        *buffer =
            uv_buf_init(reinterpret_cast<char*>(room.data()), static_cast<unsigned>(room.size()));
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
        static_cast<TcpStream*>(stream->data)->OnRead(size);
      });
  if (error != 0) return user_->OnConnected(-error);
  connected_ = true;
  user_->OnConnected(0);
}

void TcpStream::OnRead(ssize_t size) {
  if (size == 0 || closing_) return;
  if (size < 0) return user_->OnEnd(size == UV_EOF ? 0 : static_cast<int>(-size));
  user_->OnRead(static_cast<size_t>(size));
}

void TcpStream::Write(std::span<const uint8_t> octets) {
  assert(connected_ && !closing_ && "there is a connection");
  // One block has the request and, behind it, the octets.
  void* block = ::operator new(sizeof(uv_write_t) + octets.size());
  auto* request = new (block) uv_write_t;
  auto* copy = static_cast<uint8_t*>(block) + sizeof(uv_write_t);
  std::memcpy(copy, octets.data(), octets.size());
  const uv_buf_t buffer =
      uv_buf_init(reinterpret_cast<char*>(copy), static_cast<unsigned>(octets.size()));
  request->data = this;
  const int error = uv_write(request, stream(), &buffer, 1, [](uv_write_t* done, int status) {
    if (status != 0) static_cast<TcpStream*>(done->data)->Break();
    ::operator delete(done);
  });
  if (error == 0) return;
  ::operator delete(block);
  Break();
}

/// What could not be written shows at the reading side.
void TcpStream::Break() {
  uv_os_fd_t fd = -1;
  const bool open = !closing_ && uv_fileno(reinterpret_cast<uv_handle_t*>(&handle_), &fd) == 0;
  if (open) (void)shutdown(fd, SHUT_RDWR);  // Fails where there is no connection any more.
}

void TcpStream::Close() {
  assert(!closing_ && "closed once");
  closing_ = true;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_),
           [](uv_handle_t* handle) { static_cast<TcpStream*>(handle->data)->user_->OnClosed(); });
}

}  // namespace

std::unique_ptr<ByteStream> MakeTcpStream(Loop* loop, ByteStream::User* user) {
  return std::make_unique<TcpStream>(loop, user, nullptr);
}

MakeStream TcpStreamsFrom(std::shared_ptr<LocalEnd> end) {
  return [end = std::move(end)](Loop* loop, ByteStream::User* user) {
    return std::make_unique<TcpStream>(loop, user, end);
  };
}

}  // namespace caascan::async
