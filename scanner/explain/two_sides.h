// What two sides say that should say the same: the parent's NS set and the zone's own, the DS at
// the parent and the zone's keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scanner/record/record_view.h"

namespace caascan::explain {

struct Side {
  std::string heading;
  std::vector<std::string> lines;
};
/// Printable.
struct TwoSides {
  std::string title;
  Side left;
  Side right;
};

/// The two sides of a finding, as far as its evidence has both; nullopt for any other finding, and
/// where the evidence is in another form than this version writes. Any thread.
std::optional<TwoSides> TwoSidesOf(const record::FindingView& finding);

}  // namespace caascan::explain
