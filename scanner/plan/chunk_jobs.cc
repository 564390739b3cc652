// Tested by chunk_jobs_test.cc.
#include "scanner/plan/chunk_jobs.h"

#include <absl/strings/str_cat.h>
#include <poll.h>

#include <cassert>
#include <utility>

#include "scanner/plan/result_check.h"

namespace caascan::plan {

using input::NextJob;

ChunkJobs::ChunkJobs(std::string run, const Manifest& manifest, ChunkSource* source,
                     ChunkResults* results, std::string result_folder, uint64_t enough_names,
                     Purpose purpose, zonefile::DenialSink* denials, const io::WakeFd* wake)
    : run_(std::move(run)),
      manifest_(manifest),
      source_(source),
      results_(results),
      result_folder_(std::move(result_folder)),
      enough_names_(enough_names),
      denials_(denials),
      wake_(wake),
      reader_(purpose) {}

NextJob ChunkJobs::Next(input::NameJob* job, bool wait) {
  while (next_ == text_.size) {
    if (!wait) return NextJob::kWouldWait;
    if (const std::optional<NextJob> end = Take()) return *end;
  }
  const std::string_view text = text_.text();
  const size_t feed = text.find('\n', next_);
  const std::string_view line = text.substr(next_, feed - next_);
  next_ = feed == std::string_view::npos ? text_.size : feed + 1;
  if (!reader_.Read(line, job, denials_)) {
    // The digest fits, so that the plan wrote something else.
    status_ = absl::DataLossError(
        absl::StrCat(ChunkPath(run_, chunk_), ": a line is not a job of this version"));
    return NextJob::kFailed;
  }
  job->chunk = chunk_;
  if (next_ == text_.size) bytes_read_ += std::exchange(text_, {}).size;
  if (text_.size == 0) next_ = 0;
  return NextJob::kJob;
}

/// False where nothing more is to be taken.
bool ChunkJobs::WaitForRoom() const {
  constexpr int kLookMs = 20;
  while (!wake_->notified() && !results_->failed()) {
    if (results_->open_chunks() < kMaxOpenChunks && results_->names_left() < enough_names_) {
      return true;
    }
    pollfd fd = {wake_->fd(), POLLIN, 0};
    (void)poll(&fd, 1, kLookMs);
  }
  return false;
}

/// The next chunk, or how it ends.
std::optional<NextJob> ChunkJobs::Take() {
  if (!status_.ok()) return NextJob::kFailed;
  if (!WaitForRoom()) return NextJob::kInterrupted;
  ChunkLease lease;
  switch (source_->Next(&lease)) {
    case NextChunk::kChunk:
      TakeChunk(lease);
      return std::nullopt;
    case NextChunk::kInterrupted:
      return NextJob::kInterrupted;
    case NextChunk::kFailed:
      status_ = source_->status();
      return NextJob::kFailed;
    case NextChunk::kEnd:
      break;
  }
  status_ = broken_;
  return status_.ok() ? NextJob::kEnd : NextJob::kFailed;
}

void ChunkJobs::TakeChunk(const ChunkLease& lease) {
  assert(lease.chunk < manifest_.chunks.size() && "one of the run's chunks");
  if (CheckResult(ResultPath(result_folder_, lease.chunk), manifest_.chunks[lease.chunk]).ok()) {
    results_->TakeUp(lease);
    return;
  }
  auto text = ReadChunk(run_, manifest_, lease.chunk);
  if (!text.ok()) {
    if (broken_.ok()) broken_ = text.status();
    source_->GiveBack(lease, {text.status().message().data(), text.status().message().size()});
    return;
  }
  chunk_ = lease.chunk;
  text_ = *std::move(text);
  next_ = 0;
  results_->Open(lease);
}

}  // namespace caascan::plan
