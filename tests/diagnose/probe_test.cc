// Differential probes, sent to servers on loopback that answer one type and not another.
#include "scanner/diagnose/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"
#include "tests/query/names.h"

namespace caascan::diagnose {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::Outbox;
using net::Reply;
using query::Attempt;
using query::CaaAnswer;

constexpr const char* kFirst = "127.70.0.1";
constexpr const char* kSecond = "127.70.0.2";
constexpr std::chrono::milliseconds kShort(60);

RRType TypeOf(const Arrival& query) { return net::ParseQuery(query.bytes).question_type(); }

void ServeSoa(const Arrival& query, Outbox* out) {
  Reply reply(query.bytes);
  out->Send(reply.Answer("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

void Refuse(const Arrival& query, Outbox* out) {
  out->Send(Reply(query.bytes, dns::kFlagQR, RCode::kRefused).bytes());
}

void RefuseCaa(const Arrival& query, Outbox* out) {
  (TypeOf(query) == RRType::kCAA ? Refuse : ServeSoa)(query, out);
}

void DropCaa(const Arrival& query, Outbox* out) {
  if (TypeOf(query) != RRType::kCAA) ServeSoa(query, out);
}

void Serve(const Arrival& query, Outbox* out) {
  if (TypeOf(query) != RRType::kCAA) return ServeSoa(query, out);
  Reply reply(query.bytes);
  out->Send(reply.Authority("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

void Ignore(const Arrival&, Outbox*) {}

/// Serves it as a cache does, without authority.
void ServeFromCache(const Arrival& query, Outbox* out) {
  if (TypeOf(query) == RRType::kCAA) return Refuse(query, out);
  Reply reply(query.bytes, dns::kFlagQR);
  out->Send(reply.Answer("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

class ProbeTest : public testing::Test {
 protected:
  using Handler = std::function<void(const Arrival&, Outbox*)>;

  ~ProbeTest() override {
    answer_ = {};  // They refer to the client's peers.
    examined_ = {};
    account_ = {};
    client_.reset();
    server_.reset();
  }

  void Start(std::map<std::string, Handler> handlers, const net::NetworkOptions& network = {}) {
    server_ = std::make_unique<net::FakeServer>(
        [handlers = std::move(handlers)](const Arrival& query, Outbox* out) {
          handlers.at(query.server.ToText())(query, out);
        });
    client_ = std::make_unique<net::Client>(pacing::LimitOptions(), network);
    options_.timeout = kShort;
    account_.budget.max_queries = 100;
  }

  /// What the failed look-up had met.
  void Met(std::string_view address, ServerResult result) {
    Attempt attempt;
    attempt.peer = client_->network()->PeerFor(server_->At(address));
    attempt.host = query::ZoneNamed("ns.example.test");
    attempt.result = result;
    answer_.attempts.push_back(attempt);
  }

  ProbeVerdict Probe(Reason plain, std::string_view zone = "example.test") {
    answer_.failure = plain;
    answer_.zone = query::ZoneNamed(zone);
    ProbeVerdict verdict = ProbeVerdict::kUnchanged;
    client_->Run([](ProbeTest* test, ProbeVerdict* out) -> async::Task<> {
      dns::Name name;
      (void)dns::Name::FromText("www.example.test", &name);
      *out = co_await ProbeFailure(test->client_->network(), test->options_, name, &test->answer_,
                                   &test->account_, &test->examined_);
    }(this, &verdict));
    return verdict;
  }

  std::vector<std::string> Codes() const {
    std::vector<std::string> codes;
    for (const Finding& finding : answer_.findings) {
      codes.emplace_back(FindingCodeText(finding.code));
    }
    return codes;
  }
  bool SaysWhyFewTries() const {
    return answer_.findings.at(0).evidence.ends_with("for other names before");
  }

  query::AskOptions options_;
  CaaAnswer answer_;
  query::Account account_;
  Examinations examined_;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
};

TEST_F(ProbeTest, RefusedForCaaAloneIsRefusedCaa) {
  Start({{kFirst, RefuseCaa}});
  Met(kFirst, ServerResult::kRefused);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kRefined);
  EXPECT_EQ(answer_.failure, Reason::kRefusedCaa);
  EXPECT_EQ(Codes(), std::vector<std::string>{"refused_on_caa"});
  const std::vector<net::SeenQuery> seen = server_->seen();
  ASSERT_GE(seen.size(), 2u);
  EXPECT_EQ(seen[0].name, "example.test");
  EXPECT_EQ(seen[0].type, RRType::kSOA);
  EXPECT_EQ(account_.budget.queries, seen.size());
}

TEST_F(ProbeTest, RefusedForAllStaysRefused) {
  Start({{kFirst, Refuse}, {kSecond, Refuse}});
  Met(kFirst, ServerResult::kRefused);
  Met(kSecond, ServerResult::kRefused);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, Reason::kRefused);
  EXPECT_EQ(Codes(), (std::vector<std::string>{"lame_refused", "lame_refused"}));
  for (const Finding& finding : answer_.findings) {
    EXPECT_THAT(finding.evidence, testing::HasSubstr("the NS set at the registrar"));
  }
}

TEST_F(ProbeTest, DataWithoutAuthorityDoesNotShowThatTheZoneIsServed) {
  Start({{kFirst, ServeFromCache}});
  Met(kFirst, ServerResult::kRefused);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kUnchanged);
  EXPECT_EQ(Codes(), std::vector<std::string>{"lame_not_authoritative"});
}

TEST_F(ProbeTest, OneServerThatServesTheZoneIsEnough) {
  Start({{kFirst, Refuse}, {kSecond, RefuseCaa}});
  Met(kFirst, ServerResult::kRefused);
  Met(kSecond, ServerResult::kRefused);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kRefined);
  EXPECT_EQ(answer_.failure, Reason::kRefusedCaa);
  ASSERT_EQ(Codes(), (std::vector<std::string>{"lame_refused", "refused_on_caa"}));
  EXPECT_EQ(answer_.findings[0].evidence.find("registrar"), std::string::npos)
      << "not all servers refuse";
}

/// Of one name, whatever the type.
void FailAtName(const Arrival& query, Outbox* out) {
  if (net::QuestionText(query.bytes) == "example.test") {
    return ServeSoa(query, out);
  }
  out->Send(Reply(query.bytes, dns::kFlagQR, RCode::kServFail).bytes());
}

TEST_F(ProbeTest, ServfailWhateverTheTypeIsTheNamesOwn) {
  Start({{kFirst, FailAtName}});
  Met(kFirst, ServerResult::kServfail);
  EXPECT_EQ(Probe(Reason::kServfail), ProbeVerdict::kUnchanged);
  EXPECT_EQ(Codes(), std::vector<std::string>{"name_broken"});
}

/// Says of other types that there is nothing.
void ServeSoaAlone(const Arrival& query, Outbox* out) {
  if (TypeOf(query) == RRType::kSOA) return ServeSoa(query, out);
  Reply reply(query.bytes);
  out->Send(reply.Authority("example.test", RRType::kSOA, net::SoaBytes()).bytes());
}

void DropKeys(const Arrival& query, Outbox* out) {
  if (TypeOf(query) != RRType::kDNSKEY) Serve(query, out);
}

TEST_F(ProbeTest, KeysThatDoNotComeAreAskedForOnceMore) {
  Start({{kFirst, DropKeys}});
  Met(kFirst, ServerResult::kAnswer);
  answer_.keyless_zone = query::ZoneNamed("example.test");
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(Codes(), (std::vector<std::string>{"dnskey_dropped", "dnssec_no_dnskey"}));
  EXPECT_EQ(answer_.findings[0].zone, "example.test");
}

TEST_F(ProbeTest, KeysThatComeNowAccuseNobody) {
  Start({{kFirst, ServeSoaAlone}});
  Met(kFirst, ServerResult::kAnswer);
  answer_.keyless_zone = query::ZoneNamed("example.test");
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kAnswersNow);
  EXPECT_EQ(Codes(), std::vector<std::string>{});
}

TEST_F(ProbeTest, NoServerIsAskedForKeysThatTheLookUpHad) {
  Start({{kFirst, DropKeys}});
  Met(kFirst, ServerResult::kAnswer);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(server_->seen_count(), 0u);
}

/// Tries that overlap, where somebody waits, show the same as those that follow one another.
class SilenceTest : public ProbeTest, public testing::WithParamInterface<bool> {
 protected:
  SilenceTest() { options_.brisk = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Tries, SilenceTest, testing::Bool(), [](const auto& test) {
  return std::string(test.param ? "Overlap" : "InTurn");
});

TEST_P(SilenceTest, SilentForCaaAloneIsCaaDropped) {
  Start({{kFirst, DropCaa}});
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kRefined);
  EXPECT_EQ(answer_.failure, Reason::kCaaDropped);
  EXPECT_EQ(Codes(), std::vector<std::string>{"caa_dropped"});
  const auto& seen = server_->seen();
  const auto caa = std::count_if(seen.begin(), seen.end(), [](const net::SeenQuery& query) {
    return query.type == RRType::kCAA && query.name == "www.example.test";
  });
  EXPECT_GE(caa, 3) << "one silence is none";
}

// The SOA behind it is lost as well: that silence is the way's, or the server's load.
TEST_P(SilenceTest, ASilenceWithoutItsControlIsNone) {
  int soa = 0;
  Start({{kFirst, [&soa](const Arrival& query, Outbox* out) {
            if (TypeOf(query) != RRType::kCAA && ++soa == 1) ServeSoa(query, out);
          }}});
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(Codes(), std::vector<std::string>{});
}

// What came once was lost this time, or TCP alone is silent: either way CAA gets through.
TEST_P(SilenceTest, AServerThatTruncatedOnceDropsNothing) {
  Start({{kFirst, DropCaa}});
  Met(kFirst, ServerResult::kTruncated);
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kTruncated), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, Reason::kTruncated);
}

TEST_P(SilenceTest, SilentForAllStaysNoResponse) {
  Start({{kFirst, Ignore}});
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, Reason::kNoResponse);
  EXPECT_EQ(Codes(), std::vector<std::string>{"server_silent"});
}

TEST_P(SilenceTest, WithoutUdpItIsNotAskedOverTcpAsIfThatWereAnotherWay) {
  Start({{kFirst, Ignore}}, {.udp = false});
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(Codes(), std::vector<std::string>{"tcp_unavailable"});
  EXPECT_EQ(answer_.findings.at(0).evidence.find("SOA over TCP"), std::string::npos);
}

TEST_P(SilenceTest, SilentOnceByChanceAnswersNow) {
  Start({{kFirst, Serve}});
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kAnswersNow);
  EXPECT_EQ(answer_.failure, Reason::kNoResponse) << "for the look-up to say anew";
}

// Then the look-up, which met only silence, is not the last word; but it is no answer either.
TEST_P(SilenceTest, SilentOnceByChanceButLameSpeaksNow) {
  Start({{kFirst, Refuse}, {kSecond, Ignore}});
  Met(kFirst, ServerResult::kTimeout);
  Met(kSecond, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kSpeaksNow);
  EXPECT_EQ(answer_.failure, Reason::kNoResponse);
  EXPECT_EQ(Codes(), (std::vector<std::string>{"lame_refused", "server_silent"}));
}

// The look-up that follows meets what the probes met: they need not be sent again.
TEST_F(ProbeTest, WhatTheProbesMetStandsWhereTheNextLookUpMeetsTheSame) {
  Start({{kFirst, RefuseCaa}, {kSecond, Ignore}});
  Met(kFirst, ServerResult::kTimeout);
  Met(kSecond, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kSpeaksNow);
  EXPECT_EQ(Codes(), (std::vector<std::string>{"refused_on_caa", "server_silent"}));
  const size_t queries = server_->seen_count();
  answer_ = {};
  Met(kFirst, ServerResult::kRefused);
  Met(kSecond, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kRefined);
  EXPECT_EQ(answer_.failure, Reason::kRefusedCaa);
  EXPECT_EQ(Codes(), (std::vector<std::string>{"refused_on_caa", "server_silent"}));
  EXPECT_EQ(server_->seen_count(), queries);
}

// RFC 9520: a further name of a server that was silent to others needs few looks.
TEST_F(ProbeTest, TheThirdNameOfASilentServerIsProbedBriefly) {
  Start({{kFirst, Ignore}});
  std::vector<size_t> queries;
  for (int name = 0; name < 3; ++name) {
    answer_ = {};
    examined_ = {};
    const size_t before = server_->seen_count();
    Met(kFirst, ServerResult::kTimeout);
    EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
    EXPECT_EQ(Codes(), std::vector<std::string>{"server_silent"});
    EXPECT_EQ(SaysWhyFewTries(), name == 2) << answer_.findings[0].evidence;
    queries.push_back(server_->seen_count() - before);
  }
  EXPECT_EQ(queries[0], queries[1]);
  EXPECT_EQ(queries[2], 3u) << "SOA with and without EDNS, and over TCP";
}

TEST_F(ProbeTest, OneThatWasSilentToOthersAndAnswersIsExaminedInFull) {
  std::atomic<bool> silent{true};
  Start({{kFirst, [&silent](const Arrival& query, Outbox* out) {
            (silent ? Ignore : DropCaa)(query, out);
          }}});
  for (int name = 0; name < 2; ++name) {
    answer_ = {};
    examined_ = {};
    Met(kFirst, ServerResult::kTimeout);
    EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  }
  silent = false;
  answer_ = {};
  examined_ = {};
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kRefined);
  EXPECT_EQ(answer_.failure, Reason::kCaaDropped);
  EXPECT_GE(examined_[0].heard(ProbeKind::kCaa).tries, 3);
  EXPECT_FALSE(SaysWhyFewTries());
}

TEST_F(ProbeTest, OneThatFailsInAnotherWayThanBeforeIsExaminedAnew) {
  Start({{kFirst, RefuseCaa}});
  Met(kFirst, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kSpeaksNow);
  const size_t queries = server_->seen_count();
  answer_ = {};
  Met(kFirst, ServerResult::kServfail);
  EXPECT_EQ(Probe(Reason::kServfail), ProbeVerdict::kUnchanged);
  EXPECT_GT(server_->seen_count(), queries);
}

TEST_P(SilenceTest, OneThatAnswersNowWinsOverOthersThatDrop) {
  Start({{kFirst, DropCaa}, {kSecond, Serve}});
  Met(kFirst, ServerResult::kTimeout);
  Met(kSecond, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kAnswersNow);
}

// Whoever is lame says more than whoever is silent.
TEST_P(SilenceTest, ALameServerBesideOneThatDropsStaysLame) {
  Start({{kFirst, Refuse}, {kSecond, DropCaa}});
  Met(kFirst, ServerResult::kRefused);
  Met(kSecond, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, Reason::kRefused);
}

TEST_F(ProbeTest, AsksEachAddressOnceHoweverOftenItFailed) {
  Start({{kFirst, RefuseCaa}});
  for (int i = 0; i < 3; ++i) Met(kFirst, ServerResult::kRefused);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kRefined);
  EXPECT_EQ(Codes(), std::vector<std::string>{"refused_on_caa"});
}

TEST_F(ProbeTest, AsksAFewServersAtMost) {
  std::map<std::string, Handler> handlers;
  for (int i = 1; i <= 30; ++i) handlers["127.70.1." + std::to_string(i)] = Refuse;
  Start(handlers);
  for (const auto& [address, handler] : handlers) Met(address, ServerResult::kRefused);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kUnchanged);
  EXPECT_EQ(server_->seen_count(), 8u);
}

struct SkipRow {
  const char* name;
  Reason reason;
  ServerResult result;
  const char* zone;
};

class NoProbeTest : public ProbeTest, public testing::WithParamInterface<SkipRow> {};

TEST_P(NoProbeTest, SendsNothing) {
  Start({{kFirst, Serve}});
  Met(kFirst, GetParam().result);
  EXPECT_EQ(Probe(GetParam().reason, GetParam().zone), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, GetParam().reason);
  EXPECT_EQ(server_->seen_count(), 0u);
  EXPECT_EQ(account_.budget.queries, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NoProbeTest,
    testing::Values(
        SkipRow{"Bogus", Reason::kDnssecBogus, ServerResult::kTimeout, "example.test"},
        SkipRow{"Malformed", Reason::kMalformedResponse, ServerResult::kMalformed, "example.test"},
        SkipRow{"AliasLoop", Reason::kAliasLoop, ServerResult::kAnswer, "example.test"},
        SkipRow{"Stopped", Reason::kStopped, ServerResult::kTimeout, "example.test"},
        SkipRow{"LocalFault", Reason::kLocalFault, ServerResult::kTimeout, "example.test"},
        SkipRow{"NotAuthoritative", Reason::kNotAuthoritative, ServerResult::kNotAuthoritative,
                "example.test"},
        SkipRow{"Unreachable", Reason::kUnreachable, ServerResult::kUnreachable, "example.test"},
        // A forwarding resolver knows no zone.
        SkipRow{"Forwarding", Reason::kNoResponse, ServerResult::kTimeout, ""}),
    [](const auto& row) { return row.param.name; });

TEST_F(ProbeTest, AServerWithoutAddressIsNotAsked) {
  Start({{kFirst, Serve}});
  Attempt unresolved;
  unresolved.result = ServerResult::kUnresolved;
  answer_.attempts.push_back(unresolved);
  EXPECT_EQ(Probe(Reason::kUnresolvableServers), ProbeVerdict::kUnchanged);
}

TEST_F(ProbeTest, CancellingEndsItUnchanged) {
  Start({{kFirst, Ignore}, {kSecond, Ignore}});
  options_.timeout = std::chrono::seconds(20);
  Met(kFirst, ServerResult::kTimeout);
  Met(kSecond, ServerResult::kTimeout);
  client_->AtNextTurn([this] { client_->network()->CancelAll(); });
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
}

// A probe that was cut short proves nothing, though the server had answered for SOA.
TEST_F(ProbeTest, CancellingBetweenTheProbesEndsItUnchanged) {
  Start({{kFirst, DropCaa}});
  options_.timeout = std::chrono::seconds(20);
  Met(kFirst, ServerResult::kTimeout);
  class Canceller : public async::Timer {
   public:
    explicit Canceller(net::Network* network) : network_(network) {}

   private:
    void OnTimer() override { network_->CancelAll(); }
    net::Network* const network_;
  } canceller(client_->network());
  client_->loop()->Arm(&canceller, std::chrono::milliseconds(100));
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, Reason::kNoResponse);
  EXPECT_EQ(Codes(), std::vector<std::string>{});
}

TEST_F(ProbeTest, ABudgetThatEndsBetweenTheProbesProvesNothing) {
  Start({{kFirst, DropCaa}});
  Met(kFirst, ServerResult::kTimeout);
  account_.budget.max_queries = 3;
  EXPECT_EQ(Probe(Reason::kNoResponse), ProbeVerdict::kUnchanged);
  EXPECT_EQ(Codes(), std::vector<std::string>{});
}

TEST_F(ProbeTest, WhatMayBeChanceIsAskedAgainAndNobodyAccused) {
  std::atomic<int> failures{1};
  Start({{kFirst, [&failures](const Arrival& query, Outbox* out) {
            if (TypeOf(query) == RRType::kCAA && failures-- > 0) return Refuse(query, out);
            Serve(query, out);
          }}});
  failures = 0;
  Met(kFirst, ServerResult::kServfail);
  EXPECT_EQ(Probe(Reason::kServfail), ProbeVerdict::kAnswersNow);
  EXPECT_EQ(Codes(), std::vector<std::string>{});
}

/// As Serve, but for a question with another first letter.
void ServeAnother(const Arrival& query, Outbox* out) {
  constexpr size_t kFirstLetter = 13;
  std::vector<uint8_t> bytes(query.bytes.begin(), query.bytes.end());
  bytes[kFirstLetter] = bytes[kFirstLetter] == 'z' ? 'y' : 'z';
  Arrival other = query;
  other.bytes = bytes;
  Serve(other, out);
}

TEST_F(ProbeTest, OneAnswerToAnotherQuestionMayBeALateOne) {
  std::atomic<int> late{2};  // The SOA with EDNS and without go out at once.
  Start({{kFirst, [&late](const Arrival& query, Outbox* out) {
            if (query.transport == net::Protocol::kTcp) return;  // Which would tell.
            (late-- > 0 ? ServeAnother : DropCaa)(query, out);
          }}});
  Met(kFirst, ServerResult::kTimeout);
  Probe(Reason::kNoResponse);
  EXPECT_EQ(Codes(), std::vector<std::string>{"caa_dropped"});
}

TEST_F(ProbeTest, AnswersToOtherQuestionsAreTheServersFault) {
  Start({{kFirst, ServeAnother}});
  Met(kFirst, ServerResult::kTimeout);
  Probe(Reason::kNoResponse);
  EXPECT_EQ(Codes(), std::vector<std::string>{"question_changed"});
}

// The budget of a name holds for probes as well.
TEST_F(ProbeTest, AUsedUpBudgetSendsNothing) {
  Start({{kFirst, Refuse}});
  Met(kFirst, ServerResult::kRefused);
  account_.budget.max_queries = 5;
  account_.budget.queries = 5;
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kUnchanged);
  EXPECT_EQ(server_->seen_count(), 0u);
}

}  // namespace
}  // namespace caascan::diagnose
