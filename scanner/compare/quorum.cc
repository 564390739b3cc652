// Tested by quorum_test.cc.
#include "scanner/compare/quorum.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "scanner/record/validity.h"

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

int64_t Freshness::MaxAgeMs(const PerspectiveRecord& record) const {
  if (max_age_ms) return *max_age_ms;
  return std::chrono::milliseconds(record::ValidityOf(record.ttl_s)).count();
}

Perspective JudgePrimary(const PerspectiveRecord& record, const Freshness& freshness) {
  if (record.records == 0) return Perspective::kMissing;
  if (record.records > 1) return Perspective::kDuplicate;
  if (record.time_ms < freshness.now_ms - freshness.MaxAgeMs(record) ||
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

uint32_t RequiredPerspectives(std::chrono::system_clock::time_point now) {
  using std::chrono::sys_days;
  using std::chrono::year;
  if (now < sys_days(year(2026) / 3 / 15)) return kMinRemotes;
  if (now < sys_days(year(2026) / 6 / 15)) return 3;
  return now < sys_days(year(2026) / 12 / 15) ? 4 : 5;
}

QuorumDecision DecideQuorum(Perspective primary, std::span<const Perspective> remotes,
                            std::span<const Registry> regions) {
  assert((regions.empty() || regions.size() == remotes.size()) && "each remote has one");
  QuorumDecision decision;
  decision.corroborated =
      static_cast<uint32_t>(std::count(remotes.begin(), remotes.end(), Perspective::kCorroborates));
  decision.required = RequiredRemotes(static_cast<uint32_t>(remotes.size()));
  std::array<bool, kRegistryCount> seen{};
  for (size_t i = 0; i < regions.size(); ++i) {
    if (remotes[i] == Perspective::kCorroborates) seen[static_cast<size_t>(regions[i])] = true;
  }
  for (size_t i = 1; i < kRegistryCount; ++i) {
    if (seen[i]) decision.regions.push_back(static_cast<Registry>(i));
  }
  decision.issue = primary == Perspective::kCorroborates &&
                   decision.corroborated >= decision.required &&
                   (regions.empty() || decision.regions.size() >= kRequiredRegions);
  return decision;
}

}  // namespace caascan::compare
