#include "scanner/scan/beforehand.h"

#include <atomic>
#include <chrono>

#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::scan {
namespace {

using net::Arrival;
using net::ExchangeStatus;
using net::FakeServer;
using net::Outbox;
using net::Reply;

/// What a scan's workers would share, for servers on loopback.
class BeforehandTest : public testing::Test {
 protected:
  BeforehandTest() { setup_.limits = &limits_; }

  /// Asks the server once, and says when that ended.
  absl::Status AskOnce(const FakeServer& server, const std::function<bool()>& stop) {
    return RunBeforehand(setup_, stop, [&](net::Network* network) {
      return Ask(network, server.At("127.0.0.1"), &status_, &ended_);
    });
  }

  static async::Task<> Ask(net::Network* network, async::Address address, ExchangeStatus* status,
                           bool* ended) {
    dns::QuerySpec query;
    query.type = dns::RRType::kSOA;
    net::Exchange exchange(network->PeerFor(address), query, net::Protocol::kUdp,
                           std::chrono::minutes(10));
    const net::ExchangeResult& result = co_await exchange;
    *status = result.status;
    *ended = true;
  }

  pacing::SharedLimits limits_{pacing::LimitOptions{}};
  WorkerSetup setup_;
  ExchangeStatus status_ = ExchangeStatus::kTimeout;
  bool ended_ = false;
};

TEST_F(BeforehandTest, EndsWithTheCoroutine) {
  FakeServer server(
      [](const Arrival& arrival, Outbox* out) { out->Send(Reply(arrival.bytes).bytes()); });
  EXPECT_TRUE(AskOnce(server, [] { return false; }).ok());
  EXPECT_TRUE(ended_);
  EXPECT_EQ(status_, ExchangeStatus::kReply);
}

TEST_F(BeforehandTest, StopsWhileAServerIsSilent) {
  std::atomic<bool> asked = false;
  FakeServer server([&](const Arrival&, Outbox*) { asked = true; });
  const absl::Status status = AskOnce(server, [&] { return asked.load(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_TRUE(ended_);
  EXPECT_EQ(status_, ExchangeStatus::kCancelled);
}

}  // namespace
}  // namespace caascan::scan
