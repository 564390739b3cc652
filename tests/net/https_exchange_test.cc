// Queries over HTTPS, from the exchange to the requests.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "scanner/stream/stream_error.h"
#include "tests/net/reply.h"
#include "tests/net/tls_exchange.h"
#include "tests/stream/http2_server.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;

constexpr const char* kMediaType = "application/dns-message";
constexpr milliseconds kShort(40);

/// Ends the loop's run.
class StopTimer : public async::Timer {
 public:
  StopTimer(async::Loop* loop, milliseconds delay) : loop_(loop) { loop->Arm(this, delay); }

 private:
  void OnTimer() override { loop_->Stop(); }
  async::Loop* const loop_;
};

class HttpsExchangeTest : public TlsExchange {
 protected:
  /// Lets the loop run for so long.
  void Rest(milliseconds time) {
    StopTimer timer(client_.loop(), time);
    client_.loop()->Run();
  }
  /// Carries what there is over the connection of this number, HTTP included.
  void Carry(size_t number) {
    while (https_.size() <= number) https_.emplace_back(most_streams_);
    for (bool any = true; any && !streams_[number]->closed();) {
      Pump(number);
      const Octets to_server = std::exchange(servers_[number].data(), {});
      https_[number].Take(to_server);
      const Octets to_client = https_[number].TakeOutput();
      if (!to_client.empty()) servers_[number].Send(to_client);
      any = !to_server.empty() || !to_client.empty();
    }
  }
  void Connect(size_t number) {
    streams_[number]->user()->OnConnected(0);
    Carry(number);
  }
  /// Answers a whole request. Streams are 1, 3, 5 and so on.
  void Answer(size_t number, int32_t stream) {
    const stream::Http2Server::Request& request = https_[number].requests().at(stream);
    ASSERT_TRUE(request.whole);
    https_[number].Answer(stream, "200", kMediaType, Reply(request.body).bytes());
    Carry(number);
  }
  size_t Count(ExchangeStatus status) const {
    return static_cast<size_t>(std::count_if(got_.begin(), got_.end(), [status](const Got& got) {
      return got.result.status == status;
    }));
  }

  const stream::Channel channel_{stream::Channel::Kind::kHttps, "resolver.example",
                                 "resolver.example", "/dns-query"};
  uint32_t most_streams_ = 100;
  std::deque<stream::Http2Server> https_;
};

TEST_F(HttpsExchangeTest, QueriesArePaddedAndAnswered) {
  Ask(10, &channel_);
  Connect(0);
  ASSERT_EQ(https_[0].requests().size(), 10u);
  for (int32_t i = 10; i-- > 0;) {
    EXPECT_EQ(https_[0].requests().at(2 * i + 1).body.size() % 128, 0u);
    Answer(0, 2 * i + 1);
  }
  for (size_t i = 0; i < got_.size(); ++i) {
    EXPECT_EQ(got_[i].result.status, ExchangeStatus::kReply);
    EXPECT_EQ(QuestionText(got_[i].message), "n" + std::to_string(i) + ".example");
  }
  EXPECT_EQ(streams_.size(), 1u);
}

// Those beyond what the server takes at once wait, and their time does not run.
TEST_F(HttpsExchangeTest, NoMoreThanTheServerTakesAtOnce) {
  most_streams_ = 2;
  Ask(2, &channel_);
  Connect(0);
  Ask(5, &channel_, kShort);
  Carry(0);
  EXPECT_EQ(https_[0].requests().size(), 2u);
  Rest(2 * kShort);
  EXPECT_EQ(Count(ExchangeStatus::kTimeout), 0u);
  for (int32_t i = 0; i < 7; ++i) Answer(0, 2 * i + 1);
  EXPECT_EQ(Count(ExchangeStatus::kReply), 7u);
  EXPECT_EQ(streams_.size(), 1u);
}

TEST_F(HttpsExchangeTest, ASlowAnswerCostsNoConnectionOverWhichOthersCome) {
  Ask(1, &channel_, kShort);
  Ask(1, &channel_);
  Connect(0);
  client_.AtNextTurn([this] {
    for (const auto& [stream, request] : https_[0].requests()) {
      Reply reply(request.body);
      if (QuestionText(reply.bytes()) != "n1.example") continue;
      https_[0].Answer(stream, "200", kMediaType, reply.bytes());
    }
    Carry(0);
  });
  client_.Wait();
  EXPECT_EQ(got_[0].result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(got_[1].result.status, ExchangeStatus::kReply);
  Carry(0);
  size_t given_up = 0;
  for (const auto& [stream, request] : https_[0].requests()) {
    if (request.reset == NGHTTP2_CANCEL) ++given_up;
  }
  EXPECT_EQ(given_up, 1u);
  Ask(1, &channel_);
  Carry(0);
  Answer(0, 5);
  EXPECT_EQ(got_[2].result.status, ExchangeStatus::kReply);
  EXPECT_EQ(streams_.size(), 1u);
}

TEST_F(HttpsExchangeTest, ASilentConnectionIsReplacedAndWhatWaitsBehindItGoesOn) {
  most_streams_ = 1;
  Ask(1, &channel_, kShort);
  Connect(0);
  Ask(1, &channel_);
  Carry(0);
  Rest(2 * kShort);
  EXPECT_EQ(got_[0].result.status, ExchangeStatus::kTimeout);
  ASSERT_EQ(streams_.size(), 2u);
  Connect(1);
  Answer(1, 1);
  EXPECT_EQ(got_[1].result.status, ExchangeStatus::kReply);
}

TEST_F(HttpsExchangeTest, AStatusIsToldAndTheOthersGoOn) {
  Ask(2, &channel_);
  Connect(0);
  https_[0].Answer(1, "503", "", {});
  Carry(0);
  Answer(0, 3);
  EXPECT_EQ(Count(ExchangeStatus::kReply), 1u);
  ASSERT_EQ(Count(ExchangeStatus::kUnreachable), 1u);
  for (const Got& got : got_) {
    if (got.result.status != ExchangeStatus::kReply) {
      EXPECT_EQ(got.result.error, stream::HttpStatusError(503));
    }
  }
}

TEST_F(HttpsExchangeTest, AfterTheLastCallAnotherConnectionIsUsed) {
  Ask(3, &channel_);
  Connect(0);
  Answer(0, 1);
  https_[0].GoAway(3);
  Carry(0);
  ASSERT_EQ(streams_.size(), 2u) << "for what the server has not looked at";
  Connect(1);
  Answer(1, 1);
  Answer(0, 3);
  EXPECT_EQ(Count(ExchangeStatus::kReply), 3u);
  EXPECT_TRUE(streams_[0]->closed());
}

TEST_F(HttpsExchangeTest, ALastCallEndsAnIdleConnection) {
  Ask(1, &channel_);
  Connect(0);
  Answer(0, 1);
  https_[0].GoAway(1);
  Carry(0);
  EXPECT_TRUE(streams_[0]->closed());
}

}  // namespace
}  // namespace caascan::net
