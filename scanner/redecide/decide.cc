// RunDecide: blocks of lines, worked off by a few threads that all do the same:
//
//   read the next block (in turn, under one lock) ▸ rewrite it (alone) ▸ write it (in turn)
//
// A block's turn to be written is its place in the order of reading, so the output has the order of
// the input; and whoever holds the oldest block never waits for another thread, so somebody always
// moves on. The line numbers of a message are known when the block has its turn, since all blocks
// before it are counted by then. Tested by decide_test.cc.
#include "caascan/decide.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "scanner/io/block_reader.h"
#include "scanner/io/file_lock.h"
#include "scanner/io/line_reader.h"
#include "scanner/io/output.h"
#include "scanner/io/signal_scope.h"
#include "scanner/record/record_form.h"
#include "scanner/record/run_files.h"
#include "scanner/redecide/decide_metadata.h"
#include "scanner/redecide/redecide.h"

namespace caascan {
namespace redecide {
namespace {

constexpr unsigned kMaxThreads = 4;

/// What became of one block.
struct Rewritten {
  std::string text;
  DecideSummary counts;
  uint64_t lines = 0;        // Read, the broken one included.
  std::string_view problem;  // Of the last of them; empty where all are sound.
};

void RewriteBlock(const io::Block& block, Redecider* redecider, Rewritten* out) {
  out->text.clear();
  out->counts = {};
  out->lines = 0;
  out->problem = {};
  std::string_view text = block.text();
  if (block.overlong()) {
    out->lines = 1;
    out->problem = "longer than 16 MiB";
    return;
  }
  while (!text.empty() && out->problem.empty()) {
    const std::string_view line = io::TakeLine(&text);
    ++out->lines;
    if (io::TrimBlanks(line).empty()) continue;
    const Redecider::Result result = redecider->Append(line, &out->text);
    out->problem = result.problem;
    if (!result.problem.empty()) break;
    ++out->counts.records;
    out->counts.permit += result.verdict == Redecider::Verdict::kPermit ? 1 : 0;
    out->counts.deny += result.verdict == Redecider::Verdict::kDeny ? 1 : 0;
    out->counts.failed += result.verdict == Redecider::Verdict::kFailed ? 1 : 0;
    out->counts.changed += result.changed ? 1 : 0;
    out->counts.turns += result.turns ? 1 : 0;
  }
}

void Add(const DecideSummary& counts, DecideSummary* sum) {
  sum->records += counts.records;
  sum->permit += counts.permit;
  sum->deny += counts.deny;
  sum->failed += counts.failed;
  sum->changed += counts.changed;
  sum->turns += counts.turns;
}

/// Before the output is emptied: can all inputs be read?
absl::Status CheckInputs(const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    if (absl::Status status = io::CheckReadable(input); !status.ok()) return status;
  }
  return absl::OkStatus();
}

/// One run's moving parts. Run() once.
class DecideRun {
 public:
  DecideRun(const DecideOptions& options, DecideSummary* summary)
      : options_(options), summary_(summary), request_(options.request), inputs_(options.inputs) {
    if (inputs_.empty()) inputs_.emplace_back("-");
    if (request_.issuer_domains.empty()) request_.issuer_domains.emplace_back("letsencrypt.org");
  }

  absl::Status Run();

 private:
  absl::Status Open();
  void Work();
  void Publish(const io::Block& block, const Rewritten& rewritten);
  void WatchSignals();

  const DecideOptions& options_;
  DecideSummary* const summary_;
  IssuanceRequest request_;
  std::vector<std::string> inputs_;
  io::SignalScope signals_;  // Before any thread begins.
  std::unique_ptr<io::WakeFd> stop_reading_;
  std::unique_ptr<io::WakeFd> finished_;
  std::unique_ptr<io::FileLock> lock_;
  std::unique_ptr<io::OutputSink> sink_;

  std::mutex read_mutex_;  // Guards the next two.
  std::unique_ptr<io::BlockReader> reader_;
  uint64_t blocks_read_ = 0;

  std::mutex write_mutex_;  // Guards what follows, and the order of writing.
  std::condition_variable turn_came_;
  uint64_t blocks_written_ = 0;
  size_t input_ = 0;    // Of the block before,
  uint64_t lines_ = 0;  // and how many lines of it were worked off.
  absl::Status broken_line_;
};

absl::Status DecideRun::Open() {
  auto stop_reading = io::WakeFd::Create();
  if (!stop_reading.ok()) return stop_reading.status();
  stop_reading_ = *std::move(stop_reading);
  auto finished = io::WakeFd::Create();
  if (!finished.ok()) return finished.status();
  finished_ = *std::move(finished);
  if (absl::Status form = record::RequireNdjson(options_.output_path); !form.ok()) return form;
  if (absl::Status inputs = CheckInputs(inputs_); !inputs.ok()) return inputs;
  absl::Status files =
      CheckReplaced(record::Operands(inputs_), {{"-o", options_.output_path}}, options_.overwrite);
  if (!files.ok()) return files;
  auto lock = io::FileLock::Take(options_.output_path);
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  RemoveMetadataOf(options_);
  reader_ = std::make_unique<io::BlockReader>(inputs_, stop_reading_.get());
  auto sink = io::OutputSink::Open(options_.output_path);
  if (!sink.ok()) return sink.status();
  sink_ = *std::move(sink);
  return absl::OkStatus();
}

/// In the block's turn. Behind a broken line or a failed output nothing more is written.
void DecideRun::Publish(const io::Block& block, const Rewritten& rewritten) {
  if (!broken_line_.ok() || sink_->failed()) return;
  if (block.input() != input_) lines_ = 0;
  input_ = block.input();
  lines_ += rewritten.lines;
  if (sink_->Write(rewritten.text)) Add(rewritten.counts, summary_);
  if (!rewritten.problem.empty()) {
    broken_line_ = absl::InvalidArgumentError(io::InputFile::DisplayName(inputs_[input_]) + ":" +
                                              std::to_string(lines_) +
                                              ": no record: " + std::string(rewritten.problem));
  }
  if (!broken_line_.ok() || sink_->failed()) stop_reading_->Notify();
}

void DecideRun::Work() {
  Redecider redecider(request_, options_.ca_set, {options_.purpose, options_.both_parameters});
  io::Block block;
  Rewritten rewritten;
  while (true) {
    uint64_t turn = 0;
    {
      const std::lock_guard lock(read_mutex_);
      if (reader_->Next(&block) != io::ReadResult::kLine) return;
      turn = blocks_read_++;
    }
    RewriteBlock(block, &redecider, &rewritten);
    {
      std::unique_lock lock(write_mutex_);
      turn_came_.wait(lock, [this, turn] { return turn == blocks_written_; });
      Publish(block, rewritten);
      ++blocks_written_;
    }
    turn_came_.notify_all();
  }
}

/// The first signal ends the reading, the second the waiting for a slow reader of the output.
void DecideRun::WatchSignals() {
  std::array<pollfd, 2> fds = {{{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                {.fd = finished_->fd(), .events = POLLIN, .revents = 0}}};
  while (true) {
    (void)poll(fds.data(), fds.size(), -1);
    const int signal = signals_.Take();
    if (signal != 0 && summary_->signal != 0) sink_->Abandon();
    if (signal != 0 && summary_->signal == 0) {
      summary_->signal = signal;
      stop_reading_->Notify();
    }
    if (signal == 0 && fds[1].revents != 0) return;
  }
}

absl::Status DecideRun::Run() {
  if (absl::Status status = Open(); !status.ok()) return status;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned count = options_.threads != 0 ? options_.threads : std::min(cores, kMaxThreads);
  std::thread watcher([this] { WatchSignals(); });
  std::vector<std::thread> others;
  others.reserve(count - 1);
  for (unsigned i = 1; i < count; ++i) others.emplace_back([this] { Work(); });
  Work();
  for (std::thread& other : others) other.join();
  finished_->Notify();
  watcher.join();
  absl::Status result = sink_->Finish();
  if (result.ok()) result = broken_line_;
  if (result.ok()) result = reader_->status();
  const absl::Status told = WriteDecidedMetadata(options_, *summary_, result);
  return result.ok() ? told : result;
}

}  // namespace
}  // namespace redecide

absl::Status RunDecide(const DecideOptions& options, DecideSummary* summary) {
  *summary = DecideSummary();
  return redecide::DecideRun(options, summary).Run();
}

}  // namespace caascan
