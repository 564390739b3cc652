// The page holds the data twice: the first rows of each table as markup, for browsers without
// script and for those who search its text, and all rows packed, for the scripts, which put
// strangers' text nowhere but into text. In markup it goes through HtmlText() wherever it stands;
// there are no style attributes. Tested by html_report_test.cc and tests/e2e/html_report_test.py.
#include "scanner/publish/html_report.h"

#include <algorithm>

#include "scanner/publish/embedded.h"
#include "scanner/publish/html_page.h"
#include "scanner/publish/page_data.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::publish {
namespace {

using report::ColumnKind;
using report::Table;

/// Rows of a table that are markup, and letters of a cell there.
constexpr size_t kMarkupRows = 50;
constexpr size_t kMaxCellSize = 200;
/// Rows of a table beside others, where scripts run.
constexpr size_t kShortRows = 10;

void AppendRows(const Table& table, size_t rows, std::string* out) {
  *out += "<div class=\"scroll\"><table><thead><tr>";
  for (const report::Column& column : table.columns) {
    *out +=
        column.kind == ColumnKind::kText ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"n\">";
    *out += HtmlText(column.heading) + "</th>";
  }
  *out += "</tr></thead>\n<tbody>\n";
  for (size_t row = 0; row < rows; ++row) {
    *out += "<tr>";
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const ColumnKind kind = table.columns[i].kind;
      *out += kind == ColumnKind::kText ? "<td class=\"t\">" : "<td class=\"n\">";
      *out += HtmlText(Cut(report::CellText(table.rows[row][i], kind), kMaxCellSize)) + "</td>";
    }
    *out += "</tr>\n";
  }
  *out += "</tbody></table></div>\n";
}

void AppendTable(const Table& table, size_t top, std::string* out) {
  *out += "<section id=\"" + HtmlText(table.id) + "\"><h2>" + HtmlText(table.title) + "</h2>\n";
  for (const std::string& note : {table.note, report::MissedNote(table)}) {
    if (!note.empty()) *out += "<p>" + HtmlText(note) + "</p>\n";
  }
  const size_t rows = std::min(table.rows.size(), top != 0 ? top : kMarkupRows);
  AppendRows(table, rows, out);
  if (rows < table.rows.size()) {
    *out += "<p class=\"more\">and " + report::GroupedNumber(table.rows.size() - rows) +
            " more, which a browser with JavaScript shows</p>\n";
  }
  *out += "</section>\n";
}

}  // namespace

std::string HtmlReport(const report::Report& report, size_t top) {
  std::string body =
      "<header></header>\n<main><div id=\"page\" hidden></div><div id=\"overview\"><h1>" +
      HtmlText(report.title) + "</h1>\n<nav aria-label=\"Tables\">";
  for (const Table& table : report.tables) {
    if (table.rows.empty()) continue;
    body += "<a href=\"#" + HtmlText(table.id) + "\">" + HtmlText(table.title) + "</a>\n";
  }
  body += "</nav>\n";
  for (const Table& table : report.tables) {
    if (!table.rows.empty()) AppendTable(table, top, &body);
  }
  body += "</div></main>\n<script id=\"data\" type=\"text/plain\">" +
          PackedText(PageData(report, top != 0 ? top : kShortRows)) + "</script>\n";
  return HtmlPage(report.title, body,
                  {.scripts = {{PageDataScript(), PageDataScriptDigest()},
                               {PicturesScript(), PicturesScriptDigest()},
                               {PagesScript(), PagesScriptDigest()}}});
}

}  // namespace caascan::publish
