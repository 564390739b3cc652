// Tested by tests/e2e/dnssec_test.py.
#include "scanner/scan/anchor_check.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>
#include <utility>

#include "scanner/async/task.h"
#include "scanner/scan/beforehand.h"
#include "scanner/scan/scan_setup.h"

namespace caascan::scan {
namespace {

// However silent the root, or often it is to be asked again.
constexpr uint32_t kMaxQueries = 6;
constexpr unsigned kMaxRetries = 2;  // Of an answer that does not fit: they end before the queries.

async::Task<> Check(const WorkerSetup& setup, net::Network* network,
                    resolve::AnchorComplaint* complaint) {
  resolve::IterativeOptions options = setup.iterative;
  options.retries = std::min(options.retries, kMaxRetries);
  resolve::IterativeResolver resolver(network, options, setup.root);
  query::Account account;
  account.budget.max_queries = kMaxQueries;
  co_await resolver.CheckTrustAnchor(&account, complaint);
}

}  // namespace

absl::Status CheckTrustAnchor(const ScanOptions& options, const std::function<bool()>& stop,
                              WorkerSetup* setup, ScanSummary* summary) {
  if (setup->iterative.dnssec.anchors.empty()) return absl::OkStatus();
  resolve::AnchorComplaint complaint;
  absl::Status status = RunBeforehand(
      *setup, stop, [&](net::Network* network) { return Check(*setup, network, &complaint); });
  if (!status.ok()) return status;
  summary->unnamed_root_keys = std::move(complaint.unnamed_keys);
  setup->iterative.dnssec.root = std::move(complaint.root);
  const bool own_root = !options.root_hints_path.empty() && options.trust_anchor_path.empty();
  if (complaint.unsigned_root && own_root && options.dnssec == DnssecMode::kAuto) {
    summary->unsigned_root = true;
    DoNotValidate(setup);
    return absl::OkStatus();
  }
  if (!complaint.text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the trust anchor does not fit the root: ", complaint.text));
  }
  return absl::OkStatus();
}

}  // namespace caascan::scan
