// Tested by tests/e2e/outputs_test.py.
#include "scanner/scan/scan_files.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "scanner/io/whole_file.h"
#include "scanner/record/run_files.h"
#include "scanner/scan/metadata_file.h"

namespace caascan::scan {
namespace {

std::vector<record::RunFile> Inputs(const ScanOptions& options) {
  std::vector<record::RunFile> inputs = record::Operands(options.inputs);
  for (const record::RunFile& file :
       {record::RunFile{"--ca-set", options.ca_set_path},
        record::RunFile{"--root-hints", options.root_hints_path},
        record::RunFile{"--trust-anchor", options.trust_anchor_path},
        record::RunFile{"--resolver-ca", options.resolver_ca_path},
        record::RunFile{"--blocklist", options.blocklist_path},
        record::RunFile{"--server-limits", options.server_limits_path},
        record::RunFile{"--operators", options.operators_path}}) {
    if (!file.path.empty()) inputs.push_back(file);
  }
  for (const std::string& table : options.asn_paths) inputs.push_back({"--asn", table});
  for (const std::string& resolver : options.resolvers) {
    if (resolver.starts_with('@')) inputs.push_back({"--resolver", resolver.substr(1)});
  }
  return inputs;
}

bool HoldsAnything(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
}

/// Frames cannot be made again, nor appended.
absl::Status CheckDnstap(const ScanOptions& options) {
  const std::string& path = options.dnstap_path;
  struct stat info = {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("--dnstap ", path, " is no regular file"));
  }
  if (record::HoldsRecords(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--dnstap ", path, " holds records: give another file"));
  }
  if (!HoldsAnything(path) || options.overwrite) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--dnstap ", path,
                                                 " is not empty: give another file",
                                                 options.resume ? "" : ", or --overwrite"));
}

}  // namespace

bool WritesFile(const ScanOptions& options) { return !io::IsStandardOutput(options.output_path); }

absl::Status CheckFilesApart(const ScanOptions& options) {
  std::vector<record::RunFile> outputs = {{"-o", options.output_path}};
  if (!options.status_path.empty()) outputs.push_back({"--status", options.status_path});
  if (!options.dnstap_path.empty()) outputs.push_back({"--dnstap", options.dnstap_path});
  if (const std::string path = MetadataPath(options); !path.empty()) {
    outputs.push_back({"--metadata", path});
  }
  if (!options.zones_path.empty()) outputs.push_back({"--zones", options.zones_path});
  return record::CheckRunFiles(Inputs(options), outputs);
}

absl::Status CheckScanFiles(const ScanOptions& options) {
  if (absl::Status status = CheckFilesApart(options); !status.ok()) return status;
  for (const auto& [option, path] : {std::pair("--status", options.status_path),
                                     {"--metadata", MetadataPath(options)},
                                     {"--zones", options.zones_path}}) {
    const bool records = !path.empty() && record::HoldsRecords(path);
    const bool zones = !path.empty() && path != options.zones_path && record::HoldsZones(path);
    if (!records && !zones) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        option, " ", path, records ? " holds records" : " holds zones", ": give another file"));
  }
  if (!options.resume && !options.overwrite && !options.zones_path.empty() &&
      HoldsAnything(options.zones_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--zones ", options.zones_path,
                     " is not empty: --resume keeps its zones, --overwrite begins anew"));
  }
  if (absl::Status status = CheckDnstap(options); !status.ok()) return status;
  if (options.resume && !WritesFile(options)) {
    return absl::InvalidArgumentError("--resume: wants --output FILE");
  }
  if (options.resume || options.overwrite || !WritesFile(options) ||
      !HoldsAnything(options.output_path)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("-o ", options.output_path,
                   " is not empty: --resume keeps its records and scans the rest, --overwrite "
                   "begins anew"));
}

}  // namespace caascan::scan
