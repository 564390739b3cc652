// A TCP stream against a listening socket of the test's own.
#include "scanner/async/tcp_stream.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace caascan::async {
namespace {

class TcpStreamTest : public testing::Test, private ByteStream::User {
 protected:
  TcpStreamTest() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size), 0);
    address_ = Address::FromSockaddr(bound);
    stream_ = MakeTcpStream(&loop_, this);
  }
  ~TcpStreamTest() override {
    close(listener_);
    if (server_ >= 0) close(server_);
    EXPECT_TRUE(events_.empty()) << events_;
    loop_.Drain();
  }

  /// Runs the loop until this has happened next.
  void Expect(const std::string& event) {
    while (events_.empty()) (void)uv_run(loop_.uv(), UV_RUN_ONCE);
    EXPECT_EQ(events_, event + ";");
    events_.clear();
  }
  void Connect() {
    ASSERT_EQ(listen(listener_, 1), 0);
    ASSERT_EQ(stream_->Connect(address_), 0);
    Expect("connected 0");
    server_ = accept(listener_, nullptr, nullptr);
    ASSERT_GE(server_, 0);
  }
  void Close() {
    stream_->Close();
    Expect("closed");
  }

  Loop loop_;
  const int listener_;
  int server_ = -1;
  Address address_;
  std::unique_ptr<ByteStream> stream_;

 private:
  void OnConnected(int error) override { Note("connected " + std::to_string(error)); }
  std::span<uint8_t> ReadBuffer() override { return room_; }
  void OnRead(size_t size) override {
    Note("read " + std::string(reinterpret_cast<const char*>(room_.data()), size));
  }
  void OnEnd(int error) override { Note("end " + std::to_string(error)); }
  void OnClosed() override {
    stream_.reset();
    Note("closed");
  }
  void Note(const std::string& event) { events_ += event + ";"; }

  std::array<uint8_t, 64> room_{};
  std::string events_;
};

constexpr std::array<uint8_t, 4> kPing = {'p', 'i', 'n', 'g'};

TEST_F(TcpStreamTest, CarriesOctetsBothWays) {
  Connect();
  stream_->Write(kPing);
  std::array<char, 4> got{};
  (void)uv_run(loop_.uv(), UV_RUN_NOWAIT);
  EXPECT_EQ(recv(server_, got.data(), got.size(), MSG_WAITALL), 4);
  EXPECT_EQ(std::string(got.data(), got.size()), "ping");
  EXPECT_EQ(send(server_, "pong", 4, 0), 4);
  Expect("read pong");
  Close();
}

TEST_F(TcpStreamTest, TheServersEndIsNoError) {
  Connect();
  EXPECT_EQ(shutdown(server_, SHUT_RDWR), 0);
  Expect("end 0");
  Close();
}

TEST_F(TcpStreamTest, AResetIsAnError) {
  Connect();
  const linger hard{1, 0};
  EXPECT_EQ(setsockopt(server_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
  close(server_);
  server_ = -1;
  Expect("end " + std::to_string(ECONNRESET));
  Close();
}

TEST_F(TcpStreamTest, ARefusalIsAnError) {
  ASSERT_EQ(stream_->Connect(address_), 0);
  Expect("connected " + std::to_string(ECONNREFUSED));
  Close();
}

TEST_F(TcpStreamTest, ClosedBeforeItStandsItOnlySaysSo) {
  ASSERT_EQ(listen(listener_, 1), 0);
  ASSERT_EQ(stream_->Connect(address_), 0);
  Close();
}

}  // namespace
}  // namespace caascan::async
