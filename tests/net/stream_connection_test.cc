// Messages over a stream that the test plays itself.
#include "scanner/net/stream_connection.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <string>

#include <gtest/gtest.h>

#include "scanner/net/tcp.h"
#include "tests/net/client.h"
#include "tests/net/fake_transport.h"
#include "tests/net/reply.h"
#include "tests/stream/memory_stream.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using Octets = std::vector<uint8_t>;

constexpr milliseconds kLong = std::chrono::seconds(20);

/// The queries that were written, without their lengths.
std::vector<Octets> Queries(const stream::MemoryStream& stream) {
  const Octets& written = stream.written();
  std::vector<Octets> queries;
  for (size_t at = 0; at + 2 <= written.size();) {
    const size_t size = static_cast<size_t>(written[at] << 8) | written[at + 1];
    queries.emplace_back(written.begin() + static_cast<std::ptrdiff_t>(at + 2),
                         written.begin() + static_cast<std::ptrdiff_t>(at + 2 + size));
    at += 2 + size;
  }
  return queries;
}

Octets Framed(std::span<const uint8_t> message) {
  Octets octets = {static_cast<uint8_t>(message.size() >> 8),
                   static_cast<uint8_t>(message.size() & 0xff)};
  octets.insert(octets.end(), message.begin(), message.end());
  return octets;
}

class StreamConnectionTest : public testing::Test {
 protected:
  explicit StreamConnectionTest(const pacing::LimitOptions& limits = {})
      : client_(limits, {}, [this](Protocol protocol, TransportClient* client) {
          return Make(protocol, client);
        }) {}
  ~StreamConnectionTest() override {
    client_.network()->Close();
    for (stream::MemoryStream* stream : streams_) stream->user()->OnClosed();
  }

  /// Exchanges that are started, and sent as far as there is a connection.
  std::deque<Got>& Ask(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      client_.Start(client_.AskTask(async::Address::FromText("192.0.2.1", 53).value(),
                                    Protocol::kTcp, kLong, "n" + std::to_string(i) + ".example",
                                    &got_.emplace_back()));
    }
    return got_;
  }

  std::unique_ptr<Transport> Make(Protocol protocol, TransportClient* client) {
    if (protocol == Protocol::kUdp) {
      return std::make_unique<FakeTransport>(client, LeaveUnanswered, &counts_);
    }
    return std::make_unique<TcpTransport>(
        client, 10, [this](async::Loop*, async::ByteStream::User* user) {
          auto stream = std::make_unique<stream::MemoryStream>(user);
          streams_.push_back(stream.get());
          return stream;
        });
  }

  FakeTransport::Counts counts_;
  std::vector<stream::MemoryStream*> streams_;
  Client client_;
  std::deque<Got> got_;
};

TEST_F(StreamConnectionTest, QueriesWaitForTheConnectionAndShareIt) {
  Ask(3);
  ASSERT_EQ(streams_.size(), 1u);
  EXPECT_TRUE(Queries(*streams_[0]).empty());
  streams_[0]->user()->OnConnected(0);
  EXPECT_EQ(Queries(*streams_[0]).size(), 3u);
  Ask(1);
  EXPECT_EQ(Queries(*streams_[0]).size(), 4u) << "at once, on the connection that stands";
  client_.network()->CancelAll();
}

TEST_F(StreamConnectionTest, AnswersComeInAnyOrderAndHoweverTheyAreCut) {
  for (const size_t most : {size_t{1}, size_t{2}, size_t{3}, size_t{50}, size_t{100'000}}) {
    got_.clear();
    Ask(4);
    if (Queries(*streams_[0]).empty()) streams_[0]->user()->OnConnected(0);
    const std::vector<Octets> queries = Queries(*streams_[0]);
    Octets answers;
    for (size_t i = 0; i < 4; ++i) {
      const Octets framed = Framed(Reply(queries[queries.size() - 1 - i]).bytes());
      answers.insert(answers.end(), framed.begin(), framed.end());
    }
    streams_[0]->Deliver(answers, most);
    for (size_t i = 0; i < got_.size(); ++i) {
      ASSERT_EQ(got_[i].result.status, ExchangeStatus::kReply) << most;
      EXPECT_EQ(QuestionText(got_[i].message), "n" + std::to_string(i) + ".example");
    }
  }
  EXPECT_EQ(streams_.size(), 1u);
}

struct EndRow {
  const char* name;
  void (*end)(async::ByteStream::User*);
  ExchangeStatus status;
  int error;
};

class StreamConnectionEndTest : public StreamConnectionTest,
                                public testing::WithParamInterface<EndRow> {};

TEST_P(StreamConnectionEndTest, EndsWhatWaits) {
  Ask(2);
  GetParam().end(streams_[0]->user());
  EXPECT_TRUE(streams_[0]->closed());
  for (const Got& got : got_) {
    EXPECT_EQ(got.result.status, GetParam().status);
    EXPECT_EQ(got.result.error, GetParam().error);
  }
  EXPECT_EQ(client_.running(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, StreamConnectionEndTest,
    testing::Values(EndRow{"Refused",
                           [](async::ByteStream::User* user) { user->OnConnected(ECONNREFUSED); },
                           ExchangeStatus::kUnreachable, ECONNREFUSED},
                    EndRow{"NeverStands",
                           [](async::ByteStream::User* user) { user->OnConnected(ETIMEDOUT); },
                           ExchangeStatus::kTimeout, ETIMEDOUT},
                    EndRow{"ClosedWithoutAnswer",
                           [](async::ByteStream::User* user) {
                             user->OnConnected(0);
                             user->OnEnd(0);
                           },
                           ExchangeStatus::kClosed, 0},
                    EndRow{"Reset",
                           [](async::ByteStream::User* user) {
                             user->OnConnected(0);
                             user->OnEnd(ECONNRESET);
                           },
                           ExchangeStatus::kClosed, ECONNRESET}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(StreamConnectionTest, WhatWaitsOnAConnectionThatHadAnsweredGoesOn) {
  Ask(2);
  streams_[0]->user()->OnConnected(0);
  streams_[0]->Deliver(Framed(Reply(Queries(*streams_[0])[0]).bytes()), 100);
  streams_[0]->user()->OnEnd(0);
  ASSERT_EQ(streams_.size(), 2u);
  streams_[1]->user()->OnConnected(0);
  ASSERT_EQ(Queries(*streams_[1]).size(), 1u);
  streams_[1]->Deliver(Framed(Reply(Queries(*streams_[1])[0]).bytes()), 100);
  for (const Got& got : got_) EXPECT_EQ(got.result.status, ExchangeStatus::kReply);
}

TEST_F(StreamConnectionTest, TooManyMessagesThatAnswerNothingEndIt) {
  Ask(1);
  streams_[0]->user()->OnConnected(0);
  const Octets stray = Framed(Reply(Queries(*streams_[0])[0]).FlipId().bytes());
  for (int i = 0; i < 17; ++i) streams_[0]->Deliver(stray, 100);
  EXPECT_FALSE(streams_[0]->closed());
  streams_[0]->Deliver(stray, 100);
  EXPECT_TRUE(streams_[0]->closed());
  EXPECT_EQ(got_[0].result.status, ExchangeStatus::kClosed);
}

/// During an outage no turns are given: what a canary had must do.
class CanaryTest : public StreamConnectionTest {
 protected:
  CanaryTest() : StreamConnectionTest({.rate_qps = 1}) {}

  /// Waits for its turn, and ends with the test.
  void StartCanary() {
    client_.Start([](CanaryTest* test) -> async::Task<> {
      const PeerRef peer =
          test->client_.network()->PeerFor(async::Address::FromText("192.0.2.1", 53).value());
      const dns::Name root;
      dns::QuerySpec spec;
      spec.name = root;
      spec.type = dns::RRType::kSOA;
      if (!peer->exchanges()->admission().TakeCanaryTurn(peer)) co_return;
      Exchange exchange(peer, spec, Protocol::kTcp, kLong);
      exchange.UseCanaryTurn();
      co_await exchange;
    }(this));
  }
  void LetTimePass() {
    const auto until = std::chrono::steady_clock::now() + milliseconds(10);
    while (std::chrono::steady_clock::now() < until) client_.loop()->RefreshNow();
  }
};

TEST_F(CanaryTest, IsSentWithoutAnotherTurnHoweverLateItsConnectionStands) {
  StartCanary();
  ASSERT_EQ(streams_.size(), 1u);
  LetTimePass();
  streams_[0]->user()->OnConnected(0);
  EXPECT_EQ(Queries(*streams_[0]).size(), 1u);
  client_.network()->CancelAll();
}

TEST_F(CanaryTest, GoesOnAtOnceWhereItsConnectionEnds) {
  StartCanary();
  ASSERT_EQ(streams_.size(), 1u);
  streams_[0]->user()->OnConnected(0);
  const Octets query = Queries(*streams_[0]).at(0);
  Ask(1);  // It shares the connection, and waits for its turn.
  StartCanary();
  streams_[0]->Deliver(Framed(Reply(query).bytes()), 1000);
  EXPECT_EQ(client_.running(), 1u) << "the query that waits";
  client_.network()->CancelAll();
}

}  // namespace
}  // namespace caascan::net
