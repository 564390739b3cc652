// Tested by finding_code_test.cc.
#include "caascan/finding_code.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace caascan {
namespace {

consteval bool RowsAreInTheEnumsOrder() {
  size_t i = 0;
  for (const FindingCodeRow& row : kFindingCodes) {
    if (static_cast<size_t>(row.code) != i++) return false;
  }
  return true;
}
static_assert(RowsAreInTheEnumsOrder(), "a row for each code, in the enum's order");

}  // namespace

std::string_view FindingCodeText(FindingCode code) {
  assert(code <= kLastFindingCode);
  return kFindingCodes[static_cast<size_t>(code)].text;
}

std::optional<uint16_t> FindingEde(FindingCode code) {
  assert(code <= kLastFindingCode);
  const std::optional<Ede> ede = kFindingCodes[static_cast<size_t>(code)].ede;
  return ede ? std::optional(static_cast<uint16_t>(*ede)) : std::nullopt;
}

std::optional<FindingCode> FindFindingCode(std::string_view text) {
  const auto* const found =
      std::find_if(std::begin(kFindingCodes), std::end(kFindingCodes),
                   [text](const FindingCodeRow& row) { return row.text == text; });
  return found == std::end(kFindingCodes) ? std::nullopt : std::optional(found->code);
}

}  // namespace caascan
