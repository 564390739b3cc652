// Tested by quorum_test.cc.
#include "scanner/compare/quorum.h"

#include <algorithm>
#include <array>

namespace caascan::compare {
namespace {

constexpr std::array<std::string_view, 7> kCodes = {"corroborates", "missing", "duplicate", "stale",
                                                    "denies",       "failed",  "error"};

constexpr uint32_t kMinRemotes = 2;
constexpr uint32_t kManyRemotes = 6;

}  // namespace

std::string_view PerspectiveCode(Perspective perspective) {
  return kCodes[static_cast<size_t>(perspective)];
}

Perspective JudgePrimary(const PerspectiveRecord& record, const Freshness& freshness) {
  if (record.records == 0) return Perspective::kMissing;
  if (record.records > 1) return Perspective::kDuplicate;
  if (record.time_ms < freshness.now_ms - freshness.max_age_ms ||
      record.time_ms > freshness.now_ms + kMaxClockSkewMs) {
    return Perspective::kStale;
  }
  switch (record.outcome) {
    case Outcome::kPermit:
      // A record that contradicts itself permits nothing.
      return record.may_issue ? Perspective::kCorroborates : Perspective::kFailed;
    case Outcome::kDeny:
      return Perspective::kDenies;
    case Outcome::kError:
      return Perspective::kError;
    case Outcome::kServfail:
    case Outcome::kTimeout:
    case Outcome::kLame:
      break;
  }
  return Perspective::kFailed;
}

bool DecideTheSameSet(const PerspectiveRecord& a, const PerspectiveRecord& b) {
  const auto decided = [](const PerspectiveRecord& record) {
    return record.records == 1 && !record.caa.empty() && IsDecided(record.outcome);
  };
  return decided(a) && decided(b) && a.caa == b.caa;
}

Perspective JudgeRemote(const PerspectiveRecord& record, const Freshness& freshness) {
  const Perspective judged = JudgePrimary(record, freshness);
  const bool acceptable = judged == Perspective::kFailed && record.outcome != Outcome::kPermit &&
                          record.may_issue && record.dnssec == DnssecStatus::kInsecure;
  return acceptable ? Perspective::kCorroborates : judged;
}

uint32_t RequiredRemotes(uint32_t remotes) {
  if (remotes < kMinRemotes) return kMinRemotes;
  return remotes < kManyRemotes ? remotes - 1 : remotes - 2;
}

QuorumDecision DecideQuorum(Perspective primary, std::span<const Perspective> remotes) {
  QuorumDecision decision;
  decision.corroborated =
      static_cast<uint32_t>(std::count(remotes.begin(), remotes.end(), Perspective::kCorroborates));
  decision.required = RequiredRemotes(static_cast<uint32_t>(remotes.size()));
  decision.issue =
      primary == Perspective::kCorroborates && decision.corroborated >= decision.required;
  return decision;
}

}  // namespace caascan::compare
