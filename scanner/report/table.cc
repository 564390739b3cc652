// Tested by table_test.cc.
#include "scanner/report/table.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>

namespace caascan::report {

absl::Status CheckTableIds(const std::vector<std::string>& ids,
                           std::span<const std::string_view> known) {
  for (const std::string& id : ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    const std::vector<std::string> list(known.begin(), known.end());
    return absl::InvalidArgumentError(
        absl::StrCat("there is no table ", id, "; there are ", absl::StrJoin(list, ", ")));
  }
  return absl::OkStatus();
}

void KeepTables(const std::vector<std::string>& ids, Report* report) {
  if (ids.empty()) return;
  std::erase_if(report->tables, [&ids](const Table& table) {
    return std::find(ids.begin(), ids.end(), table.id) == ids.end();
  });
}

}  // namespace caascan::report
