// The results of chunks that are being scanned: written, synced, renamed, committed, done.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include "scanner/io/line_sink.h"
#include "scanner/io/output.h"
#include "scanner/plan/chunk_source.h"
#include "scanner/plan/manifest.h"

namespace caascan::plan {

struct ChunkResultsOptions {
  std::string results;  // The folder, which is there.
  std::string commit;   // See RunCommit(); empty: no command.
  /// Called with the path of each result that is in its place, before the command. May be empty.
  std::function<absl::Status(const std::string& file)> on_result;
};

/// Takes records as input::AppendRecords() writes those of chunks, "17:{...}" or "17!{...}" for one
/// that was stopped, and brings each chunk's to its file. A chunk is done once all its records came
/// and none was stopped:
///
///   part file ─▶ fsync ─▶ is it still ours? ─▶ rename ─▶ on_result ─▶ commit ─▶
///   ChunkSource::Done()
///
/// A commit that fails leaves the result where it is, and the chunk undone; the others go on. Any
/// other failure ends the scan. What is not done at the end is given back, and leaves no file.
class ChunkResults final : public io::LineSink {
 public:
  /// `manifest` and `source` outlive it. Starts a thread.
  ChunkResults(const Manifest& manifest, ChunkSource* source, ChunkResultsOptions options);
  ~ChunkResults() override;

  /// The chunk's records will come.
  void Open(const ChunkLease& lease);
  /// The chunk's result is in its place already, by an earlier run.
  void TakeUp(const ChunkLease& lease);
  /// Of chunks that were opened or taken up and are not done.
  size_t open_chunks() const { return open_count_.load(std::memory_order_relaxed); }

  /// Of chunks that were opened: names whose records have not come.
  uint64_t names_left() const { return names_left_.load(std::memory_order_relaxed); }

  bool Write(std::string_view tagged_lines) override;
  void Drain() override;
  bool failed() const override { return failed_.load(std::memory_order_relaxed); }
  void Abandon() override { abandon_.store(true, std::memory_order_relaxed); }
  bool compresses() const override { return false; }
  uint64_t bytes_taken() const override { return bytes_taken_.load(std::memory_order_relaxed); }
  uint64_t lines_written() const override { return lines_.load(std::memory_order_relaxed); }
  [[nodiscard]] absl::Status Finish() override;

  // Once it is finished.
  uint32_t done() const { return done_; }
  uint32_t given_back() const { return given_back_; }
  /// That others had meanwhile.
  uint32_t lost() const { return lost_; }

 private:
  struct OpenChunk {
    ChunkLease lease;
    uint32_t left = 0;      // Records that have not come.
    bool stopped = false;   // One of them was.
    bool in_place = false;  // The result was there already.
    std::atomic<bool> lost{false};
    std::string waiting;  // Of its lines, not yet written.
    std::unique_ptr<io::OutputSink> sink;
  };
  using Chunks = absl::flat_hash_map<uint32_t, std::shared_ptr<OpenChunk>>;

  std::shared_ptr<OpenChunk> Find(uint32_t chunk);
  bool WriteWaiting(OpenChunk* chunk);
  void EndOfChunk(const std::shared_ptr<OpenChunk>& chunk);
  void RunCloser();
  void ExtendAll();
  void Close(OpenChunk* chunk);
  bool PutInPlace(OpenChunk* chunk);
  void Commit(const OpenChunk& chunk);
  void GiveBack(OpenChunk* chunk, std::string_view why);
  void Fail(const absl::Status& status);
  void Note(const absl::Status& status);

  const Manifest& manifest_;
  ChunkSource* const source_;
  const ChunkResultsOptions options_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> abandon_{false};
  std::atomic<uint64_t> bytes_taken_{0};
  std::atomic<uint64_t> lines_{0};
  std::atomic<size_t> open_count_{0};
  std::atomic<uint64_t> names_left_{0};

  // The closer's, and others' after its end.
  uint32_t done_ = 0;
  uint32_t given_back_ = 0;
  uint32_t lost_ = 0;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable change_;
  Chunks open_;
  std::deque<std::shared_ptr<OpenChunk>> complete_;
  bool closing_ = false;  // One of these is being closed.
  bool ending_ = false;
  absl::Status status_;
  std::thread closer_;  // Last: it uses all of the above.
};

}  // namespace caascan::plan
