// Text in a field of CSV (RFC 4180), which a spreadsheet may open.
#pragma once

#include <string>
#include <string_view>

namespace caascan::record {

/// Appends the field, in quotes where it needs them (RFC 4180 §2). A text that a spreadsheet would
/// take for a formula has an apostrophe in front; all else stays.
void AppendCsvField(std::string_view text, std::string* out);

/// The same in UTF-8 and in one line, whatever it holds: a control character, or a mark that turns
/// the direction of text, becomes a blank, and what is not UTF-8 U+FFFD.
void AppendOneLineCsvField(std::string_view text, std::string* out);

}  // namespace caascan::record
