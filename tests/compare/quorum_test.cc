#include "scanner/compare/quorum.h"

#include <gtest/gtest.h>

#include <vector>

namespace caascan::compare {
namespace {

constexpr Freshness kNow = {.now_ms = 1'000'000'000, .max_age_ms = int64_t{8} * 3'600'000};

PerspectiveRecord Of(Outcome outcome, bool may_issue, DnssecStatus dnssec,
                     int64_t time_ms = kNow.now_ms, uint32_t records = 1) {
  return {.records = records,
          .outcome = outcome,
          .reason = Reason::kNoCaa,
          .dnssec = dnssec,
          .may_issue = may_issue,
          .time_ms = time_ms};
}

struct JudgeRow {
  const char* name;
  PerspectiveRecord record;
  Perspective remote;
  Perspective primary;
};

class JudgeTest : public testing::TestWithParam<JudgeRow> {};

TEST_P(JudgeTest, AsRemoteAndAsPrimary) {
  EXPECT_EQ(JudgeRemote(GetParam().record, kNow), GetParam().remote);
  EXPECT_EQ(JudgePrimary(GetParam().record, kNow), GetParam().primary);
}

using P = Perspective;
using D = DnssecStatus;
constexpr int64_t kOldest = kNow.now_ms - *kNow.max_age_ms;
constexpr int64_t kNewest = kNow.now_ms + kMaxClockSkewMs;

INSTANTIATE_TEST_SUITE_P(
    Rows, JudgeTest,
    testing::Values(
        JudgeRow{"Permit", Of(Outcome::kPermit, true, D::kSecure), P::kCorroborates,
                 P::kCorroborates},
        JudgeRow{"PermitUnchecked", Of(Outcome::kPermit, true, D::kUnchecked), P::kCorroborates,
                 P::kCorroborates},
        JudgeRow{"PermitThatMayNot", Of(Outcome::kPermit, false, D::kInsecure), P::kFailed,
                 P::kFailed},
        JudgeRow{"Deny", Of(Outcome::kDeny, false, D::kSecure), P::kDenies, P::kDenies},
        JudgeRow{"DenyThatMay", Of(Outcome::kDeny, true, D::kInsecure), P::kDenies, P::kDenies},
        // BR 4.2.2.1: retried, and proven Insecure.
        JudgeRow{"AcceptableFailure", Of(Outcome::kTimeout, true, D::kInsecure), P::kCorroborates,
                 P::kFailed},
        JudgeRow{"FailureBelowSigned", Of(Outcome::kTimeout, true, D::kSecure), P::kFailed,
                 P::kFailed},
        JudgeRow{"FailureUnchecked", Of(Outcome::kLame, true, D::kUnchecked), P::kFailed,
                 P::kFailed},
        JudgeRow{"BogusFailure", Of(Outcome::kServfail, true, D::kBogus), P::kFailed, P::kFailed},
        JudgeRow{"FailureThatMayNot", Of(Outcome::kServfail, false, D::kInsecure), P::kFailed,
                 P::kFailed},
        JudgeRow{"Error", Of(Outcome::kError, true, D::kInsecure), P::kError, P::kError},
        JudgeRow{"Missing", PerspectiveRecord(), P::kMissing, P::kMissing},
        JudgeRow{"Twice", Of(Outcome::kPermit, true, D::kSecure, kNow.now_ms, 2), P::kDuplicate,
                 P::kDuplicate},
        JudgeRow{"Oldest", Of(Outcome::kPermit, true, D::kSecure, kOldest), P::kCorroborates,
                 P::kCorroborates},
        JudgeRow{"TooOld", Of(Outcome::kPermit, true, D::kSecure, kOldest - 1), P::kStale,
                 P::kStale},
        JudgeRow{"TooOldFailure", Of(Outcome::kTimeout, true, D::kInsecure, kOldest - 1), P::kStale,
                 P::kStale},
        JudgeRow{"ClocksDiffer", Of(Outcome::kPermit, true, D::kSecure, kNewest), P::kCorroborates,
                 P::kCorroborates},
        JudgeRow{"Future", Of(Outcome::kPermit, true, D::kSecure, kNewest + 1), P::kStale,
                 P::kStale}),
    [](const auto& row) { return std::string(row.param.name); });

/// BR 4.2.2.1: 8 hours, or the set's TTL where that is longer.
TEST(FreshnessTest, FollowsTheTtlUnlessTold) {
  const Freshness told = {.now_ms = kNow.now_ms, .max_age_ms = 5};
  const Freshness usual = {.now_ms = kNow.now_ms};
  constexpr int64_t kHourMs = 3'600'000;
  struct Row {
    uint32_t ttl_s;
    int64_t max_age_ms;
  };
  for (const Row& row : {Row{0, 8 * kHourMs}, Row{300, 8 * kHourMs}, Row{28'800, 8 * kHourMs},
                         Row{28'801, 8 * kHourMs + 1000}, Row{86'400, 24 * kHourMs}}) {
    PerspectiveRecord record = Of(Outcome::kPermit, true, D::kSecure, kNow.now_ms - row.max_age_ms);
    record.ttl_s = row.ttl_s;
    EXPECT_EQ(usual.MaxAgeMs(record), row.max_age_ms);
    EXPECT_EQ(told.MaxAgeMs(record), 5);
    EXPECT_EQ(JudgePrimary(record, usual), P::kCorroborates) << row.ttl_s;
    EXPECT_EQ(JudgePrimary(record, told), P::kStale);
    --record.time_ms;
    EXPECT_EQ(JudgeRemote(record, usual), P::kStale) << row.ttl_s;
  }
}

struct RegionRow {
  const char* name;
  std::vector<Perspective> remotes;
  std::vector<Registry> regions;
  bool issue;
  std::vector<Registry> corroborating;
};

class RegionTest : public testing::TestWithParam<RegionRow> {};

/// BR 3.2.2.9: those that corroborate are in two regions at least.
TEST_P(RegionTest, OfThoseThatCorroborate) {
  const QuorumDecision decision =
      DecideQuorum(P::kCorroborates, GetParam().remotes, GetParam().regions);
  EXPECT_EQ(decision.issue, GetParam().issue);
  EXPECT_EQ(decision.regions, GetParam().corroborating);
  EXPECT_FALSE(DecideQuorum(P::kDenies, GetParam().remotes, GetParam().regions).issue);
}

using G = Registry;

INSTANTIATE_TEST_SUITE_P(
    Rows, RegionTest,
    testing::Values(RegionRow{"Unknown", {P::kCorroborates, P::kCorroborates}, {}, true, {}},
                    RegionRow{"Two",
                              {P::kCorroborates, P::kCorroborates},
                              {G::kRipeNcc, G::kApnic},
                              true,
                              {G::kApnic, G::kRipeNcc}},
                    RegionRow{"OneForAll",
                              {P::kCorroborates, P::kCorroborates, P::kCorroborates},
                              {G::kArin, G::kArin, G::kArin},
                              false,
                              {G::kArin}},
                    RegionRow{"TheSecondDoesNotCorroborate",
                              {P::kCorroborates, P::kCorroborates, P::kDenies},
                              {G::kArin, G::kArin, G::kLacnic},
                              false,
                              {G::kArin}},
                    RegionRow{"TwoAmongThoseThatDo",
                              {P::kMissing, P::kCorroborates, P::kCorroborates},
                              {G::kArin, G::kAfrinic, G::kArin},
                              true,
                              {G::kAfrinic, G::kArin}},
                    RegionRow{"RegionsButNoQuorum",
                              {P::kCorroborates, P::kFailed, P::kFailed, P::kCorroborates},
                              {G::kArin, G::kApnic, G::kApnic, G::kLacnic},
                              false,
                              {G::kArin, G::kLacnic}},
                    RegionRow{"SomeUnknown",
                              {P::kCorroborates, P::kCorroborates},
                              {G::kUnknown, G::kArin},
                              false,
                              {G::kArin}}),
    [](const auto& row) { return row.param.name; });

TEST(RequiredPerspectivesTest, GrowWithTheYear) {
  using std::chrono::sys_days;
  using std::chrono::year;
  EXPECT_EQ(RequiredPerspectives(sys_days(year(2026) / 3 / 14)), 2u);
  EXPECT_EQ(RequiredPerspectives(sys_days(year(2026) / 3 / 15)), 3u);
  EXPECT_EQ(RequiredPerspectives(sys_days(year(2026) / 6 / 15)), 4u);
  EXPECT_EQ(RequiredPerspectives(sys_days(year(2026) / 12 / 14)), 4u);
  EXPECT_EQ(RequiredPerspectives(sys_days(year(2026) / 12 / 15)), 5u);
}

struct QuorumRow {
  uint32_t remotes;
  uint32_t may_fail;
};

/// BR 3.2.2.9's table, and fewer than two, which are no quorum.
TEST(DecideQuorumTest, TakesAsManyFailuresAsTheTableSays) {
  for (const QuorumRow& row : {QuorumRow{2, 1}, QuorumRow{3, 1}, QuorumRow{4, 1}, QuorumRow{5, 1},
                               QuorumRow{6, 2}, QuorumRow{7, 2}, QuorumRow{20, 2}}) {
    for (uint32_t failed = 0; failed <= row.remotes; ++failed) {
      std::vector<Perspective> remotes(row.remotes, P::kCorroborates);
      for (uint32_t i = 0; i < failed; ++i) remotes[i] = i % 2 == 0 ? P::kDenies : P::kMissing;
      const QuorumDecision decision = DecideQuorum(P::kCorroborates, remotes);
      EXPECT_EQ(decision.issue, failed <= row.may_fail) << failed << " of " << row.remotes;
      EXPECT_EQ(decision.corroborated, row.remotes - failed);
      for (const P primary :
           {P::kMissing, P::kDuplicate, P::kStale, P::kDenies, P::kFailed, P::kError}) {
        EXPECT_FALSE(DecideQuorum(primary, remotes).issue);
      }
    }
  }
  EXPECT_FALSE(DecideQuorum(P::kCorroborates, {}).issue);
  EXPECT_FALSE(DecideQuorum(P::kCorroborates, std::vector{P::kCorroborates}).issue);
}

}  // namespace
}  // namespace caascan::compare
