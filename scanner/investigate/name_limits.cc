// Tested by name_limits_test.cc.
#include "scanner/investigate/name_limits.h"

#include <algorithm>

#include "scanner/zones/validator.h"

namespace caascan::investigate {
namespace {

constexpr uint32_t kMaxHostQueries = 10;

}  // namespace

/// Two thirds of the time, where somebody finds out why afterwards.
std::chrono::nanoseconds NameLimits::WaitOfPasses() const {
  const bool explains = options_.diagnose != DiagnoseMode::kOff || options_.resolver_explains;
  return explains ? options_.max_wait * 2 / 3 : options_.max_wait;
}

void NameLimits::BeginFirstPass(query::Account* account) const {
  BeginPass(account);
  if (options_.recheck == 0) return;
  account->budget.max_queries = options_.max_queries * 2 / 5;
  account->budget.work.limit = zones::kWorkPerName * 2 / 3;
  account->budget.max_host_queries = kMaxHostQueries / 2;
}

void NameLimits::BeginPass(query::Account* account) const {
  account->budget.max_queries = options_.max_queries;
  account->budget.work.limit = zones::kWorkPerName;
  account->budget.max_wait = WaitOfPasses();
  account->budget.steps = 0;
  account->budget.max_host_queries = kMaxHostQueries;
}

void NameLimits::TakeAllTime(int exchanges, query::Account* account) const {
  account->budget.max_wait = std::max<std::chrono::nanoseconds>(
      WaitOfPasses(), options_.max_wait - exchanges * options_.ask.timeout);
}

void NameLimits::BeginProbes(query::Account* account) const { TakeAllTime(1, account); }

// A query may be asked again over TCP.
void NameLimits::BeginLookAgain(query::Account* account) const { TakeAllTime(2, account); }

void NameLimits::BeginSurvey(query::Account* account) const {
  account->budget.max_queries = account->budget.queries + 2 * options_.max_queries;
  account->budget.max_octets = account->budget.octets + uint64_t{2} * query::Budget::kMaxOctets;
  account->budget.work.limit = account->budget.work.spent + zones::kWorkPerName;
  account->budget.max_wait = std::chrono::nanoseconds::max();
  account->budget.max_host_queries = UINT32_MAX;  // All servers are wanted.
}

}  // namespace caascan::investigate
