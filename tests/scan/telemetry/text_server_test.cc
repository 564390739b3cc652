#include "scanner/scan/telemetry/text_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::telemetry {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class TextServerTest : public testing::Test {
 protected:
  TextServerTest() {
    auto server = TextServer::Start({async::Address::FromText("127.0.0.1", 0).value(), "/metrics",
                                     "text/plain; version=0.0.4", [] { return "answer 42\n"; }});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  int Connect() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage name{};
    const socklen_t size = server_->address().ToSockaddr(&name);
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&name), size), 0);
    return fd;
  }
  static void Send(int fd, std::string_view text) {
    (void)send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }
  /// What comes until the server closes.
  static std::string Receive(int fd) {
    std::string all;
    char buffer[1000];
    for (ssize_t size = 0; (size = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      all.append(buffer, static_cast<size_t>(size));
    }
    close(fd);
    return all;
  }
  std::string Ask(std::string_view request) const {
    const int fd = Connect();
    Send(fd, request);
    return Receive(fd);
  }

  std::unique_ptr<TextServer> server_;
};

TEST_F(TextServerTest, ServesItsText) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: 10\r\n"
              "Connection: close\r\n\r\nanswer 42\n");
  }
  EXPECT_THAT(Ask("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), EndsWith("answer 42\n"));
}

TEST_F(TextServerTest, EverythingElseIsRefused) {
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("GET /metrics/../x HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("POST /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  for (const char* request : {"\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n", " \r\n\r\n",
                              "GET /metrics SMTP\r\n\r\n", "\x16\x03\x01\r\n\r\n"}) {
    EXPECT_THAT(Ask(request), StartsWith("HTTP/1.1 400 ")) << request;
  }
  EXPECT_EQ(Ask(std::string(TextServer::kMaxRequestSize + 2000, 'x')), "");
}

TEST_F(TextServerTest, RequestsInPieces) {
  const int fd = Connect();
  for (const char c : std::string_view("GET /metrics HTTP/1.1\r\n\r\n")) Send(fd, {&c, 1});
  EXPECT_THAT(Receive(fd), HasSubstr("answer 42"));
}

TEST_F(TextServerTest, WhoSaysNothingKeepsNobodyOut) {
  std::vector<int> silent;
  for (size_t i = 0; i < 3 * TextServer::kMaxConnections; ++i) silent.push_back(Connect());
  // Too many: those are closed at once, and there is room again once some of the others go.
  for (const int fd : silent) close(fd);
  std::string answer;
  for (int tries = 0; tries < 1000 && answer.empty(); ++tries) {
    answer = Ask("GET /metrics HTTP/1.1\r\n\r\n");
  }
  EXPECT_THAT(answer, HasSubstr("answer 42"));
}

TEST_F(TextServerTest, EndsWithConnectionsOpen) {
  const int fd = Connect();
  Send(fd, "GET /me");
  server_.reset();
  EXPECT_EQ(Receive(fd), "");
}

TEST_F(TextServerTest, AnAddressInUseIsAnError) {
  const auto second = TextServer::Start({server_->address(), "/", "text/plain", [] { return ""; }});
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("cannot listen at " + server_->address().ToTextWithPort()));
}

}  // namespace
}  // namespace caascan::telemetry
