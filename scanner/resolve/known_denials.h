// Answers out of denials that are known already.
#pragma once

#include <chrono>
#include <optional>

#include "scanner/dns/name.h"
#include "scanner/query/budget.h"
#include "scanner/resolve/reply_judge.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/validator.h"
#include "scanner/zones/zone.h"

namespace caascan::resolve {

/// Between the resolver and the store of denials (dnssec/denial_store.h, RFC 8198): spares servers
/// queries for a DS whose absence they have proven before. Queries for data are always sent: a
/// server may serve a zone that the one above proves not to delegate. Its data are bogus then, and
/// a denial that is taken without a query would be a permission. Not where each server has to
/// answer, and not at a second look, which promises to query again. Without a store it does
/// nothing. One worker's, loop thread only.
class KnownDenials {
 public:
  /// Both outlive it.
  KnownDenials(zones::Validator* validator, const ReplyJudge* judge)
      : validator_(validator), judge_(judge) {}

  /// Does a zone file prove the DS that the walk asks for, or records of its zone that there is
  /// none? Then the walk has the reply, judged, as if a server had sent it. Otherwise nothing has
  /// changed.
  bool Answer(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const;
  /// Settles `zone` where records of the zone `above` prove that it has no DS. That is what
  /// Answer() and TrustBuilder::Settle() come to, without a look-up. False, and nothing has
  /// changed, in all other cases.
  bool Settle(zones::Zone* zone, dns::NameView apex, const zones::Zone& above,
              dns::NameView above_apex, query::Account* account,
              std::chrono::nanoseconds now) const;
  /// Keeps what a server's reply about a DS proves. Referrals bring such proofs too, but then
  /// the DS is not asked for. REQUIRES: the reply is used.
  void Keep(const Walk& walk, query::Account* account, std::chrono::nanoseconds now) const;

 private:
  std::optional<zones::ReplyVerdict> ReadFileProof(const Walk& walk, query::Account* account,
                                                   std::chrono::nanoseconds now) const;
  bool MayAnswer(const zones::Zone& above, const query::Account& account) const;

  zones::Validator* const validator_;
  const ReplyJudge* const judge_;
};

}  // namespace caascan::resolve
