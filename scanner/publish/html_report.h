// A report as a page for people. Pure; safe from any thread.
#pragma once

#include <cstddef>
#include <string>

#include "scanner/report/table.h"

namespace caascan::publish {

/// One self-contained page that loads nothing: pictures, and tables that sort and filter. Tables
/// show 500 rows, or `top` where that is not 0.
std::string HtmlReport(const report::Report& report, size_t top);

}  // namespace caascan::publish
