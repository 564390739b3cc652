// Datagrams that are no answer to a query, or may be forged: how long the answer is waited for.
#include <gtest/gtest.h>

#include <chrono>

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
    for (uint32_t i = 0; i < MostGuesses(name); ++i) {
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
