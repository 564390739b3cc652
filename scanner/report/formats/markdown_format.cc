// Tested by markdown_format_test.cc.
#include <algorithm>

#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::report {
namespace {

void AppendRow(const std::vector<std::string>& cells, std::string* out) {
  for (const std::string& cell : cells) *out += "| " + cell + ' ';
  *out += "|\n";
}

void AppendTable(const Table& table, size_t top, std::string* out) {
  *out += "\n## " + table.title + "\n\n";
  for (const std::string& note : {table.note, MissedNote(table)}) {
    if (!note.empty()) *out += note + "\n\n";
  }
  std::vector<std::string> heads;
  std::vector<std::string> rules;
  for (const Column& column : table.columns) {
    if (column.detail) continue;
    heads.push_back(column.heading);
    rules.emplace_back(column.kind == ColumnKind::kText ? "---" : "---:");
  }
  AppendRow(heads, out);
  AppendRow(rules, out);
  const size_t limit = top != 0 ? top : table.shown != 0 ? table.shown : table.rows.size();
  const size_t rows = std::min(limit, table.rows.size());
  for (size_t row = 0; row < rows; ++row) {
    std::vector<std::string> cells;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      if (!column.detail) {
        cells.push_back(MarkdownText(CellText(table.rows[row][i], column.kind)));
      }
    }
    AppendRow(cells, out);
  }
  if (rows < table.rows.size()) {
    *out += "\nand " + GroupedNumber(table.rows.size() - rows) + " more\n";
  }
}

}  // namespace

std::string MarkdownText(std::string_view printable) {
  constexpr std::string_view kSpecial = R"(\`*_{}[]#!|~)";
  std::string text;
  for (const char c : printable) {
    if (c == '<') {
      text += "&lt;";
    } else if (c == '>') {
      text += "&gt;";
    } else if (c == '&') {
      text += "&amp;";
    } else {
      if (kSpecial.find(c) != std::string_view::npos) text += '\\';
      text += c;
    }
  }
  return text;
}

std::string MarkdownReport(const Report& report, size_t top) {
  std::string out = "# " + report.title + '\n';
  for (const Table& table : report.tables) {
    if (!table.rows.empty()) AppendTable(table, top, &out);
  }
  return out;
}

}  // namespace caascan::report
