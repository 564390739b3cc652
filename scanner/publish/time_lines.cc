// Lines differ in colour and in their dashes, so that they are told apart without colours, too.
// Tested by html_report_test.cc.
#include "scanner/publish/time_lines.h"

#include <algorithm>
#include <limits>

#include "scanner/publish/html_page.h"
#include "scanner/publish/svg.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::publish {
namespace {

using report::CellText;
using report::ColumnKind;
using report::CurvePoint;
using report::PrintableText;
using report::Table;
using report::TimeLine;

constexpr int kWidth = 700;
constexpr int kTop = 10;
constexpr int kPlotHeight = 220;
constexpr int kLeft = 60;
constexpr int kPlotWidth = 600;
constexpr int kLegendTop = kTop + kPlotHeight + 40;
constexpr int kLegendLine = 20;
constexpr size_t kMaxNameSize = 60;

/// What the axes have to hold.
struct Bounds {
  double first_ms = std::numeric_limits<double>::max();
  double last_ms = 0;
  double most = 0;

  explicit Bounds(const Table& table) {
    for (const TimeLine& line : table.lines) {
      for (const CurvePoint& point : line.points) {
        first_ms = std::min(first_ms, point.value);
        last_ms = std::max(last_ms, point.value);
        most = std::max(most, point.share);
      }
    }
    if (most <= 0) most = 1;
  }
  double x(double ms) const { return kLeft + kPlotWidth * (ms - first_ms) / (last_ms - first_ms); }
  double y(double share) const { return kTop + kPlotHeight * (1 - share / most); }
};

void AppendAxes(const Bounds& bounds, std::string* out) {
  constexpr int kSteps = 4;
  for (int step = 0; step <= kSteps; ++step) {
    const double share = bounds.most * step / kSteps;
    AppendSvgLine("a", kLeft, bounds.y(share), kLeft + kPlotWidth, bounds.y(share), out);
    AppendSvgLabel(kLeft - 8, bounds.y(share) + 4, "end", Fixed(share * 100) + " %", out);
    const double ms = bounds.first_ms + (bounds.last_ms - bounds.first_ms) * step / kSteps;
    AppendSvgLabel(bounds.x(ms), kTop + kPlotHeight + 18, "middle",
                   CellText(static_cast<int64_t>(ms), ColumnKind::kTime).substr(0, 10), out);
  }
}

std::string LineClass(size_t index) { return "l l" + std::to_string(index); }

}  // namespace

std::string TimeLinePicture(const Table& table) {
  const Bounds bounds(table);
  if (bounds.last_ms <= bounds.first_ms) return {};
  const int height = kLegendTop + kLegendLine * static_cast<int>(table.lines.size());
  std::string out = "<div class=\"plot\"><svg role=\"img\" aria-label=\"" + HtmlText(table.title) +
                    " over time\" viewBox=\"0 0 " + std::to_string(kWidth) + " " +
                    std::to_string(height) + "\">";
  AppendAxes(bounds, &out);
  for (size_t i = 0; i < table.lines.size(); ++i) {
    const TimeLine& line = table.lines[i];
    out += "<polyline class=\"" + LineClass(i) + "\" points=\"";
    for (const CurvePoint& point : line.points) {
      out += Fixed(bounds.x(point.value)) + "," + Fixed(bounds.y(point.share)) + " ";
    }
    out += "\"/>";
    const double y = kLegendTop + kLegendLine * static_cast<double>(i);
    AppendSvgLine(LineClass(i), kLeft, y, kLeft + 40, y, &out);
    AppendSvgLabel(kLeft + 50, y + 4, "start", Cut(PrintableText(line.name), kMaxNameSize), &out);
  }
  out += "</svg></div>\n";
  return out;
}

}  // namespace caascan::publish
