// The turn hook is the heart: start names while there is room, send what they queued, end when
// nothing is left. Names are started only there, never from a finishing name, so the stack stays
// flat however fast names finish. Tested by scan_test.cc, and end to end.
#include "scanner/scan/worker.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/dns/special_names.h"
#include "scanner/input/asker.h"
#include "scanner/resolve/forwarding.h"

namespace caascan::scan {
namespace {

constexpr size_t kWriteAtBytes = 64 << 10;
constexpr std::chrono::milliseconds kWriteAfter(50);
constexpr std::chrono::milliseconds kSettleAfter(5);
// A turn starts this many names at most before it sends and receives again.
constexpr size_t kStartsPerTurn = 1024;
constexpr unsigned kMaxTimesPutOff = 8;
constexpr size_t kMaxCanaries = 4;
constexpr std::chrono::milliseconds kCanaryPatience(1000);

}  // namespace

Worker::Worker(const WorkerSetup& setup, size_t index)
    : setup_(setup),
      index_(index),
      network_(&loop_, setup.limits, setup.network),
      operators_(setup.operators ? *setup.operators : guide::OperatorTable::BuiltIn()),
      zone_facts_(MakeCollector()),
      resolver_(MakeResolver()),
      investigator_(&network_, resolver_.get(), setup.investigate, zone_facts_.get()),
      flush_timer_(this),
      settle_timer_(this),
      parked_(setup.max_parked) {
  if (setup.thorough != nullptr) thorough_.emplace(&network_, resolver_.get(), *setup.thorough);
}

Worker::~Worker() {
  assert(!thread_.joinable() && "joined before it is destroyed");
  flush_timer_.Cancel();
  settle_timer_.Cancel();
  network_.Close();
  loop_.Drain();
}

std::unique_ptr<zonefacts::Collector> Worker::MakeCollector() {
  if (setup_.zones == nullptr) return nullptr;
  zonefacts::CollectorOptions options;
  options.name_operator = [this](dns::NameView name, const zones::Zone& zone, std::string* out) {
    operators_.Name(name, zone, out);
  };
  constexpr size_t kBytesOfScan = size_t{32} << 20;
  options.max_bytes = std::max(size_t{1} << 20, kBytesOfScan / setup_.threads);
  return std::make_unique<zonefacts::Collector>(setup_.zones, options);
}

std::unique_ptr<resolve::Resolver> Worker::MakeIterativeResolver() {
  resolve::IterativeOptions options = setup_.iterative;
  options.observer = zone_facts_.get();
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
  if (setup_.queue->watches_turns()) (void)uv_loop_configure(loop_.uv(), UV_METRICS_IDLE_TIME);
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

void Worker::LookForBlocked() {
  look_for_blocked_.store(true, std::memory_order_release);
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
  if (has_probes_.load(std::memory_order_relaxed)) StartProbes();
  if (look_for_blocked_.load(std::memory_order_relaxed) &&
      look_for_blocked_.exchange(false, std::memory_order_acquire)) {
    network_.LookForBlocked();
  }
  if (setup_.queue->watches_turns()) {
    setup_.queue->NoteTurn(index_, loop_.now(),
                           std::chrono::nanoseconds(uv_metrics_idle_time(loop_.uv())));
  }
  const bool more = StartNames();
  network_.Flush();
  counters_.SetNetwork(network_.stats());
  // What is left starts at the next turn, which must not wait for the network: names that cannot
  // send anything have ended already, and nothing will come in for them.
  if (more && (HasRoom() || stop_.load(std::memory_order_relaxed))) loop_.Wake();
  if (lines_.size() >= kWriteAtBytes) WriteOut();
  if (!lines_.empty() && !flush_timer_.armed()) loop_.Arm(&flush_timer_, kWriteAfter);
  if (!unsettled_.empty()) SettleIdle();
  if (in_flight_ == 0 && !parked_.empty()) loop_.Wake();  // Nothing else will.
  if (input_ended_ && in_flight_ == 0 && parked_.empty()) {
    WriteOut();
    SettleAll();
    network_.CancelAll();  // Canaries, if anything.
    flush_timer_.Cancel();
    settle_timer_.Cancel();
    loop_.Stop();
  }
}

bool Worker::NextJob(input::NameJob* job) {
  while (next_in_batch_ == batch_.size()) {
    if (input_ended_) return false;
    batch_.clear();
    next_in_batch_ = 0;
    const JobSource::PopResult popped = setup_.queue->Pop(index_, &batch_);
    if (popped == JobSource::PopResult::kEnd) input_ended_ = true;
    if (popped != JobSource::PopResult::kBatch) return false;
  }
  *job = std::move(batch_[next_in_batch_++]);
  return true;
}

bool Worker::HasRoom() const {
  // Names that are looked up again do little but wait for dead servers, and those in a busy
  // server's queue for that one. They make room for others, but not without bound: they hold
  // memory.
  const size_t rechecking =
      investigator_.rechecking() + (thorough_ ? thorough_->rechecking() : size_t{0});
  return in_flight_ < std::min(setup_.max_in_flight, kFirstInFlight + ended_) +
                          std::min(rechecking, setup_.max_rechecking) +
                          std::min(network_.stalled(), setup_.max_in_flight);
}

/// True where names may be left that could not be started for want of room, or of this turn's.
bool Worker::StartNames() {
  // While the output's reader is slow no new name is begun; what is in flight goes on, and nothing
  // times out for it.
  const bool give_back = cancelled_ || stop_.load(std::memory_order_relaxed);
  if (setup_.writer != nullptr && setup_.writer->congested() && !give_back) return false;
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
  const input::Asker* asker = job.details().asker.get();
  if (give_back || (asker != nullptr && asker->given_up())) return Reason::kStopped;
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
    Deliver(job, &record);
    return;
  }
  if (Record* known = investigator_.Recall(job); known != nullptr) {
    counters_.AddRecalled(1);
    Deliver(job, known);
    return;
  }
  ++in_flight_;
  CountInFlight(job, 1);
  async::Spawn(RunJob(std::move(job)));
}

async::Task<void> Worker::RunJob(input::NameJob job) {
  if (const auto& delegation = job.details().delegation; delegation != nullptr) {
    resolver_->Seed(job.name, *delegation);
    job.mutable_details()->delegation.reset();
  }
  // What is put off again and again must stand in line at last.
  const bool may_be_put_off = job.times_put_off < kMaxTimesPutOff && parked_.has_room();
  const investigate::Investigator::Result& result = *co_await InvestigatorFor(job)->Investigate(
      &job, may_be_put_off ? query::WhenBusy::kPutOff : query::WhenBusy::kWait);
  --in_flight_;
  CountInFlight(job, -1);
  ++ended_;
  counters_.AddValidation(result.validation);
  if (result.busy != nullptr) {
    parked_.Park(result.busy, std::move(job));
    co_return;
  }
  counters_.AddQueries(result.record->queries, result.record->retries);
  slow_operators_.Add(result.record->operator_name, result.record->elapsed);
  if (zone_facts_ != nullptr) zone_facts_->AddRecord(*result.record);
  Deliver(job, result.record);
  // Not only at the end of a turn: many names may end in one.
  if (lines_.size() >= kWriteAtBytes) WriteOut();
}

void Worker::Deliver(const input::NameJob& job, Record* record) {
  counters_.AddRecords(record->reason, job.record_count());
  if (const auto& asker = job.details().asker; asker != nullptr) {
    asker->Take(job, record);
    if (!std::exchange(asker->unsettled(index_), true)) unsettled_.push_back(asker);
  } else {
    input::AppendRecords(job, *setup_.format, record, &lines_);
  }
}

/// Who waits for nothing more here has its records now; the others soon, many together.
void Worker::SettleIdle() {
  std::erase_if(unsettled_, [this](const std::shared_ptr<input::Asker>& asker) {
    if (asker->in_flight(index_) > 0) return false;
    asker->unsettled(index_) = false;
    asker->Settle();
    return true;
  });
  if (!unsettled_.empty() && !settle_timer_.armed()) loop_.Arm(&settle_timer_, kSettleAfter);
}

void Worker::SettleAll() {
  for (const auto& asker : std::exchange(unsettled_, {})) {
    asker->unsettled(index_) = false;
    asker->Settle();
  }
}

investigate::Investigator* Worker::InvestigatorFor(const input::NameJob& job) {
  const input::Asker* asker = job.details().asker.get();
  const bool thorough = asker != nullptr && asker->inquiry().thorough;
  assert((!thorough || thorough_) && "thorough jobs come where the setup has options for them");
  return thorough ? &*thorough_ : &investigator_;
}

void Worker::CountInFlight(const input::NameJob& job, int change) const {
  input::Asker* asker = job.details().asker.get();
  if (asker != nullptr) asker->in_flight(index_) += static_cast<uint32_t>(change);
}

void Worker::AskCanaries(std::function<void(bool)> done) {
  {
    const std::lock_guard lock(probes_mutex_);
    probes_.push_back(std::move(done));
  }
  has_probes_.store(true, std::memory_order_relaxed);
  loop_.Wake();
}

void Worker::StartProbes() {
  std::vector<std::function<void(bool)>> probes;
  {
    const std::lock_guard lock(probes_mutex_);
    has_probes_.store(false, std::memory_order_relaxed);
    probes.swap(probes_);
  }
  for (auto& done : probes) {
    ++in_flight_;
    async::Spawn(ProbeCanaries(std::move(done)));
  }
}

async::Task<void> Worker::ProbeCanaries(std::function<void(bool)> done) {
  std::vector<net::PeerRef> peers;
  for (const stream::Endpoint& resolver : setup_.resolvers) {
    if (peers.size() < kMaxCanaries) peers.push_back(network_.PeerFor(resolver));
  }
  for (const zones::RootServer& server : setup_.root) {
    for (const async::Address& address : server.addresses) {
      const bool usable = address.is_v6() ? network_.has_ipv6() : network_.has_ipv4();
      if (usable && peers.size() < kMaxCanaries) peers.push_back(network_.PeerFor(address));
    }
  }
  const dns::Name root;
  dns::QuerySpec query;
  query.name = root;
  query.type = dns::RRType::kSOA;
  query.recursion_desired = !setup_.resolvers.empty();
  const net::Protocol protocol = setup_.network.udp ? net::Protocol::kUdp : net::Protocol::kTcp;
  bool answered = false;
  for (size_t i = 0; i < peers.size() && !answered; ++i) {
    net::Exchange exchange(peers[i], query, protocol, kCanaryPatience);
    const net::ExchangeResult& result = co_await exchange;
    answered = result.status == net::ExchangeStatus::kReply;
  }
  --in_flight_;
  done(answered);
}

void Worker::WriteOut() {
  if (lines_.empty()) return;
  setup_.writer->Post(&lines_);
}

}  // namespace caascan::scan
