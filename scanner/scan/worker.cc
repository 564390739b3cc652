// The turn hook is the heart: start names while there is room, send what they queued, end when
// nothing is left. Names are started only there, never from a finishing name, so the stack stays
// flat however fast names finish. Tested by scan_test.cc, and end to end.
#include "scanner/scan/worker.h"

#include <algorithm>
#include <cassert>

#include "scanner/dns/special_names.h"
#include "scanner/resolve/forwarding.h"

namespace caascan::scan {
namespace {

constexpr size_t kWriteAtBytes = 64 << 10;
constexpr std::chrono::milliseconds kWriteAfter(50);
// A turn starts this many names at most before it sends and receives again.
constexpr size_t kStartsPerTurn = 1024;
constexpr unsigned kMaxTimesPutOff = 8;
// At a cold start many names want to know the same few zones: so many go ahead, and for each name
// that has ended there may be one more.
constexpr size_t kFirstInFlight = 5000;

}  // namespace

Worker::Worker(const WorkerSetup& setup, size_t index)
    : setup_(setup),
      index_(index),
      network_(&loop_, setup.limits, setup.network),
      resolver_(MakeResolver()),
      investigator_(&network_, resolver_.get(), setup.investigate),
      flush_timer_(this),
      parked_(setup.max_parked) {}

Worker::~Worker() {
  assert(!thread_.joinable() && "joined before it is destroyed");
  flush_timer_.Cancel();
  network_.Close();
  loop_.Drain();
}

std::unique_ptr<resolve::Resolver> Worker::MakeIterativeResolver() {
  resolve::IterativeOptions options = setup_.iterative;
  options.name_operator = [this](dns::NameView name, const zones::Zone& zone, std::string* out) {
    operators_.Name(name, zone, out);
  };
  return std::make_unique<resolve::IterativeResolver>(&network_, options, setup_.root);
}

std::unique_ptr<resolve::Resolver> Worker::MakeResolver() {
  if (setup_.resolvers.empty()) return MakeIterativeResolver();
  resolve::ForwardingOptions options;
  options.ask = setup_.investigate.ask;
  options.retries = setup_.retries;
  options.validate = setup_.resolvers_validate;
  options.ways = setup_.resolver_ways;
  std::unique_ptr<resolve::Resolver> own;
  if (setup_.explain_iteratively) own = MakeIterativeResolver();
  return std::make_unique<resolve::ForwardingResolver>(&network_, options, setup_.resolvers,
                                                       std::move(own));
}

absl::Status Worker::Open() {
  if (absl::Status status = loop_.status(); !status.ok()) return status;
  if (absl::Status status = network_.Open(); !status.ok()) return status;
  // Where resolvers are asked, whether it is they who are silent cannot be told.
  if (!setup_.resolvers.empty() && !setup_.explain_iteratively) return absl::OkStatus();
  std::vector<net::PeerRef> canaries;
  for (const zones::RootServer& server : setup_.root) {
    for (const async::Address& address : server.addresses) {
      if (address.is_v6() ? network_.has_ipv6() : network_.has_ipv4()) {
        canaries.push_back(network_.PeerFor(address));
      }
    }
  }
  network_.SetCanaries(canaries);
  return absl::OkStatus();
}

void Worker::Start() {
  loop_.SetTurnHook([this] { OnTurn(); });
  thread_ = std::thread([this] { Run(); });
}

void Worker::Join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::StopStarting() {
  stop_.store(true, std::memory_order_relaxed);
  loop_.Wake();
}

void Worker::Cancel() {
  cancel_.store(true, std::memory_order_relaxed);
  loop_.Wake();
}

void Worker::Run() {
  loop_.Wake();  // The first turn starts the first names.
  loop_.Run();
  setup_.on_done();
}

void Worker::OnTurn() {
  if (!cancelled_ && cancel_.load(std::memory_order_relaxed)) {
    cancelled_ = true;
    network_.CancelAll();
  }
  const bool more = StartNames();
  network_.Flush();
  counters_.SetNetwork(network_.stats());
  // What is left starts at the next turn, which must not wait for the network: names that cannot
  // send anything have ended already, and nothing will come in for them.
  if (more && (HasRoom() || stop_.load(std::memory_order_relaxed))) loop_.Wake();
  if (lines_.size() >= kWriteAtBytes) WriteOut();
  if (!lines_.empty() && !flush_timer_.armed()) loop_.Arm(&flush_timer_, kWriteAfter);
  if (in_flight_ == 0 && !parked_.empty()) loop_.Wake();  // Nothing else will.
  if (input_ended_ && in_flight_ == 0 && parked_.empty()) {
    WriteOut();
    network_.CancelAll();  // Canaries, if anything.
    flush_timer_.Cancel();
    loop_.Stop();
  }
}

bool Worker::NextJob(input::NameJob* job) {
  while (next_in_batch_ == batch_.size()) {
    if (input_ended_) return false;
    batch_.clear();
    next_in_batch_ = 0;
    const JobQueue::PopResult popped = setup_.queue->Pop(index_, &batch_);
    if (popped == JobQueue::PopResult::kEnd) input_ended_ = true;
    if (popped != JobQueue::PopResult::kBatch) return false;
  }
  *job = std::move(batch_[next_in_batch_++]);
  return true;
}

bool Worker::HasRoom() const {
  // Names that are looked up again do little but wait for dead servers, and those in a busy
  // server's queue for that one. They make room for others, but not without bound: they hold
  // memory.
  return in_flight_ < std::min(setup_.max_in_flight, kFirstInFlight + ended_) +
                          std::min(investigator_.rechecking(), setup_.max_rechecking) +
                          std::min(network_.stalled(), setup_.max_in_flight);
}

/// True where names may be left that could not be started for want of room, or of this turn's.
bool Worker::StartNames() {
  // While the output's reader is slow no new name is begun; what is in flight goes on, and nothing
  // times out for it.
  const bool give_back = cancelled_ || stop_.load(std::memory_order_relaxed);
  if (setup_.writer->congested() && !give_back) return false;
  input::NameJob job;
  size_t started = 0;
  while ((HasRoom() || give_back) && started < kStartsPerTurn) {
    if (give_back ? parked_.TakeAny(&job) : parked_.TakeReady(&job)) {
      StartJob(std::move(job), give_back);
    } else if (NextJob(&job)) {
      counters_.AddNames(job.record_count());
      StartJob(std::move(job), give_back);
    } else {
      return false;
    }
    ++started;
  }
  return true;
}

std::optional<Reason> Worker::ReasonNotToLookUp(const input::NameJob& job, bool give_back) const {
  if (!job.valid) return Reason::kInvalidName;
  if (give_back) return Reason::kStopped;
  if (setup_.blocklist != nullptr && setup_.blocklist->BlocksName(job.name)) {
    return Reason::kBlocklisted;
  }
  if (!setup_.investigate.allow_special && dns::FindSpecialName(job.name) != nullptr) {
    return Reason::kNotInDns;
  }
  return std::nullopt;
}

void Worker::StartJob(input::NameJob&& job, bool give_back) {
  if (const auto reason = ReasonNotToLookUp(job, give_back)) {
    Record record = input::ErrorRecord(job, *reason, std::chrono::system_clock::now());
    input::AppendRecords(job, *setup_.format, &record, &lines_);
    counters_.AddRecords(record.reason, job.record_count());
    return;
  }
  ++in_flight_;
  async::Spawn(RunJob(std::move(job)));
}

async::Task<void> Worker::RunJob(input::NameJob job) {
  if (const auto& delegation = job.details().delegation; delegation != nullptr) {
    resolver_->Seed(job.name, *delegation);
    job.mutable_details()->delegation.reset();
  }
  // What is put off again and again must stand in line at last.
  const bool may_be_put_off = job.times_put_off < kMaxTimesPutOff && parked_.has_room();
  const Investigator::Result& result = *co_await investigator_.Investigate(
      &job, may_be_put_off ? query::WhenBusy::kPutOff : query::WhenBusy::kWait);
  --in_flight_;
  ++ended_;
  counters_.AddValidation(result.validation);
  if (result.busy != nullptr) {
    parked_.Park(result.busy, std::move(job));
    co_return;
  }
  counters_.AddQueries(result.record->queries, result.record->retries);
  slow_operators_.Add(result.record->operator_name, result.record->elapsed);
  counters_.AddRecords(result.record->reason, job.record_count());
  input::AppendRecords(job, *setup_.format, result.record, &lines_);
  // Not only at the end of a turn: many names may end in one.
  if (lines_.size() >= kWriteAtBytes) WriteOut();
}

void Worker::WriteOut() {
  if (lines_.empty()) return;
  setup_.writer->Post(&lines_);
}

}  // namespace caascan::scan
