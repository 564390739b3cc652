// Pieces of SVG that pictures are made of. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace caascan::publish {

/// A coordinate, with one digit behind the point.
std::string Fixed(double value);

/// The front of a report::PrintableText() of more than `size` columns, and "...".
std::string Cut(std::string text, size_t size);

/// `anchor` is SVG's: "start", "middle", "end". `text` is a report::PrintableText().
void AppendSvgLabel(double x, double y, std::string_view anchor, std::string_view text,
                    std::string* out);

/// `kind` is a class of report.css.
void AppendSvgLine(std::string_view kind, double x1, double y1, double x2, double y2,
                   std::string* out);

}  // namespace caascan::publish
