// Tested by tests/e2e/metadata_test.py.
#include "scanner/redecide/decide_metadata.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scanner/io/whole_file.h"
#include "scanner/record/scan_metadata.h"

namespace caascan::redecide {
namespace {

/// Empty where the output is no file of its own.
std::string PathFor(const DecideOptions& options) {
  const std::string& output = options.output_path;
  struct stat info = {};
  if (io::IsStandardOutput(output) || output.starts_with("/dev/") || output.starts_with("/proc/")) {
    return "";
  }
  if (stat(output.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return "";
  return record::MetadataPathOf(output);
}

/// Those that deciding anew does not change, then those of the new decision.
std::vector<record::DecidingOption> Redecided(const record::ScanMetadata& scan,
                                              const DecideOptions& options) {
  IssuanceRequest asked = options.request;
  asked.purpose = options.purpose.value_or(Purpose::kTls);
  std::vector<record::DecidingOption> deciding = record::RequestOptionsOf(asked, options.ca_set);
  if (!options.purpose) {  // As it was.
    std::erase_if(deciding,
                  [](const record::DecidingOption& option) { return option.first == "--for"; });
  }
  const std::vector<record::DecidingOption> request = deciding;
  for (const record::DecidingOption& option : scan.deciding) {
    const bool is_new = std::any_of(request.begin(), request.end(), [&option](const auto& other) {
      return other.first == option.first;
    });
    if (!is_new) deciding.push_back(option);
  }
  return deciding;
}

std::optional<record::ScanMetadata> Joined(const DecideOptions& options) {
  std::optional<record::ScanMetadata> joined;
  for (const std::string& input : options.inputs) {
    std::optional<record::ScanMetadata> scan = record::MetadataBeside(input);
    if (!scan) return std::nullopt;
    scan->deciding = Redecided(*scan, options);
    if (!joined) {
      joined = std::move(scan);
      continue;
    }
    if (!record::DifferencesOf(joined->deciding, scan->deciding).empty()) return std::nullopt;
    joined->earlier_runs.insert(joined->earlier_runs.end(), scan->earlier_runs.begin(),
                                scan->earlier_runs.end());
  }
  return joined;
}

}  // namespace

void RemoveMetadataOf(const DecideOptions& options) {
  const std::string path = PathFor(options);
  if (path.empty()) return;
  const auto read = record::ReadMetadata(path);
  if (read.ok() && read->has_value()) (void)unlink(path.c_str());
}

absl::Status WriteDecidedMetadata(const DecideOptions& options, const DecideSummary& summary,
                                  const absl::Status& result) {
  const std::string path = PathFor(options);
  std::optional<record::ScanMetadata> metadata = path.empty() ? std::nullopt : Joined(options);
  if (!metadata) return absl::OkStatus();
  metadata->version = options.invocation.version;
  metadata->command_line = options.invocation.command_line;
  metadata->options = options.invocation.options;
  for (const std::string& input : options.inputs) metadata->inputs.push_back({input, {}, ""});
  metadata->output = options.output_path;
  metadata->signal.clear();
  if (summary.signal != 0) metadata->signal = summary.signal == SIGINT ? "SIGINT" : "SIGTERM";
  metadata->state = !result.ok() ? "failed" : summary.signal != 0 ? "stopped" : "done";
  metadata->error = std::string(result.message().data(), result.message().size());
  metadata->names_in = metadata->records_out = summary.records;
  for (const auto& [outcome, count] :
       {std::pair("permit", summary.permit), std::pair("deny", summary.deny)}) {
    if (count > 0) metadata->outcomes.emplace_back(outcome, count);
  }
  absl::Status written = io::WriteWhole(path, record::MetadataJson(*metadata));
  if (written.ok()) return written;
  return absl::DataLossError(written.message());
}

}  // namespace caascan::redecide
