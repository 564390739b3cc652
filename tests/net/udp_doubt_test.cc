// Datagrams that are no answer to a query, or may be forged: how long the answer is waited for.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "scanner/net/match.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::net {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLong = std::chrono::seconds(20);

// Who forges answers has few guesses, however many he sends.
TEST(UdpDoubtTest, AfterSeveralMismatchesTheAnswerIsLeftToTcp) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    const dns::Name name = ParseQuery(query.bytes).question_name().ToName();
    for (uint32_t i = 0; i < MostGuesses({.name = name}); ++i) {
      out->Send(Reply(query.bytes).FlipId().bytes());
    }
    out->Send(Reply(query.bytes).bytes());
  });
  Client client;
  const auto begun = steady_clock::now();
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kUdp, kLong);
  EXPECT_EQ(got.result.status, ExchangeStatus::kDoubtful);
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
}

// A resolver has many queries under way at once: each datagram is compared with a few of them, and
// the next one with the next few.
TEST(UdpDoubtTest, AGuessAtAnyOfManyQueriesCounts) {
  constexpr size_t kQueries = 100;
  constexpr int kToMeetAll = 4;  // 32 a datagram.
  size_t arrived = 0;
  FakeServer server([&arrived](const Arrival& query, Outbox* out) {
    if (++arrived < kQueries) return;
    const dns::Name name = ParseQuery(query.bytes).question_name().ToName();
    for (uint32_t i = 1; i < kToMeetAll + MostGuesses({.name = name}); ++i) {
      out->Send(Reply(query.bytes).FlipId().bytes());
    }
  });
  Client client(pacing::LimitOptions{.server_inflight = 0});
  std::vector<Got> got(kQueries);
  for (size_t i = 0; i < kQueries; ++i) {
    client.Start(client.AskTask(server.At("127.0.0.1"), Protocol::kUdp, std::chrono::seconds(3),
                                "n" + std::to_string(i) + ".example.com", &got[i]));
  }
  client.Wait();
  const auto doubtful = std::count_if(got.begin(), got.end(), [](const Got& each) {
    return each.result.status == ExchangeStatus::kDoubtful;
  });
  EXPECT_EQ(doubtful, 1);
}

TEST(UdpDoubtTest, OneMismatchLeavesTheAnswerAShortTime) {
  FakeServer server([](const Arrival& query, Outbox* out) {
    out->Send(BareError(query.bytes, dns::RCode::kServFail));
  });
  Client client;
  const PeerRef peer = client.network()->PeerFor(server.At("127.0.0.1"));
  const auto begun = steady_clock::now();
  const Got got = client.Ask(server.At("127.0.0.1"), Protocol::kUdp, kLong);
  EXPECT_EQ(got.result.status, ExchangeStatus::kDoubtful);
  EXPECT_EQ(got.result.bare_flags, 0x8002);
  EXPECT_LT(steady_clock::now() - begun, kLong / 2);
  EXPECT_EQ(peer->silences(), 0u) << "it has said something";
}

}  // namespace
}  // namespace caascan::net
