// One server's queue, and what it reports of the server's pace.
#include "scanner/net/peer_queue.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "scanner/net/exchange.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

const async::Address kServer = async::Address::FromText("192.0.2.1", 53).value();
constexpr nanoseconds kNow = seconds(1000);

struct Query {
  explicit Query(Protocol protocol = Protocol::kUdp)
      : exchange(nullptr, spec, protocol, milliseconds(100)) {}
  const dns::Name name;
  const dns::QuerySpec spec{.name = name};
  Exchange exchange;
};

TEST(PeerQueueTest, FirstComeFirstButForThoseInFront) {
  PeerQueue queue;
  Query first;
  Query second;
  Query third;
  queue.Push(&first.exchange, /*in_front=*/false);
  queue.Push(&second.exchange, /*in_front=*/false);
  queue.Push(&third.exchange, /*in_front=*/true);
  EXPECT_EQ(queue.size(), 3u);
  for (Query* query : {&third, &first, &second}) {
    EXPECT_EQ(queue.front(), &query->exchange);
    queue.Remove(&query->exchange);
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.front(), nullptr);
}

TEST(PeerQueueTest, WithoutBudgetEverythingIsGrantedAndCounted) {
  pacing::SharedLimits limits({});
  PeerQueue queue;
  queue.FindBudget(kServer, &limits);
  EXPECT_EQ(queue.budget(), nullptr);
  nanoseconds retry_at{0};
  EXPECT_EQ(queue.TryGrant(kNow, &retry_at), pacing::AddressBudget::Verdict::kGranted);
  EXPECT_EQ(queue.granted(), 1u);
  queue.GiveBack();
  EXPECT_EQ(queue.granted(), 0u);
}

TEST(PeerQueueTest, ARefusalHoldsNoPlace) {
  pacing::SharedLimits limits({.server_inflight = 1});
  PeerQueue queue;
  queue.FindBudget(kServer, &limits);
  nanoseconds retry_at{0};
  EXPECT_EQ(queue.TryGrant(kNow, &retry_at), pacing::AddressBudget::Verdict::kGranted);
  EXPECT_EQ(queue.TryGrant(kNow, &retry_at), pacing::AddressBudget::Verdict::kTooManyInFlight);
  EXPECT_EQ(queue.granted(), 1u);
  queue.GiveBack();
  limits.GiveBack(queue.budget(), kNow);
}

struct EndRow {
  const char* name;
  Protocol protocol;
  ExchangeStatus status;
  std::array<uint8_t, 12> message;
  bool mismatch;
  bool is_bad;
};

class PeerQueueEndTest : public testing::TestWithParam<EndRow> {};

TEST_P(PeerQueueEndTest, CountsAgainstThePaceOrNot) {
  const EndRow& row = GetParam();
  pacing::SharedLimits limits({.server_rate_qps = 100});
  PeerQueue queue;
  queue.FindBudget(kServer, &limits);
  Query query(row.protocol);
  nanoseconds retry_at{0};
  ASSERT_EQ(queue.TryGrant(kNow, &retry_at), pacing::AddressBudget::Verdict::kGranted);
  query.exchange.course().granted = true;
  query.exchange.course().sent_at = kNow;
  query.exchange.result().message = row.message;
  query.exchange.result().mismatches.question = row.mismatch ? 1 : 0;
  queue.NoteEnd(query.exchange, row.status, kNow + milliseconds(100));
  EXPECT_EQ(queue.has_pace(), row.is_bad);
  queue.GiveBack();
  limits.GiveBack(queue.budget(), kNow);
}

constexpr std::array<uint8_t, 12> kAnswer = {0, 0, 0x84, 0};
constexpr std::array<uint8_t, 12> kTruncated = {0, 0, 0x86, 0};
constexpr std::array<uint8_t, 12> kRefused = {0, 0, 0x84, 5};

INSTANTIATE_TEST_SUITE_P(
    Rows, PeerQueueEndTest,
    testing::Values(
        EndRow{"Answer", Protocol::kUdp, ExchangeStatus::kReply, kAnswer, false, false},
        EndRow{"Truncated", Protocol::kUdp, ExchangeStatus::kReply, kTruncated, false, true},
        EndRow{"Refused", Protocol::kUdp, ExchangeStatus::kReply, kRefused, false, true},
        EndRow{"Silence", Protocol::kUdp, ExchangeStatus::kTimeout, {}, false, true},
        EndRow{"SilenceBesideAForgery", Protocol::kUdp, ExchangeStatus::kTimeout, {}, true, false},
        EndRow{"Unreachable", Protocol::kUdp, ExchangeStatus::kUnreachable, {}, false, false},
        EndRow{"SilenceOverTcp", Protocol::kTcp, ExchangeStatus::kTimeout, {}, false, false}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace caascan::net
