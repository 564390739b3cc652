// Differential probes of servers that are silent.
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

class ProbedBrieflyTest : public ProbeTest {};

// The look-up that follows meets what the probes met: they need not be sent again.
TEST_F(ProbedBrieflyTest, WhatTheProbesMetStandsWhereTheNextLookUpMeetsTheSame) {
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
TEST_F(ProbedBrieflyTest, TheThirdNameOfASilentServerIsProbedBriefly) {
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

TEST_F(ProbedBrieflyTest, OneThatWasSilentToOthersAndAnswersIsExaminedInFull) {
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

TEST_F(ProbedBrieflyTest, OneThatFailsInAnotherWayThanBeforeIsExaminedAnew) {
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

// A lame server says more than a silent one.
TEST_P(SilenceTest, ALameServerBesideOneThatDropsStaysLame) {
  Start({{kFirst, Refuse}, {kSecond, DropCaa}});
  Met(kFirst, ServerResult::kRefused);
  Met(kSecond, ServerResult::kTimeout);
  EXPECT_EQ(Probe(Reason::kRefused), ProbeVerdict::kUnchanged);
  EXPECT_EQ(answer_.failure, Reason::kRefused);
}

}  // namespace
}  // namespace caascan::diagnose
