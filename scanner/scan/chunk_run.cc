// Tested by tests/e2e/chunks_test.py.
#include "scanner/scan/chunk_run.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <utility>

#include "scanner/io/whole_file.h"
#include "scanner/plan/chunk_file.h"
#include "scanner/plan/folder_source.h"
#include "scanner/record/json_text.h"
#include "scanner/record/scan_metadata.h"
#include "scanner/scan/metadata_file.h"

namespace caascan::scan {
namespace {

constexpr std::string_view kMetadataStem = "scan-";
// For each name in flight: so many of those in hand may wait for servers that are slow or busy.
constexpr uint64_t kNamesInHand = 4;

/// No other process writes to it: "scan-2026-11-30T12-00-00.123Z-HOST-PID.meta.json".
std::string MetadataName() {
  std::string time;
  record::AppendJsonTime(std::chrono::system_clock::now(), &time);
  for (char& c : time) {
    if (c == ':') c = '-';
  }
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return absl::StrCat(kMetadataStem.data(), time.substr(1, time.size() - 2), "-", host.data(), "-",
                      getpid(), ".meta.json");
}

/// What stands in the way of a scan by chunks, or OK.
absl::Status CheckOptions(const ScanOptions& options) {
  const InputFields& fields = options.fields;
  const bool planned = options.input_format != InputFormat::kAuto || !fields.column.empty() ||
                       !fields.keep.empty() || !fields.key.empty() || fields.from_url ||
                       options.zone_names != ZoneNames::kDelegations || options.request.wildcard;
  if (planned) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.inputs[0],
                     " is a run: how names are read and --wildcard are told to caascan plan"));
  }
  if (options.overwrite) {
    return absl::InvalidArgumentError(
        "--overwrite: the results of a run are kept; remove those that are to be scanned again");
  }
  if (options.output_path == "-") {
    return absl::InvalidArgumentError("-o: the results of a run want a folder");
  }
  return absl::OkStatus();
}

/// Has another scan filled the folder with records of other options?
absl::Status CheckEarlierScans(const ScanOptions& options) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options.output_path, error)) {
    const std::string path = entry.path().string();
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kMetadataStem) || !name.ends_with(".meta.json")) continue;
    const auto read = record::ReadMetadata(path);
    if (!read.ok()) return read.status();
    if (!read->has_value()) continue;
    const auto differences = record::DifferencesOf((*read)->deciding, DecidingOptions(options));
    if (differences.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "-o ", options.output_path, " has results of a scan with other options (then and now ",
        absl::StrJoin(differences, "; "), "): ", path));
  }
  return absl::OkStatus();
}

/// Is the input the folder of a run?
bool IsChunkScan(const ScanOptions& options) {
  struct stat info = {};
  return options.inputs.size() == 1 && stat(options.inputs[0].c_str(), &info) == 0 &&
         S_ISDIR(info.st_mode);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChunkRun>> ChunkRun::OpenIfAny(ScanOptions* options) {
  if (!IsChunkScan(*options)) {
    if (options->commit.empty() && !options->on_result) return nullptr;
    return absl::InvalidArgumentError(
        "--commit, --partial: only a run that caascan plan made has chunks");
  }
  if (absl::Status status = CheckOptions(*options); !status.ok()) return status;
  auto manifest = plan::ReadManifest(options->inputs[0]);
  if (!manifest.ok()) return manifest.status();
  std::string& results = options->output_path;
  if (results.empty()) results = plan::DefaultResultFolder(options->inputs[0]);
  while (results.size() > 1 && results.ends_with('/')) results.pop_back();
  if (absl::Status status = plan::MakeFolder(results); !status.ok()) return status;
  if (!options->commit.empty()) {
    absl::Status status = plan::MakeFolder(plan::CommitFolder(results));
    if (!status.ok()) return status;
  }
  options->resume = false;  // It always goes on.
  options->request.wildcard = manifest->wildcard;
  if (options->metadata_path.empty()) {
    options->metadata_path = absl::StrCat(results, "/", MetadataName());
  }
  if (absl::Status status = CheckEarlierScans(*options); !status.ok()) return status;
  return std::unique_ptr<ChunkRun>(new ChunkRun(options->inputs[0], *std::move(manifest)));
}

std::unique_ptr<input::JobSource> ChunkRun::Start(const ScanOptions& options,
                                                  std::unique_ptr<plan::ChunkSource> chunks,
                                                  zonefile::DenialSink* denials,
                                                  const io::WakeFd* wake) {
  const plan::FolderSourceOptions folder{options.output_path, options.shard - 1,
                                         options.shard_count, !options.commit.empty()};
  source_ = std::move(chunks);
  if (source_ == nullptr) source_ = std::make_unique<plan::FolderSource>(manifest_, folder);
  results_ = std::make_unique<plan::ChunkResults>(
      manifest_, source_.get(),
      plan::ChunkResultsOptions{options.output_path, options.commit, options.on_result});
  return std::make_unique<plan::ChunkJobs>(run_, manifest_, source_.get(), results_.get(),
                                           options.output_path, kNamesInHand * options.concurrency,
                                           options.request.purpose, denials, wake);
}

void ChunkRun::Fill(ScanSummary* summary) const {
  summary->chunks_done = results_->done();
  summary->chunks_given_back = results_->given_back() + results_->lost();
}

}  // namespace caascan::scan
