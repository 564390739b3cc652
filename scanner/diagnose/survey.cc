// First the addresses of all the names that the parent has, then CAA and the zone's NS set from
// each address at once; then the same from servers that the zone alone names. Whoever fails, and
// everyone where their answers differ, is asked again after a rest; only then is the SOA's serial
// asked for, and only who still fails is examined. Tested by survey_test.cc and, end to end against
// the lab, by findings_test.py.
#include "scanner/diagnose/survey.h"

#include <algorithm>
#include <utility>

#include "scanner/diagnose/conclusion.h"
#include "scanner/diagnose/findings.h"
#include "scanner/diagnose/letter_case.h"
#include "scanner/query/classify.h"
#include "scanner/query/failure.h"

namespace caascan::diagnose {
namespace {

using dns::RRType;
using query::Asked;
using std::chrono::seconds;

constexpr uint8_t kTries = 3;
constexpr uint8_t kPatientTries = 6;
constexpr size_t kMaxServers = 32;
constexpr size_t kMaxParents = 8;  // Addresses of the zone above that are asked.
constexpr seconds kHostKept(3600);
constexpr seconds kFailedHostKept(30);  // RFC 9520 §3.2.

/// Silence, and what may be a stray datagram.
bool MayComeYet(ServerResult result) {
  return result == ServerResult::kTimeout || result == ServerResult::kMismatched;
}

async::Task<> ExamineOne(const ProbeContext* context, Examination* server, async::Fan* fan) {
  co_await Examine(context, server);
  fan->End();
}

Examination ExaminationOf(const query::Attempt& attempt, uint8_t tries) {
  Examination examination;
  examination.host = attempt.host;
  examination.peer = attempt.peer;
  examination.met.asked = true;
  examination.met.result = attempt.result;
  examination.met.rcode = attempt.rcode;
  examination.met.tries = tries;
  examination.met.mismatches = attempt.mismatches;
  return examination;
}

}  // namespace

async::Task<> Surveyor::FindHost(dns::NameView host, query::Account* account,
                                 zones::HostAddresses* own) {
  auto known = hosts_.FindOrInsert(host);
  co_await known->Free();
  const auto now = [this] { return network_->loop()->now(); };
  if (known->IsFresh(now())) {
    *own = known->own;
    co_return;
  }
  known->Begin();
  // What the servers of other zones do with this is no matter of the name's.
  query::Account aside;
  aside.tap = account->tap;
  aside.budget.max_queries =
      account->budget.max_queries - std::min(account->budget.max_queries, account->budget.queries);
  aside.look = IsPatient(account->look) ? query::Look::kSurvey : query::Look::kFirst;
  co_await resolver_->LookupAddresses(host, &aside, own);
  account->budget.queries += aside.budget.queries;
  account->budget.steps += aside.budget.steps;
  account->retries += aside.retries;
  known->own = *own;
  known->expires = now() + (own->complete ? kHostKept : kFailedHostKept);
  hosts_.Weigh(known);
  known->KeepIf(!own->cut_short && !aside.budget.exhausted());
}

void Surveyor::AddServer(const std::optional<dns::CompactName>& host, net::Peer* peer,
                         bool at_parent, Inquiry* inquiry) const {
  const auto same = [peer](const Server& server) { return server.peer == peer; };
  std::vector<Server>& servers = inquiry->servers;
  if (servers.size() == kMaxServers || std::any_of(servers.begin(), servers.end(), same)) return;
  Server server;
  server.peer = peer;
  server.attempt.host = host;
  server.attempt.peer = peer;
  server.view.host = query::NameText(host);
  server.view.address = peer->address().ToText();
  server.view.at_parent = at_parent;
  servers.push_back(std::move(server));
}

/// All names that the parent has, with the addresses it gives and their own.
async::Task<> Surveyor::FindHosts(Inquiry* inquiry, const zones::ZoneServers* delegated) {
  inquiry->view.complete = delegated->complete;
  for (const zones::DelegatedServer& server : delegated->servers) {
    HostView host;
    host.host = server.host;
    for (const net::PeerRef& peer : server.peers) {
      host.glue.push_back(peer->address());
      AddServer(host.host, peer, true, inquiry);
    }
    co_await FindHost(server.host, inquiry->account, &host.own);
    for (const net::PeerRef& peer : host.own.peers) AddServer(host.host, peer, true, inquiry);
    inquiry->view.hosts.push_back(std::move(host));
  }
}

/// Does a server that gave no CAA records say at least who serves the zone? Else there is nothing
/// to compare, and all that can be said of them has been.
async::Task<bool> Surveyor::HearsAnybody(Inquiry* inquiry, const zones::ZoneServers* delegated) {
  inquiry->account->look = query::Look::kFirst;
  for (const zones::DelegatedServer& server : delegated->servers) {
    for (const net::PeerRef& peer : server.peers) {
      const std::vector<std::string>& silent = inquiry->request->silent;
      const std::string address = peer->address().ToText();
      if (std::find(silent.begin(), silent.end(), address) != silent.end()) continue;
      AddServer(dns::CompactName(server.host), peer, true, inquiry);
    }
  }
  co_await AskAll(inquiry, Topic::kNs, Whom::kAll);
  co_return std::any_of(inquiry->servers.begin(), inquiry->servers.end(),
                        [](const Server& server) { return server.view.ns.has_value(); });
}

/// Those that the zone names and its parent does not.
async::Task<> Surveyor::AddHostedServers(Inquiry* inquiry) {
  std::vector<std::string> names;
  for (const Server& server : inquiry->servers) {
    if (server.view.ns) names.insert(names.end(), server.view.ns->begin(), server.view.ns->end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    const auto& hosts = inquiry->view.hosts;
    dns::Name host;
    if (inquiry->servers.size() == kMaxServers ||
        dns::Name::FromText(name, &host) != dns::NameError::kNone) {
      continue;
    }
    const auto same = [&host](const HostView& view) { return view.host.view() == host.view(); };
    if (std::any_of(hosts.begin(), hosts.end(), same)) continue;
    zones::HostAddresses own;
    co_await FindHost(host, inquiry->account, &own);
    for (const net::PeerRef& peer : own.peers)
      AddServer(dns::CompactName(host), peer, false, inquiry);
  }
}

/// A query that is sent several times, and its first answer.
struct Surveyor::Repeated {
  const query::AskOptions* options;
  net::Peer* peer;
  dns::NameView name;
  RRType type;
  query::Account* account;
  Asked asked;
  bool settled = false;
  std::string bytes;  // Of the message, which other tries outlast.
  async::Fan fan;
  net::Pause* pause = nullptr;  // Before the next try.
};

async::Task<> Surveyor::AskOnceOf(Repeated* repeated) {
  const async::Pooled<Asked> asked = co_await query::Ask(
      repeated->peer, repeated->name, repeated->type, *repeated->options, repeated->account);
  if (!repeated->settled) {
    repeated->settled = asked->replied || !MayComeYet(asked->result) ||
                        asked->status == net::ExchangeStatus::kCancelled;
    repeated->asked = *asked;
    if (asked->replied) {
      const auto bytes = asked->message.bytes();
      repeated->bytes.assign(bytes.begin(), bytes.end());
    }
  }
  if (repeated->settled && repeated->pause != nullptr) {
    std::exchange(repeated->pause, nullptr)->End();
  }
  repeated->fan.End();
}

/// The tries overlap: somebody waits. Who stays silent is examined, with more of them.
async::Task<bool> Surveyor::AskBriskly(const Server* server, dns::NameView name, RRType type,
                                       query::Account* account, Asked* asked, uint8_t* tries,
                                       std::string* octets) {
  constexpr std::chrono::milliseconds kApart(120);
  Repeated repeated{&options_, server->peer.get(), name, type, account, {}, false, {}, {}};
  uint8_t sent = 0;
  while (sent < kTries && !repeated.settled && !account->budget.exhausted()) {
    if (sent > 0) {
      net::Pause pause(network_, kApart);
      repeated.pause = &pause;
      co_await pause;
      repeated.pause = nullptr;
      if (repeated.settled) break;
      ++account->retries;
    }
    ++sent;
    repeated.fan.Begin();
    async::Spawn(AskOnceOf(&repeated));
  }
  co_await repeated.fan.All();
  *asked = repeated.asked;
  *tries = sent;
  *octets = std::move(repeated.bytes);
  if (asked->replied) {
    (void)dns::Message::Parse({reinterpret_cast<const uint8_t*>(octets->data()), octets->size()},
                              &asked->message);
  }
  co_return sent > 0;
}

async::Task<bool> Surveyor::AskPatiently(const Server* server, dns::NameView name, RRType type,
                                         query::Account* account, Asked* asked, uint8_t* tries,
                                         std::string* octets) {
  if (!allow_special_ && server->peer->address().IsSpecialPurpose()) {
    *asked = Asked();
    asked->result = ServerResult::kBlocked;
    co_return true;
  }
  if (options_.brisk) {
    const bool sent = co_await AskBriskly(server, name, type, account, asked, tries, octets);
    co_return sent;
  }
  const uint8_t most = IsPatient(account->look) ? kPatientTries : kTries;
  for (*tries = 1; !account->budget.exhausted(); ++*tries) {
    *asked = *co_await query::Ask(server->peer, name, type, options_, account);
    if (asked->replied || !MayComeYet(asked->result) || *tries == most ||
        asked->status == net::ExchangeStatus::kCancelled) {
      co_return true;
    }
    ++account->retries;
    co_await query::BackOff(network_, options_, *tries);
  }
  co_return *tries > 1;
}

async::Task<> Surveyor::AskOne(Inquiry* inquiry, Server* server, Topic topic, async::Fan* fan) {
  const SurveyRequest& request = *inquiry->request;
  Asked asked;
  std::string octets;  // Of a message that `asked` may refer to,
  std::string copy;    // and of one that was compared with others.
  uint8_t tries = 0;
  if (topic == Topic::kCaa) {
    server->asked = co_await AskPatiently(server, request.name, RRType::kCAA, inquiry->account,
                                          &asked, &tries, &octets);
    const LetterCaseQuestion question{&options_, server->peer, request.zone, request.name};
    co_await CompareLetters(&question, inquiry->account, &asked, &copy);
    server->tries = tries;
    TakeCaa(asked, *inquiry, server);
  } else if (topic == Topic::kKeys) {
    const bool sent = co_await AskPatiently(server, request.zone, RRType::kDNSKEY, inquiry->account,
                                            &asked, &tries, &octets);
    if (sent) TakeKeys(asked, request.zone, server);
  } else if (topic == Topic::kUnassigned) {
    co_await AskPatiently(server, request.name, RRType::kUnassigned, inquiry->account, &asked,
                          &tries, &octets);
    server->denies_caa =
        asked.replied && resolver_->ProvesNoCaa(asked.message, request.zone, request.name,
                                                &inquiry->account->budget.work);
  } else if (topic == Topic::kReferral) {
    co_await AskPatiently(server, request.zone, RRType::kNS, inquiry->account, &asked, &tries,
                          &octets);
    TakeReferral(asked, *inquiry, &server->view);
  } else {
    const RRType type = topic == Topic::kNs ? RRType::kNS : RRType::kSOA;
    co_await AskPatiently(server, request.zone, type, inquiry->account, &asked, &tries, &octets);
    TakeOther(asked, request.zone, topic, &server->view);
  }
  fan->End();
}

/// What is no CAA is asked only of those that may answer.
async::Task<> Surveyor::AskAll(Inquiry* inquiry, Topic topic, Whom whom) {
  async::Fan fan;
  for (Server& server : inquiry->servers) {
    if (whom == Whom::kSuspects && !server.suspect()) continue;
    // Where somebody waits, probes alone ask again who is silent, and more often.
    const bool silent = server.attempt.result == ServerResult::kTimeout;
    if (whom == Whom::kSuspects && options_.brisk && inquiry->request->probe && silent) continue;
    if (whom == Whom::kHosted && server.view.at_parent) continue;
    if (whom == Whom::kSilentOfSerial && server.view.serial) continue;
    if (topic != Topic::kCaa && server.asked && !server.attempt.answered) continue;
    if (topic == Topic::kUnassigned && !server.has_records()) continue;
    fan.Begin();
    async::Spawn(AskOne(inquiry, &server, topic, &fan));
  }
  co_await fan.All();
}

/// The servers of the zone above, as far as their addresses are known.
void Surveyor::FindParents(Inquiry* inquiry) const {
  dns::NameView above = inquiry->request->zone;
  zones::ZoneServers found;
  while (!above.is_root() && found.servers.empty()) {
    above = above.parent();
    if (!resolver_->FindServers(above, &found)) found = {};
  }
  inquiry->above = above;
  for (const zones::DelegatedServer& server : found.servers) {
    for (const net::PeerRef& peer : server.peers) {
      if (inquiry->parents.size() == kMaxParents) return;
      Server& parent = inquiry->parents.emplace_back();
      parent.peer = peer;
      parent.view.host = server.host.view().ToText();
      parent.view.address = peer->address().ToText();
    }
  }
}

async::Task<> Surveyor::AskParents(Inquiry* inquiry) {
  async::Fan fan;
  for (Server& parent : inquiry->parents) {
    fan.Begin();
    async::Spawn(AskOne(inquiry, &parent, Topic::kReferral, &fan));
  }
  co_await fan.All();
}

/// The view's servers.
void Surveyor::Collect(Inquiry* inquiry) {
  inquiry->view.parents.clear();
  for (const Server& parent : inquiry->parents) inquiry->view.parents.push_back(parent.view);
  inquiry->view.servers.clear();
  for (const Server& server : inquiry->servers) inquiry->view.servers.push_back(server.view);
}

void Surveyor::TellObserver(const Inquiry& inquiry) const {
  SurveyedZone survey{inquiry.request->zone, {}};
  for (const Server& server : inquiry.servers) {
    survey.servers.push_back(
        {server.peer, &server.view, server.asked, server.attempt.result, server.attempt.rcode});
  }
  observer_->OnSurvey(survey);
}

/// What is asked after it is asked with patience.
async::Task<> Surveyor::Rest(Inquiry* inquiry) {
  net::Pause pause(network_, network_->Jittered(inquiry->request->rest));
  co_await pause;
  inquiry->account->look = query::Look::kSurvey;
}

/// A second look at what seems to be wrong.
async::Task<> Surveyor::LookAgain(Inquiry* inquiry) {
  const bool differ = AnswersDiffer(inquiry->view);
  const bool suspects = std::any_of(inquiry->servers.begin(), inquiry->servers.end(),
                                    [](const Server& server) { return server.suspect(); });
  const bool keys_differ = KeySetsDiffer(inquiry->view);
  const bool parents_differ = ParentsDiffer(inquiry->view);
  const bool nothing = !suspects && !differ && !keys_differ && !parents_differ;
  if (nothing || inquiry->request->rest.count() == 0) co_return;
  co_await Rest(inquiry);
  co_await AskAll(inquiry, Topic::kCaa, differ ? Whom::kAll : Whom::kSuspects);
  if (keys_differ) co_await AskAll(inquiry, Topic::kKeys, Whom::kAll);
  if (parents_differ) co_await AskParents(inquiry);
  Collect(inquiry);
}

async::Task<> Surveyor::ExamineAll(Inquiry* inquiry, Examinations* examinations) {
  const SurveyRequest& request = *inquiry->request;
  const ProbeContext context{network_,     options_,         request.zone,
                             request.name, inquiry->account, request.probe_all};
  async::Fan fan;
  for (Examination& examination : *examinations) {
    fan.Begin();
    async::Spawn(ExamineOne(&context, &examination, &fan));
  }
  co_await fan.All();
}

async::Task<> Surveyor::ExamineServers(Inquiry* inquiry, std::vector<Finding>* findings) {
  const SurveyRequest& request = *inquiry->request;
  Examinations examinations;
  for (const Server& server : inquiry->servers) {
    const bool fails = request.probe && CallsForProbes(server.attempt.result);
    const bool all = request.probe_all && server.attempt.result == ServerResult::kAnswer;
    const bool keyless = request.probe && server.gave_no_keys;
    if (server.attempt.local_fault || !(fails || all || keyless)) continue;
    examinations.push_back(ExaminationOf(server.attempt, server.tries));
    examinations.back().gave_no_keys = keyless;
  }
  co_await ExamineAll(inquiry, &examinations);
  Examinations again;
  for (const Examination& examination : examinations) {
    std::vector<Finding> seems;
    AddExamined(examination, &seems);
    if (seems.empty() || !examination.met.served() || request.rest.count() == 0) {
      findings->insert(findings->end(), seems.begin(), seems.end());
      continue;
    }
    // It has not rested yet, as those have that gave no answer.
    again.push_back(examination);
    again.back().probes = {};
  }
  if (again.empty()) co_return;
  co_await Rest(inquiry);
  co_await ExamineAll(inquiry, &again);
  for (const Examination& examination : again) AddExamined(examination, findings);
}

/// What the servers did, and what follows from it for the zone.
void Surveyor::Report(Inquiry* inquiry, std::vector<Finding>* findings) const {
  query::Account* account = inquiry->account;
  for (const HostView& host : inquiry->view.hosts) {
    if (inquiry->request->failed || !host.own.complete || !host.own.addresses.empty() ||
        !host.glue.empty())
      continue;
    query::Attempt attempt;
    attempt.host = host.host;
    attempt.result = ServerResult::kUnresolved;
    attempt.no_such_host = host.own.no_such_host;
    attempt.is_alias = host.own.is_alias;
    attempt.denied_labels = host.own.denied_labels;
    account->attempts.push_back(std::move(attempt));
  }
  for (Server& server : inquiry->servers) {
    account->observations.insert(account->observations.end(), server.observations.begin(),
                                 server.observations.end());
    if (server.bogus) {
      server.bogus->host = server.view.host;
      server.bogus->address = server.view.address;
      AddFinding(*server.bogus, findings);
    }
    if (server.denies_caa && server.has_records()) {
      Finding finding(FindingCode::kDnssecDeniesExisting);
      finding.host = server.view.host;
      finding.address = server.view.address;
      finding.evidence = "CAA: " + *server.view.caa +
                         "; TYPE65280: the proof that there is none proves the same of CAA";
      AddFinding(finding, findings);
    }
    if (!server.asked || (server.answers() && !account->keep_all_attempts)) continue;
    account->attempts.push_back(std::move(server.attempt));
  }
  AddZoneFindings(inquiry->view, findings);
}

async::Task<> Surveyor::Survey(const SurveyRequest* request, query::Account* account,
                               std::vector<Finding>* findings) {
  Inquiry inquiry{request, account, {}};
  inquiry.view.zone = request->zone.ToText();
  if (!request->all_servers) {
    for (const query::Attempt& attempt : request->answered) {
      if (attempt.peer == nullptr) continue;
      AddServer(attempt.host, attempt.peer, true, &inquiry);
      inquiry.servers.back().attempt = attempt;
    }
    co_await ExamineServers(&inquiry, findings);
    co_return;
  }
  zones::ZoneServers delegated;
  if (!resolver_->FindServers(request->zone, &delegated)) co_return;
  if (request->failed && !co_await HearsAnybody(&inquiry, &delegated)) co_return;
  co_await FindHosts(&inquiry, &delegated);
  if (!request->failed) {
    co_await AskAll(&inquiry, Topic::kCaa, Whom::kAll);
    co_await AskAll(&inquiry, Topic::kNs, Whom::kAll);
    if (request->secure) {
      co_await AskAll(&inquiry, Topic::kKeys, Whom::kAll);
      co_await AskAll(&inquiry, Topic::kUnassigned, Whom::kAll);
    }
    FindParents(&inquiry);
    co_await AskParents(&inquiry);
  }
  co_await AddHostedServers(&inquiry);
  co_await AskAll(&inquiry, Topic::kCaa, Whom::kHosted);
  Collect(&inquiry);
  if (!request->failed) co_await LookAgain(&inquiry);
  if (AnswersDiffer(inquiry.view) || DelegationDiffers(inquiry.view)) {
    co_await AskAll(&inquiry, Topic::kSoa, Whom::kAll);
    Collect(&inquiry);
  } else if (observer_ != nullptr && !request->failed) {
    co_await AskAll(&inquiry, Topic::kSoa, Whom::kSilentOfSerial);
    Collect(&inquiry);
  }
  if (observer_ != nullptr) TellObserver(inquiry);
  if (network_->cancelled()) co_return;
  if (!request->failed) co_await ExamineServers(&inquiry, findings);
  Report(&inquiry, findings);
}

}  // namespace caascan::diagnose
