// Resolvers that are silent over UDP, and what they do over TCP.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "scanner/resolve/forwarding.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::resolve {
namespace {

using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Protocol;
using net::Reply;
using Way = ResolverWays::Way;

constexpr const char* kResolver = "127.61.0.1";
constexpr std::chrono::milliseconds kShort(50);
constexpr uint16_t kRecursive = dns::kFlagQR | dns::kFlagRA;

struct Looked {
  query::CaaAnswer answer;
  query::Account account;
  bool failed() const { return answer.status == query::LookupStatus::kFailed; }
};

async::Task<> LookupTask(Resolver* resolver, std::string text, Looked* out) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  out->answer =
      std::move(*co_await resolver->LookupCaa(name, &out->account, query::WhenBusy::kWait));
}

bool IsForRoot(const Arrival& query) {
  return net::ParseQuery(query.bytes).question_type() == RRType::kSOA;
}

void AnswerWell(const Arrival& query, Outbox* out) {
  Reply reply(query.bytes, kRecursive | dns::kFlagAD);
  if (IsForRoot(query)) {
    out->Send(reply.Answer(".", RRType::kSOA, net::SoaBytes()).bytes());
  } else {
    out->Send(
        reply.Answer(net::QuestionText(query.bytes), RRType::kCAA, net::CaaBytes(0, "issue", "ca"))
            .bytes());
  }
}

void AnswerOverTcp(const Arrival& query, Outbox* out) {
  if (query.transport == Protocol::kTcp) AnswerWell(query, out);
}

class ForwardingStreamsTest : public testing::Test {
 protected:
  ForwardingStreamsTest() { options_.ask.timeout = kShort; }
  ~ForwardingStreamsTest() override {
    resolver_.reset();
    looked_.clear();
    client_.reset();
    server_.reset();
  }

  void Start(const net::FakeServer::Handler& handler) {
    resolver_.reset();  // It refers to the client's peers, and so do the answers.
    looked_.clear();
    client_.reset();
    server_ = std::make_unique<net::FakeServer>(handler);
    client_ = std::make_unique<net::Client>();
    options_.ways = std::make_shared<ResolverWays>(1);
    resolver_ = std::make_unique<ForwardingResolver>(
        client_->network(), options_, std::vector<stream::Endpoint>{server_->At(kResolver)});
  }
  const Looked& Lookup(const std::string& name = "www.example.com") {
    Looked& looked = looked_.emplace_back();
    looked.account.budget.max_queries = 100;
    client_->Run(LookupTask(resolver_.get(), name, &looked));
    return looked;
  }
  /// So many at once.
  size_t CountFailed(size_t count) {
    const size_t first = looked_.size();
    looked_.resize(first + count);
    for (size_t i = 0; i < count; ++i) {
      looked_[first + i].account.budget.max_queries = 100;
      client_->Start(
          LookupTask(resolver_.get(), "n" + std::to_string(i) + ".example", &looked_[first + i]));
    }
    client_->Wait();
    return static_cast<size_t>(std::count_if(looked_.begin() + static_cast<std::ptrdiff_t>(first),
                                             looked_.end(),
                                             [](const Looked& each) { return each.failed(); }));
  }
  size_t CountSeen(Protocol transport) const {
    const auto seen = server_->seen();
    return static_cast<size_t>(std::count_if(
        seen.begin(), seen.end(),
        [transport](const net::SeenQuery& query) { return query.transport == transport; }));
  }
  async::Task<> CancelInTheTrial() {
    while (server_->CountSeen(kResolver, ".") == 0) {
      net::Pause pause(client_->network(), std::chrono::milliseconds(5));
      co_await pause;
    }
    client_->AtNextTurn([this] { client_->network()->CancelAll(); });
    client_->loop()->Wake();
  }
  Way way() const { return options_.ways->Of(0); }

  ForwardingOptions options_;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<ForwardingResolver> resolver_;
  std::deque<Looked> looked_;
};

TEST_F(ForwardingStreamsTest, OneThatIsSilentOverUdpIsAskedOverTcp) {
  Start(AnswerOverTcp);
  EXPECT_FALSE(Lookup().failed());
  EXPECT_EQ(way(), Way::kStreams);
  const size_t datagrams = CountSeen(Protocol::kUdp);
  EXPECT_EQ(CountFailed(50), 0u);
  EXPECT_EQ(CountSeen(Protocol::kUdp), datagrams) << "none any more";
}

TEST_F(ForwardingStreamsTest, NamesThatWaitAtTheSameTimeShareTheTrial) {
  Start(AnswerOverTcp);
  EXPECT_EQ(CountFailed(50), 0u);
  EXPECT_EQ(server_->CountSeen(kResolver, "."), 2u) << "once over each";
}

TEST_F(ForwardingStreamsTest, SoItIsWithoutRetries) {
  options_.retries = 0;
  Start(AnswerOverTcp);
  EXPECT_TRUE(Lookup().failed()) << "one silence is none";
  EXPECT_FALSE(Lookup().failed());
}

TEST_F(ForwardingStreamsTest, OneThatValidatesIsBelievedAfterwards) {
  options_.validate = options_.ask.dnssec_ok = true;
  Start(AnswerOverTcp);
  const Looked& looked = Lookup();
  EXPECT_FALSE(looked.failed());
  EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kSecure);
  EXPECT_EQ(way(), Way::kStreams);
}

TEST_F(ForwardingStreamsTest, OneThatIsSilentOverBothIsTriedOnce) {
  Start([](const Arrival&, Outbox*) {});
  for (int i = 0; i < 3; ++i) {
    const Looked& looked = Lookup();
    EXPECT_TRUE(looked.failed());
    EXPECT_EQ(looked.answer.failure, Reason::kNoResponse);
  }
  EXPECT_EQ(CountFailed(20), 20u);
  EXPECT_EQ(CountSeen(Protocol::kTcp), 1u);
  EXPECT_EQ(way(), Way::kNone);
}

TEST_F(ForwardingStreamsTest, OneThatRefusesOverTcpIsNotAskedThere) {
  Start([](const Arrival& query, Outbox* out) {
    if (query.transport != Protocol::kTcp) return;
    out->Send(Reply(query.bytes, kRecursive, dns::RCode::kRefused).bytes());
  });
  const Looked& looked = Lookup();
  EXPECT_EQ(looked.answer.failure, Reason::kNoResponse);
  EXPECT_EQ(way(), Way::kNone);
}

// The neighbours: what is lost is no sign of a resolver without UDP.
TEST_F(ForwardingStreamsTest, OneThatLosesDatagramsStaysAtUdp) {
  std::atomic<unsigned> count{0};
  Start([&count](const Arrival& query, Outbox* out) {
    // One answer, then three are lost, and so on.
    if (query.transport == Protocol::kTcp || count++ % 4 == 0) AnswerWell(query, out);
  });
  for (int i = 0; i < 8; ++i) (void)Lookup();
  EXPECT_EQ(CountSeen(Protocol::kTcp), 0u);
  EXPECT_FALSE(client_->network()->PeerFor(server_->At(kResolver))->streams_only());
}

TEST_F(ForwardingStreamsTest, OneThatAnswersForTheRootOverUdpStaysThere) {
  Start([](const Arrival& query, Outbox* out) {
    if (query.transport == Protocol::kTcp || IsForRoot(query)) AnswerWell(query, out);
  });
  EXPECT_TRUE(Lookup().failed());
  EXPECT_EQ(way(), Way::kUdp);
  EXPECT_EQ(CountFailed(10), 10u);
  EXPECT_EQ(CountSeen(Protocol::kTcp), 1u);
}

TEST_F(ForwardingStreamsTest, OneThatAnswersTooLateStaysAtUdp) {
  Start([](const Arrival& query, Outbox* out) {
    if (query.transport == Protocol::kUdp) std::this_thread::sleep_for(2 * kShort);
    AnswerWell(query, out);
  });
  EXPECT_TRUE(Lookup().failed());
  EXPECT_TRUE(Lookup().failed());
  EXPECT_NE(way(), Way::kStreams);
}

TEST_F(ForwardingStreamsTest, WhatAnotherWorkerHasSeenHolds) {
  Start(AnswerOverTcp);
  options_.ways->Note(0, Way::kUdp);
  EXPECT_TRUE(Lookup().failed());
  EXPECT_EQ(CountSeen(Protocol::kTcp), 0u) << "it has answered another one over UDP";
  Start(AnswerOverTcp);
  options_.ways->Note(0, Way::kStreams);
  EXPECT_FALSE(Lookup().failed());
  EXPECT_EQ(server_->CountSeen(kResolver, "."), 0u) << "it need not be tried again";
}

TEST_F(ForwardingStreamsTest, AnAnswerOverUdpIsSeenByTheOtherWorkers) {
  Start(AnswerWell);
  EXPECT_FALSE(Lookup().failed());
  EXPECT_EQ(way(), Way::kUdp);
  EXPECT_EQ(CountSeen(Protocol::kTcp), 0u);
}

TEST_F(ForwardingStreamsTest, CancellingEndsTheTrial) {
  options_.ask.timeout = std::chrono::milliseconds(300);
  Start([](const Arrival&, Outbox*) {});
  client_->Start(CancelInTheTrial());
  EXPECT_EQ(Lookup().answer.failure, Reason::kStopped);
  EXPECT_EQ(way(), Way::kUnknown);
}

}  // namespace
}  // namespace caascan::resolve
