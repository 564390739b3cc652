// Tested by tests/e2e/zones_test.py.
#include "caascan/zone_report.h"

#include <optional>

#include "scanner/io/signal_scope.h"
#include "scanner/io/whole_file.h"
#include "scanner/publish/report_output.h"
#include "scanner/zonerecord/zone_union.h"
#include "scanner/zonereport/zone_tables.h"

namespace caascan {
namespace zonereport {
namespace {

/// Counts the zones, which are finished.
absl::Status Count(zonerecord::ZoneUnion* zones, const zonerecord::StopFunction& stop,
                   ZoneCounts* counts) {
  zonerecord::ZoneReader reader;
  zonerecord::ZoneRecord zone;
  std::string line;
  constexpr uint64_t kLinesBetween = 1024;
  for (uint64_t lines = 1; zones->Next(&line); ++lines) {
    if (lines % kLinesBetween == 0 && stop()) break;
    const size_t size = line.size();
    line.append(zonerecord::ZoneReader::kPadding, ' ');
    if (reader.Read(std::string_view(line).substr(0, size), &zone).empty()) counts->Add(zone);
  }
  return zones->status();
}

}  // namespace
}  // namespace zonereport

absl::Status RunZoneReport(const ZoneReportOptions& options, ZoneReportSummary* summary) {
  *summary = ZoneReportSummary();
  if (options.inputs.empty()) {
    return absl::InvalidArgumentError("--zones: give files that caascan scan --zones wrote");
  }
  if (absl::Status status = zonereport::CheckZoneTables(options.tables); !status.ok()) {
    return status;
  }
  const publish::ReportOutput output = {
      options.output_path, options.merge ? ReportFormat::kText : options.format, options.top,
      record::Operands(options.inputs), options.overwrite};
  if (absl::Status status = publish::CheckOutput(output); !status.ok()) return status;
  std::optional<io::SignalScope> signals(std::in_place);
  const auto stop = [&signals, summary] {
    if (summary->signal == 0 && signals) summary->signal = signals->Take();
    return summary->signal != 0;
  };
  zonerecord::ZoneUnion zones;
  for (const std::string& path : options.inputs) {
    absl::Status status = zonerecord::AddZoneFile(path, &zones, &summary->broken, stop);
    if (!status.ok()) return status;
  }
  zones.Finish();
  if (!options.merge) {
    zonereport::ZoneCounts counts;
    absl::Status status = zonereport::Count(&zones, stop, &counts);
    summary->zones = counts.zones();
    if (!status.ok() || summary->signal != 0) return status;
    // Nothing could stop a write that waits for a slow reader.
    if (io::IsStandardOutput(options.output_path)) signals.reset();
    report::Report report = zonereport::MakeZoneReport(counts, summary->broken);
    report::KeepTables(options.tables, &report);
    return publish::WriteReport(report, output);
  }
  if (summary->signal != 0) return absl::OkStatus();
  if (io::IsStandardOutput(options.output_path)) signals.reset();
  const absl::Status status = zones.WriteTo(options.output_path, &summary->zones, stop);
  return absl::IsCancelled(status) ? absl::OkStatus() : status;
}

}  // namespace caascan
