// What a right validator finds of a look-up (RFC 4035 §4.3), from the description alone.
#pragma once

#include <string_view>
#include <vector>

#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// In order: of several, the last one is the weakest.
enum class Security : uint8_t { kSecure, kInsecure, kBogus };

/// "secure", "insecure", "bogus".
std::string_view SecurityText(Security security);

/// Above so many iterations a proof by NSEC3 shows nothing (RFC 9276 §3.2): what it should prove is
/// insecure. Descriptions stay well on one side.
constexpr unsigned kMaxProvingIterations = 150;

/// A state and why it is no better.
struct Verdict {
  Security security = Security::kSecure;
  std::vector<std::string_view> findings;  // misbehaviour.md's codes.
};

/// Adds a further step of a look-up: the weakest counts, and the first that is bogus alone.
void Weaken(const Verdict& by, Verdict* verdict);

/// The zone itself: is there a chain of trust from the root to its key? REQUIRES: the root is
/// signed.
Verdict JudgeZone(const World& world, const Place& place);

/// The answer to a CAA question at a name whose zone is secure. `match` is what the zone has.
Verdict JudgeAnswer(const Place& place, const Match& match);

}  // namespace caascan::lab
