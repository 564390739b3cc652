// Tested by tests/e2e/encrypted_resolvers_test.py.
#include "scanner/scan/resolver_check.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>
#include <utility>

#include "scanner/async/task.h"
#include "scanner/scan/beforehand.h"
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
}

}  // namespace

absl::Status CheckResolvers(const ScanOptions& options, const std::function<bool()>& stop,
                            const WorkerSetup& setup) {
  const auto& resolvers = setup.resolvers;
  if (resolvers.empty() || !std::all_of(resolvers.begin(), resolvers.end(), IsAuthenticated)) {
    return absl::OkStatus();
  }
  std::string trouble;
  absl::Status status = RunBeforehand(setup, stop, [&](net::Network* network) {
    return Check(setup, options.timeout, network, &trouble);
  });
  if (!status.ok() || trouble.empty()) return status;
  return absl::UnavailableError(absl::StrCat(
      "--resolver: no resolver has a certificate that is valid, and nothing is asked; ", trouble));
}

}  // namespace caascan::scan
