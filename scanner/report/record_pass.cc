// Each thread takes the next block of lines (one at a time, under the lock), reads its records
// alone and gives them to its own worker; what workers know is added up in the end. Tested by
// record_pass_test.cc.
#include "scanner/report/record_pass.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "scanner/report/formats/cell_text.h"
#include "scanner/report/partial.h"
#include "scanner/report/progress_line.h"

namespace caascan::report {
RecordPass::RecordPass(PassOptions options) : options_(std::move(options)) {
  if (options_.inputs.empty()) options_.inputs.emplace_back("-");
}

std::vector<std::string> RecordPass::DisplayNames() const {
  std::vector<std::string> names;
  names.reserve(options_.inputs.size());
  for (const std::string& input : options_.inputs) {
    names.push_back(io::InputFile::DisplayName(input));
  }
  return names;
}

int RecordPass::signal() {
  if (signal_ == 0) signal_ = signals_.Take();
  return signal_;
}

void RecordPass::Work(RecordWorker* worker) {
  record::RecordReader reader;
  io::Block block;
  size_t input = 0;
  uint64_t first_line = 0;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (!blocks_->Next(&block, &input, &first_line, &broken_)) return;
    }
    BrokenLines broken;
    uint64_t records = 0;
    const std::string_view text = block.text();
    const size_t read = reader.ReadRun(text, [&](std::string_view line) {
      ++records;
      worker->Add(reader.record(), input, line);
    });
    first_line += records;
    ForEachLine(text.substr(read), first_line, [&](std::string_view line, uint64_t number) {
      std::string_view problem;
      if (line.starts_with(kPartialPrefix)) {
        problem = worker->AddPartial(line);
      } else if (problem = reader.Read(line); problem.empty()) {
        ++records;
        worker->Add(reader.record(), input, line);
      }
      if (!problem.empty()) broken.Add(input, number, problem);
    });
    records_ += records;
    worker->EndBlock();
    if (broken.count() == 0) continue;
    const std::lock_guard lock(mutex_);
    broken_.Merge(broken);
  }
}

/// Waits for signals, and for the end; shows progress meanwhile.
void RecordPass::Watch() {
  ProgressLine line(options_.progress, ProgressLine::Clock::now());
  std::array<pollfd, 2> fds = {{{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                {.fd = finished_->fd(), .events = POLLIN, .revents = 0}}};
  const auto timeout_ms = static_cast<int>(ProgressLine::kEvery.count());
  while (true) {
    const int ready = poll(fds.data(), fds.size(), line.shows() ? timeout_ms : -1);
    if (const int signal = signals_.Take(); signal != 0 && signal_ == 0) {
      signal_ = signal;
      stop_reading_->Notify();
    }
    if (ready > 0 && fds[1].revents != 0) return;
    const auto now = ProgressLine::Clock::now();
    if (line.IsDue(now)) line.Show(now, GroupedNumber(records_) + " records read");
  }
}

absl::Status RecordPass::Run(const std::function<std::unique_ptr<RecordWorker>()>& make) {
  for (const std::string& input : options_.inputs) {
    if (absl::Status status = io::CheckReadable(input); !status.ok()) return status;
  }
  for (std::unique_ptr<io::WakeFd>* fd : {&stop_reading_, &finished_}) {
    auto created = io::WakeFd::Create();
    if (!created.ok()) return created.status();
    *fd = *std::move(created);
  }
  blocks_ = std::make_unique<RecordBlocks>(options_.inputs, stop_reading_.get());
  const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  const unsigned count = options_.threads != 0 ? options_.threads : cores;
  std::vector<std::unique_ptr<RecordWorker>> workers;
  workers.reserve(count);
  for (unsigned i = 0; i < count; ++i) workers.push_back(make());
  std::thread watcher([this] { Watch(); });
  std::vector<std::thread> others;
  others.reserve(count - 1);
  for (unsigned i = 1; i < count; ++i) {
    others.emplace_back([this, worker = workers[i].get()] { Work(worker); });
  }
  Work(workers.front().get());
  for (std::thread& other : others) other.join();
  finished_->Notify();
  watcher.join();
  return absl::OkStatus();
}

}  // namespace caascan::report
