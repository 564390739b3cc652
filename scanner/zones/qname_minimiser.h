// How many labels of a name are shown to a zone's servers (RFC 9156 §2.3). Pure.
#pragma once

#include <cassert>
#include <cstddef>

namespace caascan::zones {

/// So many questions about parts of a name are asked before the whole name is.
constexpr size_t kMaxMinimised = 10;
/// So many of them add one label each; the others share what is left.
constexpr size_t kMinimisedByOne = 4;

/// How many labels the next question shows: more than `shown`, and at most `labels`, which the name
/// has. `asked` questions were about parts of it already. REQUIRES: shown < labels.
constexpr size_t LabelsToShow(size_t shown, size_t labels, size_t asked) {
  assert(shown < labels && "some labels are left");
  if (asked < kMinimisedByOne) return shown + 1;
  if (asked >= kMaxMinimised) return labels;
  const size_t share = (labels - shown) / (kMaxMinimised - asked);
  return shown + (share == 0 ? 1 : share);
}

}  // namespace caascan::zones
