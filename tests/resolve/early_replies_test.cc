// Servers that are asked before their turn, over a network without sockets in which no time passes.
#include "scanner/resolve/early_replies.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/fuzz/skipped_time.h"
#include "tests/net/client.h"
#include "tests/net/fake_transport.h"
#include "tests/net/reply.h"

namespace caascan::resolve {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout(400);

class EarlyRepliesTest : public testing::Test {
 protected:
  EarlyRepliesTest() : client_({}, {}, net::FakeTransports(Handler(), &counts_)) {
    account_.budget.max_queries = 100;
    options_.timeout = kTimeout;
  }

  /// Asks so many servers. `answering`: the last octets of the addresses of those that reply.
  void Ask(unsigned count, std::vector<unsigned> answering) {
    answering_ = std::move(answering);
    for (unsigned i = 0; i < count; ++i) {
      const std::string address = "192.0.2." + std::to_string(i);
      servers_.push_back(
          {i, client_.network()->PeerFor(async::Address::FromText(address, 53).value())});
    }
    client_.Run(AskAll(this));
  }
  /// 'a': it has answered; 's': it was silent; '-': it was not asked.
  std::string Taken() {
    std::string taken;
    for (const EarlyReplies::Server& server : servers_) {
      std::unique_ptr<std::string> bytes;
      const async::Pooled<query::Asked> asked = replies_.Take(server.index, &bytes);
      EXPECT_EQ(bytes != nullptr, asked != nullptr && asked->replied);
      taken += asked == nullptr ? '-' : asked->replied ? 'a' : 's';
    }
    return taken;
  }

  const net::SkippedTime skipped_time_;
  net::FakeTransport::Counts counts_;
  net::Client client_;
  std::vector<unsigned> answering_;
  std::vector<EarlyReplies::Server> servers_;
  query::AskOptions options_;
  query::Account account_;
  EarlyReplies replies_;

 private:
  net::FakeTransport::Handler Handler() {
    return [this](net::Exchange* exchange, net::TransportClient* client) {
      const std::string address = exchange->peer()->address().ToText();
      for (const unsigned last : answering_) {
        if (address != "192.0.2." + std::to_string(last)) continue;
        std::array<uint8_t, dns::kMaxQuerySize> octets;
        const size_t size = dns::WriteQuery(exchange->query(), /*id=*/0, /*case_bits=*/0, octets);
        return client->CompleteReply(exchange, net::Reply({octets.data(), size}).bytes());
      }
    };
  }
  static async::Task<> AskAll(EarlyRepliesTest* test) {
    dns::Name name;
    (void)dns::Name::FromText("www.example.test", &name);
    co_await test->replies_.Ask(test->client_.network(), &test->servers_, name, dns::RRType::kCAA,
                                &test->options_, &test->account_);
  }
};

TEST_F(EarlyRepliesTest, WhereTheFirstAnswersNoOtherIsAsked) {
  Ask(3, {0, 1, 2});
  EXPECT_EQ(Taken(), "a--");
  EXPECT_EQ(account_.budget.queries, 1u);
}

TEST_F(EarlyRepliesTest, TheNextIsAskedWhileOneIsSilent) {
  Ask(4, {2});
  EXPECT_EQ(Taken(), "ssa-");
}

TEST_F(EarlyRepliesTest, SilencesOverlap) {
  Ask(8, {});
  EXPECT_EQ(Taken(), "ssssssss");
  EXPECT_GE(account_.budget.waited, kTimeout);
  EXPECT_LT(account_.budget.waited, 3 * kTimeout);
}

TEST_F(EarlyRepliesTest, EachReplyIsTakenOnce) {
  Ask(1, {0});
  EXPECT_EQ(Taken(), "a");
  EXPECT_EQ(Taken(), "-");
}

TEST_F(EarlyRepliesTest, TheBudgetHolds) {
  account_.budget.max_queries = 3;
  Ask(8, {});
  EXPECT_EQ(Taken(), "sss-----");
}

}  // namespace
}  // namespace caascan::resolve
