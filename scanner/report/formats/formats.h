// A report in the forms that people and programs read. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "scanner/report/table.h"

namespace caascan::report {

/// For a terminal, 100 columns wide, ASCII but for strangers' letters. Of long tables so many rows
/// as the table says, or `top` where that is not 0; what is left out is counted.
std::string TextReport(const Report& report, size_t top);

/// The same tables in Markdown (GitHub's).
std::string MarkdownReport(const Report& report, size_t top);

/// All rows of all tables, as docs/report.schema.json describes it.
std::string JsonReport(const Report& report);

/// All rows of one table (RFC 4180), the columns' ids first. A text that a spreadsheet would take
/// for a formula has an apostrophe in front.
std::string CsvTable(const Table& table);

/// How far a table's counts may be off, in a sentence; empty where they are exact.
std::string MissedNote(const Table& table);

/// Text that PrintableText() made, so that Markdown shows it as it is.
std::string MarkdownText(std::string_view printable);

}  // namespace caascan::report
