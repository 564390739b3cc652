// Tested by fleet_test.cc, and end to end by engine_test.py.
#include "scanner/scan/fleet.h"

#include <unistd.h>

#include <absl/strings/str_format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "scanner/net/random_bits.h"
#include "scanner/scan/scan_setup.h"
#include "scanner/share/engine_source.h"
#include "scanner/share/run_status.h"

namespace caascan::scan {
namespace {

constexpr std::chrono::seconds kJoinPatience(60);
constexpr uint32_t kUsualMachines = 16;  // Where neither the run nor its plan says how many.

/// Like that of no other process: a machine that comes back is another one.
std::string MachineName() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  std::string name(host.data());
  for (char& c : name) {
    if (c <= ' ' || c > '~') c = '_';
  }
  net::RandomBits random;
  return absl::StrFormat("%s-%d-%08x", name, getpid(), static_cast<uint32_t>(random.Next()));
}

share::SharedLimit SharedLimitOf(const pacing::LimitOptions& whole) {
  if (whole.own.empty()) return {whole.server_rate_qps, whole.server_inflight, whole.rate_qps};
  return {whole.own_rate_qps, whole.own_inflight, whole.rate_qps};
}

}  // namespace

Fleet::Fleet(share::EngineUrl url, const ScanOptions& options)
    : url_(std::move(url)),
      access_(options.engine),
      machine_(MachineName()),
      lease_(options.lease),
      notice_(options.on_notice) {}

Fleet::~Fleet() { Stop(); }

absl::StatusOr<std::unique_ptr<Fleet>> Fleet::Join(ScanOptions* options,
                                                   const plan::Manifest* manifest,
                                                   const std::vector<stream::Endpoint>& resolvers,
                                                   const vantage::ServerLimits* agreed) {
  if (options->engine.engine.empty()) return std::unique_ptr<Fleet>();
  if (absl::Status status = CheckEngineAccess(options->engine); !status.ok()) return status;
  if (manifest == nullptr) {
    return absl::InvalidArgumentError(
        "--engine: the input is the folder of a run that caascan plan made");
  }
  auto url = share::ReadEngineUrl(options->engine.engine);
  if (!url.ok()) return url.status();
  std::unique_ptr<Fleet> fleet(new Fleet(*std::move(url), *options));
  options->machines = 1;
  share::BorrowerOptions borrower;
  borrower.url = fleet->url_;
  borrower.run = options->engine.run;
  borrower.lender.machine = fleet->machine_;
  borrower.lender.limits = SharedLimitOf(Limits(*options, resolvers, agreed));
  borrower.lender.machines =
      manifest->machines_at_most > 0 ? manifest->machines_at_most : kUsualMachines;
  borrower.lender.linger = options->timeout + std::chrono::milliseconds(500);
  borrower.state = [fleet = fleet.get()] { return fleet->State(); };
  borrower.on_notice = [fleet = fleet.get()](const std::string& notice) { fleet->Say(notice); };
  borrower.on_blocked = [fleet = fleet.get()](const std::vector<std::string>& entries) {
    fleet->blocklist_->SetAdded(entries);
    fleet->hooks_.blocked();
  };
  auto joined = share::Borrower::Join(std::move(borrower), -1, kJoinPatience);
  if (!joined.ok()) return joined.status();
  fleet->borrower_ = *std::move(joined);
  options->machines = fleet->borrower_->parts();
  return fleet;
}

absl::StatusOr<std::unique_ptr<plan::ChunkSource>> Fleet::OpenSource(
    Fleet* fleet, const plan::Manifest& manifest) {
  if (fleet == nullptr) return std::unique_ptr<plan::ChunkSource>();
  share::EngineSourceOptions options;
  options.url = fleet->url_;
  options.run = fleet->access_.run;
  options.queue = {fleet->access_.perspective, fleet->machine_, fleet->lease_};
  options.on_notice = [fleet](const std::string& notice) { fleet->Say(notice); };
  auto source = share::EngineSource::Open(manifest, std::move(options));
  if (!source.ok()) return source.status();
  return *std::move(source);
}

void Fleet::UseBlocklist(const vantage::Blocklist* own, net::NetworkOptions* network) {
  blocklist_ = std::make_unique<vantage::LiveBlocklist>(own);
  network->blocked = [list = blocklist_.get()](const async::Address& address) {
    return list->BlocksAddress(address);
  };
}

void Fleet::Start(Hooks hooks) {
  pacing::SharedLimits* const limits = hooks.limits;
  {
    const std::lock_guard lock(mutex_);
    notice_ = hooks.notice;
    hooks_ = std::move(hooks);
  }
  borrower_->Start(limits);
}

void Fleet::Stop() {
  if (borrower_ != nullptr) borrower_->Stop();
}

void Fleet::Say(const std::string& notice) {
  const std::lock_guard lock(mutex_);
  if (notice_) notice_(notice);
}

std::string Fleet::State() {
  const telemetry::ProgressSnapshot now = hooks_.snapshot();
  const uint64_t names = std::accumulate(now.outcomes.begin(), now.outcomes.end(), uint64_t{0});
  const auto asked = std::chrono::steady_clock::now();
  const double passed_s = std::chrono::duration<double>(asked - asked_).count();
  const double rate = static_cast<double>(names - std::min(names, names_)) / passed_s;
  names_ = names;
  asked_ = asked;
  return share::MachineStateLine(names, now.sent(), rate);
}

}  // namespace caascan::scan
