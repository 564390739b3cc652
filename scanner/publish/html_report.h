// A report as a page for people. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <string>

#include "scanner/report/table.h"

namespace caascan::publish {

/// One self-contained page that loads nothing. By its scripts all rows are there, with pictures,
/// and each table, operator, finding, top-level domain and CA has a page of its own. Beside each
/// other tables show 10 rows, and without script 50, or `top` where that is not 0.
std::string HtmlReport(const report::Report& report, size_t top);

}  // namespace caascan::publish
