// The workers are those of a scan; only where their jobs come from and where their records go is
// another matter. Tested by engine_test.cc, under ThreadSanitizer too.
#include "caascan/engine.h"

#include <pthread.h>

#include <atomic>
#include <cassert>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <utility>

#include <absl/strings/str_cat.h>

#include "scanner/engine/fair_queue.h"
#include "scanner/input/asker.h"
#include "scanner/input/ndjson_line.h"
#include "scanner/io/line_reader.h"
#include "scanner/scan/anchor_check.h"
#include "scanner/scan/resolver_check.h"
#include "scanner/scan/scan_setup.h"
#include "scanner/scan/telemetry/metrics.h"
#include "scanner/scan/worker.h"
#include "scanner/vantage/resolver_list.h"
#include "scanner/vantage/vantage.h"

namespace caascan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kKnownBytes = 64 << 20;  // Of all workers together.

/// The engine's threads take no signals: they are the program's own.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

input::NameJob TypedJob(std::string_view name, const Inquiry& inquiry) {
  input::NameJob job;
  input::SetTypedName(io::TrimBlanks(name), inquiry.request.wildcard, &job);
  return job;
}

}  // namespace

/// What a batch is to the workers.
class Scanner::Batch::Client : public input::Asker {
 public:
  /// `queue` and `batches` outlive it.
  Client(Inquiry inquiry, OnRecord on_record, OnPause on_pause, engine::FairQueue* queue,
         std::atomic<size_t>* batches)
      : Asker(std::move(inquiry), queue->worker_count()),
        queue_(queue),
        batches_(batches),
        on_record_(std::move(on_record)),
        on_pause_(std::move(on_pause)) {
    ++*batches_;
  }

  void Take(const input::NameJob& job, Record* record) override {
    const std::lock_guard lock(mutex_);
    if (!on_record_) return;
    --waiting_;
    on_record_(job.details().number, *record);
  }

  void Settle() override {
    const std::lock_guard lock(mutex_);
    if (on_pause_) on_pause_();
  }

  static void Push(const std::shared_ptr<Client>& client, input::NameJob&& job) {
    job.mutable_details()->asker = client;
    job.mutable_details()->number = client->added_++;
    ++client->waiting_;
    client->held_.push_back(std::move(job));
    if (client->held_.size() >= kMostHeld) client->Flush();
  }
  void Flush() { queue_->Push(&held_); }

  /// What waits leaves by the workers, which write it as stopped.
  void Stop() {
    GiveUp();
    Flush();
    queue_->WakeAll();
  }

  /// Nothing is told any more once this has returned. The engine may go then.
  void End() {
    GiveUp();
    {
      const std::lock_guard lock(mutex_);
      on_record_ = nullptr;
      on_pause_ = nullptr;
    }
    (void)queue_->Remove(this);
    held_.clear();  // Each of them keeps this alive.
    --*batches_;
  }

  input::NdjsonParser* parser() { return &parser_; }
  size_t waiting() const { return waiting_.load(); }

 private:
  engine::FairQueue* const queue_;
  std::atomic<size_t>* const batches_;
  std::atomic<size_t> waiting_{0};
  std::mutex mutex_;
  OnRecord on_record_;  // Guarded by it.
  OnPause on_pause_;    // Likewise.

  // The batch's thread only.
  static constexpr size_t kMostHeld = 256;
  input::NdjsonParser parser_;
  uint64_t added_ = 0;
  std::vector<input::NameJob> held_;
};

class Scanner::Impl {
 public:
  explicit Impl(const ScanOptions& options) : options_(options) {}
  ~Impl();

  absl::Status Open(const std::stop_token& stop);

  telemetry::ProgressSnapshot Snapshot() const;
  const ScanOptions& options() const { return options_; }
  const std::vector<std::string>& notices() const { return setup_.notices; }
  engine::FairQueue* queue() { return queue_.get(); }
  std::atomic<size_t>* batches() { return &batches_; }
  Clock::time_point opened() const { return opened_; }
  void AskCanaries(std::function<void(bool)> done) {
    workers_.front()->AskCanaries(std::move(done));
  }

 private:
  absl::Status StartWorkers();
  void FillThorough();

  // Const once it is open.
  ScanOptions options_;
  std::optional<vantage::ResolverList> resolvers_;
  std::unique_ptr<const vantage::Blocklist> blocklist_;
  scan::WorkerSetup setup_;
  investigate::InvestigateOptions thorough_;
  std::unique_ptr<pacing::SharedLimits> limits_;
  Clock::time_point opened_;

  std::atomic<size_t> batches_{0};
  std::unique_ptr<engine::FairQueue> queue_;
  std::vector<std::unique_ptr<scan::Worker>> workers_;
};

Scanner::Impl::~Impl() {
  assert(batches_ == 0 && "batches end before their scanner");
  if (queue_ != nullptr) queue_->Close();
  for (const auto& worker : workers_) worker->Cancel();
  for (const auto& worker : workers_) worker->Join();
}

absl::Status Scanner::Impl::Open(const std::stop_token& stop) {
  const SignalsBlocked blocked;
  const auto vantage = vantage::ReadVantage(options_);
  if (!vantage.ok()) return vantage.status();
  options_.families = vantage->families;
  auto resolvers = vantage::ResolverList::Read(options_.resolvers, options_.families);
  if (!resolvers.ok()) return resolvers.status();
  resolvers_ = *std::move(resolvers);
  vantage::UseVantage(*vantage, &setup_.network);
  absl::Status status = scan::ReadSetup(options_, resolvers_->endpoints(), &blocklist_, &setup_);
  if (!status.ok()) return status;
  limits_ = std::make_unique<pacing::SharedLimits>(
      scan::Limits(options_, resolvers_->endpoints(), /*agreed=*/nullptr));
  setup_.limits = limits_.get();
  const auto stopped = [&stop] { return stop.stop_requested(); };
  status = scan::CheckResolvers(options_, stopped, setup_);
  if (!status.ok()) return status;
  ScanSummary summary;
  status = scan::CheckTrustAnchor(options_, stopped, &setup_, &summary);
  if (!status.ok()) return status;
  for (std::string& warning : SummaryWarnings(summary)) {
    setup_.notices.push_back(std::move(warning));
  }
  if (summary.unsigned_root) {
    setup_.notices.emplace_back(
        "the root is not signed, and no trust anchor is given: answers are "
        "not validated");
  }
  return StartWorkers();
}

void Scanner::Impl::FillThorough() {
  constexpr std::chrono::milliseconds kRest(500);  // A person waits.
  thorough_ = setup_.investigate;
  thorough_.all_servers = options_.resolvers.empty();
  thorough_.climb = true;
  thorough_.servers = ServersInRecord::kAll;
  thorough_.ask.brisk = true;
  thorough_.recheck_after = kRest;
  setup_.thorough = &thorough_;
}

absl::Status Scanner::Impl::StartWorkers() {
  FillThorough();
  setup_.investigate.known_bytes = kKnownBytes / setup_.threads;
  queue_ = std::make_unique<engine::FairQueue>(
      setup_.threads, std::min(setup_.max_in_flight, scan::Worker::kFirstInFlight),
      [this](size_t worker) { workers_[worker]->Wake(); });
  setup_.queue = queue_.get();
  setup_.on_done = [] {};
  for (size_t i = 0; i < setup_.threads; ++i) {
    auto worker = std::make_unique<scan::Worker>(setup_, i);
    if (absl::Status status = worker->Open(); !status.ok()) return status;
    workers_.push_back(std::move(worker));
  }
  opened_ = Clock::now();
  for (const auto& worker : workers_) worker->Start();
  return absl::OkStatus();
}

telemetry::ProgressSnapshot Scanner::Impl::Snapshot() const {
  telemetry::ProgressSnapshot snapshot;
  for (const auto& worker : workers_) snapshot.Add(worker->counters());
  snapshot.names_read = snapshot.names_started;
  return snapshot;
}

absl::StatusOr<std::unique_ptr<Scanner>> Scanner::Open(const ScanOptions& options,
                                                       const std::stop_token& stop) {
  auto impl = std::make_unique<Impl>(options);
  if (absl::Status status = impl->Open(stop); !status.ok()) return status;
  return std::unique_ptr<Scanner>(new Scanner(std::move(impl)));
}

Scanner::Scanner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Scanner::~Scanner() = default;

std::unique_ptr<Scanner::Batch> Scanner::Begin(Inquiry inquiry, OnRecord on_record,
                                               OnPause on_pause) {
  if (inquiry.request.issuer_domains.empty()) {
    inquiry.request.issuer_domains.emplace_back("letsencrypt.org");
  }
  return std::unique_ptr<Batch>(new Batch(
      std::make_shared<Batch::Client>(std::move(inquiry), std::move(on_record), std::move(on_pause),
                                      impl_->queue(), impl_->batches())));
}

std::vector<Record> Scanner::Check(const std::vector<std::string>& names, const Inquiry& inquiry,
                                   const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any all_there;
  std::vector<std::optional<Record>> found(names.size());
  size_t missing = names.size();
  std::unique_ptr<Batch> batch = Begin(inquiry, [&](uint64_t number, const Record& record) {
    const std::lock_guard lock(mutex);
    found[number] = record;
    if (--missing == 0) all_there.notify_one();
  });
  for (const std::string& name : names) batch->Add(name);
  batch->Flush();
  {
    std::unique_lock lock(mutex);
    all_there.wait(lock, stop, [&missing] { return missing == 0; });
  }
  batch.reset();  // From here on no record comes.
  std::vector<Record> records;
  records.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    records.push_back(found[i] ? *std::move(found[i])
                               : input::ErrorRecord(TypedJob(names[i], inquiry), Reason::kStopped,
                                                    std::chrono::system_clock::now()));
  }
  return records;
}

EngineCounts Scanner::counts() const {
  const telemetry::ProgressSnapshot snapshot = impl_->Snapshot();
  return {snapshot.names_started, snapshot.records(), snapshot.sent(), snapshot.recalled};
}

std::string Scanner::Metrics() const {
  return telemetry::MetricsText(
      impl_->Snapshot(),
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - impl_->opened()));
}

void Scanner::AskCanaries(std::function<void(bool)> done) { impl_->AskCanaries(std::move(done)); }

const std::vector<std::string>& Scanner::notices() const { return impl_->notices(); }

Scanner::Batch::Batch(std::shared_ptr<Client> client) : client_(std::move(client)) {}
Scanner::Batch::~Batch() { client_->End(); }

void Scanner::Batch::Add(std::string_view name) {
  Client::Push(client_, TypedJob(name, client_->inquiry()));
}

bool Scanner::Batch::AddLine(std::string_view line, uint64_t line_number) {
  const std::string_view text = io::TrimBlanks(line);
  if (text.empty() || text.starts_with('#')) return false;
  input::NameJob job;
  if (text.starts_with('{')) {
    client_->parser()->Parse(text, client_->inquiry().request.wildcard, &job);
  } else {
    job = TypedJob(text, client_->inquiry());
  }
  if (!job.valid) job.mutable_details()->line = line_number;
  Client::Push(client_, std::move(job));
  return true;
}

void Scanner::Batch::AddBroken(std::string_view beginning, uint64_t line_number,
                               std::string_view why) {
  input::NameJob job;
  input::MarkInvalid(beginning, &job, why);
  job.mutable_details()->line = line_number;
  Client::Push(client_, std::move(job));
}

void Scanner::Batch::Flush() { client_->Flush(); }

void Scanner::Batch::Stop() { client_->Stop(); }

size_t Scanner::Batch::waiting() const { return client_->waiting(); }

absl::StatusOr<std::vector<Record>> Check(const std::vector<std::string>& names,
                                          const Inquiry& inquiry, const ScanOptions& options,
                                          const std::stop_token& stop) {
  auto scanner = Scanner::Open(options, stop);
  if (!scanner.ok()) return scanner.status();
  return (*scanner)->Check(names, inquiry, stop);
}

}  // namespace caascan
