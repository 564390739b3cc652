#include <string>
#include <vector>

#include "caascan/scanner.h"
#include "scanner/scan/telemetry/progress.h"

namespace caascan {

std::string SummaryText(const ScanSummary& summary) { return telemetry::SummaryLine(summary); }

std::vector<std::string> SummaryWarnings(const ScanSummary& summary) {
  std::vector<std::string> warnings;
  for (const uint16_t key_tag : summary.unnamed_root_keys) {
    warnings.push_back("warning: the root has key " + std::to_string(key_tag) +
                       " that no trust anchor names: if IANA is rolling it over, update the trust "
                       "anchors before the old key goes; if not, find out whose key it is");
  }
  if (summary.denials_without_room > 0) {
    warnings.push_back("warning: " + std::to_string(summary.denials_without_room) +
                       " NSEC3 and RRSIG records of zone files found no room: their servers were "
                       "asked instead; --denials gives more");
  }
  if (summary.unreadable_proofs > 0) {
    warnings.push_back("warning: " + std::to_string(summary.unreadable_proofs) +
                       " NSEC, NSEC3 and RRSIG records of zone files cannot be read: servers were "
                       "asked instead");
  }
  if (summary.dnstap_dropped > 0) {
    warnings.push_back("warning: --dnstap: " + std::to_string(summary.dnstap_dropped) +
                       " exchanges found no room and are not in the file, which has " +
                       std::to_string(summary.dnstap_frames));
  }
  for (const std::string& remark : summary.input_remarks) warnings.push_back(remark);
  return warnings;
}

}  // namespace caascan
