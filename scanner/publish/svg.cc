// Tested by html_report_test.cc.
#include "scanner/publish/svg.h"

#include <array>
#include <cstdio>

#include "scanner/publish/html_page.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::publish {

std::string Fixed(double value) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

std::string Cut(std::string text, size_t size) {
  if (report::DisplayWidth(text) <= size) return text;
  size_t end = size;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80) --end;
  return text.substr(0, end) + "...";
}

void AppendSvgLabel(double x, double y, std::string_view anchor, std::string_view text,
                    std::string* out) {
  *out += "<text class=\"v\" x=\"" + Fixed(x) + "\" y=\"" + Fixed(y) + "\" text-anchor=\"";
  out->append(anchor).append("\">").append(HtmlText(text)).append("</text>");
}

void AppendSvgLine(std::string_view kind, double x1, double y1, double x2, double y2,
                   std::string* out) {
  out->append("<line class=\"").append(kind);
  *out += "\" x1=\"" + Fixed(x1) + "\" x2=\"" + Fixed(x2) + "\" y1=\"" + Fixed(y1) + "\" y2=\"" +
          Fixed(y2) + "\"/>";
}

}  // namespace caascan::publish
