// The life of an exchange, over a transport whose behaviour is a row of the table.
#include "scanner/net/exchanges.h"

#include <array>
#include <cerrno>
#include <deque>

#include <gtest/gtest.h>

#include "tests/net/client.h"
#include "tests/net/fake_transport.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShort(5);
constexpr milliseconds kLong = std::chrono::seconds(20);
constexpr std::array<uint8_t, 12> kReply = {0, 0, 0x84};

async::Address Server(int number = 1) {
  return async::Address::FromText("192.0.2." + std::to_string(number), 53).value();
}

void Answer(Exchange* exchange, TransportClient* client) {
  client->CompleteReply(exchange, kReply);
}
void Refuse(Exchange* exchange, TransportClient* client) {
  client->Complete(exchange, ExchangeStatus::kUnreachable, ECONNREFUSED);
}
void Forge(Exchange* exchange, TransportClient*) { ++exchange->result().mismatches.id; }

struct LifeRow {
  const char* name;
  FakeTransport::Handler act;
  bool loses;
  ExchangeStatus status;
  int error;
  unsigned sent;
  unsigned timeouts;
  uint32_t silences;
};

class ExchangeLifeTest : public testing::TestWithParam<LifeRow> {};

TEST_P(ExchangeLifeTest, Ends) {
  const LifeRow& row = GetParam();
  FakeTransport::Counts counts;
  counts.loses = row.loses;
  Client client({}, {}, FakeTransports(row.act, &counts));
  const PeerRef peer = client.network()->PeerFor(Server());
  const Got got = client.Ask(Server(), Protocol::kUdp, kShort);
  EXPECT_EQ(got.result.status, row.status);
  EXPECT_EQ(got.result.error, row.error);
  EXPECT_EQ(counts.sent, row.sent);
  EXPECT_EQ(counts.timeouts, row.timeouts);
  EXPECT_EQ(counts.forgotten, row.sent) << "the transport lets go of all it has sent";
  EXPECT_EQ(peer->silences(), row.silences);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ExchangeLifeTest,
    testing::Values(
        LifeRow{"Answered", Answer, false, ExchangeStatus::kReply, 0, 1, 0, 0},
        LifeRow{"Refused", Refuse, false, ExchangeStatus::kUnreachable, ECONNREFUSED, 1, 0, 1},
        LifeRow{"Silent", LeaveUnanswered, false, ExchangeStatus::kTimeout, 0, 1, 1, 1},
        LifeRow{"Doubted", Forge, false, ExchangeStatus::kDoubtful, 0, 1, 1, 0},
        LifeRow{"LostHere", LeaveUnanswered, true, ExchangeStatus::kTimeout, 0, 3, 3, 1}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ExchangesTest, ABlockedAddressIsNeverSubmitted) {
  FakeTransport::Counts counts;
  NetworkOptions options;
  options.blocked = [](const async::Address&) { return true; };
  Client client({}, options, FakeTransports(Answer, &counts));
  EXPECT_EQ(client.Ask(Server()).result.status, ExchangeStatus::kBlocked);
  EXPECT_EQ(counts.sent, 0u);
}

TEST(ExchangesTest, WhatIsBlockedLaterEndsWhatWaitsAndNothingElse) {
  FakeTransport::Counts counts;
  bool blocks = false;
  NetworkOptions options;
  options.blocked = [&blocks](const async::Address& address) {
    return blocks && address == Server();
  };
  Client client({.server_inflight = 1}, options, FakeTransports(LeaveUnanswered, &counts));
  std::deque<Got> got(3);
  for (Got& each : got) {
    client.Start(client.AskTask(Server(), Protocol::kUdp, kShort, "n.example", &each));
  }
  client.network()->Flush();
  client.network()->LookForBlocked();
  EXPECT_EQ(client.network()->stalled(), 2u) << "nothing is blocked yet";
  blocks = true;
  client.network()->LookForBlocked();
  EXPECT_EQ(client.network()->stalled(), 0u);
  EXPECT_EQ(client.Ask(Server()).result.status, ExchangeStatus::kBlocked) << "and every later one";
  client.Wait();
  EXPECT_EQ(counts.sent, 1u);
  EXPECT_EQ(got[0].result.status, ExchangeStatus::kTimeout) << "it was under way";
  EXPECT_EQ(got[1].result.status, ExchangeStatus::kBlocked);
  EXPECT_EQ(got[2].result.status, ExchangeStatus::kBlocked);
}

TEST(ExchangesTest, CancellingEndsThoseThatWaitAndThoseThatAreSent) {
  FakeTransport::Counts counts;
  Client client({.server_inflight = 1}, {}, FakeTransports(LeaveUnanswered, &counts));
  std::deque<Got> got(3);
  for (Got& each : got) {
    client.Start(client.AskTask(Server(), Protocol::kUdp, kLong, "n.example", &each));
  }
  client.network()->Flush();
  EXPECT_EQ(counts.sent, 1u);
  client.network()->CancelAll();
  client.Wait();
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kCancelled);
  EXPECT_EQ(counts.forgotten, 1u);
  EXPECT_EQ(client.Ask(Server()).result.status, ExchangeStatus::kCancelled)
      << "and every later one";
}

TEST(ExchangesTest, OneThatCouldNotUseItsTurnIsTheNextOfItsServer) {
  FakeTransport::Counts counts;
  std::deque<const Exchange*> sent;
  const auto lose_the_first = [&](Exchange* exchange, TransportClient* client) {
    sent.push_back(exchange);
    if (sent.size() == 1) return client->Requeue(exchange);
    client->CompleteReply(exchange, kReply);
  };
  Client client({.server_inflight = 1}, {}, FakeTransports(lose_the_first, &counts));
  std::deque<Got> got(2);
  for (Got& each : got) {
    client.Start(client.AskTask(Server(), Protocol::kTcp, kLong, "n.example", &each));
  }
  client.Wait();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0], sent[1]);
  EXPECT_NE(sent[1], sent[2]);
  for (const Got& each : got) EXPECT_EQ(each.result.status, ExchangeStatus::kReply);
}

TEST(ExchangesTest, ASilenceDuringAnOverloadIsNoEvidence) {
  FakeTransport::Counts counts;
  const auto drop_the_first = [&counts](Exchange* exchange, TransportClient* client) {
    if (exchange->peer()->address() == Server(2)) return;
    if (counts.sent > 2) return client->CompleteReply(exchange, kReply);
    client->stats().drops += 100;
  };
  Client client({}, {}, FakeTransports(drop_the_first, &counts));
  std::deque<Got> got(2);
  client.Start(client.AskTask(Server(1), Protocol::kUdp, milliseconds(400), "n.example", &got[0]));
  // Its end is a turn of the loop after the round, and before the other one's deadline.
  client.Start(client.AskTask(Server(2), Protocol::kUdp, milliseconds(250), "n.example", &got[1]));
  client.Wait();
  EXPECT_EQ(got[0].result.status, ExchangeStatus::kReply);
  EXPECT_EQ(client.network()->PeerFor(Server(1))->silences(), 0u);
}

}  // namespace
}  // namespace caascan::net
