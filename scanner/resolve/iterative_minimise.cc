// QNAME minimisation (RFC 9156), relaxed: nothing but a referral is learnt from a part of a name.
// Whatever else comes, an error or NXDOMAIN for an empty non-terminal, the whole name is asked.
//
// Tested by iterative_minimise_test.cc.
#include <absl/strings/str_cat.h>

#include <memory>
#include <utility>

#include "scanner/query/failure.h"
#include "scanner/resolve/iterative.h"
#include "scanner/zones/qname_minimiser.h"

namespace caascan::resolve {
namespace {

using query::Account;
using query::ResponseKind;

/// The servers of a stranger's zone are asked for few addresses, whatever part of the names.
bool IsSpared(const Walk& walk, const query::Budget& budget) {
  return walk.purpose == Walk::Purpose::kAddress &&
         budget.host_queries.Of(walk.zone.name()) >= budget.max_host_queries;
}

/// Keeps who has denied a part of the name, until it is known whether the name exists.
void NoteDenial(const Walk& step, const query::Attempt& attempt, Walk* walk) {
  walk->denied_part = std::make_unique<query::Observation>(query::Observation{
      query::Observation::Kind::kNxdomainAboveExisting, attempt.host, attempt.peer,
      absl::StrCat("NXDOMAIN for ", step.chain.start().ToText(),
                   ", type A, and not for a name below it")});
}

}  // namespace

bool IterativeResolver::MayMinimise(const Walk& walk) const {
  // Where a DS or keys are asked for, their zone is known.
  return options_.minimises &&
         (walk.purpose == Walk::Purpose::kData || walk.purpose == Walk::Purpose::kAddress);
}

async::Task<bool> IterativeResolver::FindCut(Walk* walk, Account* account,
                                             zones::Host* on_behalf_of) {
  const dns::NameView name = walk->chain.current();
  walk->denied_part.reset();
  size_t shown = walk->zone.name().label_count();
  while (shown < name.label_count() && !account->budget.exhausted() &&
         !IsSpared(*walk, account->budget)) {
    shown = zones::LabelsToShow(shown, name.label_count(), walk->minimised);
    if (shown == name.label_count()) break;
    ++walk->minimised;
    Walk step(name.suffix(shown), dns::RRType::kA, Walk::Purpose::kCut);
    step.zone = walk->zone;
    const size_t attempts = account->attempts.size();
    const size_t observations = account->observations.size();
    const uint32_t queries = account->budget.queries;
    async::WaitList* const others = JoinOthers(&step);
    if (others != nullptr && co_await AwaitReferral(&step, others)) {
      walk->zone = step.zone;
      co_return true;
    }
    co_await AskZone(&step, account, on_behalf_of);
    leads_.Release(&step.lead);
    if (walk->purpose == Walk::Purpose::kAddress) {
      account->budget.host_queries.Add(walk->zone.name(), account->budget.queries - queries);
    }
    if (step.referred()) {
      walk->zone = step.zone;
      co_return true;
    }
    const ResponseKind kind = step.ok ? step.asked->classified.kind : ResponseKind::kError;
    if (kind == ResponseKind::kNxDomain && account->attempts.size() > attempts) {
      NoteDenial(step, account->attempts.back(), walk);
    }
    // No server is blamed for what the name itself was not asked for.
    account->attempts.resize(attempts);
    account->observations.resize(observations);
    if (kind != ResponseKind::kNoData && kind != ResponseKind::kAnswer) break;
  }
  co_return false;
}

}  // namespace caascan::resolve
