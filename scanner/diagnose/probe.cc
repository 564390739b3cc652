// A reason is refined only on a server's own evidence: the address that refused CAA gave
// authoritative data for another type; the address that dropped CAA answered before and after it
// was asked once more. Tested by probe_test.cc and, end to end, against the lab.
#include "scanner/diagnose/probe.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "scanner/async/fan.h"
#include "scanner/diagnose/conclusion.h"
#include "scanner/diagnose/examine.h"
#include "scanner/diagnose/findings.h"

namespace caascan::diagnose {
namespace {

using query::Attempt;

constexpr size_t kMaxProbedServers = 8;
// What it takes to be sure of a silence: three kinds of queries, five tries each, and a canary.
constexpr uint32_t kQueriesOfTheSilent = 16;

bool NeedsProbe(const query::CaaAnswer& answer) {
  if (!answer.zone) return false;
  switch (answer.failure) {
    case Reason::kDnssecBogus:
    case Reason::kAliasLoop:
    case Reason::kTooManyQueries:
    case Reason::kTooSlow:
      return false;
    default:
      return OutcomeOf(answer.failure) != Outcome::kError;
  }
}

/// A server that answered once, however badly, is not silent: the last of what it said counts.
/// `keyless`: the look-up failed for want of the zone's keys, whatever the servers said of CAA.
Examinations SelectServers(const std::vector<Attempt>& attempts, bool keyless) {
  Examinations servers;
  for (const Attempt& attempt : attempts) {
    if (attempt.peer == nullptr || attempt.local_fault) continue;
    auto same = std::find_if(servers.begin(), servers.end(), [&attempt](const Examination& each) {
      return each.peer == attempt.peer;
    });
    if (same == servers.end()) {
      Examination server;
      server.host = attempt.host;
      server.peer = attempt.peer;
      server.met.asked = true;
      server.met.result = ServerResult::kTimeout;
      servers.push_back(std::move(server));
      same = servers.end() - 1;
    }
    ++same->met.tries;
    if (attempt.result == ServerResult::kTimeout) continue;
    same->met.result = attempt.result;
    same->met.rcode = attempt.rcode;
    same->met.mismatches = attempt.mismatches;
  }
  const auto clear = [keyless](const Examination& each) {
    return !CallsForProbes(each.met.result) && !(keyless && each.met.served());
  };
  servers.erase(std::remove_if(servers.begin(), servers.end(), clear), servers.end());
  if (servers.size() > kMaxProbedServers) servers.resize(kMaxProbedServers);
  for (Examination& each : servers) each.gave_no_keys = keyless;
  return servers;
}

/// Of those that are silent only as many as the budget lets us be sure of, one at least.
void LeaveOutSilent(const query::Budget& budget, Examinations* servers) {
  const uint32_t left = budget.max_queries - std::min(budget.max_queries, budget.queries);
  uint32_t room = std::max(left / kQueriesOfTheSilent, 1u);
  const auto has_no_room = [&room](const Examination& each) {
    return (each.met.silent() || each.gave_no_keys) && (room == 0 || room-- == 0);
  };
  servers->erase(std::remove_if(servers->begin(), servers->end(), has_no_room), servers->end());
}

async::Task<> ExamineOne(const ProbeContext* context, Examination* server, async::Fan* fan) {
  co_await Examine(context, server);
  fan->End();
}

/// All at once, within what is left of the name's time.
async::Task<> ExamineAll(ProbeContext context, Examinations* servers) {
  query::Budget* budget = &context.account->budget;
  const std::chrono::nanoseconds waited = budget->waited;
  const std::chrono::nanoseconds max_wait = budget->max_wait;
  context.max_wait = max_wait - waited;
  budget->max_wait = std::chrono::nanoseconds::max();  // They wait side by side.
  async::Fan fan;
  for (Examination& server : *servers) {
    fan.Begin();
    async::Spawn(ExamineOne(&context, &server, &fan));
  }
  co_await fan.All();
  const auto longest = std::max_element(
      servers->begin(), servers->end(),
      [](const Examination& a, const Examination& b) { return a.waited < b.waited; });
  budget->waited = waited + longest->waited;
  budget->max_wait = max_wait;
}

bool AnswersNow(const Examination& server) {
  if (server.gave_no_keys) return server.heard(ProbeKind::kDnskey).served();
  return server.heard(ProbeKind::kCaa).served() ||
         server.heard(ProbeKind::kCaa).result == ServerResult::kReferral;
}

/// Its silence was chance: it does not serve the zone, or not CAA, and says so.
bool SpeaksNow(const Examination& server) {
  const Heard& soa = server.heard(ProbeKind::kSoa);
  const Heard& caa = server.heard(ProbeKind::kCaa);
  if (!server.met.silent() || !soa.asked || soa.silent()) return false;
  const bool caa_truncated = caa.result == ServerResult::kTruncated;
  if (soa.served()) return caa.asked && (IsRcode(caa.result) || caa_truncated);
  return soa.result != ServerResult::kUnreachable;
}

/// A look-up before this one had the server examined, and met the same, or what the probes met
/// where the look-up met only silence. `now` is what this one met.
bool IsKnown(const Examination& earlier, const Examination& now) {
  const Heard& soa = earlier.heard(ProbeKind::kSoa);
  const Heard& caa = earlier.heard(ProbeKind::kCaa);
  if (earlier.peer != now.peer || earlier.gave_no_keys != now.gave_no_keys || AnswersNow(earlier)) {
    return false;
  }
  const ServerResult met = now.met.result;
  const bool met_before = met == earlier.met.result;
  const bool probes_met = earlier.met.silent() &&
                          ((soa.asked && met == soa.result) || (caa.asked && met == caa.result));
  if (!met_before && !probes_met) return false;
  std::vector<Finding> findings;
  AddExamined(earlier, &findings);
  return !findings.empty();  // Else it was cut short.
}

/// Moves those whose examination stands from *servers. With what was heard of them then.
Examinations TakeKnown(const Examinations& earlier, Examinations* servers) {
  Examinations known;
  const auto is_known = [&](Examination& now) {
    const auto found = std::find_if(earlier.begin(), earlier.end(),
                                    [&now](const Examination& each) { return IsKnown(each, now); });
    if (found == earlier.end()) return false;
    now.probes = found->probes;
    known.push_back(std::move(now));
    return true;
  };
  for (auto each = servers->begin(); each != servers->end();) {
    each = is_known(*each) ? servers->erase(each) : std::next(each);
  }
  return known;
}

bool RefusesCaa(const Examination& server) {
  const Heard& caa = server.heard(ProbeKind::kCaa);
  return server.heard(ProbeKind::kSoa).served() && caa.asked &&
         caa.result == ServerResult::kRefused && !NameIsBroken(server);
}

/// Not where only TCP is silent: that is truncation's own reason.
bool DropsCaa(const Examination& server) {
  return server.heard(ProbeKind::kSoa).served() && server.met.silent() &&
         server.heard(ProbeKind::kCaa).silent();
}

/// Each server that was asked gave no keys once more: that is so of the zone, too.
void AddKeylessZone(const std::string& zone, const Examinations& servers,
                    std::vector<Finding>* findings) {
  const auto gave_none = [](const Examination& server) {
    const Heard& keys = server.heard(ProbeKind::kDnskey);
    return keys.asked && !keys.served();
  };
  if (findings->empty() || !std::all_of(servers.begin(), servers.end(), gave_none)) return;
  Finding finding(FindingCode::kDnssecNoDnskey);
  finding.zone = zone;
  finding.evidence = absl::StrCat("no server gives the DNSKEY set of ", zone);
  findings->push_back(std::move(finding));
}

/// All servers that the parent names refuse the zone: then it is rarely a server that is at fault.
void ExplainRefusal(const std::vector<Attempt>& attempts, std::vector<Finding>* findings) {
  std::vector<const net::Peer*> peers;
  for (const Attempt& attempt : attempts) {
    const auto known = std::find(peers.begin(), peers.end(), attempt.peer);
    if (attempt.peer != nullptr && known == peers.end()) peers.push_back(attempt.peer);
  }
  const auto refuses = [](const Finding& finding) {
    return finding.code == FindingCode::kLameRefused;
  };
  const auto count =
      static_cast<size_t>(std::count_if(findings->begin(), findings->end(), refuses));
  if (count == 0 || count < std::min(peers.size(), kMaxProbedServers)) return;
  for (Finding& finding : *findings) {
    if (!refuses(finding)) continue;
    absl::StrAppend(&finding.evidence,
                    "; so do all servers that the parent names: the NS set at the registrar is not "
                    "the one of the hosted zone, or the zone is no longer hosted there");
  }
}

Reason Refine(Reason plain, const Examinations& servers) {
  if (std::any_of(servers.begin(), servers.end(), RefusesCaa) &&
      (OutcomeOf(plain) == Outcome::kLame || OutcomeOf(plain) == Outcome::kTimeout)) {
    return Reason::kRefusedCaa;
  }
  // A lame server says more than a silent one, so only a time-out becomes a dropped query.
  if (OutcomeOf(plain) == Outcome::kTimeout &&
      std::any_of(servers.begin(), servers.end(), DropsCaa)) {
    return Reason::kCaaDropped;
  }
  return plain;
}

}  // namespace

async::Task<ProbeVerdict> ProbeFailure(net::Network* network, const query::AskOptions& options,
                                       dns::NameView name, query::CaaAnswer* answer,
                                       query::Account* account, Examinations* examined) {
  if (!NeedsProbe(*answer)) co_return ProbeVerdict::kUnchanged;
  const bool keyless = answer->keyless_zone.has_value();
  const dns::Name zone(keyless ? *answer->keyless_zone : *answer->zone);
  // Of the aliases: that is what the zone's servers were asked about.
  const dns::Name end(answer->cname.empty() ? name : answer->cname.back().view());
  Examinations servers = SelectServers(answer->attempts, keyless);
  const Examinations known = TakeKnown(*examined, &servers);
  LeaveOutSilent(account->budget, &servers);
  if (account->budget.exhausted()) servers.clear();
  if (!servers.empty()) {
    const ProbeContext context{network, options, zone, end, account, false};
    co_await ExamineAll(context, &servers);
  }
  servers.insert(servers.end(), known.begin(), known.end());
  *examined = servers;
  if (servers.empty()) co_return ProbeVerdict::kUnchanged;
  if (std::any_of(servers.begin(), servers.end(), AnswersNow)) co_return ProbeVerdict::kAnswersNow;
  std::vector<Finding> findings;
  for (const Examination& server : servers) AddExamined(server, &findings);
  if (keyless) {
    for (Finding& finding : findings) finding.zone = zone.view().ToText();
    AddKeylessZone(zone.view().ToText(), servers, &findings);
  }
  ExplainRefusal(answer->attempts, &findings);
  for (const Finding& finding : findings) AddFinding(finding, &answer->findings);
  const Reason plain = std::exchange(answer->failure, Refine(answer->failure, servers));
  if (std::any_of(servers.begin(), servers.end(), SpeaksNow)) co_return ProbeVerdict::kSpeaksNow;
  co_return answer->failure == plain ? ProbeVerdict::kUnchanged : ProbeVerdict::kRefined;
}

}  // namespace caascan::diagnose
