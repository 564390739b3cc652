// A table with a stranger's text in it, for the tests of formats.
#pragma once

#include <string>
#include <utility>

#include "scanner/report/table.h"

namespace caascan::report {

inline Table HostileTable(std::string text) {
  Table table = {.id = "t",
                 .title = "Title",
                 .note = "A note.",
                 .columns = {{"text", "text", ColumnKind::kText},
                             {"names", "names", ColumnKind::kCount},
                             {"share", "share", ColumnKind::kShare}},
                 .rows = {}};
  table.rows.push_back({std::move(text), uint64_t{1}, Share{1, 4}});
  return table;
}

}  // namespace caascan::report
