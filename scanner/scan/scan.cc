// Over the size limit: it is the life of one object, which is read in order.
//
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

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "caascan/scanner.h"
#include "scanner/evidence/evidence_file.h"
#include "scanner/input/name_source.h"
#include "scanner/io/signal_scope.h"
#include "scanner/io/writer.h"
#include "scanner/scan/anchor_check.h"
#include "scanner/scan/chunk_run.h"
#include "scanner/scan/file_denials.h"
#include "scanner/scan/fleet.h"
#include "scanner/scan/intake.h"
#include "scanner/scan/job_queue.h"
#include "scanner/scan/metadata_file.h"
#include "scanner/scan/notices.h"
#include "scanner/scan/resolver_check.h"
#include "scanner/scan/scan_files.h"
#include "scanner/scan/scan_output.h"
#include "scanner/scan/scan_setup.h"
#include "scanner/scan/telemetry/progress.h"
#include "scanner/scan/telemetry/telemetry.h"
#include "scanner/scan/worker.h"
#include "scanner/vantage/asn_table.h"
#include "scanner/vantage/resolver_list.h"
#include "scanner/vantage/vantage.h"
#include "scanner/zonefacts/zone_output.h"

namespace caascan {
namespace scan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBatchesPerWorker = 16;
constexpr size_t kSlowestShown = 5;

/// One scan's moving parts. Run() once.
// In the order of use; there is one of them.
class Scan {  // NOLINT(clang-analyzer-optin.performance.Padding)
 public:
  /// `resolvers` and `vantage` are those of the options. All outlive it.
  Scan(const ScanOptions& options, const vantage::ResolverList& resolvers,
       const vantage::Vantage& vantage, const vantage::ServerLimits* agreed,
       std::unique_ptr<ChunkRun> chunks, std::unique_ptr<Fleet> fleet, ScanSummary* summary)
      : options_(options),
        resolvers_(resolvers),
        summary_(summary),
        agreed_(agreed),
        fleet_(std::move(fleet)),
        chunks_(std::move(chunks)),
        evidence_(options.dnstap_for),
        limits_(Limits(options, resolvers.endpoints(), agreed)),
        telemetry_(
            options, [this] { return Snapshot(); }, [this] { return activity_.Text(); }),
        notices_(options.on_notice, telemetry_) {
    vantage::UseVantage(vantage, &setup_.network);
  }

  absl::Status Run();

 private:
  const record::RecordFormat& format() const { return chunks_ ? ndjson_ : *output_.format(); }
  absl::Status Open();
  absl::Status ReadOptionFiles();
  void StartFleet();
  absl::Status OpenInput();
  absl::Status OpenOutput();
  absl::Status OpenZones();
  absl::Status WriteZones();
  absl::Status OpenWorkers();
  void ReadInput();
  bool DealHeldBack(JobDealer* dealer);
  void CountInput();
  void SayNotices();
  bool TakeFirstSignal() { return (summary_->signal = signals_.Take()) != 0; }
  void WaitForEvents();
  void Watch();
  void WatchOutput();
  void HandleEvents(Clock::time_point now);
  void StopInput();
  void DropQueued();
  void CancelWorkers();
  void GiveBack(const JobBatch& batch);
  bool AllDone() const { return workers_done_.load() == workers_.size(); }
  void Join();
  absl::Status Conclude();
  telemetry::ProgressSnapshot Snapshot() const;

  const ScanOptions& options_;
  const vantage::ResolverList& resolvers_;
  ScanSummary* const summary_;
  const vantage::ServerLimits* const agreed_;  // Null: nothing was.
  io::SignalScope signals_;                    // Before any thread begins.
  const std::unique_ptr<Fleet> fleet_;         // Null: no other machine shares anything.
  const std::unique_ptr<ChunkRun> chunks_;     // Null: lists come in, and records go to output_.
  const record::NdjsonFormat ndjson_;          // Of chunks.
  std::unique_ptr<const vantage::AsnTable> origins_;  // Null: there is no --asn.
  std::unique_ptr<zonefacts::ZoneOutput> zones_;      // Null without --zones.
  std::unique_ptr<const vantage::Blocklist> blocklist_;
  query::Activity activity_;
  WorkerSetup setup_;
  evidence::EvidenceFile evidence_;  // Not open without dnstap_path.
  pacing::SharedLimits limits_;
  std::unique_ptr<io::WakeFd> input_stop_;
  std::unique_ptr<io::WakeFd> events_;         // Workers done, output failed.
  std::unique_ptr<FileDenials> file_denials_;  // Null where nothing is validated.
  std::unique_ptr<input::JobSource> source_;
  ScanOutput output_;
  std::unique_ptr<Intake> intake_;
  io::LineSink* sink_ = nullptr;
  std::unique_ptr<io::Writer> writer_;
  std::unique_ptr<JobQueue> queue_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::thread reader_;
  std::atomic<size_t> workers_done_{0};
  telemetry::WorkerCounters
      given_back_;  // Names that never reached a worker. Reader's, then the watcher's.
  std::mutex give_back_mutex_;

  // The reader's, for any thread to look at.
  std::atomic<uint64_t> names_read_{0};
  std::atomic<uint64_t> names_kept_{0};
  std::atomic<uint64_t> input_bytes_read_{0};
  uint64_t input_bytes_ = 0;  // Const once the scan runs.

  // The watching thread's own.
  bool stopping_ = false;
  bool cancelled_ = false;
  Clock::time_point stop_began_;
  Clock::time_point started_;
  telemetry::Telemetry telemetry_;  // Looks at all of the above: destroyed first, but for
  Notices notices_;
};

/// What they name may be a FIFO that nothing is ever written to.
absl::Status Scan::ReadOptionFiles() {
  const io::SignalGap gap;
  absl::Status status = ReadSetup(options_, resolvers_.endpoints(), &blocklist_, &setup_);
  if (status.ok()) UseServerNames(agreed_, &limits_, &setup_);
  if (!status.ok() || options_.asn_paths.empty()) return status;
  auto origins = vantage::AsnTable::Read(options_.asn_paths);
  if (!origins.ok()) return origins.status();
  origins_ = *std::move(origins);
  return status;
}

void Scan::StartFleet() {
  if (fleet_ == nullptr) return;
  pollfd signals = {signals_.fd(), POLLIN, 0};
  (void)poll(&signals, 1, static_cast<int>(fleet_->wait().count()));
  fleet_->Start({&limits_, [this] { return Snapshot(); },
                 [this](const std::string& notice) { notices_.Keep(notice); },
                 [this] {
                   for (const auto& worker : workers_) worker->LookForBlocked();
                 }});
}

absl::Status Scan::Open() {
  if (absl::Status status = CheckScanFiles(options_); !status.ok()) return status;
  if (absl::Status status = ReadOptionFiles(); !status.ok()) return status;
  if (fleet_ != nullptr) fleet_->UseBlocklist(blocklist_.get(), &setup_.network);
  for (const std::string& notice : setup_.notices) notices_.Say(notice);
  auto input_stop = io::WakeFd::Create();
  if (!input_stop.ok()) return input_stop.status();
  input_stop_ = *std::move(input_stop);
  auto events = io::WakeFd::Create();
  if (!events.ok()) return events.status();
  events_ = *std::move(events);
  if (absl::Status status = OpenInput(); !status.ok()) return status;
  if (absl::Status status = OpenOutput(); !status.ok()) return status;
  if (absl::Status status = OpenZones(); !status.ok()) return status;
  setup_.limits = &limits_;
  if (!options_.dnstap_path.empty()) setup_.investigate.evidence = &evidence_;
  if (options_.brisk) {
    setup_.investigate.ask.activity = setup_.iterative.ask.activity = &activity_;
  }
  const auto stop = [this] { return TakeFirstSignal(); };
  // A page of `check` says it itself.
  absl::Status status = options_.brisk ? absl::OkStatus() : CheckResolvers(options_, stop, setup_);
  if (!status.ok()) return status;
  status = CheckTrustAnchor(options_, stop, &setup_, summary_);
  return status.ok() ? OpenWorkers() : status;
}

absl::Status Scan::OpenInput() {
  const auto& dnssec = setup_.iterative.dnssec;
  if (dnssec.denials != nullptr && !dnssec.anchors.empty()) {
    file_denials_ = std::make_unique<FileDenials>(dnssec.denials);
  }
  if (chunks_ != nullptr) {
    auto chunks = Fleet::OpenSource(fleet_.get(), chunks_->manifest());
    if (!chunks.ok()) return chunks.status();
    source_ = chunks_->Start(options_, *std::move(chunks), file_denials_.get(), input_stop_.get());
    return absl::OkStatus();
  }
  auto source = input::NameSource::Open(
      {options_.inputs, options_.input_format, options_.request.wildcard, file_denials_.get(),
       options_.fields, [this](const std::string& notice) { notices_.Keep(notice); },
       options_.zone_names, options_.request.purpose},
      input_stop_.get());
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  input_bytes_ = source_->bytes_in_all();
  return absl::OkStatus();
}

absl::Status Scan::OpenOutput() {
  // Chunks are one shard's, or not, as a whole.
  const bool by_name = chunks_ == nullptr;
  const IntakeOptions intake{by_name ? options_.shard - 1 : 0, by_name ? options_.shard_count : 1,
                             options_.dedupe_window};
  if (by_name) {
    std::string notice;
    const auto stop = [this] { return TakeFirstSignal(); };
    absl::Status status = output_.Open(options_, stop, &notice);
    if (!status.ok()) return status;
    if (!notice.empty()) notices_.Say(notice);
  }
  sink_ = by_name ? output_.sink() : chunks_->sink();
  intake_ = std::make_unique<Intake>(intake, output_.kept(), output_.fingerprinter());
  return absl::OkStatus();
}

absl::Status Scan::OpenZones() {
  if (options_.zones_path.empty()) return absl::OkStatus();
  if (!setup_.resolvers.empty()) {
    return absl::InvalidArgumentError("--zones: with --resolver it is resolvers that meet zones");
  }
  setup_.investigate.zone_ns = options_.zone_ns;
  setup_.investigate.zone_keys = options_.zone_keys;
  zonefacts::ZoneOutputOptions options;
  options.path = options_.zones_path;
  options.keep = options_.resume;
  options.usual_port = options_.port;
  options.origins = origins_.get();
  options.tables = setup_.threads;
  zones_ = std::make_unique<zonefacts::ZoneOutput>(options);
  setup_.zones = zones_.get();
  return zones_->Open();
}

/// What comes in beside the records.
absl::Status Scan::WriteZones() {
  if (zones_ == nullptr) return absl::OkStatus();
  for (const auto& worker : workers_) worker->FlushZones();
  absl::Status status = zones_->Finish();
  summary_->zones = zones_->zones();
  return status;
}

absl::Status Scan::OpenWorkers() {
  const unsigned threads = setup_.threads;
  writer_ = std::make_unique<io::Writer>(sink_, [this] {
    for (const auto& worker : workers_) worker->Wake();
    events_->Notify();
  });
  queue_ = std::make_unique<JobQueue>(threads, kBatchesPerWorker,
                                      [this](size_t worker) { workers_[worker]->Wake(); });
  setup_.queue = queue_.get();
  setup_.writer = writer_.get();
  setup_.format = &format();
  setup_.on_done = [this] {
    ++workers_done_;
    events_->Notify();
  };
  for (size_t i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(setup_, i));
    if (absl::Status status = workers_.back()->Open(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Scan::GiveBack(const JobBatch& batch) {
  std::string lines;
  const std::lock_guard lock(give_back_mutex_);
  for (const input::NameJob& job : batch) {
    Record record = input::ErrorRecord(job, Reason::kStopped, std::chrono::system_clock::now());
    input::AppendRecords(job, format(), &record, &lines);
    given_back_.AddNames(job.record_count());
    given_back_.AddRecords(record.reason, job.record_count());
  }
  writer_->Post(&lines);
}

/// What the intake holds back goes to the workers. False once the queue is aborted.
bool Scan::DealHeldBack(JobDealer* dealer) {
  input::NameJob job;
  bool open = true;
  while (open && intake_->Drain(&job)) open = dealer->Add(std::move(job));
  return open;
}

void Scan::CountInput() {
  names_read_.store(intake_->jobs(), std::memory_order_relaxed);
  names_kept_.store(intake_->done_before(), std::memory_order_relaxed);
  input_bytes_read_.store(source_->bytes_read(), std::memory_order_relaxed);
}

void Scan::SayNotices() {
  notices_.SayKept();
  notices_.SayOfResolvers(resolvers_.endpoints(), *setup_.resolver_ways);
}

void Scan::ReadInput() {
  JobDealer dealer(queue_.get());
  input::NameJob job;
  bool wait = false;
  bool open = true;
  while (open) {
    switch (source_->Next(&job, wait)) {
      case input::NextJob::kJob:
        wait = false;
        if (intake_->Exchange(&job)) open = dealer.Add(std::move(job));
        CountInput();
        break;
      case input::NextJob::kWouldWait:
        wait = true;
        open = DealHeldBack(&dealer) && dealer.Flush();
        break;
      case input::NextJob::kEnd:
      case input::NextJob::kFailed:
        (void)(DealHeldBack(&dealer) && dealer.Flush());
        open = false;
        break;
      case input::NextJob::kInterrupted:
        open = false;
        break;
    }
  }
  CountInput();
  JobBatch left = dealer.TakePending();
  while (intake_->Drain(&job)) left.push_back(std::move(job));
  GiveBack(left);
  queue_->Close();
}

/// A chunk that is begun has the grace to be done: half of it is of no use to anybody.
void Scan::StopInput() {
  stopping_ = true;
  stop_began_ = Clock::now();
  input_stop_->Notify();
  if (chunks_ != nullptr) return chunks_->StopTaking();
  DropQueued();
}

void Scan::DropQueued() {
  for (const JobBatch& batch : queue_->Abort()) GiveBack(batch);
  for (const auto& worker : workers_) worker->StopStarting();
}

void Scan::CancelWorkers() {
  cancelled_ = true;
  DropQueued();
  for (const auto& worker : workers_) worker->Cancel();
}

telemetry::ProgressSnapshot Scan::Snapshot() const {
  telemetry::ProgressSnapshot snapshot;
  for (const auto& worker : workers_) snapshot.Add(worker->counters());
  snapshot.Add(given_back_);
  snapshot.names_read = names_read_.load(std::memory_order_relaxed);
  snapshot.names_kept = names_kept_.load(std::memory_order_relaxed);
  snapshot.input_bytes_read = input_bytes_read_.load(std::memory_order_relaxed);
  snapshot.input_bytes = input_bytes_;
  return snapshot;
}

void Scan::HandleEvents(Clock::time_point now) {
  const int signal = signals_.Take();
  if (signal != 0) {
    if (summary_->signal != 0) {
      sink_->Abandon();
      CancelWorkers();
    }
    if (summary_->signal == 0) {
      summary_->signal = signal;
      telemetry_.Say(options_.brisk ? "stopping: what is being looked up is given back"
                                    : telemetry::StoppingLine(Snapshot(), options_.grace));
    }
    if (options_.brisk && !cancelled_) CancelWorkers();
    if (!stopping_) StopInput();
  }
  if (sink_->failed() && !cancelled_) {
    if (!stopping_) StopInput();
    CancelWorkers();
  }
  if (stopping_ && !cancelled_ && now - stop_began_ > options_.grace) CancelWorkers();
}

void Scan::WaitForEvents() {
  constexpr int kTickMs = 200;
  pollfd fds[] = {{signals_.fd(), POLLIN, 0}, {events_->fd(), POLLIN, 0}};
  // events_ stays readable once notified: then the tick alone paces the loop, and the next thing
  // to wait for is near.
  const bool notified = events_->notified();
  (void)poll(fds, notified ? 1 : 2, notified ? kTickMs / 20 : kTickMs);
}

void Scan::Watch() {
  while (!AllDone()) {
    WaitForEvents();
    const Clock::time_point now = Clock::now();
    HandleEvents(now);
    SayNotices();
    telemetry_.Tick(now);
  }
}

/// Every record is with the writer, and its reader may be slow, or never read again. After a signal
/// the output is abandoned once it has taken nothing for a while.
void Scan::WatchOutput() {
  uint64_t taken = sink_->bytes_taken();
  Clock::time_point last_taken = Clock::now();
  while (!writer_->finished()) {
    WaitForEvents();
    const Clock::time_point now = Clock::now();
    const int signal = signals_.Take();
    if (std::exchange(taken, sink_->bytes_taken()) != taken || summary_->signal == 0) {
      last_taken = now;
    }
    const bool again = signal != 0 && summary_->signal != 0;
    if (signal != 0) summary_->signal = signal;
    if (again || (summary_->signal != 0 && now - last_taken > options_.grace)) sink_->Abandon();
    telemetry_.Tick(now);
  }
}

void Scan::Join() {
  input_stop_->Notify();
  reader_.join();
  for (const auto& worker : workers_) worker->Join();
  if (fleet_ != nullptr) fleet_->Stop();
  writer_->BeginFinish();
  WatchOutput();
  writer_->Finish();
  SayNotices();
}

absl::Status Scan::Conclude() {
  const telemetry::ProgressSnapshot snapshot = Snapshot();
  telemetry_.End(Clock::now());
  absl::Status written = sink_->Finish();
  absl::Status kept = evidence_.Finish();
  if (absl::Status status = WriteZones(); written.ok()) written = std::move(status);
  if (chunks_ != nullptr) chunks_->Fill(summary_);
  summary_->names_in = intake_->jobs();
  summary_->done_before = intake_->done_before();
  const uint64_t header_lines = format().header().empty() ? 0 : 1;
  summary_->records_out = std::max(sink_->lines_written(), header_lines) - header_lines;
  summary_->queries = snapshot.sent();
  summary_->dnstap_frames = evidence_.written();
  summary_->dnstap_dropped = evidence_.dropped();
  summary_->input_remarks = source_->remarks();
  summary_->resolvers_over_tcp = notices_.resolvers_over_tcp();
  if (file_denials_ != nullptr) {
    summary_->denials_without_room = file_denials_->without_room();
    summary_->unreadable_proofs = file_denials_->unreadable();
  }
  std::copy(snapshot.outcomes.begin(), snapshot.outcomes.end(), summary_->outcomes);
  telemetry::SlowOperators slow;
  for (const auto& worker : workers_) slow.Merge(worker->slow_operators());
  summary_->slowest = slow.Slowest(kSlowestShown);
  summary_->elapsed =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_);
  if (!written.ok()) return written;
  if (!kept.ok()) return kept;
  if (!source_->status().ok()) return source_->status();
  if (summary_->names_in != summary_->records_out) {
    return absl::InternalError(
        absl::StrCat(summary_->names_in, " names in, but ", summary_->records_out, " records out"));
  }
  const auto has_answer = [](const auto& worker) { return worker->has_answer(); };
  if (summary_->signal == 0 && summary_->queries > 0 &&
      std::none_of(workers_.begin(), workers_.end(), has_answer)) {
    std::string trouble;
    for (const auto& worker : workers_) {
      if (trouble.empty()) trouble = worker->trouble();
    }
    return absl::UnavailableError(absl::StrCat("no resolver of --resolver has ever answered",
                                               trouble.empty() ? "" : "; ", trouble));
  }
  return absl::OkStatus();
}

absl::Status Scan::Run() {
  absl::Status opened = Open();
  if (summary_->signal != 0) return absl::OkStatus();  // Nothing has begun.
  if (!opened.ok()) return opened;
  started_ = Clock::now();
  if (absl::Status status = telemetry_.Begin(started_); !status.ok()) return status;
  if (!options_.dnstap_path.empty()) {
    if (absl::Status status = evidence_.Open(options_.dnstap_path); !status.ok()) return status;
  }
  if (chunks_ == nullptr) {
    if (absl::Status status = output_.Begin(); !status.ok()) return status;
  }
  MetadataFile metadata(options_);
  if (absl::Status status = metadata.Begin(setup_, output_.TakeEarlierRuns()); !status.ok()) {
    return status;
  }
  summary_->source_addresses = metadata.facts().source_addresses;
  summary_->trust_anchors = metadata.facts().trust_anchors;
  writer_->Start();
  std::string header(format().header());
  if (!header.empty()) writer_->Post(&header);
  StartFleet();
  for (const auto& worker : workers_) worker->Start();
  reader_ = std::thread([this] { ReadInput(); });
  Watch();
  Join();
  absl::Status result = Conclude();
  const absl::Status told = metadata.End(result, *summary_, Snapshot(), source_->bytes_read());
  return result.ok() ? told : result;
}

}  // namespace
}  // namespace scan

absl::Status RunScan(const ScanOptions& options, ScanSummary* summary) {
  *summary = ScanSummary();
  if (options.machines == 0) return absl::InvalidArgumentError("--machines: at least 1");
  const auto vantage = vantage::ReadVantage(options);
  if (!vantage.ok()) return vantage.status();
  ScanOptions narrowed = options;
  narrowed.families = vantage->families;
  // Before signals are taken over: a look-up of the system's can take long.
  const auto resolvers = vantage::ResolverList::Read(narrowed.resolvers, narrowed.families);
  if (!resolvers.ok()) return resolvers.status();
  const auto agreed = scan::ReadServerLimits(options);
  if (!agreed.ok()) return agreed.status();
  auto chunks = scan::ChunkRun::OpenIfAny(&narrowed);
  if (!chunks.ok()) return chunks.status();
  auto fleet = scan::Fleet::Join(&narrowed, *chunks == nullptr ? nullptr : &(*chunks)->manifest(),
                                 resolvers->endpoints(), agreed->get());
  if (!fleet.ok()) return fleet.status();
  return scan::Scan(narrowed, *resolvers, *vantage, agreed->get(), *std::move(chunks),
                    *std::move(fleet), summary)
      .Run();
}

}  // namespace caascan
