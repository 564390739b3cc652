// Requests octet by octet, from clients that mean well and from others.
#include "scanner/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "scanner/async/address.h"

namespace caascan::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A client that sends and receives octets as they are.
class Client {
 public:
  explicit Client(const std::string& text) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage name{};
    const socklen_t size = async::Address::FromText(text, 0)->ToSockaddr(&name);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&name), size), 0);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view text) const {
    (void)send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  /// What comes until the server closes.
  std::string ReceiveAll() const {
    std::string all;
    while (Receive(&all)) {
    }
    return all;
  }
  /// What comes until these words.
  std::string ReceiveUntil(std::string_view words) const {
    std::string all;
    while (all.find(words) == std::string::npos && Receive(&all)) {
    }
    return all;
  }

 private:
  bool Receive(std::string* all) const {
    char buffer[4096];
    const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
    if (size > 0) all->append(buffer, static_cast<size_t>(size));
    return size > 0;
  }
  const int fd_;
};

/// Answers /text with a text, /echo with the body as it comes, /whole with the body at its end, and
/// /never not at all.
class ServerTest : public testing::Test {
 protected:
  void Start() {
    auto socket = ListenSocket::Open("127.0.0.1:0");
    ASSERT_TRUE(socket.ok()) << socket.status();
    address_ = socket->text();
    std::vector<ListenSocket> sockets;
    sockets.push_back(*std::move(socket));
    server_ = std::make_unique<Server>(
        std::move(sockets), options_,
        [this](const std::shared_ptr<Exchange>& exchange) { Handle(exchange); });
    server_->Start();
  }

  std::string Ask(std::string_view octets) const {
    const Client client(address_);
    client.Send(octets);
    return client.ReceiveAll();
  }

  /// The handler is told just after the client.
  bool OneHasGone() const {
    for (int i = 0; i < 500 && gone_ == 0; ++i) std::this_thread::sleep_for(milliseconds(20));
    return gone_ == 1;
  }

  ServerOptions options_;
  std::string address_;
  std::atomic<int> gone_{0};
  std::unique_ptr<Server> server_;

 private:
  void Handle(const std::shared_ptr<Exchange>& exchange) {
    const std::weak_ptr<Exchange> weak = exchange;
    exchange->OnGone([this] { ++gone_; });
    if (exchange->request().path == "/never") return;
    if (exchange->request().path == "/echo") {
      exchange->TakeBody([weak](std::string_view octets) { weak.lock()->Write(octets); },
                         [weak] { weak.lock()->EndStream(true); });
      return exchange->BeginStream("text/plain");
    }
    if (exchange->request().path == "/whole") {
      const auto body = std::make_shared<std::string>();
      return exchange->TakeBody([body](std::string_view octets) { body->append(octets); },
                                [weak, body] {
                                  weak.lock()->Respond({200, "text/plain", *body});
                                });
    }
    const std::string* name = exchange->request().Find("name");
    exchange->Respond({200, "text/plain", name == nullptr ? "answer 42\n" : *name});
  }
};

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  Start();
  const Client client(address_);
  for (int i = 0; i < 20; ++i) {
    client.Send("GET /text HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReceiveUntil("42\n"), testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                                                            HasSubstr("Content-Length: 10\r\n"),
                                                            Not(HasSubstr("Connection: close"))));
  }
  EXPECT_EQ(server_->requests(), 20u);
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ServerTest, OlderAndShorterForms) {
  Start();
  EXPECT_THAT(Ask("GET /text?x=1 HTTP/1.0\r\n\r\n"), EndsWith("answer 42\n"));
  EXPECT_THAT(Ask("HEAD /text HTTP/1.1\r\nConnection: close\r\n\r\n"),
              testing::AllOf(HasSubstr("Content-Length: 10\r\n"), EndsWith("\r\n\r\n")));
  EXPECT_THAT(Ask("GET /te%78t?name=a%20b+c%zz HTTP/1.0\r\n\r\n"), EndsWith("a b c%zz"));
}

TEST_F(ServerTest, RequestsInPiecesAndSeveralAtOnce) {
  Start();
  const Client client(address_);
  for (const char c : std::string_view("GET /text HTTP/1.1\r\n\r\n")) client.Send({&c, 1});
  EXPECT_THAT(client.ReceiveUntil("42\n"), HasSubstr("answer 42"));
  client.Send(
      "GET /text?name=one HTTP/1.1\r\n\r\nGET /text?name=two HTTP/1.1\r\nConnection: "
      "close\r\n\r\n");
  const std::string both = client.ReceiveAll();
  EXPECT_LT(both.find("one"), both.find("two"));
  EXPECT_THAT(both, EndsWith("two"));
}

TEST_F(ServerTest, BodiesOfKnownAndUnknownLength) {
  Start();
  EXPECT_THAT(Ask("POST /whole HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"),
              EndsWith("\r\n\r\nhello"));
  EXPECT_THAT(Ask("POST /whole HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"),
              EndsWith("\r\n\r\nhello"));
  EXPECT_THAT(Ask("POST /whole HTTP/1.1\r\nConnection: close\r\n\r\n"),
              HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(ServerTest, AStreamGoesBothWaysAtOnce) {
  Start();
  const Client client(address_);
  client.Send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_THAT(client.ReceiveUntil("chunked\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue\r\n\r\n"));
  client.Send("3\r\none\r\n");
  EXPECT_EQ(client.ReceiveUntil("one\r\n"), "3\r\none\r\n");
  client.Send("3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_EQ(client.ReceiveUntil("0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
  client.Send("GET /text HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.ReceiveUntil("42\n"), HasSubstr("200 OK"));
}

TEST_F(ServerTest, WhatIsNoRequestIsRefused) {
  options_.max_header_size = 4096;
  Start();
  for (const char* octets : {"GET\r\n\r\n", "GET /text\r\n\r\n", " \r\n\r\n",
                             "GET /text SMTP\r\n\r\n", "\x16\x03\x01\r\n\r\n",
                             "GET /text HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                             "POST /whole HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    EXPECT_THAT(Ask(octets), StartsWith("HTTP/1.1 400 ")) << octets;
  }
  EXPECT_THAT(Ask("GET /text HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, ABrokenBodyEndsTheConnection) {
  Start();
  EXPECT_THAT(Ask("POST /whole HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"),
              IsEmpty());
  EXPECT_TRUE(OneHasGone());
}

TEST_F(ServerTest, AHeaderThatDoesNotEndIsCutOff) {
  options_.header_patience = milliseconds(300);
  Start();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask("GET /text HT"), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
}

TEST_F(ServerTest, AClientThatDoesNothingWhereItIsItsTurnIsCutOff) {
  options_.idle_patience = milliseconds(300);
  Start();
  EXPECT_EQ(Ask("POST /whole HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe"), "");
  EXPECT_TRUE(OneHasGone());
  const Client idle(address_);
  idle.Send("GET /text HTTP/1.1\r\n\r\n");
  EXPECT_THAT(idle.ReceiveAll(), EndsWith("answer 42\n"));
}

TEST_F(ServerTest, AClientThatGoesIsNoticed) {
  Start();
  {
    const Client client(address_), other(address_);
    client.Send("GET /never HTTP/1.1\r\n\r\n");
  }
  EXPECT_TRUE(OneHasGone());
}

TEST_F(ServerTest, TooManyClientsAreTold) {
  options_.max_connections = 2;
  Start();
  auto first = std::make_unique<Client>(address_);
  const Client second(address_);
  first->Send("GET /text HTTP/1.1\r\n\r\n");
  EXPECT_THAT(first->ReceiveUntil("42\n"), HasSubstr("200 OK"));
  EXPECT_THAT(Client(address_).ReceiveAll(), StartsWith("HTTP/1.1 503 "));
  first.reset();
  std::string answer;
  for (int i = 0; i < 200 && answer.find("42") == std::string::npos; ++i) {
    answer = Ask("GET /text HTTP/1.0\r\n\r\n");
  }
  EXPECT_THAT(answer, HasSubstr("answer 42"));
}

TEST_F(ServerTest, DrainsWhatHasBegun) {
  Start();
  const Client idle(address_);
  idle.Send("GET /text HTTP/1.1\r\n\r\n");
  (void)idle.ReceiveUntil("42\n");
  const Client busy(address_);
  busy.Send("POST /whole HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe");
  while (server_->requests() < 2) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_FALSE(server_->Drain(milliseconds(100)));
  EXPECT_EQ(idle.ReceiveAll(), "");
  busy.Send("llo");
  EXPECT_THAT(busy.ReceiveAll(), EndsWith("hello"));
  EXPECT_TRUE(server_->Drain(seconds(10)));
}

TEST_F(ServerTest, EndsWithConnectionsOpen) {
  Start();
  const Client client(address_);
  client.Send("GET /ne");
  const Client waiting(address_);
  waiting.Send("GET /never HTTP/1.1\r\n\r\n");
  while (server_->requests() < 1) std::this_thread::sleep_for(milliseconds(5));
  server_.reset();
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_EQ(waiting.ReceiveAll(), "");
}

TEST(ListenSocketTest, AddressesThatCannotBeUsed) {
  const auto first = ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first->is_open_to_others());
  struct Row {
    std::string text;
    const char* why;
  };
  for (const Row& row :
       {Row{first->text(), "address already in use"}, Row{"nowhere:1", "is no ADDR"},
        Row{"127.0.0.1", "is no ADDR"}, Row{"", "is no ADDR"}, Row{"70000", "is no ADDR"},
        Row{"unix:", "1 to 107"}, Row{"unix:" + std::string(200, 'x'), "1 to 107"},
        Row{"unix:/", "file of that name"}}) {
    const auto socket = ListenSocket::Open(row.text);
    EXPECT_THAT(std::string(socket.status().message()), HasSubstr(row.why)) << row.text;
  }
}

TEST(ParseQueryTest, TakesWhatThereIs) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(ParseQuery(""), Pairs());
  EXPECT_EQ(ParseQuery("a=1&&b&c=%41%4&d=x=y&=z"),
            (Pairs{{"a", "1"}, {"b", ""}, {"c", "A%4"}, {"d", "x=y"}, {"", "z"}}));
}

}  // namespace
}  // namespace caascan::http
