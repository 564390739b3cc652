// Tested by persist_lookup_test.cc, and end to end by persist_test.py.
#include "scanner/persist/persist_lookup.h"

#include <utility>

#include "scanner/zones/validator.h"

namespace caascan::persist {
namespace {

using query::LookupStatus;
using query::TextAnswer;

bool WorthAnotherPass(const TextAnswer& answer) {
  return answer.status == LookupStatus::kFailed && !answer.ended_by_us &&
         OutcomeOf(answer.failure) != Outcome::kError;
}

query::Account AccountOf(const LookupLimits& limits) {
  query::Account account;
  account.tap = limits.tap;
  account.budget.max_queries = limits.max_queries;
  account.budget.max_wait = limits.max_wait;
  account.budget.work.limit = zones::kWorkPerName;
  account.look = limits.recheck == 0 ? query::Look::kOnly : query::Look::kFirst;
  return account;
}

/// The evidence of an earlier pass says nothing of the next one.
void BeginPass(query::Account* account) {
  account->look = query::Look::kPatient;
  account->budget.steps = 0;
  account->attempts.clear();
  account->observations.clear();
  account->lost_hosts.reset();
}

}  // namespace

async::Task<PersistLookup> LookUpPersist(net::Network* network, resolve::Resolver* resolver,
                                         dns::NameView name, LookupLimits limits, size_t* resting) {
  PersistLookup lookup;
  dns::Name at(name);
  if (!at.Prepend(kPersistLabel)) {
    lookup.answer.status = LookupStatus::kEmpty;
    co_return lookup;
  }
  query::Account account = AccountOf(limits);
  lookup.answer = co_await resolver->LookupTexts(at, &account);
  for (unsigned pass = 1; pass <= limits.recheck && WorthAnotherPass(lookup.answer); ++pass) {
    ++*resting;
    net::Pause pause(network, network->Jittered(limits.recheck_after * pass));
    account.budget.waited += pause.delay();
    co_await pause;
    const bool goes_on = !network->cancelled();
    if (goes_on) {
      BeginPass(&account);
      lookup.answer = co_await resolver->LookupTexts(at, &account);
    }
    --*resting;
    if (!goes_on) break;
  }
  lookup.queries = account.budget.queries;
  lookup.retries = account.retries;
  lookup.validation = account.budget.work;
  co_return lookup;
}

PersistReport ReportOf(dns::NameView name, const TextAnswer& answer, const IssuanceRequest& request,
                       std::chrono::system_clock::time_point time) {
  PersistReport report;
  dns::Name at(name);
  if (at.Prepend(kPersistLabel)) report.name = at.view().ToLowerText();
  report.dnssec = answer.dnssec;
  if (answer.status == LookupStatus::kFailed) {
    report.result = PersistResult::kFailed;
    report.failure = answer.failure;
    return report;
  }
  const auto since_epoch = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
  const auto now = static_cast<uint64_t>(since_epoch.count());
  for (const std::string& text : answer.texts) {
    report.records.push_back(JudgePersistRecord(text, request, now));
  }
  report.ttl_s = answer.texts.empty() ? 0 : answer.ttl_s;
  report.result = PersistResultOf(report.records);
  return report;
}

}  // namespace caascan::persist
