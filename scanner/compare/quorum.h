// Multi-perspective corroboration (Baseline Requirements 3.2.2.9) as pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "caascan/corroborate.h"
#include "caascan/outcome.h"

namespace caascan::compare {

/// Why a perspective's look-up of a name does, or does not, count as permission.
enum class Perspective : uint8_t {
  kCorroborates,
  kMissing,    // It has no record of the name.
  kDuplicate,  // It has several.
  kStale,      // Its record is too old, or from the future.
  kDenies,
  kFailed,  // Its look-up failed, and not in the way that may be taken as permission.
  kError,   // It never looked the name up.
};
std::string_view PerspectiveCode(Perspective perspective);

/// What a perspective found out about a name.
struct PerspectiveRecord {
  uint32_t records = 0;  // How many there are of the name; the rest is that of one of them.
  Outcome outcome = Outcome::kError;
  Reason reason = Reason::kStopped;
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  bool may_issue = false;
  int64_t time_ms = 0;
  uint32_t ttl_s = 0;    // Of the set that decided.
  std::string caa = {};  // The set that decided, as SpillRow has it; empty without one.
};

/// Have both perspectives one record of the name, and decided over the same CAA records? Then the
/// same reason follows for the same request.
bool DecideTheSameSet(const PerspectiveRecord& a, const PerspectiveRecord& b);

/// When a record is fresh: not older than it may be at `now_ms`, nor ahead of it by more than
/// clocks differ.
struct Freshness {
  int64_t now_ms = 0;
  std::optional<int64_t> max_age_ms = {};  // Unset: 8 hours, or the set's TTL where that is longer.

  /// How old this record may be (Baseline Requirements 4.2.2.1).
  int64_t MaxAgeMs(const PerspectiveRecord& record) const;
};
inline constexpr int64_t kMaxClockSkewMs = int64_t{5} * 60 * 1000;

/// Does the remote perspective corroborate? It does where its own CAA check permits, or failed in a
/// way that the Baseline Requirements 4.2.2.1 let pass: the record must say so (`may_issue`) and
/// that the zone is Insecure.
Perspective JudgeRemote(const PerspectiveRecord& record, const Freshness& freshness);

/// The same of the primary perspective, which must permit: no failure will do.
Perspective JudgePrimary(const PerspectiveRecord& record, const Freshness& freshness);

/// How many of `remotes` must corroborate: all but one of 2 to 5, all but two of 6 and more. Fewer
/// than 2 are no quorum, which more than all of them would have to make.
uint32_t RequiredRemotes(uint32_t remotes);

/// In how many service regions the remotes that corroborate must be at least.
inline constexpr uint32_t kRequiredRegions = 2;

struct QuorumDecision {
  bool issue = false;
  uint32_t corroborated = 0;
  uint32_t required = 0;
  std::vector<Registry> regions;  // Of the remotes that corroborate, each once, in order.
};
/// `regions` are those of `remotes`, one each; empty: they are not known, and nothing is required
/// of them.
QuorumDecision DecideQuorum(Perspective primary, std::span<const Perspective> remotes,
                            std::span<const Registry> regions = {});

/// How many remote perspectives there must be at that time (3.2.2.9, the phases of 2025 and 2026).
uint32_t RequiredPerspectives(std::chrono::system_clock::time_point now);

}  // namespace caascan::compare
