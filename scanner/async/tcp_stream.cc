// libuv's errors are errno's negatives, but for the end of the stream. Tested by
// tcp_stream_test.cc.
#include "scanner/async/tcp_stream.h"

#include <sys/socket.h>
#include <uv.h>

#include <cassert>
#include <cstring>
#include <new>

#include "scanner/async/uv_call.h"

namespace caascan::async {
namespace {

class TcpStream final : public ByteStream {
 public:
  TcpStream(Loop* loop, User* user) : loop_(loop), user_(user) {}

  [[nodiscard]] int Connect(const Address& address) override;
  void Write(std::span<const uint8_t> octets) override;
  void Close() override;

 private:
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle_); }
  void OnConnected(int status);
  void OnRead(ssize_t size);
  void Break();

  Loop* const loop_;
  User* const user_;
  uv_tcp_t handle_{};
  uv_connect_t connect_{};
  bool connected_ = false;
  bool closing_ = false;
};

int TcpStream::Connect(const Address& address) {
  MustSucceed(uv_tcp_init(loop_->uv(), &handle_));  // It opens nothing yet.
  MustSucceed(uv_tcp_nodelay(&handle_, 1));
  handle_.data = connect_.data = this;
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
  return std::make_unique<TcpStream>(loop, user);
}

}  // namespace caascan::async
