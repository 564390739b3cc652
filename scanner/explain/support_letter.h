// What the owner of a name sends to whoever can mend what is wrong with it.
#pragma once

#include <string>
#include <string_view>

#include "caascan/finding_kind.h"
#include "scanner/record/record_view.h"

namespace caascan::explain {

/// One paragraph of printable text about all findings of that kind in the record. `command`, which
/// shows the fault, may be empty.
std::string SupportLetter(const record::RecordView& record, const FindingKind& kind,
                          std::string_view command);

/// The same question for drill of ldns as a line of DigLines(); empty where there is none.
std::string DrillLine(const std::string& dig);

}  // namespace caascan::explain
