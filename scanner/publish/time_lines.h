// A picture of shares over time.
#pragma once

#include <string>

#include "scanner/report/table.h"

namespace caascan::publish {

/// An SVG of Table::lines with a legend, as HTML; empty where no line has two points. Pure; safe
/// from any thread.
std::string TimeLinePicture(const report::Table& table);

}  // namespace caascan::publish
