// The persistent validation record of a name, looked up beside its CAA (Baseline Requirements
// 3.2.2.4.22).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "caascan/record.h"
#include "scanner/async/task.h"
#include "scanner/dnssec/work.h"
#include "scanner/net/network.h"
#include "scanner/query/answer.h"
#include "scanner/resolve/resolver.h"

namespace caascan::persist {

/// What one name's look-up may cost. A value.
struct LookupLimits {
  uint32_t max_queries = 100;
  std::chrono::nanoseconds max_wait = std::chrono::seconds(60);  // See query::Budget.
  unsigned recheck = 1;                           // Further passes over a look-up that failed,
  std::chrono::milliseconds recheck_after{5000};  // each after a rest of so much more.
  query::ExchangeTap* tap = nullptr;              // See query::Account.
};

/// What came of it, and what it cost.
struct PersistLookup {
  query::TextAnswer answer;
  uint32_t queries = 0;
  uint32_t retries = 0;
  dnssec::Work validation;
};

/// Looks up the TXT records of `_validation-persist.NAME`. Where that is longer than a name can be
/// nothing is asked, and there are none. `*resting` counts the look-ups that rest or wait
/// patiently. All pointers must live until it ends; loop thread only. It keeps an account of its
/// own: nothing that it meets becomes evidence in another one's.
async::Task<PersistLookup> LookUpPersist(net::Network* network, resolve::Resolver* resolver,
                                         dns::NameView name, LookupLimits limits, size_t* resting);

/// The record's member: each text judged for `request` at `time`. `name` is the one that was looked
/// up for, without the label. Pure.
PersistReport ReportOf(dns::NameView name, const query::TextAnswer& answer,
                       const IssuanceRequest& request, std::chrono::system_clock::time_point time);

}  // namespace caascan::persist
