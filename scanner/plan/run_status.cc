// Tested by run_status_test.cc.
#include "caascan/run_status.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "scanner/io/file_lock.h"
#include "scanner/io/signal_scope.h"
#include "scanner/plan/folder_source.h"
#include "scanner/plan/manifest.h"
#include "scanner/plan/result_check.h"

namespace caascan {
namespace plan {
namespace {

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

/// Checks each chunk's result, by several threads. A status for each chunk; those behind a signal
/// are Cancelled.
std::vector<absl::Status> CheckAll(const Manifest& manifest, const std::string& results,
                                   unsigned threads, const io::SignalScope& signals, int* signal) {
  std::vector<absl::Status> found(manifest.chunks.size(), absl::CancelledError("stopped"));
  std::atomic<uint32_t> next{0};
  std::atomic<int> stopped{0};
  const auto work = [&] {
    for (uint32_t chunk = next++; chunk < found.size() && stopped == 0; chunk = next++) {
      found[chunk] = CheckResult(ResultPath(results, chunk), manifest.chunks[chunk]);
      if (const int taken = signals.Take(); taken != 0) stopped = taken;
    }
  };
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  *signal = stopped;
  return found;
}

/// Of one chunk by what is there.
void Count(const RunStatusOptions& options, uint32_t chunk, const PlannedChunk& planned,
           absl::Status found, bool commits, RunStatus* status) {
  const std::string& results = options.results;
  if (absl::IsDataLoss(found)) ++status->broken;
  if (found.ok() && commits && !IsCommitted(results, chunk)) {
    found = absl::DataLossError(
        absl::StrCat(ResultPath(results, chunk), " was not committed (--commit)"));
    ++status->not_committed;
  }
  if (found.ok()) {
    ++status->done_chunks;
    status->done_names += planned.names;
    return;
  }
  if (io::IsInUse(LockPath(results, chunk))) ++status->in_hand;
  if (options.verify && options.on_fault) {
    options.on_fault(std::string(found.message().data(), found.message().size()));
  }
}

}  // namespace
}  // namespace plan

absl::Status ReadRunStatus(const RunStatusOptions& given, RunStatus* status) {
  *status = RunStatus();
  RunStatusOptions options = given;
  if (options.results.empty()) options.results = plan::DefaultResultFolder(options.run);
  const auto manifest = plan::ReadManifest(options.run);
  if (!manifest.ok()) return manifest.status();
  const io::SignalScope signals;
  status->run = manifest->run;
  status->chunks = manifest->chunks.size();
  status->names = manifest->names;
  std::vector<absl::Status> found;
  if (options.verify) {
    found = plan::CheckAll(*manifest, options.results, options.threads, signals, &status->signal);
    if (status->signal != 0) return absl::OkStatus();
  }
  const bool commits = plan::IsThere(plan::CommitFolder(options.results));
  for (uint32_t chunk = 0; chunk < manifest->chunks.size(); ++chunk) {
    const std::string path = plan::ResultPath(options.results, chunk);
    absl::Status of = options.verify        ? found[chunk]
                      : plan::IsThere(path) ? absl::OkStatus()
                                            : absl::NotFoundError(path + " is missing");
    plan::Count(options, chunk, manifest->chunks[chunk], std::move(of), commits, status);
  }
  if (!options.verify || status->done_chunks == status->chunks) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(status->chunks - status->done_chunks, " of ",
                                          status->chunks, " chunks are not done"));
}

}  // namespace caascan
