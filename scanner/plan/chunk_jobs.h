// The jobs of chunks, one chunk after the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/input/job_source.h"
#include "scanner/io/wake_fd.h"
#include "scanner/plan/chunk_file.h"
#include "scanner/plan/chunk_results.h"
#include "scanner/plan/chunk_source.h"
#include "scanner/plan/job_line.h"
#include "scanner/plan/manifest.h"
#include "scanner/zonefile/zone_proof.h"

namespace caascan::plan {

/// Takes chunks from a source, tells ChunkResults of each, and gives its jobs. Behind the last job
/// of a chunk it says kWouldWait, so that none is held back for those of the next: a job and its
/// twins are of one chunk. A chunk whose file cannot be read is given back; the others go on, and
/// the end is kFailed. Interrupted, it gives what is left of its chunk and takes no other.
class ChunkJobs final : public input::JobSource {
 public:
  // The slow names of one chunk do not hold up the next; but others want chunks too.
  static constexpr size_t kMaxOpenChunks = 64;

  /// While so many names of its chunks are left it takes no other chunk, nor with kMaxOpenChunks in
  /// hand. `purpose` is that of lines that do not say. All outlive it; `denials` may be null.
  ChunkJobs(std::string run, const Manifest& manifest, ChunkSource* source, ChunkResults* results,
            std::string result_folder, uint64_t enough_names, Purpose purpose,
            zonefile::DenialSink* denials, const io::WakeFd* wake);

  input::NextJob Next(input::NameJob* job, bool wait) override;
  const absl::Status& status() const override { return status_; }
  uint64_t bytes_read() const override { return bytes_read_; }
  uint64_t bytes_in_all() const override { return 0; }
  const std::vector<std::string>& remarks() const override { return remarks_; }

 private:
  bool WaitForRoom() const;
  std::optional<input::NextJob> Take();
  void TakeChunk(const ChunkLease& lease);

  const std::string run_;
  const Manifest& manifest_;
  ChunkSource* const source_;
  ChunkResults* const results_;
  const std::string result_folder_;
  const uint64_t enough_names_;
  zonefile::DenialSink* const denials_;
  const io::WakeFd* const wake_;
  JobLineReader reader_;
  uint32_t chunk_ = 0;
  ChunkText text_;
  size_t next_ = 0;  // In the text.
  uint64_t bytes_read_ = 0;
  std::vector<std::string> remarks_;
  absl::Status broken_;  // The first chunk that could not be read.
  absl::Status status_;
};

}  // namespace caascan::plan
