// Columns and cells that many tables have in common.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scanner/report/small_counts.h"
#include "scanner/report/table.h"

namespace caascan::report {

inline Column ShareColumn(std::string heading) {
  return {"share", std::move(heading), ColumnKind::kShare};
}

/// The same of the names that exist, with how many of them there are in front.
inline void AddExistingColumns(std::vector<Column>* columns) {
  columns->push_back({"existing", "existing", ColumnKind::kCount});
  columns->push_back({"share_existing", "share of existing", ColumnKind::kShare});
}

/// "servfail 12, refused 3".
inline std::string CountsText(const SmallCounts& counts) {
  std::string text;
  for (const auto& [key, count] : counts.Sorted()) {
    if (!text.empty()) text += ", ";
    text += key;
    text += ' ';
    text += std::to_string(count);
  }
  return text;
}

}  // namespace caascan::report
