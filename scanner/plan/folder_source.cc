// Tested by folder_source_test.cc.
#include "scanner/plan/folder_source.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/io/whole_file.h"
#include "scanner/plan/chunk_file.h"

namespace caascan::plan {
namespace {

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

/// What may stand in a file name.
char Plain(char c) {
  const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return plain ? c : '-';
}

}  // namespace

std::string PartPath(const std::string& results, const ChunkLease& lease) {
  std::string ticket = lease.ticket.empty() ? "" : "-" + lease.ticket;
  std::transform(ticket.begin(), ticket.end(), ticket.begin(), Plain);
  return absl::StrCat(ResultPath(results, lease.chunk), ".part", ticket);
}

std::string LockPath(const std::string& results, uint32_t chunk) {
  return absl::StrCat(results, "/", ChunkStem(chunk), ".lock");
}

std::string CommitFolder(const std::string& results) { return results + "/committed"; }

bool IsCommitted(const std::string& results, uint32_t chunk) {
  return IsThere(absl::StrCat(CommitFolder(results), "/", ChunkStem(chunk)));
}

absl::Status MarkCommitted(const std::string& results, uint32_t chunk) {
  const std::string path = absl::StrCat(CommitFolder(results), "/", ChunkStem(chunk));
  absl::Status status = io::WriteWhole(path, "");
  if (status.ok()) status = SyncToDisk(CommitFolder(results));
  return status.ok() ? status : absl::DataLossError(status.message());
}

FolderSource::FolderSource(const Manifest& manifest, FolderSourceOptions options)
    : manifest_(manifest), options_(std::move(options)) {
  assert(options_.shard < options_.shard_count && "one of the shards");
  next_ = options_.shard;
}

bool FolderSource::IsDone(uint32_t chunk) const {
  return options_.commits ? IsCommitted(options_.results, chunk)
                          : IsThere(ResultPath(options_.results, chunk));
}

/// False where another process has it, or has done it meanwhile, or status_ says what went wrong.
bool FolderSource::Take(uint32_t chunk, ChunkLease* lease) {
  *lease = {chunk, ""};
  const std::string path = LockPath(options_.results, chunk);
  auto lock = io::FileLock::Take(path);
  if (!lock.ok()) {
    if (io::IsInUse(path)) {
      locked_.push_back(chunk);
    } else {
      status_ = lock.status();  // The folder is of no use.
    }
    return false;
  }
  if (IsDone(chunk)) {
    (void)unlink(path.c_str());
    return false;
  }
  const std::lock_guard guard(mutex_);
  locks_[chunk] = *std::move(lock);
  return true;
}

NextChunk FolderSource::Next(ChunkLease* lease) {
  const auto chunks = static_cast<uint32_t>(manifest_.chunks.size());
  while (status_.ok()) {
    if (interrupted_.load(std::memory_order_relaxed)) return NextChunk::kInterrupted;
    if (next_ < chunks) {
      const uint32_t chunk = next_;
      next_ += std::min(options_.shard_count, chunks - next_);
      if (!IsDone(chunk) && Take(chunk, lease)) return NextChunk::kChunk;
    } else if (!again_.empty()) {
      const uint32_t chunk = again_.back();
      again_.pop_back();
      if (!IsDone(chunk) && Take(chunk, lease)) return NextChunk::kChunk;
    } else if (!std::exchange(came_again_, true)) {
      again_ = std::exchange(locked_, {});  // Those who had them may have been killed since.
    } else {
      return NextChunk::kEnd;
    }
  }
  return NextChunk::kFailed;
}

absl::Status FolderSource::Done(const ChunkLease& lease) {
  LetGo(lease);
  return absl::OkStatus();
}

/// The file goes before the lock does: then it may be another process's.
void FolderSource::LetGo(const ChunkLease& lease) {
  (void)unlink(LockPath(options_.results, lease.chunk).c_str());
  const std::lock_guard guard(mutex_);
  locks_.erase(lease.chunk);
}

void FolderSource::GiveBack(const ChunkLease& lease, std::string_view /*why*/) { LetGo(lease); }

bool FolderSource::Extend(const ChunkLease& lease) {
  return options_.commits ? !IsCommitted(options_.results, lease.chunk)
                          : !IsThere(ResultPath(options_.results, lease.chunk));
}

}  // namespace caascan::plan
