// A server of the test's own that says whatever it likes, and a real one.
#include "scanner/share/session.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "scanner/io/wake_fd.h"
#include "tests/share/redis_server.h"

namespace caascan::share {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience(3000);

/// Takes one connection, greets it as Redis does, and answers the next call with `reply`.
class OddServer {
 public:
  explicit OddServer(std::string reply, bool closes = false, size_t piece = SIZE_MAX)
      : path_(testing::TempDir() + "odd-" + std::to_string(getpid()) + ".sock") {
    unlink(path_.c_str());
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, path_.c_str(), sizeof at.sun_path - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this, reply, closes, piece] { Serve(reply, closes, piece); });
  }
  ~OddServer() {
    thread_.join();
    close(listener_);
    unlink(path_.c_str());
  }

  EngineUrl url() const {
    EngineUrl url;
    url.unix_path = path_;
    return url;
  }

 private:
  void Serve(const std::string& reply, bool closes, size_t piece) const {
    const int fd = accept(listener_, nullptr, nullptr);
    char buffer[4096];
    EXPECT_GT(read(fd, buffer, sizeof buffer), 0);
    const std::string info = "$12\r\nrun_id:abc\r\n\r\n";
    EXPECT_GT(write(fd, info.data(), info.size()), 0);
    if (read(fd, buffer, sizeof buffer) > 0) {
      for (size_t at = 0; at < reply.size(); at += std::min(piece, reply.size() - at)) {
        const size_t size = std::min(piece, reply.size() - at);
        if (send(fd, reply.data() + at, size, MSG_NOSIGNAL) < 0) break;
      }
      // Until the other end has seen enough.
      while (!closes && read(fd, buffer, sizeof buffer) > 0) {
      }
    }
    close(fd);
  }

  const std::string path_;
  int listener_ = -1;
  std::thread thread_;
};

absl::StatusOr<Reply> Ask(const OddServer& server, milliseconds patience = kPatience) {
  auto session = Session::Connect(server.url(), -1, kPatience);
  if (!session.ok()) return session.status();
  EXPECT_EQ((*session)->epoch(), "abc");
  return (*session)->Call({"GET", "x"}, patience);
}

TEST(SessionTest, ReadsEachKindOfReplyInPiecesToo) {
  const std::string reply = "*5\r\n:42\r\n$3\r\na\r\n\r\n+OK\r\n$-1\r\n*2\r\n:1\r\n*0\r\n";
  for (const size_t piece : {size_t{1}, size_t{7}, SIZE_MAX}) {
    const OddServer server(reply, false, piece);
    const auto read = Ask(server);
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->items.size(), 5U);
    EXPECT_EQ(read->At(0)->AsInteger(), 42);
    EXPECT_EQ(read->At(1)->AsText(), std::string_view("a\r\n", 3));
    EXPECT_EQ(read->At(2)->AsText(), "OK");
    EXPECT_EQ(read->At(3)->kind, Reply::Kind::kNil);
    ASSERT_NE(read->At(4)->At(1), nullptr);
    EXPECT_TRUE(read->At(4)->At(1)->items.empty());
    EXPECT_EQ(read->At(5), nullptr);
  }
}

TEST(SessionTest, HostileRepliesAreErrors) {
  const std::string nested = [] {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "*1\r\n";
    return text;
  }();
  const std::string lists = [] {
    std::string text = "*100\r\n";
    for (int i = 0; i < 100; ++i) text += "*900000\r\n";
    return text;
  }();
  const struct {
    const char* name;
    std::string reply;
    absl::StatusCode code;
  } rows[] = {
      {"no protocol", "hello\r\n", absl::StatusCode::kUnavailable},
      {"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", absl::StatusCode::kUnavailable},
      {"bad number", ":4x2\r\n", absl::StatusCode::kUnavailable},
      {"number too large", ":99999999999999999999\r\n", absl::StatusCode::kUnavailable},
      {"negative length", "$-2\r\n", absl::StatusCode::kUnavailable},
      {"negative list", "*-2\r\n", absl::StatusCode::kUnavailable},
      {"list too long", "*1000001\r\n", absl::StatusCode::kUnavailable},
      {"list as long as can be", "*2147483647\r\n", absl::StatusCode::kUnavailable},
      {"list longer than can be", "*4294967297\r\n", absl::StatusCode::kUnavailable},
      {"many long lists", lists, absl::StatusCode::kUnavailable},
      {"nested too deep", nested, absl::StatusCode::kUnavailable},
      {"two replies", ":1\r\n:2\r\n", absl::StatusCode::kUnavailable},
      {"a reply and a part", ":1\r\n$5\r\nab", absl::StatusCode::kUnavailable},
      {"torn text", "$5\r\nab", absl::StatusCode::kUnavailable},
      {"torn list", "*3\r\n:1\r\n", absl::StatusCode::kUnavailable},
      {"torn length", "$9223372036854775807\r\nab", absl::StatusCode::kUnavailable},
      {"nothing", "", absl::StatusCode::kUnavailable},
      {"an error", "-ERR no\r\n", absl::StatusCode::kFailedPrecondition},
      {"loading", "-LOADING soon\r\n", absl::StatusCode::kUnavailable},
      {"out of memory", "-OOM command not allowed\r\n", absl::StatusCode::kUnavailable},
      {"no password", "-NOAUTH needed\r\n", absl::StatusCode::kPermissionDenied},
      {"no script", "-NOSCRIPT none\r\n", absl::StatusCode::kNotFound},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const OddServer server(row.reply, /*closes=*/true);
    const absl::Status status = Ask(server).status();
    EXPECT_EQ(status.code(), row.code) << status;
  }
}

TEST(SessionTest, ARepliesSizeIsBounded) {
  const std::string text = "$100000000\r\n" + std::string(Session::kMostOctets + (1 << 20), 'x');
  const OddServer server(text, false);
  const auto read = Ask(server, milliseconds(20'000));
  EXPECT_TRUE(absl::IsUnavailable(read.status()));
  EXPECT_NE(read.status().message().find("too large"), std::string::npos) << read.status();
}

TEST(SessionTest, SilenceEndsWithPatienceAndAtTheStop) {
  {
    const OddServer server("", /*closes=*/false);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(absl::IsUnavailable(Ask(server, milliseconds(50)).status()));
    EXPECT_LT(std::chrono::steady_clock::now() - began, kPatience);
  }
  const OddServer server("", /*closes=*/false);
  auto stop = io::WakeFd::Create();
  ASSERT_TRUE(stop.ok());
  auto session = Session::Connect(server.url(), (*stop)->fd(), kPatience);
  ASSERT_TRUE(session.ok());
  (*stop)->Notify();
  EXPECT_TRUE(absl::IsCancelled((*session)->Call({"GET", "x"}, kPatience).status()));
  EXPECT_TRUE((*session)->broken());
}

TEST(SessionTest, WhatNobodyAskedForIsNoReply) {
  RedisServer redis;
  redis.Start();
  auto session = Session::Connect(redis.url(), -1, kPatience);
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE((*session)->Call({"SUBSCRIBE", "news"}, kPatience).ok());
  auto other = Session::Connect(redis.url(), -1, kPatience);
  ASSERT_TRUE(other.ok());
  ASSERT_EQ((*other)->Call({"PUBLISH", "news", "x"}, kPatience)->AsInteger(), 1);
  std::this_thread::sleep_for(milliseconds(200));  // Until the news has arrived.
  EXPECT_TRUE(absl::IsUnavailable((*session)->Call({"PING"}, kPatience).status()));
}

TEST(SessionTest, ARealServerAnswersAndGoes) {
  RedisServer redis;
  redis.Start();
  auto session = Session::Connect(redis.url(), -1, kPatience);
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ((*session)->epoch().size(), 40U);
  const std::string binary("a\0b\r\n", 5);
  ASSERT_TRUE((*session)->Call({"SET", "key", binary}, kPatience).ok());
  EXPECT_EQ((*session)->Call({"GET", "key"}, kPatience)->AsText(), binary);
  EXPECT_TRUE(
      absl::IsFailedPrecondition((*session)->Call({"LPUSH", "key", "x"}, kPatience).status()));
  EXPECT_FALSE((*session)->broken()) << "an error is a reply too";
  redis.Kill();
  EXPECT_TRUE(absl::IsUnavailable((*session)->Call({"PING"}, kPatience).status()));
  EXPECT_TRUE((*session)->broken());
  EXPECT_TRUE(absl::IsUnavailable(Session::Connect(redis.url(), -1, kPatience).status()));
}

TEST(SessionTest, AWrongPasswordIsSaid) {
  RedisServer redis;
  redis.Start();
  EngineUrl url = redis.url();
  url.user = "nobody";
  url.password = "secret";
  const auto session = Session::Connect(url, -1, kPatience);
  EXPECT_TRUE(absl::IsPermissionDenied(session.status())) << session.status();
  EXPECT_EQ(session.status().message().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace caascan::share
