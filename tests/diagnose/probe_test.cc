// Differential probes of servers that answer one type and not another.
#include "scanner/diagnose/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "tests/diagnose/probe_fixture.h"

namespace caascan::diagnose {
namespace {

using namespace probe_fixture;

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
