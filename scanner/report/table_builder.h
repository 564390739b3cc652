// Columns and cells that many tables have in common.
#pragma once

#include <string>
#include <utility>

#include "scanner/report/small_counts.h"
#include "scanner/report/table.h"

namespace caascan::report {

inline Column ShareColumn(std::string heading) {
  return {"share", std::move(heading), ColumnKind::kShare};
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
