// A scan whose input is a run in chunks (scanner/plan).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/scanner.h"
#include "scanner/io/wake_fd.h"
#include "scanner/plan/chunk_jobs.h"
#include "scanner/plan/chunk_results.h"
#include "scanner/plan/chunk_source.h"
#include "scanner/plan/manifest.h"

namespace caascan::scan {

/// The run, its source of chunks and their results. The calling thread's, but for what those say.
class ChunkRun {
 public:
  /// Null where the input is no folder. Else it reads the manifest, and makes of `*options` those
  /// of the scan: output_path is the folder of results, which is made, metadata_path a file in it,
  /// and shards are of chunks. Errors: InvalidArgument for options that a run does not have, or a
  /// folder with the results of other options.
  static absl::StatusOr<std::unique_ptr<ChunkRun>> OpenIfAny(ScanOptions* options);

  /// Begins a thread: after signals are taken over. `options` outlive this, the rest the source.
  /// `chunks` are an engine's; null: those of the folder.
  std::unique_ptr<input::JobSource> Start(const ScanOptions& options,
                                          std::unique_ptr<plan::ChunkSource> chunks,
                                          zonefile::DenialSink* denials, const io::WakeFd* wake);
  const plan::Manifest& manifest() const { return manifest_; }
  io::LineSink* sink() const { return results_.get(); }
  /// No more chunks are taken.
  void StopTaking() const { source_->Interrupt(); }
  /// Once the sink is finished.
  void Fill(ScanSummary* summary) const;

 private:
  const std::string run_;
  const plan::Manifest manifest_;
  std::unique_ptr<plan::ChunkSource> source_;
  std::unique_ptr<plan::ChunkResults> results_;

  ChunkRun(std::string run, plan::Manifest manifest)
      : run_(std::move(run)), manifest_(std::move(manifest)) {}
};

}  // namespace caascan::scan
