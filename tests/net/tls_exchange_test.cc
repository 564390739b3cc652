// Queries over TLS, from the exchange to the octets.
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include <string>

#include "scanner/stream/stream_error.h"
#include "tests/net/reply.h"
#include "tests/net/tls_exchange.h"

namespace caascan::net {
namespace {

class TlsExchangeTest : public TlsExchange {
 protected:
  /// The queries that have come over the connection of this number.
  std::vector<Octets> TakeQueries(size_t number) {
    Pump(number);
    std::vector<Octets> queries;
    const Octets data = std::exchange(servers_[number].data(), {});
    for (size_t at = 0; at + 2 <= data.size();) {
      const size_t size = static_cast<size_t>(data[at] << 8) | data[at + 1];
      const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at + 2);
      queries.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
      at += 2 + size;
    }
    return queries;
  }

  void Answer(size_t number, const Octets& query) {
    const Octets message = Reply(query).bytes();
    Octets framed = {static_cast<uint8_t>(message.size() >> 8),
                     static_cast<uint8_t>(message.size() & 0xff)};
    framed.insert(framed.end(), message.begin(), message.end());
    servers_[number].Send(framed);
    Pump(number);
  }

  const stream::Channel channel_{stream::Channel::Kind::kTls, "resolver.example"};
};

TEST_F(TlsExchangeTest, QueriesArePaddedAndPipelined) {
  Ask(20, &channel_);
  ASSERT_EQ(streams_.size(), 1u);
  streams_[0]->user()->OnConnected(0);
  std::vector<Octets> queries = TakeQueries(0);
  ASSERT_EQ(queries.size(), 20u) << "none waits for another's answer";
  for (size_t i = queries.size(); i-- > 0;) {
    EXPECT_EQ(queries[i].size() % 128, 0u) << "RFC 8467 §4.1";
    Answer(0, queries[i]);
  }
  for (size_t i = 0; i < got_.size(); ++i) {
    EXPECT_EQ(got_[i].result.status, ExchangeStatus::kReply);
    EXPECT_EQ(QuestionText(got_[i].message), "n" + std::to_string(i) + ".example");
  }
}

TEST_F(TlsExchangeTest, WithoutTlsNothingIsPadded) {
  const stream::Channel tcp;
  Ask(1, &tcp);
  streams_[0]->user()->OnConnected(0);
  EXPECT_NE((streams_[0]->TakeWritten().size() - 2) % 128, 0u);
  client_.network()->CancelAll();
}

TEST_F(TlsExchangeTest, TheNextConnectionResumesTheSessionOfTheSameWayAlone) {
  const stream::Channel other{stream::Channel::Kind::kTls, ""};
  for (const stream::Channel* channel : {&channel_, &channel_, &other}) {
    Ask(1, channel);
    const size_t number = streams_.size() - 1;
    streams_[number]->user()->OnConnected(0);
    const std::vector<Octets> queries = TakeQueries(number);
    ASSERT_EQ(queries.size(), 1u);
    Answer(number, queries[0]);
    EXPECT_EQ(servers_[number].resumed(), number == 1);
    End(number);
  }
  EXPECT_EQ(streams_.size(), 3u);
}

// RFC 7766 §6.2.4: what crossed the server's end is asked again.
TEST_F(TlsExchangeTest, NoQueryIsLostWhereTheServerClosesAfterEachAnswer) {
  Ask(5, &channel_);
  for (size_t number = 0; number < 5; ++number) {
    ASSERT_EQ(streams_.size(), number + 1);
    streams_[number]->user()->OnConnected(0);
    const std::vector<Octets> queries = TakeQueries(number);
    ASSERT_EQ(queries.size(), 5 - number);
    Answer(number, queries[0]);
    End(number);
  }
  for (const Got& got : got_) EXPECT_EQ(got.result.status, ExchangeStatus::kReply);
}

// RFC 7766 §7: its ID stays taken until then, so no other query meets the late answer.
TEST_F(TlsExchangeTest, ALateAnswerIsDroppedAndTheConnectionStays) {
  Ask(1, &channel_, std::chrono::milliseconds(40));
  Ask(1, &channel_);
  streams_[0]->user()->OnConnected(0);
  std::vector<Octets> queries = TakeQueries(0);
  ASSERT_EQ(queries.size(), 2u);
  if (QuestionText(queries[0]) != "n0.example") std::swap(queries[0], queries[1]);
  client_.AtNextTurn([&] { Answer(0, queries[1]); });
  client_.Wait();
  EXPECT_EQ(got_[0].result.status, ExchangeStatus::kTimeout);
  EXPECT_EQ(got_[1].result.status, ExchangeStatus::kReply);
  Answer(0, queries[0]);
  EXPECT_EQ(client_.network()->stats().late, 1u);
  EXPECT_EQ(client_.network()->stats().strays, 0u);
  Answer(0, queries[0]);
  EXPECT_EQ(client_.network()->stats().strays, 1u) << "once is enough";
  Ask(1, &channel_);
  const std::vector<Octets> third = TakeQueries(0);
  ASSERT_EQ(third.size(), 1u);
  Answer(0, third[0]);
  EXPECT_EQ(got_[2].result.status, ExchangeStatus::kReply);
  EXPECT_EQ(streams_.size(), 1u);
}

TEST_F(TlsExchangeTest, ACertificateThatIsNotValidIsToldToEach) {
  const stream::Channel other{stream::Channel::Kind::kTls, "other.example"};
  Ask(3, &other);
  streams_[0]->user()->OnConnected(0);
  EXPECT_TRUE(TakeQueries(0).empty());
  for (const Got& got : got_) {
    EXPECT_EQ(got.result.status, ExchangeStatus::kUnreachable);
    EXPECT_EQ(got.result.error, stream::CertificateError(X509_V_ERR_HOSTNAME_MISMATCH));
  }
  EXPECT_EQ(streams_.size(), 1u);
}

}  // namespace
}  // namespace caascan::net
