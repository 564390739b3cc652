// Tested by finding_changes_test.cc and report_test.py.
#include "scanner/compare/finding_changes.h"

#include <algorithm>
#include <utility>

#include "scanner/report/aggregate.h"

namespace caascan::compare {
namespace {

constexpr size_t kShown = 20;
constexpr std::string_view kUnknownOperator = "(unknown)";

/// The first line of `text`, which it is taken off.
std::string_view TakeLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

void AddColumns(std::vector<report::Column>* columns) {
  for (const char* what : {"came", "stayed", "went"}) {
    columns->push_back({what, what, report::ColumnKind::kCount});
  }
}

}  // namespace

void FindingCodes(const record::RecordView& record, std::string* codes) {
  codes->clear();
  if (record.findings.empty()) return;
  std::vector<std::string_view> sorted;
  for (const record::FindingView& finding : record.findings) {
    // A line feed is in no code of ours.
    if (finding.code.find('\n') == std::string_view::npos) sorted.push_back(finding.code);
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (const std::string_view code : sorted) {
    codes->append(codes->empty() ? "" : "\n").append(code);
  }
}

FindingChange FindingChangeOf(std::string_view before, std::string_view after) {
  FindingChange change;
  std::string_view old_code = TakeLine(&before);
  std::string_view new_code = TakeLine(&after);
  while (!old_code.empty() || !new_code.empty()) {
    if (old_code == new_code) {
      change.stayed.push_back(new_code);
      old_code = TakeLine(&before);
      new_code = TakeLine(&after);
    } else if (new_code.empty() || (!old_code.empty() && old_code < new_code)) {
      change.went.push_back(old_code);
      old_code = TakeLine(&before);
    } else {
      change.came.push_back(new_code);
      new_code = TakeLine(&after);
    }
  }
  return change;
}

FindingChanges::FindingChanges()
    : codes_(report::Aggregate::kMaxRows), operators_(report::Aggregate::kMaxRows) {}

FindingChangeRow* FindingChanges::FindOperator(std::string_view code,
                                               std::string_view operator_name) {
  key_.assign(code);
  key_ += ' ';
  key_ += operator_name.empty() ? kUnknownOperator : operator_name;
  return operators_.Find(key_);
}

void FindingChanges::Add(const FindingChange& change, std::string_view operator_before,
                         std::string_view operator_after) {
  names_ += change.any() ? 1 : 0;
  for (const std::string_view code : change.came) {
    ++codes_.Find(code)->came;
    ++FindOperator(code, operator_after)->came;
  }
  for (const std::string_view code : change.stayed) {
    ++codes_.Find(code)->stayed;
    ++FindOperator(code, operator_after)->stayed;
  }
  for (const std::string_view code : change.went) {
    ++codes_.Find(code)->went;
    ++FindOperator(code, operator_before)->went;
  }
}

report::Table FindingChanges::ByCode() const {
  report::Table table = {.id = "findings",
                         .title = "Findings that came, stayed and went",
                         .note = "Names of both scans, once for each finding.",
                         .columns = {{"code", "code", report::ColumnKind::kText}},
                         .rows = {},
                         .missed = codes_.missed()};
  AddColumns(&table.columns);
  for (const auto& [code, row] : codes_.Sorted()) {
    table.rows.push_back({std::string(code), row->came, row->stayed, row->went});
  }
  return table;
}

report::Table FindingChanges::ByOperator() const {
  report::Table table = {.id = "operator_findings",
                         .title = "Findings that came, stayed and went, by operator",
                         .note =
                             "Names of both scans, once for each finding; those that went by the "
                             "operator before, the others by the one after.",
                         .columns = {{"operator", "operator", report::ColumnKind::kText},
                                     {"code", "code", report::ColumnKind::kText}},
                         .rows = {},
                         .missed = operators_.missed(),
                         .shown = kShown};
  AddColumns(&table.columns);
  for (const auto& [key, row] : operators_.Sorted()) {
    const size_t blank = std::min(key.find(' '), key.size());
    table.rows.push_back({std::string(key.substr(std::min(blank + 1, key.size()))),
                          std::string(key.substr(0, blank)), row->came, row->stayed, row->went});
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    const auto moved = [](const std::vector<report::Cell>& row) {
      return std::get<uint64_t>(row[2]) + std::get<uint64_t>(row[4]);
    };
    return moved(a) > moved(b);
  });
  return table;
}

}  // namespace caascan::compare
