// Chunks from a folder alone: what has no result yet is to be done.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "scanner/io/file_lock.h"
#include "scanner/plan/chunk_source.h"
#include "scanner/plan/manifest.h"

namespace caascan::plan {

struct FolderSourceOptions {
  std::string results;
  /// Only chunks whose number modulo shard_count is `shard`, counted from 0.
  uint32_t shard = 0;
  uint32_t shard_count = 1;
  /// A chunk is done once it was committed (IsCommitted()); else once its result is there.
  bool commits = false;
};

/// Gives each chunk that is not done to one of the processes that use the folder at the same time:
/// it holds a lock on the chunk's LockPath(), which goes when the process ends. Where a file system
/// has no locks among machines, they need shards.
class FolderSource final : public ChunkSource {
 public:
  /// `manifest` outlives this. The folder of results is there.
  FolderSource(const Manifest& manifest, FolderSourceOptions options);

  NextChunk Next(ChunkLease* lease) override;
  const absl::Status& status() const override { return status_; }
  [[nodiscard]] absl::Status Done(const ChunkLease& lease) override;
  void GiveBack(const ChunkLease& lease, std::string_view why) override;
  /// Is there still no result of another process?
  [[nodiscard]] bool Extend(const ChunkLease& lease) override;
  void Interrupt() override { interrupted_.store(true, std::memory_order_relaxed); }

  /// Chunks of this process's share that others had in hand when it came by.
  uint32_t in_other_hands() const { return static_cast<uint32_t>(locked_.size()); }

 private:
  bool IsDone(uint32_t chunk) const;
  bool Take(uint32_t chunk, ChunkLease* lease);
  void LetGo(const ChunkLease& lease);

  const Manifest& manifest_;
  const FolderSourceOptions options_;
  std::atomic<bool> interrupted_{false};

  // The thread's that calls Next().
  uint32_t next_ = 0;
  std::vector<uint32_t> locked_;  // Chunks that others had.
  std::vector<uint32_t> again_;   // Of these, to be looked at once more.
  bool came_again_ = false;
  absl::Status status_;

  std::mutex mutex_;  // Guards what follows.
  absl::flat_hash_map<uint32_t, std::unique_ptr<io::FileLock>> locks_;
};

/// Where a result is written before it is whole. `ticket` as in ChunkLease.
std::string PartPath(const std::string& results, const ChunkLease& lease);

/// What the process locks that has the chunk in hand.
std::string LockPath(const std::string& results, uint32_t chunk);

/// A file in this folder says of a chunk that its result was committed (--commit).
std::string CommitFolder(const std::string& results);
bool IsCommitted(const std::string& results, uint32_t chunk);
/// Errors: DataLoss that names the file.
[[nodiscard]] absl::Status MarkCommitted(const std::string& results, uint32_t chunk);

}  // namespace caascan::plan
