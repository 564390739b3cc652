// Strangers' text goes through HtmlText() wherever it stands; there are no style attributes.
// Tested by html_report_test.cc and tests/e2e/html_report_test.py.
#include "scanner/publish/html_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "scanner/publish/html_page.h"
#include "scanner/publish/svg.h"
#include "scanner/publish/time_lines.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"
#include "scanner/report/interval.h"

namespace caascan::publish {
namespace {

using report::Cell;
using report::CellText;
using report::Column;
using report::ColumnKind;
using report::CurvePoint;
using report::GroupedNumber;
using report::Interval;
using report::NumberText;
using report::Report;
using report::Share;
using report::Table;
using report::WilsonInterval;

/// Bounds that keep a page under 2 MB.
constexpr size_t kMaxRows = 500;
constexpr size_t kMaxCellSize = 200;

constexpr size_t kPlotBars = 12;
constexpr int kBarHeight = 20;
constexpr int kPlotWidth = 700;
constexpr int kLabelWidth = 200;
constexpr int kBarWidth = 330;
constexpr size_t kMaxLabelSize = 28;

/// What is sorted by, where that is a number.
std::optional<double> SortValue(const Cell& cell) {
  if (const auto* count = std::get_if<uint64_t>(&cell)) return static_cast<double>(*count);
  if (const auto* ms = std::get_if<int64_t>(&cell)) return static_cast<double>(*ms);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  const auto* share = std::get_if<Share>(&cell);
  if (share == nullptr || share->trials == 0) return std::nullopt;
  return static_cast<double>(share->hits) / static_cast<double>(share->trials);
}

void AppendCell(const Cell& cell, ColumnKind kind, std::string* out) {
  const std::string text = HtmlText(Cut(CellText(cell, kind), kMaxCellSize));
  if (kind == ColumnKind::kText) {
    *out += "<td class=\"t\">" + text + "</td>";
    return;
  }
  const std::optional<double> value = SortValue(cell);
  *out += "<td class=\"n\"";
  if (value.has_value()) *out += " data-v=\"" + NumberText(*value) + "\"";
  *out += ">" + text + "</td>";
}

struct Bar {
  std::string label;
  std::string text;
  double value = 0;
  std::optional<Interval> interval;
};

size_t FindColumn(const Table& table, ColumnKind kind) {
  size_t at = 0;
  while (at < table.columns.size() && table.columns[at].kind != kind) ++at;
  return at;
}

/// Shares with their intervals where each row has one, else counts.
std::vector<Bar> MakeBars(const Table& table) {
  const size_t share_at = FindColumn(table, ColumnKind::kShare);
  const size_t count_at = FindColumn(table, ColumnKind::kCount);
  const size_t rows = std::min(table.rows.size(), kPlotBars);
  bool shares = share_at < table.columns.size();
  for (size_t row = 0; row < rows && shares; ++row) {
    const auto* share = std::get_if<Share>(&table.rows[row][share_at]);
    shares = share != nullptr && share->trials > 0;
  }
  std::vector<Bar> bars;
  for (size_t row = 0; row < rows; ++row) {
    const std::vector<Cell>& cells = table.rows[row];
    Bar bar;
    bar.label = Cut(CellText(cells[0], ColumnKind::kText), kMaxLabelSize);
    const size_t at = shares ? share_at : count_at;
    bar.text = CellText(cells[at], table.columns[at].kind);
    bar.value = SortValue(cells[at]).value_or(0);
    if (shares) {
      const Share& share = std::get<Share>(cells[at]);
      bar.interval = WilsonInterval(share.hits, share.trials);
    }
    bars.push_back(std::move(bar));
  }
  return bars;
}

void AppendBar(const Bar& bar, double scale, int top, std::string* out) {
  const std::string baseline = std::to_string(top + kBarHeight - 6);
  *out += "<text x=\"" + std::to_string(kLabelWidth - 8) + "\" y=\"" + baseline +
          "\" text-anchor=\"end\">" + HtmlText(bar.label) + "</text><rect class=\"b\" x=\"" +
          std::to_string(kLabelWidth) + "\" y=\"" + std::to_string(top + 3) + "\" width=\"" +
          Fixed(bar.value * scale) + "\" height=\"" + std::to_string(kBarHeight - 6) + "\"/>";
  double end = bar.value * scale;
  if (bar.interval.has_value()) {
    const std::string middle = std::to_string(top + kBarHeight / 2);
    end = bar.interval->high * scale;
    *out += "<line class=\"w\" x1=\"" + Fixed(kLabelWidth + bar.interval->low * scale) +
            "\" x2=\"" + Fixed(kLabelWidth + end) + "\" y1=\"" + middle + "\" y2=\"" + middle +
            "\"/>";
  }
  *out += "<text class=\"v\" x=\"" + Fixed(kLabelWidth + end + 8) + "\" y=\"" + baseline + "\">" +
          HtmlText(bar.text) + "</text>";
}

void AppendPlot(const Table& table, std::string* out) {
  const std::vector<Bar> bars = MakeBars(table);
  double most = 0;
  for (const Bar& bar : bars) {
    most = std::max(most, bar.interval.has_value() ? bar.interval->high : bar.value);
  }
  if (most <= 0) return;
  const int height = static_cast<int>(bars.size()) * kBarHeight;
  *out += "<div class=\"plot\"><svg role=\"img\" aria-label=\"" + HtmlText(table.title) +
          "\" viewBox=\"0 0 " + std::to_string(kPlotWidth) + " " + std::to_string(height) +
          "\"><line class=\"a\" x1=\"" + std::to_string(kLabelWidth) + "\" x2=\"" +
          std::to_string(kLabelWidth) + "\" y1=\"0\" y2=\"" + std::to_string(height) + "\"/>";
  for (size_t i = 0; i < bars.size(); ++i) {
    AppendBar(bars[i], kBarWidth / most, static_cast<int>(i) * kBarHeight, out);
  }
  *out += "</svg></div>\n";
}

constexpr int kCurveHeight = 220;
constexpr int kCurveTop = 10;
constexpr int kCurveLeft = 60;
constexpr int kCurveWidth = 600;
constexpr double kLeast = 0.1;  // 10 to the power of -1; what is smaller stands at the left end.

/// A distribution: shares upwards, values to the right by their logarithm.
void AppendCurve(const Table& table, std::string* out) {
  double most = kLeast;
  for (const CurvePoint& point : table.curve) most = std::max(most, point.value);
  const int decades = std::max(1, static_cast<int>(std::ceil(std::log10(most / kLeast))));
  const double scale = static_cast<double>(kCurveWidth) / decades;
  const auto x = [scale](double value) {
    return kCurveLeft + scale * std::log10(std::max(value, kLeast) / kLeast);
  };
  const auto y = [](double share) { return kCurveTop + kCurveHeight * (1 - share); };
  *out += "<div class=\"plot\"><svg role=\"img\" aria-label=\"" + HtmlText(table.curve_title) +
          "\" viewBox=\"0 0 " + std::to_string(kPlotWidth) + " " +
          std::to_string(kCurveHeight + kCurveTop + 30) + "\">";
  for (const int percent : {0, 25, 50, 75, 100}) {
    const double at = y(percent / 100.0);
    AppendSvgLine("a", kCurveLeft, at, kCurveLeft + kCurveWidth, at, out);
    AppendSvgLabel(kCurveLeft - 8, at + 4, "end", std::to_string(percent) + " %", out);
  }
  for (int decade = 0; decade <= decades; ++decade) {
    const double value = std::pow(10, decade - 1);
    AppendSvgLine("a", x(value), kCurveTop, x(value), kCurveTop + kCurveHeight, out);
    AppendSvgLabel(x(value), kCurveTop + kCurveHeight + 18, "middle", NumberText(value), out);
  }
  *out += "<polyline class=\"c\" points=\"";
  for (const CurvePoint& point : table.curve)
    *out += Fixed(x(point.value)) + "," + Fixed(y(point.share)) + " ";
  *out += "\"/></svg></div>\n<p>" + HtmlText(table.curve_title) + ".</p>\n";
}

void AppendRows(const Table& table, size_t rows, std::string* out) {
  *out += "<div class=\"scroll\"><table><thead><tr>";
  for (const Column& column : table.columns) {
    *out += column.kind == ColumnKind::kText ? "<th>" : "<th class=\"n\">";
    *out += HtmlText(column.heading) + "</th>";
  }
  *out += "</tr></thead>\n<tbody>\n";
  for (size_t row = 0; row < rows; ++row) {
    *out += "<tr>";
    for (size_t i = 0; i < table.columns.size(); ++i) {
      AppendCell(table.rows[row][i], table.columns[i].kind, out);
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
  if (table.plotted) AppendPlot(table, out);
  if (!table.curve.empty()) AppendCurve(table, out);
  *out += TimeLinePicture(table);
  const size_t rows = std::min(table.rows.size(), top != 0 ? top : kMaxRows);
  AppendRows(table, rows, out);
  if (rows < table.rows.size()) {
    *out += "<p>and " + GroupedNumber(table.rows.size() - rows) + " more</p>\n";
  }
  *out += "</section>\n";
}

}  // namespace

std::string HtmlReport(const Report& report, size_t top) {
  std::string body = "<h1>" + HtmlText(report.title) + "</h1>\n<nav>";
  for (const Table& table : report.tables) {
    if (table.rows.empty()) continue;
    body += "<a href=\"#" + HtmlText(table.id) + "\">" + HtmlText(table.title) + "</a>\n";
  }
  body += "</nav>\n";
  for (const Table& table : report.tables) {
    if (!table.rows.empty()) AppendTable(table, top, &body);
  }
  return HtmlPage(report.title, body);
}

}  // namespace caascan::publish
