// Builds the chain of trust: finds what the validator needs to know of a zone.
#pragma once

#include <chrono>

#include "scanner/async/task.h"
#include "scanner/dns/name.h"
#include "scanner/query/answer.h"
#include "scanner/resolve/ds_gate.h"
#include "scanner/resolve/reply_judge.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/delegations.h"
#include "scanner/zones/validator.h"
#include "scanner/zones/zone.h"

namespace caascan::resolve {

/// Settles zones: finds whether a zone is secure, insecure or bogus, once for all names that need
/// it. A DS that came with a referral is in the validator already; a missing one is looked up, and
/// the keys are asked of the zone's servers. What one of our own limits cut short is not kept.
///
/// A look-up that waits for a zone holds at most the trust of zones below it, and needs only zones
/// above, so none waits for itself. `on_behalf_of`: the host that is being resolved and needs this;
/// null where there is none. Arguments must live until a call ends. One worker's, loop thread only.
class TrustBuilder {
 public:
  using ZoneHandle = zones::Delegations::Handle;

  /// What it needs of the resolver, which outlives it.
  class Source {
   public:
    /// Looks up what *walk wants, from the deepest zone that is there.
    virtual async::Task<> Lookup(Walk* walk, query::Account* account,
                                 zones::Host* on_behalf_of) = 0;
    /// Asks the servers of walk->zone.
    virtual async::Task<> AskZone(Walk* walk, query::Account* account,
                                  zones::Host* on_behalf_of) = 0;
    virtual std::chrono::nanoseconds now() const = 0;

   protected:
    ~Source() = default;
  };

  /// All outlive it.
  TrustBuilder(Source* source, zones::Validator* validator, const ReplyJudge* judge)
      : source_(source), validator_(validator), judge_(judge) {}

  /// Is the zone's trust there, and new enough for this look?
  bool IsSettled(const ZoneHandle& zone, query::Look look) const;
  /// Was the zone settled at some time? It is not where our own limits ended Settle().
  bool WasSettled(const ZoneHandle& zone) const;
  /// Settles the zone, or waits until another name has.
  async::Task<> Settle(ZoneHandle zone, query::Account* account, zones::Host* on_behalf_of);
  /// Looks for the zones between the one asked and what its reply is about, until the reply in
  /// *walk can be judged. REQUIRES: walk->lacks_proof().
  async::Task<> FindMissing(Walk* walk, query::Account* account, zones::Host* on_behalf_of);
  /// An empty answer was bogus. Where a positive one of the same zone is not, the signer is at
  /// fault: then a finding is added to walk->proof.findings.
  async::Task<> CompareWithPositive(Walk* walk, query::Account* account);

 private:
  using TrustHandle = zones::TrustCache::Handle;

  async::Task<bool> FindDs(ZoneHandle zone, TrustHandle trust, query::Account* account,
                           zones::Host* on_behalf_of);
  async::Task<bool> FetchKeys(ZoneHandle servers, TrustHandle trust, query::Account* account,
                              zones::Host* on_behalf_of);
  async::Task<> SettleBelow(ZoneHandle servers, dns::NameView apex, query::Account* account,
                            zones::Host* on_behalf_of);
  bool TakeDelegation(Walk* walk, zones::Zone* zone, zones::ZoneTrust* trust) const;
  void NoteUndelegated(Walk* walk);
  std::chrono::nanoseconds now() const { return source_->now(); }

  Source* const source_;
  zones::Validator* const validator_;
  const ReplyJudge* const judge_;
  DsGate ds_gate_;
};

}  // namespace caascan::resolve
