// A reason is refined only on a server's own evidence: the address that refused CAA gave
// authoritative data for another type; the address that dropped CAA answered before and after it
// was asked once more. Tested by probe_test.cc and, end to end, against the lab.
#include "scanner/diagnose/probe.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>

#include "scanner/resolve/classify.h"
#include "scanner/resolve/wait_list.h"

namespace caascan::diagnose {
namespace {

using resolve::Attempt;

constexpr size_t kMaxProbedServers = 8;
// A lost probe would turn a server that refuses CAA alone into a lame one.
constexpr int kProbeTries = 3;
constexpr int kPatientProbeTries = 6;

struct Probe {
  net::Peer* peer = nullptr;
  bool refused = false;      // Else it was silent.
  bool serves_zone = false;  // It gave an authoritative answer for the zone's SOA,
  bool drops_caa = false;    // and none for CAA, once more.
  bool answers_caa = false;  // Silent before, it answered CAA now.
};

/// The probes in flight and who waits for the last of them.
struct Fan {
  size_t running = 0;
  resolve::WaitList done;
};

net::Task<void> ProbeServer(net::Network* network, const resolve::AskOptions* options,
                            dns::NameView zone, dns::NameView name, resolve::Account* account,
                            Probe* probe, Fan* fan) {
  const int max_tries = account->patient ? kPatientProbeTries : kProbeTries;
  resolve::Asked soa;
  for (int tries = 0; tries < max_tries && !account->exhausted(); ++tries) {
    co_await resolve::Ask(network, probe->peer, zone, dns::RRType::kSOA, *options, account, &soa);
    if (soa.status != net::ExchangeStatus::kTimeout) break;
  }
  probe->serves_zone =
      soa.replied && soa.message.rcode() == dns::RCode::kNoError && soa.message.authoritative();
  if (probe->serves_zone && !probe->refused && !account->exhausted()) {
    resolve::Asked caa;
    co_await resolve::Ask(network, probe->peer, name, dns::RRType::kCAA, *options, account, &caa);
    probe->refused = caa.replied && caa.message.rcode() == dns::RCode::kRefused;
    probe->answers_caa = caa.replied && !probe->refused;
    // Not where we were cut short: that proves nothing.
    // And not where only TCP is silent: that is truncation's own reason.
    probe->drops_caa = caa.status == net::ExchangeStatus::kTimeout && !caa.over_tcp;
  }
  if (--fan->running == 0) fan->done.NotifyAll();
}

bool NeedsProbe(const resolve::CaaAnswer& answer) {
  if (answer.zone.empty()) return false;
  return OutcomeOf(answer.failure) == Outcome::kLame ||
         OutcomeOf(answer.failure) == Outcome::kTimeout;
}

/// A server that answered once, however badly, drops nothing.
bool WasOnlySilent(const Attempt& attempt, const std::vector<Attempt>& attempts) {
  return std::all_of(attempts.begin(), attempts.end(), [&attempt](const Attempt& other) {
    return other.peer != attempt.peer || other.result == ServerResult::kTimeout;
  });
}

using Probes = absl::InlinedVector<Probe, 4>;

Probes SelectServers(const std::vector<Attempt>& attempts) {
  Probes probes;
  for (const Attempt& attempt : attempts) {
    const bool refused = attempt.result == ServerResult::kRefused;
    if (!refused && !WasOnlySilent(attempt, attempts)) continue;
    const auto same = [&attempt](const Probe& probe) { return probe.peer == attempt.peer; };
    if (probes.size() == kMaxProbedServers || std::any_of(probes.begin(), probes.end(), same)) {
      continue;
    }
    probes.push_back({attempt.peer, refused});
  }
  return probes;
}

}  // namespace

net::Task<ProbeVerdict> ProbeFailure(net::Network* network, const resolve::AskOptions& options,
                                     dns::NameView name, resolve::CaaAnswer* answer,
                                     resolve::Account* account) {
  dns::Name zone;
  if (!NeedsProbe(*answer) || dns::Name::FromText(answer->zone, &zone) != dns::NameError::kNone) {
    co_return ProbeVerdict::kUnchanged;
  }
  Probes probes = SelectServers(answer->attempts);
  if (probes.empty() || account->exhausted()) co_return ProbeVerdict::kUnchanged;
  Fan fan;
  fan.running = probes.size() + 1;
  for (Probe& probe : probes) {
    net::Spawn(ProbeServer(network, &options, zone, name, account, &probe, &fan));
  }
  if (--fan.running > 0) co_await resolve::WaitList::Waiter(&fan.done);

  const auto any = [&probes](auto fits) { return std::any_of(probes.begin(), probes.end(), fits); };
  if (any([](const Probe& p) { return p.answers_caa; })) co_return ProbeVerdict::kAnswersNow;
  if (any([](const Probe& p) { return p.serves_zone && p.refused; })) {
    answer->failure = Reason::kRefusedCaa;
    co_return ProbeVerdict::kRefined;
  }
  // A lame server says more than a silent one, so only a time-out becomes a dropped query.
  if (OutcomeOf(answer->failure) == Outcome::kTimeout &&
      any([](const Probe& p) { return p.drops_caa; })) {
    answer->failure = Reason::kCaaDropped;
    co_return ProbeVerdict::kRefined;
  }
  co_return ProbeVerdict::kUnchanged;
}

}  // namespace caascan::diagnose
