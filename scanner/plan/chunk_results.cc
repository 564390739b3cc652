// The writer's thread writes records; a thread of our own does what may be slow at a chunk's end.
// Tested by chunk_results_test.cc.
#include "scanner/plan/chunk_results.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "scanner/plan/chunk_file.h"
#include "scanner/plan/commit_command.h"
#include "scanner/plan/folder_source.h"
#include "scanner/plan/result_check.h"

namespace caascan::plan {
namespace {

// A frame of compressed output has so many bytes before compression.
constexpr size_t kFrameBytes = size_t{256} << 10;

/// Where another process's whole result is there already, that stays, and *is_ours is false: this
/// one may have stood still since it was told that the chunk is its own.
absl::Status TakePlace(const std::string& part, const std::string& path,
                       const PlannedChunk& planned, bool* is_ours) {
  if (link(part.c_str(), path.c_str()) == 0) {
    (void)unlink(part.c_str());
    return absl::OkStatus();
  }
  *is_ours = errno != EEXIST || !CheckResult(path, planned).ok();
  // What is there is broken, or this file system has no links.
  if (!*is_ours || std::rename(part.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("cannot write ", path, ": ", std::generic_category().message(errno)));
}

}  // namespace

ChunkResults::ChunkResults(const Manifest& manifest, ChunkSource* source,
                           ChunkResultsOptions options)
    : manifest_(manifest),
      source_(source),
      options_(std::move(options)),
      closer_([this] { RunCloser(); }) {}

ChunkResults::~ChunkResults() {
  if (closer_.joinable()) (void)Finish();
}

void ChunkResults::Open(const ChunkLease& lease) {
  assert(lease.chunk < manifest_.chunks.size() && "one of the run's chunks");
  auto chunk = std::make_shared<OpenChunk>();
  chunk->lease = lease;
  chunk->left = manifest_.chunks[lease.chunk].names;
  ++open_count_;
  names_left_ += chunk->left;
  const std::lock_guard lock(mutex_);
  const bool is_new = open_.emplace(lease.chunk, std::move(chunk)).second;
  assert(is_new && "in hand once at a time");
  (void)is_new;
}

void ChunkResults::TakeUp(const ChunkLease& lease) {
  auto chunk = std::make_shared<OpenChunk>();
  chunk->lease = lease;
  chunk->in_place = true;
  ++open_count_;
  const std::lock_guard lock(mutex_);
  open_.emplace(lease.chunk, chunk);
  complete_.push_back(std::move(chunk));
  change_.notify_all();
}

std::shared_ptr<ChunkResults::OpenChunk> ChunkResults::Find(uint32_t chunk) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(chunk);
  assert(found != open_.end() && "records of a chunk that is open");
  return found == open_.end() ? nullptr : found->second;
}

bool ChunkResults::Write(std::string_view tagged_lines) {
  assert((tagged_lines.empty() || tagged_lines.ends_with('\n')) && "records are whole lines");
  std::shared_ptr<OpenChunk> chunk;
  while (!tagged_lines.empty() && !failed()) {
    uint32_t number = 0;
    const char* const end = tagged_lines.data() + tagged_lines.size();
    const char* const mark = std::from_chars(tagged_lines.data(), end, number).ptr;
    assert((*mark == ':' || *mark == '!') && "its chunk stands in front of a record");
    const size_t size = tagged_lines.find('\n') + 1;
    if (chunk == nullptr || chunk->lease.chunk != number) chunk = Find(number);
    if (chunk == nullptr) return false;
    chunk->stopped = chunk->stopped || *mark == '!';
    const auto tag = static_cast<size_t>(mark + 1 - tagged_lines.data());
    chunk->waiting.append(tagged_lines.substr(tag, size - tag));
    lines_.fetch_add(1, std::memory_order_relaxed);
    bytes_taken_.fetch_add(size - tag, std::memory_order_relaxed);
    tagged_lines.remove_prefix(size);
    --chunk->left;
    names_left_.fetch_sub(1, std::memory_order_relaxed);
    if (chunk->waiting.size() >= kFrameBytes && !WriteWaiting(chunk.get())) return false;
    if (chunk->left == 0) EndOfChunk(std::exchange(chunk, nullptr));
  }
  return !failed();
}

/// What will not be kept is not written.
bool ChunkResults::WriteWaiting(OpenChunk* chunk) {
  const std::string lines = std::exchange(chunk->waiting, {});
  if (lines.empty() || chunk->stopped || chunk->lost.load(std::memory_order_relaxed)) return true;
  if (chunk->sink == nullptr) {
    auto sink = io::OutputSink::Open(PartPath(options_.results, chunk->lease),
                                     {.compression = io::Compression::kZstd});
    if (!sink.ok()) {
      Fail(sink.status());
      return false;
    }
    chunk->sink = *std::move(sink);
  }
  if (chunk->sink->Write(lines)) return true;
  Fail(chunk->sink->status());
  return false;
}

void ChunkResults::EndOfChunk(const std::shared_ptr<OpenChunk>& chunk) {
  if (!WriteWaiting(chunk.get())) return;
  const std::lock_guard lock(mutex_);
  complete_.push_back(chunk);
  change_.notify_all();
}

void ChunkResults::RunCloser() {
  std::unique_lock lock(mutex_);
  while (true) {
    const bool due = change_.wait_for(lock, std::chrono::seconds(ChunkSource::kExtendEverySeconds),
                                      [this] { return !complete_.empty() || ending_; });
    if (!due) {
      lock.unlock();
      ExtendAll();
      lock.lock();
      continue;
    }
    if (complete_.empty()) return;
    const std::shared_ptr<OpenChunk> chunk = std::move(complete_.front());
    complete_.pop_front();
    closing_ = true;
    lock.unlock();
    Close(chunk.get());
    lock.lock();
    closing_ = false;
    open_.erase(chunk->lease.chunk);
    --open_count_;
    change_.notify_all();
  }
}

void ChunkResults::ExtendAll() {
  std::vector<std::shared_ptr<OpenChunk>> chunks;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, chunk] : open_) chunks.push_back(chunk);
  }
  for (const auto& chunk : chunks) {
    if (!source_->Extend(chunk->lease)) chunk->lost.store(true, std::memory_order_relaxed);
  }
}

void ChunkResults::Close(OpenChunk* chunk) {
  if (failed() || abandon_.load(std::memory_order_relaxed)) {
    GiveBack(chunk, failed() ? "the output failed" : "stopped");
  } else if (chunk->stopped) {
    GiveBack(chunk, "stopped");
  } else if (chunk->in_place || PutInPlace(chunk)) {
    Commit(*chunk);
  }
}

/// False where it is not there, and the chunk is out of our hands.
bool ChunkResults::PutInPlace(OpenChunk* chunk) {
  const std::string part = PartPath(options_.results, chunk->lease);
  const std::string path = ResultPath(options_.results, chunk->lease.chunk);
  assert(chunk->sink != nullptr || chunk->lost);
  absl::Status status = chunk->sink == nullptr ? absl::OkStatus() : chunk->sink->Finish();
  chunk->sink.reset();
  const bool lost = chunk->lost.load(std::memory_order_relaxed);
  if (status.ok() && !lost) status = SyncToDisk(part);
  bool is_ours = !lost && source_->Extend(chunk->lease);
  if (status.ok() && is_ours) {
    status = TakePlace(part, path, manifest_.chunks[chunk->lease.chunk], &is_ours);
  }
  if (!is_ours) {
    ++lost_;
    (void)unlink(part.c_str());  // Before others may take it.
    source_->GiveBack(chunk->lease, "others have it");
    return false;
  }
  if (status.ok()) status = SyncToDisk(options_.results);
  if (status.ok() && options_.on_result) status = options_.on_result(path);
  if (status.ok()) return true;
  Fail(status);
  GiveBack(chunk, "the output failed");
  return false;
}

void ChunkResults::Commit(const OpenChunk& chunk) {
  const uint32_t number = chunk.lease.chunk;
  const std::string path = ResultPath(options_.results, number);
  absl::Status status;
  if (!options_.commit.empty()) {
    const CommitFacts facts{ChunkToken(manifest_, number), path,
                            path.substr(options_.results.size() + 1)};
    status = RunCommit(options_.commit, facts, abandon_);
    if (status.ok()) status = MarkCommitted(options_.results, number);
  }
  if (status.ok()) {
    status = source_->Done(chunk.lease);
  } else {
    source_->GiveBack(chunk.lease, {status.message().data(), status.message().size()});
  }
  if (status.ok()) {
    ++done_;
  } else {
    ++given_back_;
    Note(status);
  }
}

void ChunkResults::GiveBack(OpenChunk* chunk, std::string_view why) {
  chunk->sink.reset();
  (void)unlink(PartPath(options_.results, chunk->lease).c_str());
  source_->GiveBack(chunk->lease, why);
  ++given_back_;
}

void ChunkResults::Note(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  if (status_.ok()) status_ = status;
}

void ChunkResults::Fail(const absl::Status& status) {
  Note(absl::DataLossError(status.message()));
  failed_.store(true, std::memory_order_relaxed);
}

void ChunkResults::Drain() {
  std::unique_lock lock(mutex_);
  change_.wait(lock, [this] { return complete_.empty() && !closing_; });
}

absl::Status ChunkResults::Finish() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    change_.notify_all();
  }
  closer_.join();
  const std::string_view why = failed() ? "the output failed" : "stopped";
  for (auto& [number, chunk] : open_) GiveBack(chunk.get(), why);
  open_.clear();
  return status_;
}

}  // namespace caascan::plan
