#include "caascan/scanner.h"
#include "scanner/scan/progress.h"

namespace caascan {

std::string SummaryText(const ScanSummary& summary) { return scan::SummaryLine(summary); }

}  // namespace caascan
