// Tested by tests/e2e/dnssec_test.py.
#include "scanner/scan/anchor_check.h"

#include <absl/strings/str_cat.h>

#include <string>

#include "scanner/net/task.h"

namespace caascan::scan {
namespace {

constexpr uint32_t kMaxQueries = 6;

net::Task<> Check(resolve::IterativeResolver* resolver, net::Loop* loop, std::string* complaint) {
  resolve::Account account;
  account.max_queries = kMaxQueries;
  co_await resolver->CheckTrustAnchor(&account, complaint);
  loop->Stop();
}

}  // namespace

absl::Status CheckTrustAnchor(const WorkerSetup& setup) {
  if (setup.iterative.dnssec.anchors.empty()) return absl::OkStatus();
  net::Loop loop;
  net::Network network(&loop, setup.limits, setup.network);
  std::string complaint;
  absl::Status status = network.Open();
  if (status.ok()) {
    resolve::IterativeResolver resolver(&network, setup.iterative, setup.root);
    bool started = false;
    loop.SetTurnHook([&] {
      if (!std::exchange(started, true)) net::Spawn(Check(&resolver, &loop, &complaint));
      network.Flush();
    });
    loop.Wake();
    loop.Run();
    loop.SetTurnHook(nullptr);
  }
  network.Close();
  loop.Drain();
  if (!complaint.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the trust anchor does not fit the root: ", complaint));
  }
  return status;
}

}  // namespace caascan::scan
