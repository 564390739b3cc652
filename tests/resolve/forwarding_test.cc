// A forwarding resolver before two recursive ones on loopback.
#include "scanner/resolve/forwarding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::CaaBytes;
using net::NameBytes;
using net::Outbox;
using net::Reply;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kFirst = "127.60.0.1";
constexpr const char* kSecond = "127.60.0.2";
constexpr std::chrono::milliseconds kShort(50);
constexpr uint16_t kRecursive = dns::kFlagQR | dns::kFlagRA;

struct Looked {
  query::CaaAnswer answer;
  query::Account account;
};

async::Task<> LookupTask(Resolver* resolver, std::string text, Looked* out) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  out->answer =
      std::move(*co_await resolver->LookupCaa(name, &out->account, query::WhenBusy::kWait));
}

void AnswerWell(const Arrival& query, Outbox* out) {
  Reply reply(query.bytes, kRecursive);
  out->Send(reply.Answer(net::QuestionText(query.bytes), RRType::kCAA, CaaBytes(0, "issue", "ca"))
                .bytes());
}

class ForwardingTest : public testing::Test {
 protected:
  using Handler = std::function<void(const Arrival&, Outbox*)>;

  ~ForwardingTest() override {
    resolver_.reset();
    client_.reset();
    server_.reset();
  }

  void Start(Handler first, Handler second = nullptr) {
    const bool two = second != nullptr;
    server_ = std::make_unique<net::FakeServer>(
        [first = std::move(first), second = std::move(second)](const Arrival& query, Outbox* out) {
          (query.server.ToText() == kSecond ? second : first)(query, out);
        });
    resolver_.reset();  // It refers to the client's peers.
    client_ = std::make_unique<net::Client>();
    std::vector<stream::Endpoint> resolvers = {server_->At(kFirst)};
    if (two) resolvers.push_back(server_->At(kSecond));
    resolver_ = std::make_unique<ForwardingResolver>(client_->network(), options_, resolvers);
  }

  Looked Lookup(std::string_view name = "www.example.com", bool keep_all = false) {
    Looked looked;
    looked.account.budget.max_queries = max_queries_;
    looked.account.keep_all_attempts = keep_all;
    client_->Run(LookupTask(resolver_.get(), std::string(name), &looked));
    return looked;
  }

  static std::vector<std::string> Results(const std::vector<query::Attempt>& attempts) {
    std::vector<std::string> lines;
    for (const query::Attempt& attempt : attempts) {
      lines.push_back(attempt.peer->address().ToText() + " " +
                      std::string(ServerResultCode(attempt.result)));
    }
    return lines;
  }

  ForwardingOptions options_;
  uint32_t max_queries_ = 50;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<ForwardingResolver> resolver_;
};

TEST_F(ForwardingTest, AsksForRecursionAndTakesTheAnswer) {
  Start(AnswerWell);
  const Looked looked = Lookup("WWW.example.com");
  ASSERT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_EQ(looked.answer.rrset.records, (std::vector<CaaRecord>{{0, "issue", "ca"}}));
  EXPECT_EQ(looked.answer.rrset.owner, "www.example.com");
  EXPECT_EQ(query::NameText(looked.answer.zone), "") << "a resolver does not say";
  EXPECT_EQ(looked.account.budget.queries, 1u);
  EXPECT_THAT(looked.account.attempts, IsEmpty());
  ASSERT_EQ(server_->seen().size(), 1u);
  EXPECT_TRUE(server_->seen()[0].recursion_desired);
  EXPECT_TRUE(server_->seen()[0].edns);
}

TEST_F(ForwardingTest, NodataAndNxdomainAreEmptyWithOrWithoutSoa) {
  Start([](const Arrival& query, Outbox* out) {
    const std::string name = net::QuestionText(query.bytes);
    const bool exists = name.find("gone") == std::string::npos;
    Reply reply(query.bytes, kRecursive, exists ? RCode::kNoError : RCode::kNXDomain);
    if (name.find("soa") != std::string::npos) {
      reply.Authority("example.com", RRType::kSOA, net::SoaBytes(77));
    }
    out->Send(reply.bytes());
  });
  for (const char* name :
       {"a.example.com", "gone.example.com", "soa.example.com", "soa.gone.example.com"}) {
    const Looked looked = Lookup(name);
    EXPECT_EQ(looked.answer.status, query::LookupStatus::kEmpty) << name;
    EXPECT_EQ(looked.answer.ttl_s, std::string(name).starts_with("soa") ? 77u : 0u);
    EXPECT_THAT(looked.account.observations, IsEmpty());
  }
}

// What a resolver may not say.

struct UselessRow {
  const char* name;
  uint16_t flags;
  std::function<void(Reply*)> fill;
  bool lies;
};

bool Lies(const Looked& looked) {
  return std::any_of(looked.account.observations.begin(), looked.account.observations.end(),
                     [](const query::Observation& seen) {
                       return seen.kind == query::Observation::Kind::kResolverLies;
                     });
}

class UselessTest : public ForwardingTest, public testing::WithParamInterface<UselessRow> {};

TEST_P(UselessTest, TheNextResolverIsAsked) {
  Start(
      [](const Arrival& query, Outbox* out) {
        Reply reply(query.bytes, GetParam().flags);
        GetParam().fill(&reply);
        out->Send(reply.bytes());
      },
      AnswerWell);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Lookup().answer.status, query::LookupStatus::kRecords);
}

TEST_P(UselessTest, NeverPermits) {
  Start([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes, GetParam().flags);
    GetParam().fill(&reply);
    out->Send(reply.bytes());
  });
  const Looked looked = Lookup();
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(looked.answer.failure, Reason::kMalformedResponse);
  EXPECT_EQ(Lies(looked), GetParam().lies);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, UselessTest,
    testing::Values(
        UselessRow{"OtherTypes", kRecursive,
                   [](Reply* r) {
                     r->Answer("www.example.com", RRType::kA, net::AddressBytes("192.0.2.1"));
                   },
                   true},
        UselessRow{"ReferralToTheRoot", dns::kFlagQR,
                   [](Reply* r) { r->Authority(".", RRType::kNS, NameBytes("a.root")); }, false},
        UselessRow{"NothingWithoutRecursion", dns::kFlagQR, [](Reply*) {}, false}),
    [](const auto& row) { return row.param.name; });

TEST_F(ForwardingTest, AResolverThatDeniesEverythingLies) {
  Start([](const Arrival& query, Outbox* out) {
    out->Send(Reply(query.bytes, kRecursive, RCode::kNXDomain).bytes());
  });
  EXPECT_EQ(Lookup("www.example.com").answer.status, query::LookupStatus::kEmpty);
  const Looked tld = Lookup("com");
  EXPECT_EQ(tld.answer.failure, Reason::kMalformedResponse);
  EXPECT_TRUE(Lies(tld));
}

TEST_F(ForwardingTest, ATopLevelDomainThatDoesNotExistIsNoPermission) {
  for (const bool soa : {true, false}) {
    Start([soa](const Arrival& query, Outbox* out) {
      const bool root = net::QuestionText(query.bytes) == ".";
      Reply reply(query.bytes, kRecursive, root ? RCode::kNoError : RCode::kNXDomain);
      if (root) reply.Answer(".", RRType::kSOA, net::SoaBytes());
      if (!root && soa) reply.Authority(".", RRType::kSOA, net::SoaBytes());
      out->Send(reply.bytes());
    });
    const Looked looked = Lookup("nosuchtld");
    EXPECT_EQ(looked.answer.status, query::LookupStatus::kFailed);
    EXPECT_EQ(looked.answer.failure, Reason::kNoSuchTld);
    EXPECT_TRUE(looked.answer.denies_name());
    EXPECT_THAT(looked.account.observations, IsEmpty());
    EXPECT_EQ(Lookup("www.example").answer.status, query::LookupStatus::kEmpty)
        << "its TLD decides";
  }
}

TEST_F(ForwardingTest, AsksForTheRestOfTheAliases) {
  Start([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes, kRecursive);
    if (net::QuestionText(query.bytes) == "www.example.com") {
      reply.Answer("www.example.com", RRType::kCNAME, NameBytes("cdn.example.net"));
      reply.Authority("example.com", RRType::kSOA, net::SoaBytes());
    } else {
      reply.Answer("cdn.example.net", RRType::kCAA, CaaBytes(0, "issue", "ca"));
    }
    out->Send(reply.bytes());
  });
  const Looked looked = Lookup();
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_EQ(looked.answer.rrset.owner, "cdn.example.net");
  EXPECT_EQ(looked.account.budget.queries, 2u);
  EXPECT_EQ(looked.account.retries, 0u);
}

TEST_F(ForwardingTest, FollowsTheAliasesOfAnAnswer) {
  Start([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes, kRecursive);
    reply.Answer("www.example.com", RRType::kCNAME, NameBytes("Web.example.net"));
    reply.Answer("web.example.net", RRType::kCNAME, NameBytes("cdn.example.org"));
    reply.Answer("cdn.example.org", RRType::kCAA, CaaBytes(0, "issue", "ca"));
    out->Send(reply.bytes());
  });
  const Looked looked = Lookup();
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_THAT(query::NameTexts(looked.answer.cname),
              ElementsAre("web.example.net", "cdn.example.org"));
  EXPECT_EQ(looked.answer.rrset.owner, "cdn.example.org");
}

TEST_F(ForwardingTest, AnAliasWithoutDataIsEmptyAndALoopFails) {
  Start([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes, kRecursive);
    const std::string name = net::QuestionText(query.bytes);
    if (name != "b.example.net") reply.Answer(name, RRType::kCNAME, NameBytes("b.example.net"));
    if (name == "loop.example.com") {
      reply.Answer("b.example.net", RRType::kCNAME, NameBytes("loop.example.com"));
    }
    out->Send(reply.bytes());
  });
  const Looked empty = Lookup("www.example.com");
  EXPECT_EQ(empty.answer.status, query::LookupStatus::kEmpty);
  EXPECT_THAT(query::NameTexts(empty.answer.cname), ElementsAre("b.example.net"));
  const Looked loop = Lookup("loop.example.com");
  EXPECT_EQ(loop.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(loop.answer.failure, Reason::kAliasLoop);
  EXPECT_EQ(loop.account.budget.queries, 1u) << "asking again would not help";
}

struct BadRow {
  const char* name;
  void (*handler)(const Arrival&, Outbox*);
  Reason reason;
  const char* result;
};

class BadResolverTest : public ForwardingTest, public testing::WithParamInterface<BadRow> {
 protected:
  BadResolverTest() { options_.ask.timeout = kShort; }
};

template <RCode kRcode>
void Always(const Arrival& query, Outbox* out) {
  out->Send(Reply(query.bytes, kRecursive, kRcode).bytes());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadResolverTest,
    testing::Values(BadRow{"ServFail", Always<RCode::kServFail>, Reason::kServfail, "servfail"},
                    // A resolver that does not want us says nothing of the zone.
                    BadRow{"Refused", Always<RCode::kRefused>, Reason::kRcode, "refused"},
                    BadRow{"NotImp", Always<RCode::kNotImp>, Reason::kNotimp, "notimp"},
                    BadRow{"FormErr", Always<RCode::kFormErr>, Reason::kFormerr, "formerr"},
                    BadRow{"Silent", [](const Arrival&, Outbox*) {}, Reason::kNoResponse,
                           "timeout"},
                    BadRow{"Malformed",
                           [](const Arrival& query, Outbox* out) {
                             std::vector<uint8_t> bytes = Reply(query.bytes, kRecursive).bytes();
                             bytes.push_back(0);
                             out->Send(bytes);
                           },
                           Reason::kMalformedResponse, "malformed"}),
    [](const auto& row) { return row.param.name; });

TEST_P(BadResolverTest, TheOtherOneIsAskedNext) {
  Start(GetParam().handler, AnswerWell);
  int met = 0;
  for (int i = 0; i < 4; ++i) {
    const Looked looked = Lookup();
    EXPECT_EQ(looked.answer.status, query::LookupStatus::kRecords);
    if (looked.account.retries == 0) continue;
    ++met;
    EXPECT_THAT(Results(looked.account.attempts),
                ElementsAre(std::string(kFirst) + " " + GetParam().result));
  }
  EXPECT_EQ(met, 2) << "look-ups begin at the resolvers in turn";
}

TEST_P(BadResolverTest, AloneIsTriedAgainAndGivesTheReason) {
  Start(GetParam().handler);
  const Looked looked = Lookup();
  ASSERT_EQ(looked.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(ReasonCode(looked.answer.failure), ReasonCode(GetParam().reason));
  EXPECT_EQ(looked.answer.attempts.size(), 3u);
  EXPECT_EQ(looked.account.attempts.size(), 3u);
  EXPECT_EQ(looked.account.retries, 2u);
}

TEST_F(ForwardingTest, RetriesAreAsManyAsAskedFor) {
  options_.retries = 0;
  Start(Always<RCode::kServFail>, Always<RCode::kServFail>);
  EXPECT_EQ(Lookup().account.budget.queries, 1u);
  EXPECT_EQ(server_->seen_count(), 1u);
}

TEST_F(ForwardingTest, KeepsEveryAttemptWhereAsked) {
  Start(AnswerWell);
  const Looked looked = Lookup("www.example.com", /*keep_all=*/true);
  EXPECT_THAT(Results(looked.account.attempts), ElementsAre("127.60.0.1 answer"));
  EXPECT_TRUE(looked.account.attempts[0].answered);
}

TEST_F(ForwardingTest, AUsedUpBudgetIsTooManyQueries) {
  max_queries_ = 1;
  Start(Always<RCode::kServFail>);
  const Looked looked = Lookup();
  EXPECT_EQ(looked.answer.failure, Reason::kTooManyQueries);
  EXPECT_EQ(looked.account.budget.queries, 1u);
}

TEST_F(ForwardingTest, ATruncatedAnswerIsAskedForOverTcp) {
  Start([](const Arrival& query, Outbox* out) {
    if (query.transport == net::Protocol::kTcp) return AnswerWell(query, out);
    out->Send(Reply(query.bytes, kRecursive | dns::kFlagTC).bytes());
  });
  EXPECT_EQ(Lookup().answer.status, query::LookupStatus::kRecords);
}

TEST_F(ForwardingTest, CancellingStopsALookup) {
  Start([](const Arrival&, Outbox*) {});
  client_->AtNextTurn([this] { client_->network()->CancelAll(); });
  const Looked looked = Lookup();
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(looked.answer.failure, Reason::kStopped);
}

TEST_F(ForwardingTest, AResolverThatCannotBeSentToIsALocalFault) {
  client_ = std::make_unique<net::Client>();
  resolver_ = std::make_unique<ForwardingResolver>(
      client_->network(), options_,
      std::vector<stream::Endpoint>{async::Address::FromText("255.255.255.255", 53).value()});
  EXPECT_EQ(Lookup().answer.failure, Reason::kLocalFault);
}

}  // namespace
}  // namespace caascan::resolve
