// Tested by tests/e2e/encrypted_resolvers_test.py.
#include "scanner/scan/resolver_check.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>
#include <utility>

#include "scanner/async/task.h"
#include "scanner/scan/stop_timer.h"
#include "scanner/stream/stream_error.h"

namespace caascan::scan {
namespace {

bool IsAuthenticated(const stream::Endpoint& resolver) {
  return stream::IsEncrypted(resolver.channel) && !resolver.channel->name.empty();
}

/// What is wrong with the last one, where none is left; else empty.
async::Task<> Check(const WorkerSetup& setup, std::chrono::milliseconds timeout,
                    net::Network* network, std::string* trouble) {
  for (const stream::Endpoint& resolver : setup.resolvers) {
    dns::QuerySpec query;
    query.type = dns::RRType::kSOA;
    query.recursion_desired = true;
    net::Exchange exchange(network->PeerFor(resolver), query, net::Protocol::kTcp, timeout);
    const net::ExchangeResult& result = co_await exchange;
    trouble->clear();
    if (!stream::IsCertificateError(result.error)) break;
    *trouble =
        absl::StrCat(stream::EndpointText(resolver), ": ", stream::StreamErrorText(result.error));
  }
  network->loop()->Stop();
}

}  // namespace

absl::Status CheckResolvers(const ScanOptions& options, const std::function<bool()>& stop,
                            const WorkerSetup& setup) {
  const auto& resolvers = setup.resolvers;
  if (resolvers.empty() || !std::all_of(resolvers.begin(), resolvers.end(), IsAuthenticated)) {
    return absl::OkStatus();
  }
  async::Loop loop;
  if (absl::Status made = loop.status(); !made.ok()) return made;
  net::Network network(&loop, setup.limits, setup.network);
  std::string trouble;
  absl::Status status = network.Open();
  bool stopped = false;
  if (status.ok()) {
    bool started = false;
    StopTimer timer(&loop, stop);
    loop.SetTurnHook([&] {
      if (!std::exchange(started, true)) {
        async::Spawn(Check(setup, options.timeout, &network, &trouble));
      }
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
  if (!status.ok() || trouble.empty()) return status;
  return absl::UnavailableError(absl::StrCat(
      "--resolver: no resolver has a certificate that is valid, and nothing is asked; ", trouble));
}

}  // namespace caascan::scan
