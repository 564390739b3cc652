// The data of a report's page: all rows of all tables, for page_data.js, which opens them. Pure;
// safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "scanner/report/table.h"

namespace caascan::publish {

/// JSON: `short`, `tables`, `texts` and `guide`. Beside others a table shows `short` rows. Texts
/// are PrintableText(), cut where they are long, and each is there once, in the order in which
/// cells name them: in a column's `texts` 0 is the next text that no cell before had, else one more
/// than its place in `texts`. A column's `numbers` and `trials` are places in its table's
/// `numbers`, each a list, or the one number that all rows have; times are whole seconds after the
/// column's `base`. `samples` are lists of name, reason or
/// code, server and address by "column/text". `guide` has what findings and reasons among the texts
/// mean. Rows that hold fewer cells than there are columns end in empty ones.
std::string PageData(const report::Report& report, size_t short_rows);

/// Raw DEFLATE (RFC 1951) in Base64: a small part of the text, and harmless in HTML.
std::string PackedText(std::string_view text);

}  // namespace caascan::publish
