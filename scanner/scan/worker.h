// One worker thread: an event loop, a network, a resolver, and the names in flight.
#pragma once

#include <absl/status/status.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scanner/diagnose/operator_namer.h"
#include "scanner/investigate/investigate.h"
#include "scanner/io/writer.h"
#include "scanner/net/network.h"
#include "scanner/pacing/limits.h"
#include "scanner/record/record_format.h"
#include "scanner/resolve/iterative.h"
#include "scanner/resolve/resolver_ways.h"
#include "scanner/scan/job_source.h"
#include "scanner/scan/parked_jobs.h"
#include "scanner/scan/telemetry/progress.h"
#include "scanner/scan/telemetry/slow_operators.h"
#include "scanner/stream/tls_context.h"
#include "scanner/vantage/blocklist.h"
#include "scanner/zonefacts/collector.h"

namespace caascan::scan {

/// What all workers of a scan share. Const while they run, save the queue, the writer and the
/// limits, which are thread-safe. Outlives the workers.
struct WorkerSetup {
  unsigned threads = 1;                           // Workers that share out all of this.
  std::vector<std::string> notices;               // What people should know before the scan begins.
  std::unique_ptr<const stream::TlsContext> tls;  // Null where no resolver is reached by TLS.
  net::NetworkOptions network;
  resolve::IterativeOptions iterative;
  std::vector<zones::RootServer> root;
  std::vector<stream::Endpoint> resolvers;               // Not empty: forwarding mode.
  bool resolvers_validate = false;                       // What they say of DNSSEC is believed.
  std::shared_ptr<resolve::ResolverWays> resolver_ways;  // Of `resolvers`.
  bool explain_iteratively = false;  // What fails through them: `iterative` and `root` hold.
  unsigned retries = 2;
  investigate::InvestigateOptions investigate;
  size_t max_in_flight = 1000;  // Of one worker.
  // Besides, of one worker: names that are looked up again. They rest, or wait for silent servers.
  size_t max_rechecking = 4'000;
  // Names that a busy server's queue holds up, which is nobody else's concern: that many are put
  // off, and as many as max_in_flight besides stand in the queues.
  size_t max_parked = 12'000;
  const vantage::Blocklist* blocklist = nullptr;
  std::shared_ptr<const guide::OperatorTable> operators;  // Null: the built-in ones.
  pacing::SharedLimits* limits = nullptr;
  JobSource* queue = nullptr;
  /// Where records of jobs without an asker go, and in which form. Null where all jobs have one.
  io::Writer* writer = nullptr;
  const record::RecordFormat* format = nullptr;
  /// For askers that want to know all of a name (Inquiry::thorough). Null: there are none.
  const investigate::InvestigateOptions* thorough = nullptr;
  /// Where what is met of zones goes; null: nowhere.
  zonefacts::ZoneOutput* zones = nullptr;
  std::function<void()> on_done;  // From the worker's thread, as its last act.
};

/// Made and joined by one thread; Wake(), StopStarting(), Cancel(), AskCanaries() and
/// LookForBlocked() from any.
// In the order of use; a few octets a thread are no loss.
class Worker {  // NOLINT(clang-analyzer-optin.performance.Padding)
 public:
  /// At a cold start many names want to know the same few zones: so many go ahead, and for each
  /// name that has ended there may be one more.
  static constexpr size_t kFirstInFlight = 5000;

  Worker(const WorkerSetup& setup, size_t index);
  ~Worker();

  /// Opens the sockets. Once, before Start().
  [[nodiscard]] absl::Status Open();
  void Start();
  void Join();

  /// The queue has something for this worker.
  void Wake() { loop_.Wake(); }
  /// Begins no further names: what it holds of them is written as `stopped`.
  void StopStarting();
  /// Gives back what is in flight as well.
  void Cancel();
  /// More addresses are blocked than before: see Network.
  void LookForBlocked();

  /// Asks some of the root's servers, or of the resolvers, one after the other. `done` is called
  /// once, on the worker's thread: did one of them answer? Between Start() and Join().
  void AskCanaries(std::function<void(bool)> done);

  const telemetry::WorkerCounters& counters() const { return counters_; }
  /// Once it is joined.
  const telemetry::SlowOperators& slow_operators() const { return slow_operators_; }
  /// What it has met of zones goes to the output. Once it is joined.
  void FlushZones() {
    if (zone_facts_ != nullptr) zone_facts_->Flush();
  }
  /// See Resolver. Once it is joined.
  bool has_answer() const { return resolver_->has_answered(); }
  /// See Resolver. Once it is joined.
  std::string trouble() const { return resolver_->Trouble(); }

 private:
  /// Fires when finished lines have waited long enough for company.
  class FlushTimer : public async::Timer {
   public:
    explicit FlushTimer(Worker* worker) : worker_(worker) {}

   private:
    void OnTimer() override { worker_->WriteOut(); }
    Worker* const worker_;
  };

  /// Fires when records have waited long enough with their askers.
  class SettleTimer : public async::Timer {
   public:
    explicit SettleTimer(Worker* worker) : worker_(worker) {}

   private:
    void OnTimer() override { worker_->SettleAll(); }
    Worker* const worker_;
  };

  void Run();
  void OnTurn();
  bool StartNames();
  bool HasRoom() const;
  async::Task<void> RunJob(input::NameJob job);
  bool NextJob(input::NameJob* job);
  std::optional<Reason> ReasonNotToLookUp(const input::NameJob& job, bool give_back) const;
  void StartJob(input::NameJob&& job, bool give_back);
  void Deliver(const input::NameJob& job, Record* record);
  void SettleIdle();
  void SettleAll();
  investigate::Investigator* InvestigatorFor(const input::NameJob& job);
  void StartProbes();
  async::Task<void> ProbeCanaries(std::function<void(bool)> done);
  void CountInFlight(const input::NameJob& job, int change) const;
  void WriteOut();
  std::unique_ptr<resolve::Resolver> MakeResolver();
  std::unique_ptr<resolve::Resolver> MakeIterativeResolver();
  std::unique_ptr<zonefacts::Collector> MakeCollector();

  telemetry::WorkerCounters counters_;  // First, for its alignment.
  const WorkerSetup& setup_;
  const size_t index_;
  std::atomic<bool> stop_{false};              // Any thread.
  std::atomic<bool> cancel_{false};            // Any thread.
  std::atomic<bool> look_for_blocked_{false};  // Any thread.
  std::thread thread_;
  std::atomic<bool> has_probes_{false};  // Any thread.
  std::mutex probes_mutex_;
  std::vector<std::function<void(bool)>> probes_;  // Guarded by it.

  // Loop thread only.
  async::Loop loop_;
  net::Network network_;
  diagnose::OperatorNamer operators_;
  const std::unique_ptr<zonefacts::Collector> zone_facts_;  // Null without --zones.
  std::unique_ptr<resolve::Resolver> resolver_;
  investigate::Investigator investigator_;
  std::optional<investigate::Investigator> thorough_;
  FlushTimer flush_timer_;
  SettleTimer settle_timer_;
  std::vector<std::shared_ptr<input::Asker>> unsettled_;
  ParkedJobs parked_;
  telemetry::SlowOperators slow_operators_;
  JobBatch batch_;
  size_t next_in_batch_ = 0;
  bool input_ended_ = false;
  bool cancelled_ = false;
  size_t in_flight_ = 0;
  size_t ended_ = 0;  // Put off or done.
  std::string lines_;
};

}  // namespace caascan::scan
