// DNS over HTTPS with a server in memory, and without TLS below.
#include "scanner/stream/https_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "scanner/dns/codes.h"
#include "scanner/stream/stream_error.h"
#include "tests/stream/http2_server.h"
#include "tests/stream/memory_stream.h"

namespace caascan::stream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Octets = std::vector<uint8_t>;

constexpr const char* kMediaType = "application/dns-message";

/// What is sent, for this query ID: any octets with a header's length.
Octets Message(uint16_t id, size_t size = 100) {
  Octets octets(size, 0x5a);
  octets[0] = static_cast<uint8_t>(id >> 8);
  octets[1] = static_cast<uint8_t>(id & 0xff);
  return octets;
}

class Sink final : public MessageStream::User {
 public:
  void OnConnected(int error) override { connected = error; }
  void OnMessage(std::span<const uint8_t> message) override {
    messages.emplace_back(message.begin(), message.end());
    if (close_at_message != nullptr) std::exchange(close_at_message, nullptr)->Close();
  }
  void OnRefused(uint16_t id, int error) override { refused.emplace_back(id, error); }
  void OnLastCall() override { ++last_calls; }
  void OnEnd(int error) override { ended = error; }
  void OnClosed() override {}

  std::optional<int> connected;
  std::optional<int> ended;
  std::vector<Octets> messages;
  std::vector<std::pair<uint16_t, int>> refused;
  int last_calls = 0;
  MessageStream* close_at_message = nullptr;
};

class HttpsStreamTest : public testing::Test {
 protected:
  HttpsStreamTest() {
    EXPECT_EQ(stream_.Connect(async::Address::FromText("192.0.2.1", 443).value()), 0);
    below_->user()->OnConnected(0);
    EXPECT_EQ(sink_.connected, 0);
  }
  ~HttpsStreamTest() override {
    if (!below_->closed()) stream_.Close();
    below_->user()->OnClosed();
    loop_.Drain();
  }

  void Pump() {
    for (bool any = true; any && !below_->closed();) {
      const Octets to_server = below_->TakeWritten();
      server_.Take(to_server);
      const Octets to_client = server_.TakeOutput();
      below_->Deliver(to_client, most_);
      any = !to_server.empty() || !to_client.empty();
    }
  }
  /// Sends queries with these IDs; the streams are 1, 3, 5 and so on.
  void Send(std::initializer_list<uint16_t> ids) {
    for (const uint16_t id : ids) stream_.Send(Message(id));
    Pump();
  }
  /// Runs the loop until a query is refused.
  void RunToRefusal() {
    loop_.SetTurnHook([this] {
      if (!sink_.refused.empty()) loop_.Stop();
    });
    loop_.Run();
  }

  size_t most_ = SIZE_MAX;
  async::Loop loop_;
  Sink sink_;
  MemoryStream* below_ = nullptr;
  const Channel channel_{Channel::Kind::kHttps, "r.example", "r.example:8443", "/dns-query"};
  HttpsStream stream_{channel_, &loop_, &sink_,
                      [this](async::Loop*, async::ByteStream::User* user) {
                        auto below = std::make_unique<MemoryStream>(user);
                        below_ = below.get();
                        return below;
                      }};
  Http2Server server_;
};

// RFC 8484 §4.1.
TEST_F(HttpsStreamTest, AQueryIsAPostWithIdZero) {
  Send({0x1234});
  ASSERT_EQ(server_.requests().size(), 1u);
  const Http2Server::Request& request = server_.requests().at(1);
  EXPECT_TRUE(request.whole);
  EXPECT_EQ(request.body, Message(0));
  for (const auto& [name, value] :
       {std::pair(":method", "POST"), std::pair(":scheme", "https"),
        std::pair(":authority", "r.example:8443"), std::pair(":path", "/dns-query"),
        std::pair("accept", kMediaType), std::pair("content-type", kMediaType),
        std::pair("content-length", "100")}) {
    EXPECT_EQ(request.headers.at(name), value) << name;
  }
}

TEST_F(HttpsStreamTest, AnswersComeInAnyOrderWithTheirIdsHoweverTheyAreCut) {
  for (const size_t most : {SIZE_MAX, size_t{1}}) {
    most_ = most;
    sink_.messages.clear();
    const auto first = static_cast<int32_t>(2 * server_.requests().size() + 1);
    Send({1, 2, 3});
    for (const int i : {2, 0, 1}) server_.Answer(first + 2 * i, "200", kMediaType, Message(0));
    Pump();
    EXPECT_THAT(sink_.messages, testing::UnorderedElementsAre(Message(1), Message(2), Message(3)));
  }
  EXPECT_THAT(sink_.refused, IsEmpty());
}

TEST_F(HttpsStreamTest, TheLargestAnswerIsTaken) {
  Send({7});
  server_.Answer(1, "200", kMediaType, Message(0, dns::kMaxMessageSize));
  Pump();
  EXPECT_THAT(sink_.messages, ElementsAre(Message(7, dns::kMaxMessageSize)));
}

struct RefusedRow {
  const char* name;
  const char* status;
  const char* type;
  size_t size;
  int error;
};
class HttpsRefusedTest : public HttpsStreamTest, public testing::WithParamInterface<RefusedRow> {};

TEST_P(HttpsRefusedTest, CostsTheOneQuery) {
  Send({1, 2});
  server_.Answer(1, GetParam().status, GetParam().type, Octets(GetParam().size));
  server_.Answer(3, "200", kMediaType, Message(0));
  Pump();
  EXPECT_THAT(sink_.refused, ElementsAre(std::pair(uint16_t{1}, GetParam().error)));
  EXPECT_THAT(sink_.messages, ElementsAre(Message(2)));
  EXPECT_FALSE(sink_.ended.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HttpsRefusedTest,
    testing::Values(
        RefusedRow{"Unavailable", "503", "text/plain", 10, HttpStatusError(503)},
        RefusedRow{"TooMany", "429", "", 0, HttpStatusError(429)},
        RefusedRow{"NotFoundAsMessage", "404", kMediaType, 100, HttpStatusError(404)},
        RefusedRow{"Redirected", "302", "", 0, HttpStatusError(302)},
        RefusedRow{"Html", "200", "text/html", 100, HttpContentError()},
        RefusedRow{"NoType", "200", "", 100, HttpContentError()},
        RefusedRow{"LikeTheType", "200", "application/dns-messages", 100, HttpContentError()},
        RefusedRow{"Empty", "200", kMediaType, 0, HttpContentError()},
        RefusedRow{"Short", "200", kMediaType, 11, HttpContentError()},
        RefusedRow{"TooLong", "200", kMediaType, dns::kMaxMessageSize + 1, HttpContentError()}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(HttpsStreamTest, TheTypesLettersAndParametersSayNothing) {
  Send({1});
  server_.Answer(1, "200", "Application/DNS-Message ; charset=x", Message(0));
  Pump();
  EXPECT_THAT(sink_.messages, ElementsAre(Message(1)));
}

TEST_F(HttpsStreamTest, AResetCostsTheOneQuery) {
  Send({1, 2, 3});
  server_.Reset(1, NGHTTP2_INTERNAL_ERROR);
  server_.Reset(3, NGHTTP2_REFUSED_STREAM);
  Pump();
  EXPECT_THAT(sink_.refused,
              ElementsAre(std::pair(uint16_t{1}, ECONNRESET), std::pair(uint16_t{2}, 0)))
      << "the server has not looked at the second";
  EXPECT_FALSE(sink_.ended.has_value());
}

TEST_F(HttpsStreamTest, TheLastCallLeavesWhatIsUnderWay) {
  Send({1, 2});
  server_.GoAway(1);
  Pump();
  EXPECT_EQ(sink_.last_calls, 1);
  EXPECT_THAT(sink_.refused, ElementsAre(std::pair(uint16_t{2}, 0)));
  server_.Answer(1, "200", kMediaType, Message(0));
  Pump();
  EXPECT_THAT(sink_.messages, ElementsAre(Message(1)));
  EXPECT_EQ(sink_.ended, 0);
}

TEST_F(HttpsStreamTest, AfterTheLastCallAQueryIsRefusedAtTheNextTurn) {
  Send({1});
  server_.GoAway(1);
  Pump();
  stream_.Send(Message(2));
  EXPECT_THAT(sink_.refused, IsEmpty()) << "not below a call of the stream";
  RunToRefusal();
  EXPECT_THAT(sink_.refused, ElementsAre(std::pair(uint16_t{2}, 0)));
}

TEST_F(HttpsStreamTest, TheServerSaysHowManyAtOnce) {
  EXPECT_EQ(stream_.most_at_once(), 100u);
  for (const auto& [said, taken] : {std::pair(5u, size_t{5}), std::pair(250u, size_t{250}),
                                    std::pair(5'000'000u, size_t{1000})}) {
    server_.LimitStreams(said);
    Pump();
    EXPECT_EQ(stream_.most_at_once(), taken);
  }
  EXPECT_FALSE(sink_.ended.has_value());
}

TEST_F(HttpsStreamTest, AServerThatAllowsNoQueryIsLeft) {
  server_.LimitStreams(0);
  Pump();
  EXPECT_EQ(sink_.ended, EPROTO);
}

TEST_F(HttpsStreamTest, ACancelledQueryIsResetAndItsAnswerDropped) {
  Send({1, 2});
  stream_.Cancel(1);
  server_.Answer(1, "200", kMediaType, Message(0));  // Crosses it.
  server_.Answer(3, "200", kMediaType, Message(0));
  Pump();
  EXPECT_THAT(sink_.messages, ElementsAre(Message(2)));
  EXPECT_THAT(sink_.refused, IsEmpty());
  Send({1});
  server_.Answer(5, "200", kMediaType, Message(0));
  Pump();
  EXPECT_EQ(sink_.messages.back(), Message(1)) << "its ID is free again";
}

TEST_F(HttpsStreamTest, WhatIsNoHttpCostsTheConnection) {
  const std::string text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  below_->Deliver(Octets(text.begin(), text.end()));
  EXPECT_EQ(sink_.ended, EPROTO);
}

TEST_F(HttpsStreamTest, TheEndBelowIsTold) {
  Send({1});
  below_->user()->OnEnd(ECONNRESET);
  EXPECT_EQ(sink_.ended, ECONNRESET);
}

TEST_F(HttpsStreamTest, TheUserMayCloseAsItIsTold) {
  Send({1, 2});
  server_.Answer(1, "200", kMediaType, Message(0));
  server_.Answer(3, "200", kMediaType, Message(0));
  sink_.close_at_message = &stream_;
  Pump();
  EXPECT_EQ(sink_.messages.size(), 1u);
  EXPECT_FALSE(sink_.ended.has_value());
}

// A hundred answers that never end: what they may hold of our memory is bounded.
TEST_F(HttpsStreamTest, ManyLargeAnswersThatDoNotEndAreRefused) {
  for (uint16_t id = 0; id < 100; ++id) stream_.Send(Message(id));
  Pump();
  for (int32_t i = 0; i < 100; ++i) {
    server_.Answer(2 * i + 1, "200", kMediaType, Octets(dns::kMaxMessageSize + 1));
  }
  Pump();
  EXPECT_EQ(sink_.refused.size(), 100u);
  EXPECT_THAT(sink_.messages, IsEmpty());
}

}  // namespace
}  // namespace caascan::stream
