// A table's columns are as wide as what is in them; where the sum is over 100 the widest text
// columns give way, and where that is not enough counts are written shorter. Tested by
// text_format_test.cc.
#include <algorithm>
#include <utility>

#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::report {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kMinTextWidth = 12;
constexpr std::string_view kGap = "  ";

/// How counts are written, the widest first: "1,234,567", "1234567", "1.23M".
enum class CountStyle : uint8_t { kGrouped, kPlain, kShort };

std::string TextOf(const Cell& cell, ColumnKind kind, CountStyle style) {
  const auto* count = std::get_if<uint64_t>(&cell);
  if (count == nullptr || style == CountStyle::kGrouped) return CellText(cell, kind);
  return style == CountStyle::kPlain ? std::to_string(*count) : ShortNumber(*count);
}

/// The columns that are shown, as text.
struct Grid {
  std::vector<std::vector<std::string>> lines;  // The headings first.
  std::vector<ColumnKind> kinds;
  std::vector<size_t> widths;
};

Grid MakeGrid(const Table& table, size_t rows, CountStyle style) {
  Grid grid;
  grid.lines.resize(rows + 1);
  for (size_t column = 0; column < table.columns.size(); ++column) {
    const Column& head = table.columns[column];
    if (head.detail) continue;
    size_t width = head.heading.size();
    grid.lines[0].push_back(head.heading);
    for (size_t row = 0; row < rows; ++row) {
      std::string text = TextOf(table.rows[row][column], head.kind, style);
      width = std::max(width, DisplayWidth(text));
      grid.lines[row + 1].push_back(std::move(text));
    }
    grid.kinds.push_back(head.kind);
    grid.widths.push_back(width);
  }
  return grid;
}

/// Narrows text columns, the widest first, until a line fits. False where it never does.
bool Fit(Grid* grid) {
  while (true) {
    size_t sum = kGap.size() * grid->widths.size();
    size_t* widest = nullptr;
    for (size_t i = 0; i < grid->widths.size(); ++i) {
      sum += grid->widths[i];
      if (grid->kinds[i] != ColumnKind::kText || grid->widths[i] <= kMinTextWidth) continue;
      if (widest == nullptr || grid->widths[i] > *widest) widest = &grid->widths[i];
    }
    if (sum <= kWidth || widest == nullptr) return sum <= kWidth;
    --*widest;
  }
}

Grid FittingGrid(const Table& table, size_t rows) {
  Grid grid;
  for (const CountStyle style : {CountStyle::kGrouped, CountStyle::kPlain, CountStyle::kShort}) {
    grid = MakeGrid(table, rows, style);
    if (Fit(&grid)) break;
  }
  return grid;
}

/// Cuts to `width` columns, with ".." where something was cut.
std::string Cut(const std::string& text, size_t width) {
  if (DisplayWidth(text) <= width) return text;
  std::string cut;
  size_t taken = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0u) != 0x80;
    if (begins && taken++ == width - 2) break;
    cut += c;
  }
  return cut + "..";
}

void AppendLine(const Grid& grid, const std::vector<std::string>& cells, std::string* out) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string text = Cut(cells[i], grid.widths[i]);
    const std::string fill(grid.widths[i] - DisplayWidth(text), ' ');
    line += kGap;
    line += grid.kinds[i] == ColumnKind::kText ? text + fill : fill + text;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  *out += line;
  *out += '\n';
}

void AppendNote(std::string_view note, std::string* out) {
  while (!note.empty()) out->append(TakeLine(kWidth, &note)).push_back('\n');
}

void AppendTable(const Table& table, size_t top, std::string* out) {
  const size_t limit = top != 0 ? top : table.shown != 0 ? table.shown : table.rows.size();
  const size_t rows = std::min(limit, table.rows.size());
  *out += '\n' + table.title + '\n' + std::string(table.title.size(), '=') + '\n';
  AppendNote(table.note, out);
  AppendNote(MissedNote(table), out);
  Grid grid = FittingGrid(table, rows);
  for (std::vector<std::string>& line : grid.lines) {
    const std::string last = table.wrapped ? std::exchange(line.back(), "") : std::string();
    std::string_view rest = last;
    if (table.wrapped) line.back() = TakeLine(grid.widths.back(), &rest);
    AppendLine(grid, line, out);
    while (!rest.empty()) {
      std::vector<std::string> more(line.size());
      more.back() = TakeLine(grid.widths.back(), &rest);
      AppendLine(grid, more, out);
    }
  }
  if (rows < table.rows.size()) {
    *out += "  and " + GroupedNumber(table.rows.size() - rows) + " more\n";
  }
}

}  // namespace

std::string MissedNote(const Table& table) {
  if (table.missed == 0) return "";
  return "There are more keys than are kept: each count is exact or too small by " +
         GroupedNumber(table.missed) + " at most, and what is not here counts no more than that.";
}

std::string TextReport(const Report& report, size_t top) {
  std::string out = report.title + '\n';
  for (const Table& table : report.tables) {
    if (!table.rows.empty()) AppendTable(table, top, &out);
  }
  return out;
}

}  // namespace caascan::report
