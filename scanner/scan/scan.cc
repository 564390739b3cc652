// RunScan: wires reader, workers and writer together, and watches over them.
//
//   reader thread ──JobQueue──▶ worker threads ──Writer──▶ output
//
// The calling thread waits for signals, for the workers' end and for output errors, and prints
// progress. Stopping, for whatever reason, always goes the same way: the input is interrupted, what
// was read and not begun is given back as `stopped`, what is in flight finishes or, at the second
// signal or after a grace, is cancelled and written as `stopped`. So every name that was read has
// its record. Tested by scan_test.cc, and end to end.
#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <poll.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

#include "caascan/scanner.h"
#include "scanner/resolve/root_hints.h"
#include "scanner/scan/job_queue.h"
#include "scanner/scan/name_source.h"
#include "scanner/scan/output.h"
#include "scanner/scan/progress.h"
#include "scanner/scan/signal_scope.h"
#include "scanner/scan/worker.h"
#include "scanner/scan/writer.h"

namespace caascan {
namespace scan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kDefaultServerRate = 100;
constexpr int64_t kDefaultServerInflight = 32;
constexpr size_t kBatchesPerWorker = 16;
constexpr std::chrono::milliseconds kProgressEvery(1000);
constexpr std::chrono::seconds kStopGrace(10);  // Then names in flight are given back.

absl::Status ReadResolvers(const ScanOptions& options, WorkerSetup* setup) {
  constexpr uint16_t kDnsPort = 53;
  for (const std::string& text : options.resolvers) {
    const auto address = net::Address::FromText(text, kDnsPort);
    if (!address) {
      return absl::InvalidArgumentError(absl::StrCat("--resolver: '", text, "' is no address"));
    }
    const bool usable = address->is_v6() ? options.families != AddressFamilies::kIpv4
                                         : options.families != AddressFamilies::kIpv6;
    if (usable) setup->resolvers.push_back(*address);
  }
  if (!options.resolvers.empty() && setup->resolvers.empty()) {
    return absl::InvalidArgumentError(
        "--resolver: no address of the family that -4 or -6 asks for");
  }
  return absl::OkStatus();
}

absl::Status ReadHints(const ScanOptions& options, WorkerSetup* setup) {
  if (!setup->resolvers.empty()) return absl::OkStatus();
  if (options.root_hints_path.empty()) {
    setup->root = resolve::BuiltInRootHints(options.port);
    return absl::OkStatus();
  }
  auto hints = resolve::ReadRootHints(options.root_hints_path, options.port);
  if (!hints.ok()) return hints.status();
  setup->root = *std::move(hints);
  return absl::OkStatus();
}

unsigned ThreadCount(const ScanOptions& options) {
  const unsigned threads =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  return std::min(threads, std::max(1u, options.concurrency));
}

net::LimitOptions Limits(const ScanOptions& options) {
  const auto choose = [&options](int64_t given, int64_t usual) {
    if (given >= 0) return static_cast<uint32_t>(std::min<int64_t>(given, UINT32_MAX));
    return options.resolvers.empty() ? static_cast<uint32_t>(usual) : 0u;
  };
  net::LimitOptions limits;
  limits.rate_qps = options.rate_qps;
  limits.server_rate_qps = choose(options.server_rate_qps, kDefaultServerRate);
  limits.server_inflight = choose(options.server_inflight, kDefaultServerInflight);
  return limits;
}

absl::Status FillSetup(const ScanOptions& options, WorkerSetup* setup) {
  if (const absl::Status status = ReadResolvers(options, setup); !status.ok()) return status;
  if (const absl::Status status = ReadHints(options, setup); !status.ok()) return status;
  const bool ipv4 = options.families != AddressFamilies::kIpv6;
  const bool ipv6 = options.families != AddressFamilies::kIpv4;
  setup->network.ipv4 = setup->iterative.addresses.ipv4 = ipv4;
  setup->network.ipv6 = setup->iterative.addresses.ipv6 = ipv6;
  setup->iterative.addresses.port = options.port;
  setup->iterative.allow_special = options.allow_special;
  setup->iterative.retries = setup->retries = options.retries;
  setup->investigate.ask.timeout = setup->iterative.ask.timeout = options.timeout;
  setup->investigate.request = options.request;
  if (setup->investigate.request.issuer_domains.empty()) {
    setup->investigate.request.issuer_domains.emplace_back("letsencrypt.org");
  }
  setup->investigate.ca_set = options.ca_set;
  setup->investigate.diagnose = options.diagnose;
  setup->investigate.servers = options.servers;
  setup->investigate.recheck = options.recheck;
  setup->investigate.port = options.port;
  const unsigned threads = ThreadCount(options);
  setup->max_in_flight = std::max<size_t>(1, (options.concurrency + threads - 1) / threads);
  return absl::OkStatus();
}

/// One scan's moving parts. Run() once.
class Scan {
 public:
  Scan(const ScanOptions& options, ScanSummary* summary)
      : options_(options), summary_(summary), limits_(Limits(options)) {}

  absl::Status Run();

 private:
  absl::Status Open();
  absl::Status OpenWorkers();
  void ReadInput();
  void Watch();
  void HandleEvents(Clock::time_point now);
  void StopInput();
  void CancelWorkers();
  void GiveBack(const JobBatch& batch);
  void ShowProgress(Clock::time_point now, bool last);
  bool AllDone() const { return workers_done_.load() == workers_.size(); }
  void Join();
  absl::Status Conclude();
  ProgressSnapshot Snapshot() const;

  const ScanOptions& options_;
  ScanSummary* const summary_;
  SignalScope signals_;  // Before any thread begins.
  WorkerSetup setup_;
  net::SharedLimits limits_;
  std::unique_ptr<WakeFd> input_stop_;
  std::unique_ptr<WakeFd> events_;  // Workers done, output failed.
  std::unique_ptr<NameSource> source_;
  std::unique_ptr<OutputSink> sink_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<JobQueue> queue_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::thread reader_;
  std::atomic<size_t> workers_done_{0};
  WorkerCounters given_back_;  // Names that never reached a worker. Reader's, then the watcher's.
  std::mutex give_back_mutex_;

  // The watching thread's own.
  bool stopping_ = false;
  bool cancelled_ = false;
  Clock::time_point stop_began_;
  Clock::time_point started_;
  Clock::time_point last_shown_;
  ProgressSnapshot last_snapshot_;
  bool show_progress_ = false;
};

absl::Status Scan::Open() {
  if (const absl::Status status = FillSetup(options_, &setup_); !status.ok()) return status;
  auto input_stop = WakeFd::Create();
  if (!input_stop.ok()) return input_stop.status();
  input_stop_ = *std::move(input_stop);
  auto events = WakeFd::Create();
  if (!events.ok()) return events.status();
  events_ = *std::move(events);
  auto source = NameSource::Open(
      {options_.inputs, options_.input_format, options_.request.wildcard}, input_stop_.get());
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  auto sink = OutputSink::Open(options_.output_path);
  if (!sink.ok()) return sink.status();
  sink_ = *std::move(sink);
  return OpenWorkers();
}

absl::Status Scan::OpenWorkers() {
  const unsigned threads = ThreadCount(options_);
  writer_ = std::make_unique<Writer>(sink_.get(), [this] {
    for (const auto& worker : workers_) worker->Wake();
    events_->Notify();
  });
  queue_ = std::make_unique<JobQueue>(threads, kBatchesPerWorker,
                                      [this](size_t worker) { workers_[worker]->Wake(); });
  setup_.limits = &limits_;
  setup_.queue = queue_.get();
  setup_.writer = writer_.get();
  setup_.on_done = [this] {
    ++workers_done_;
    events_->Notify();
  };
  for (size_t i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(setup_, i));
    if (const absl::Status status = workers_.back()->Open(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Scan::GiveBack(const JobBatch& batch) {
  std::string lines;
  const std::lock_guard lock(give_back_mutex_);
  for (const NameJob& job : batch) {
    AppendErrorRecord(job, Reason::kStopped, std::chrono::system_clock::now(), &lines);
    given_back_.AddName();
    given_back_.AddRecord(Outcome::kError);
  }
  writer_->Post(&lines);
}

void Scan::ReadInput() {
  JobDealer dealer(queue_.get());
  NameJob job;
  bool wait = false;
  bool open = true;
  while (open) {
    switch (source_->Next(&job, wait)) {
      case NextJob::kJob:
        wait = false;
        open = dealer.Add(std::move(job));
        break;
      case NextJob::kWouldWait:
        wait = true;
        open = dealer.Flush();
        break;
      case NextJob::kEnd:
      case NextJob::kFailed:
        (void)dealer.Flush();
        open = false;
        break;
      case NextJob::kInterrupted:
        open = false;
        break;
    }
  }
  GiveBack(dealer.TakePending());
  queue_->Close();
}

void Scan::StopInput() {
  stopping_ = true;
  stop_began_ = Clock::now();
  input_stop_->Notify();
  for (const JobBatch& batch : queue_->Abort()) GiveBack(batch);
  for (const auto& worker : workers_) worker->StopStarting();
}

void Scan::CancelWorkers() {
  cancelled_ = true;
  for (const auto& worker : workers_) worker->Cancel();
}

ProgressSnapshot Scan::Snapshot() const {
  ProgressSnapshot snapshot;
  for (const auto& worker : workers_) snapshot.Add(worker->counters());
  snapshot.Add(given_back_);
  return snapshot;
}

void Scan::ShowProgress(Clock::time_point now, bool last) {
  if (!show_progress_ || (!last && now - last_shown_ < kProgressEvery)) return;
  const ProgressSnapshot snapshot = Snapshot();
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - last_shown_);
  const bool terminal = isatty(STDERR_FILENO) != 0;
  // On a terminal the line is written over; in a log each stands for itself.
  std::fprintf(stderr, terminal ? "\r\033[K%s%s" : "%s%s\n",
               ProgressLine(snapshot, last_snapshot_, elapsed).c_str(),
               terminal && last ? "\n" : "");
  last_shown_ = now;
  last_snapshot_ = snapshot;
}

void Scan::HandleEvents(Clock::time_point now) {
  const int signal = signals_.Take();
  if (signal != 0) {
    if (summary_->signal != 0) {
      sink_->Abandon();
      CancelWorkers();
    }
    if (summary_->signal == 0) summary_->signal = signal;
    if (!stopping_) StopInput();
  }
  if (sink_->failed() && !cancelled_) {
    if (!stopping_) StopInput();
    CancelWorkers();
  }
  if (stopping_ && !cancelled_ && now - stop_began_ > kStopGrace) CancelWorkers();
}

void Scan::Watch() {
  constexpr int kTickMs = 200;
  while (!AllDone()) {
    pollfd fds[] = {{signals_.fd(), POLLIN, 0}, {events_->fd(), POLLIN, 0}};
    // events_ stays readable once notified: then the tick alone paces the loop, and the next thing
    // to wait for is near.
    const bool notified = events_->notified();
    (void)poll(fds, notified ? 1 : 2, notified ? kTickMs / 20 : kTickMs);
    const Clock::time_point now = Clock::now();
    HandleEvents(now);
    ShowProgress(now, /*last=*/false);
  }
}

void Scan::Join() {
  input_stop_->Notify();
  reader_.join();
  for (const auto& worker : workers_) worker->Join();
  writer_->Finish();
}

absl::Status Scan::Conclude() {
  const ProgressSnapshot snapshot = Snapshot();
  ShowProgress(Clock::now(), /*last=*/true);
  const absl::Status written = sink_->Finish();
  summary_->names_in = source_->job_count();
  summary_->records_out = sink_->lines_written();
  summary_->queries = snapshot.queries;
  std::copy(snapshot.outcomes.begin(), snapshot.outcomes.end(), summary_->outcomes);
  summary_->elapsed =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_);
  if (!written.ok()) return written;
  if (!source_->status().ok()) return source_->status();
  if (summary_->names_in != summary_->records_out) {
    return absl::InternalError(
        absl::StrCat(summary_->names_in, " names in, but ", summary_->records_out, " records out"));
  }
  return absl::OkStatus();
}

absl::Status Scan::Run() {
  if (const absl::Status status = Open(); !status.ok()) return status;
  started_ = last_shown_ = Clock::now();
  show_progress_ = options_.progress == ProgressMode::kAlways ||
                   (options_.progress == ProgressMode::kAuto && isatty(STDERR_FILENO) != 0);
  writer_->Start();
  for (const auto& worker : workers_) worker->Start();
  reader_ = std::thread([this] { ReadInput(); });
  Watch();
  Join();
  return Conclude();
}

}  // namespace
}  // namespace scan

absl::Status RunScan(const ScanOptions& options, ScanSummary* summary) {
  *summary = ScanSummary();
  return scan::Scan(options, summary).Run();
}

}  // namespace caascan
