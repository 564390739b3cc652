// Cells as people and programs read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/report/table.h"

namespace caascan::report {

/// Text that is safe on a terminal: control characters, and all that could reorder, hide or widen
/// what is shown, become \u{XXXX}; what is not UTF-8 becomes \u{FFFD}. Letters of Latin, Greek and
/// Cyrillic script stay.
std::string PrintableText(std::string_view text);

/// How many columns a PrintableText() takes.
size_t DisplayWidth(std::string_view printable);

/// Takes what fits into `width` columns from the front of *text, up to a blank where there is one,
/// and the blanks behind it. ASCII alone is broken between words: it is our own.
std::string_view TakeLine(size_t width, std::string_view* text);

/// "1,234,567".
std::string GroupedNumber(uint64_t number);
/// "1.23M": six digits and more become three and a letter; at most five characters.
std::string ShortNumber(uint64_t number);

/// A cell for people, of printable text; empty for nothing. A share is "12.3 % (11.9 - 12.7)".
std::string CellText(const Cell& cell, ColumnKind kind);

/// A fraction as short as it can be read back.
std::string NumberText(double number);

/// "2026-11-21T23:54:08.123Z".
std::string TimeText(int64_t ms);

}  // namespace caascan::report
