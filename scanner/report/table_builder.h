// Columns and cells that many tables have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scanner/report/small_counts.h"
#include "scanner/report/table.h"

namespace caascan::report {

inline Column ShareColumn(std::string heading) {
  return {"share", std::move(heading), ColumnKind::kShare};
}

/// The same of the names that exist, with how many of them there are in front. `detail` as in
/// Column: of tables that are wide without them.
inline void AddExistingColumns(std::vector<Column>* columns, bool detail = false) {
  columns->push_back({"existing", "existing", ColumnKind::kCount, detail});
  columns->push_back({"share_existing", "share of existing", ColumnKind::kShare, detail});
}

/// Partial reports may hold anything: no count becomes less than none.
inline uint64_t LessBy(uint64_t all, uint64_t some) { return all - std::min(all, some); }

/// Of `hits` of `trials` names, so many do not exist: the cells of AddExistingColumns(). Empty ones
/// where it is not `known`, as of partial reports of earlier versions.
inline void AddExistingCells(Share all, Share missing, bool known, std::vector<Cell>* row) {
  if (!known) {
    row->resize(row->size() + 2);
    return;
  }
  const uint64_t trials = LessBy(all.trials, missing.trials);
  const uint64_t hits = std::min(LessBy(all.hits, missing.hits), trials);
  row->emplace_back(hits);
  row->emplace_back(Share{hits, trials});
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
