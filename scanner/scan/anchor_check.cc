// Tested by tests/e2e/dnssec_test.py.
#include "scanner/scan/anchor_check.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>
#include <utility>

#include "scanner/async/task.h"
#include "scanner/scan/scan_setup.h"
#include "scanner/scan/stop_timer.h"

namespace caascan::scan {
namespace {

// However silent the root, or often it is to be asked again.
constexpr uint32_t kMaxQueries = 6;
constexpr unsigned kMaxRetries = 2;  // Of an answer that does not fit: they end before the queries.

async::Task<> Check(resolve::IterativeResolver* resolver, async::Loop* loop,
                    resolve::AnchorComplaint* complaint) {
  query::Account account;
  account.budget.max_queries = kMaxQueries;
  co_await resolver->CheckTrustAnchor(&account, complaint);
  loop->Stop();
}

}  // namespace

absl::Status CheckTrustAnchor(const ScanOptions& options, const std::function<bool()>& stop,
                              WorkerSetup* setup, ScanSummary* summary) {
  if (setup->iterative.dnssec.anchors.empty()) return absl::OkStatus();
  async::Loop loop;
  if (absl::Status made = loop.status(); !made.ok()) return made;
  net::Network network(&loop, setup->limits, setup->network);
  resolve::AnchorComplaint complaint;
  absl::Status status = network.Open();
  bool stopped = false;
  if (status.ok()) {
    resolve::IterativeOptions iterative = setup->iterative;
    iterative.retries = std::min(iterative.retries, kMaxRetries);
    resolve::IterativeResolver resolver(&network, iterative, setup->root);
    bool started = false;
    StopTimer timer(&loop, stop);
    loop.SetTurnHook([&] {
      if (!std::exchange(started, true)) async::Spawn(Check(&resolver, &loop, &complaint));
      if (timer.stopped() && !network.cancelled()) network.CancelAll();
      network.Flush();
    });
    loop.Wake();
    loop.Run();
    loop.SetTurnHook(nullptr);
    stopped = timer.stopped();
    timer.Cancel();
  }
  network.Close();
  loop.Drain();
  if (stopped) return absl::CancelledError("stopped");
  summary->unnamed_root_keys = std::move(complaint.unnamed_keys);
  setup->iterative.dnssec.root = std::move(complaint.root);
  const bool own_root = !options.root_hints_path.empty() && options.trust_anchor_path.empty();
  if (complaint.unsigned_root && own_root && options.dnssec == DnssecMode::kAuto) {
    summary->unsigned_root = true;
    DoNotValidate(setup);
    return status;
  }
  if (!complaint.text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the trust anchor does not fit the root: ", complaint.text));
  }
  return status;
}

}  // namespace caascan::scan
