// The name itself is looked up for it alone; its parents are looked up through a cache that all
// names share, so a TLD's empty set costs one query a scan. A look-up in flight serves everyone who
// comes meanwhile. What a name's own limits cut short is never shared: the next in line asks again.
// Tested by investigate_test.cc and end to end.
#include "scanner/investigate/investigate.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/diagnose/findings.h"
#include "scanner/diagnose/probe.h"
#include "scanner/diagnose/record_lint.h"
#include "scanner/dns/special_names.h"
#include "scanner/input/asker.h"
#include "scanner/investigate/name_limits.h"

namespace caascan::investigate {
namespace {

using query::CaaAnswer;
using query::LookupStatus;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Bounds for what is kept in memory; `valid_until` in the record follows the RRset's own TTL.
constexpr seconds kMinKept(60);
constexpr seconds kMaxKept(3600);
constexpr seconds kFailureKept(30);  // RFC 9520 §3.2.
// A server that answers a probe's query after being silent is asked anew, so often.
constexpr int kMaxLooks = 3;
constexpr size_t kMaxKnown = 1'000'000;

/// Looking again finds the same.
bool IsFinal(Reason failure) {
  return failure == Reason::kBlocklisted || failure == Reason::kNoSuchTld ||
         failure == Reason::kFamilyUnavailable || failure == Reason::kTooSlow;
}

nanoseconds KeepFor(const CaaAnswer& answer) {
  if (answer.status == LookupStatus::kFailed) return kFailureKept;
  return std::clamp(seconds(answer.ttl_s), kMinKept, kMaxKept);
}

/// The name that the servers of answer.zone were asked for: where the aliases end, or before they
/// lead out of the DNS (IterativeResolver::LeadsOutOfDns()).
dns::NameView EndOf(const CaaAnswer& answer, dns::NameView start, bool allow_special) {
  dns::NameView end = start;
  for (const dns::CompactName& target : answer.cname) {
    if (!allow_special && dns::FindSpecialName(target) != nullptr) break;
    end = target;
  }
  return end;
}

}  // namespace

Investigator::Investigator(net::Network* network, resolve::Resolver* resolver,
                           const InvestigateOptions& options, zonefacts::Collector* zone_facts)
    : network_(network),
      resolver_(resolver),
      options_(options),
      parents_(options.parent_capacity, options.parent_bytes),
      known_(kMaxKnown, options.known_bytes),
      surveyor_(network, resolver, options.ask, options.allow_special, zone_facts) {
  if (zone_facts == nullptr || !(options.zone_ns || options.zone_keys)) return;
  zone_asker_.emplace(resolver, zone_facts,
                      zonefacts::ZoneAskerOptions{options.ask, options.zone_ns, options.zone_keys,
                                                  options.allow_special});
}

/// What will be looked up again need not be explained yet.
bool Investigator::NeedsExplanation(const CaaAnswer& answer, const query::Account& account) const {
  const bool can_explain = options_.diagnose != DiagnoseMode::kOff ||
                           (options_.resolver_explains && resolver_->explains());
  return answer.status == LookupStatus::kFailed && can_explain && !answer.ended_by_us() &&
         OutcomeOf(answer.failure) != Outcome::kError && IsLast(account.look);
}

/// Probes the servers that failed. Where one of them answers now, the answer may change.
async::Task<> Investigator::Explain(dns::NameView name, query::Account* account,
                                    CaaAnswer* answer) {
  diagnose::Examinations examined;
  for (int looks = 1; NeedsExplanation(*answer, *account); ++looks) {
    NameLimits(&options_).BeginProbes(account);
    if (options_.resolver_explains && resolver_->explains()) {
      co_await resolver_->Explain(name, account, answer);
      if (answer->status != LookupStatus::kFailed || answer->ended_by_us()) co_return;
    }
    if (options_.diagnose == DiagnoseMode::kOff) co_return;
    const diagnose::ProbeVerdict verdict =
        co_await diagnose::ProbeFailure(network_, options_.ask, name, answer, account, &examined);
    const bool answers = verdict == diagnose::ProbeVerdict::kAnswersNow;
    const bool speaks = verdict == diagnose::ProbeVerdict::kSpeaksNow && looks == 1;
    if (!(answers || speaks) || looks == kMaxLooks) co_return;
    NameLimits(&options_).BeginLookAgain(account);
    const async::Pooled<CaaAnswer> again =
        co_await resolver_->LookupCaa(name, account, query::WhenBusy::kWait);
    if (speaks && again->ended_by_us()) co_return;  // What is known already says more.
    *answer = std::move(*again);
  }
}

/// May the account take this answer for its own? A look before somebody is accused does not take
/// over a failure that was met at first sight.
bool Investigator::Serves(const SharedAnswer& shared, const query::Account& account) const {
  return shared.IsFresh(now()) && shared.asked_at >= account.not_before &&
         (shared.answer.status != LookupStatus::kFailed || IsPatient(shared.look) ||
          !IsPatient(account.look));
}

Investigator::SharedCache::Handle Investigator::KnownAnswer(dns::NameView name,
                                                            const query::Account& account) {
  SharedCache::Handle shared = parents_.Find(name);
  return shared && Serves(*shared, account) ? shared : SharedCache::Handle();
}

async::Task<Investigator::SharedCache::Handle> Investigator::ParentAnswer(dns::NameView name,
                                                                          query::Account* account) {
  SharedCache::Handle shared = parents_.FindOrInsert(name);
  co_await shared->Free();
  if (Serves(*shared, *account)) co_return shared;
  shared->Begin();
  shared->look = account->look;
  shared->asked_at = now();
  const async::Pooled<CaaAnswer> answer =
      co_await resolver_->LookupCaa(name, account, query::WhenBusy::kWait);
  if (NeedsExplanation(*answer, *account)) co_await Explain(name, account, answer.get());
  shared->answer = std::move(*answer);
  shared->expires = now() + KeepFor(shared->answer);
  parents_.Weigh(shared);  // One that the cache drops still serves those that waited.
  shared->KeepIf(!shared->answer.ended_by_us());
  co_return shared;
}

async::Task<void> Investigator::ClimbTree(dns::NameView name, query::WhenBusy when_busy,
                                          query::Account* account, Climb* climb) {
  climb->at = name;
  for (bool first = true; !climb->at.is_root(); climb->at = climb->at.parent(), first = false) {
    climb->parent = KnownAnswer(climb->at, *account);
    if (first && !climb->parent) {
      climb->own = co_await resolver_->LookupCaa(climb->at, account, when_busy);
      if (climb->is_put_off()) co_return;
      // Few names fail: the others are spared the frame.
      if (NeedsExplanation(*climb->own, *account)) {
        co_await Explain(climb->at, account, climb->own.get());
      }
      climb->answer = climb->own.get();
    } else {
      if (!climb->parent) climb->parent = co_await ParentAnswer(climb->at, account);
      climb->answer = &climb->parent->answer;
      climb->parent_expires = climb->parent->expires;
      if (first) {
        climb->own = async::MakePooled<CaaAnswer>();
        *climb->own = climb->parent->answer;
      }
    }
    if (options_.climb) NoteStep(climb);
    climb->weakest = std::max(climb->weakest, climb->answer->dnssec);
    if (!climb->answer->findings.empty()) {
      climb->findings.insert(climb->findings.end(), climb->answer->findings.begin(),
                             climb->answer->findings.end());
    }
    if (climb->answer->nxdomain && !first) {
      diagnose::AddClimbFindings(climb->at, *climb->answer, *climb->own, &climb->findings);
    }
    if (climb->answer->status == LookupStatus::kFailed && climb->answer->on_wire) {
      ++account->failures_on_wire;
    }
    if (climb->answer->status != LookupStatus::kEmpty) break;
  }
}

void Investigator::NoteStep(Climb* climb) const {
  const CaaAnswer& answer = *climb->answer;
  ClimbStep step;
  step.name = climb->at.ToLowerText();
  step.zone = query::NameText(answer.zone);
  step.dnssec = answer.dnssec;
  step.cname = query::NameTexts(answer.cname);
  if (answer.status == LookupStatus::kFailed) {
    step.result = ReasonCode(answer.failure);
  } else {
    step.result = answer.status == LookupStatus::kRecords ? "records"
                  : answer.nxdomain                       ? "nxdomain"
                                                          : "none";
    for (const query::Attempt& attempt : answer.attempts) {
      if (attempt.peer == nullptr) continue;
      step.host = query::NameText(attempt.host);
      step.address = AddressText(attempt.peer->address(), options_.port);
      step.over_tcp = attempt.over_tcp;
      step.rtt_ms = std::chrono::duration<double, std::milli>(attempt.rtt).count();
    }
  }
  if (climb->extras == nullptr) climb->extras = std::make_unique<Climb::Extras>();
  climb->extras->steps.push_back(std::move(step));
}

bool Investigator::WorthAnotherPass(const Climb& climb, unsigned passes) const {
  return climb.answer->status == LookupStatus::kFailed &&
         climb.answer->failure != Reason::kStopped && !IsFinal(climb.answer->failure) &&
         passes <= options_.recheck && !network_->cancelled();
}

/// False where the scan was stopped meanwhile.
async::Task<bool> Investigator::Rest(unsigned passes) {
  net::Pause pause(network_, network_->Jittered(options_.recheck_after * passes));
  co_await pause;
  co_return !network_->cancelled();
}

bool Investigator::NeedsSurvey(const Climb& climb) const {
  const CaaAnswer& answer = *climb.answer;
  const bool failed = answer.status == LookupStatus::kFailed;
  if (network_->cancelled() || (failed && OutcomeOf(answer.failure) == Outcome::kError))
    return false;
  return options_.all_servers || (options_.diagnose == DiagnoseMode::kAll && !failed);
}

/// Asks all servers of the zone that answered for `name`.
async::Task<> Investigator::SurveyZone(const CaaAnswer* answer, dns::NameView name,
                                       query::Account* account, std::vector<Finding>* findings) {
  const auto& served = answer->delegated_zone ? answer->delegated_zone : answer->zone;
  if (!served) co_return;
  // Copies: another name's lookup may replace the answer meanwhile.
  const dns::Name zone(*served);
  const dns::Name end(EndOf(*answer, name, options_.allow_special));
  diagnose::SurveyRequest request;
  request.zone = zone;
  request.name = end;
  request.all_servers = options_.all_servers;
  request.probe = options_.diagnose != DiagnoseMode::kOff;
  request.probe_all = options_.diagnose == DiagnoseMode::kAll;
  request.failed = answer->status == LookupStatus::kFailed;
  for (const Finding& finding : answer->findings) {
    if (finding.code == FindingCode::kServerSilent) request.silent.push_back(finding.address);
  }
  request.secure = answer->dnssec == DnssecStatus::kSecure;
  request.answered = answer->attempts;
  if (options_.recheck > 0) request.rest = options_.recheck_after;
  co_await surveyor_.Survey(&request, account, findings);
}

/// Asks all servers of the zone that decided, and of the name's own: had one of them another
/// answer, it would not be asked of its parents.
async::Task<> Investigator::SurveyServers(dns::NameView name, query::Account* account,
                                          Climb* climb) {
  const query::Look look = account->look;
  ++rechecking_;  // It rests, or waits patiently for what is silent.
  NameLimits(&options_).BeginSurvey(account);
  if (climb->extras == nullptr) climb->extras = std::make_unique<Climb::Extras>();
  std::vector<Finding>* survey = &climb->extras->survey;
  const bool elsewhere = climb->own->zone != climb->answer->zone;
  if (climb->own->status == LookupStatus::kEmpty && elsewhere) {
    co_await SurveyZone(climb->own.get(), name, account, survey);
    account->look = look;
  }
  const bool nothing = climb->answer->status == LookupStatus::kEmpty;
  if (!nothing) {
    co_await SurveyZone(climb->answer, climb->at, account, survey);
  } else if (!elsewhere) {
    co_await SurveyZone(climb->own.get(), name, account, survey);
  }
  --rechecking_;
  account->look = look;
}

async::Task<const Investigator::Result*> Investigator::Investigate(input::NameJob* job,
                                                                   query::WhenBusy when_busy) {
  assert(job->valid && "what is no name is never looked up");
  if (job->times_put_off == 0) job->started = now();
  query::Account account;
  if (const input::Asker* asker = job->details().asker.get(); asker != nullptr) {
    account.budget.given_up = &asker->given_up();
    if (asker->inquiry().fresh || asker->inquiry().thorough) account.not_before = job->started;
  }
  NameLimits(&options_).BeginFirstPass(&account);
  account.budget.queries = job->queries;
  account.look = options_.recheck == 0 ? query::Look::kOnly : query::Look::kFirst;
  account.keep_all_attempts =
      options_.servers == ServersInRecord::kAll || options_.diagnose == DiagnoseMode::kAll;
  const std::unique_ptr<evidence::ExchangeLog> exchanges = KeepExchanges(job, &account);
  Climb climb;
  co_await ClimbTree(job->name, when_busy, &account, &climb);
  if (climb.is_put_off()) {
    if (exchanges != nullptr) job->mutable_details()->exchanges = exchanges->Take();
    co_return PutOff(account, std::move(climb.own->busy), job);
  }
  unsigned passes = 1;
  // Few names come here: the others are spared the frame.
  if (WorthAnotherPass(climb, passes) || NeedsSurvey(climb)) {
    passes = co_await LookFurther(job->name, &account, &climb);
  }
  if (zone_asker_) {
    const dns::NameView zone = ZoneToAsk(climb);
    const auto wanted = zone.is_root() ? zonefacts::ZoneAsker::Wanted() : zone_asker_->Claim(zone);
    if (wanted.any()) co_await AskZone(zone, wanted, &account, &climb);
  }
  if (NeedsPersist(*job, climb)) co_await LookUpPersist(job->name, account, &climb);
  const Result* const result = Finish(*job, passes, climb, &account);
  if (exchanges != nullptr && options_.evidence->Wants(*result->record)) {
    exchanges->Submit(result->record->name);
  }
  co_return result;
}

/// Null where they are not kept.
std::unique_ptr<evidence::ExchangeLog> Investigator::KeepExchanges(input::NameJob* job,
                                                                   query::Account* account) const {
  if (options_.evidence == nullptr) return nullptr;
  std::string earlier;
  if (job->has_details()) earlier = std::exchange(job->mutable_details()->exchanges, {});
  auto exchanges = std::make_unique<evidence::ExchangeLog>(options_.evidence, network_->loop(),
                                                           std::move(earlier));
  account->tap = exchanges.get();
  return exchanges;
}

/// Of a name that was never resolved there is nothing to look up.
bool Investigator::NeedsPersist(const input::NameJob& job, const Climb& climb) const {
  const Inquiry* inquiry = input::InquiryOf(job);
  const bool wanted = options_.persist || (inquiry != nullptr && inquiry->also_persist);
  const bool failed = climb.answer->status == LookupStatus::kFailed;
  return wanted && !network_->cancelled() &&
         !(failed && OutcomeOf(climb.answer->failure) == Outcome::kError);
}

/// Another name's look-up may replace a shared answer meanwhile.
void Investigator::KeepAnswer(Climb* climb) {
  if (climb->extras == nullptr) climb->extras = std::make_unique<Climb::Extras>();
  if (climb->answer == &climb->extras->answer) return;
  climb->extras->answer = *climb->answer;
  climb->answer = &climb->extras->answer;
}

/// The zone that the record names; the root where none is to be asked. The climb holds it.
dns::NameView Investigator::ZoneToAsk(const Climb& climb) const {
  const CaaAnswer& answer =
      climb.answer->status == LookupStatus::kEmpty ? *climb.own : *climb.answer;
  if (network_->cancelled() || answer.status == LookupStatus::kFailed || !answer.zone) return {};
  return answer.delegated_zone ? answer.delegated_zone->view() : answer.zone->view();
}

async::Task<> Investigator::AskZone(dns::NameView zone, zonefacts::ZoneAsker::Wanted wanted,
                                    query::Account* account, Climb* climb) {
  const dns::Name copy(zone);
  KeepAnswer(climb);
  co_await zone_asker_->Ask(copy, wanted, &account->budget.queries);
}

/// Whatever comes of it, the verdict stays what it is.
async::Task<> Investigator::LookUpPersist(dns::NameView name, const query::Account& account,
                                          Climb* climb) {
  KeepAnswer(climb);
  const bool failed = climb->answer->status == LookupStatus::kFailed;
  persist::LookupLimits limits;
  limits.max_queries = options_.max_queries;
  limits.max_wait = std::max(nanoseconds(0), options_.max_wait - account.budget.waited);
  limits.recheck = failed ? 0 : options_.recheck;
  limits.recheck_after = options_.recheck_after;
  limits.tap = account.tap;
  climb->extras->persist =
      co_await persist::LookUpPersist(network_, resolver_, name, limits, &rechecking_);
}

/// Looks again for what failed, and at all servers where they are wanted. Gives the passes made.
async::Task<unsigned> Investigator::LookFurther(dns::NameView name, query::Account* account,
                                                Climb* climb) {
  unsigned passes = 1;
  const size_t recheck = WorthAnotherPass(*climb, passes) ? 1 : 0;
  rechecking_ += recheck;
  while (WorthAnotherPass(*climb, passes)) {
    const nanoseconds begun = now();
    DropEvidence(account, climb);
    const bool goes_on = co_await Rest(passes);
    account->budget.waited += now() - begun;
    if (!goes_on) {
      climb->own->failure = Reason::kStopped;  // A verdict that was not rechecked is none.
      climb->own->status = LookupStatus::kFailed;
      climb->answer = climb->own.get();
      break;
    }
    ++passes;
    BeginPass(account, climb);
    co_await ClimbTree(name, query::WhenBusy::kWait, account, climb);
  }
  rechecking_ -= recheck;
  if (NeedsSurvey(*climb)) co_await SurveyServers(name, account, climb);
  co_return passes;
}

/// Nobody is accused of what a second look does not show: the evidence starts anew with each pass.
/// It goes before the rest. In an outage tens of thousands of names rest, and each may have
/// kilobytes of it.
void Investigator::DropEvidence(query::Account* account, Climb* climb) {
  account->attempts = std::vector<query::Attempt>();
  account->observations = std::vector<query::Observation>();
  account->lost_hosts.reset();
  climb->own->attempts = std::vector<query::Attempt>();
}

void Investigator::BeginPass(query::Account* account, Climb* climb) {
  NameLimits(&options_).BeginPass(account);
  account->look = query::Look::kPatient;
  if (climb->parent) ForgetFailure(*climb);
  *climb = Climb();
}

const Investigator::Result* Investigator::PutOff(const query::Account& account, net::PeerRef busy,
                                                 input::NameJob* job) {
  ++job->times_put_off;
  job->queries = account.budget.queries;
  result_ = Result();
  result_.validation = account.budget.work;
  result_.busy = std::move(busy);
  return &result_;
}

void Investigator::ForgetFailure(const Climb& climb) {
  // Where another name has asked again meanwhile, its answer serves us too.
  if (climb.parent->known() && climb.parent->expires == climb.parent_expires) {
    climb.parent->Forget();
  }
}

}  // namespace caascan::investigate
