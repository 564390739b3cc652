// Answers out of denials that are known already.
#pragma once

#include <chrono>

#include "scanner/query/budget.h"
#include "scanner/resolve/reply_judge.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/validator.h"

namespace caascan::resolve {

/// Between the resolver and the store of denials (dnssec/denial_store.h, RFC 8198): spares servers
/// the questions for a DS whose denial they have signed before. Questions for data are always
/// asked: a server may serve a zone that the one above proves not to delegate. Its data are bogus
/// then, and a denial that is taken without asking would be a permission. Without a
/// store it does nothing. One worker's, loop thread only.
class KnownDenials {
 public:
  /// Both outlive it.
  KnownDenials(zones::Validator* validator, const ReplyJudge* judge)
      : validator_(validator), judge_(judge) {}

  /// Is the DS that the walk asks for denied by records of its zone that are known? Then the walk
  /// has the reply, read and judged, as if a server had sent it. Otherwise nothing has changed.
  /// Never where each server is to be heard, and never at a second look, which promises to ask
  /// again.
  bool Answer(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const;
  /// Keeps what a server's reply about a DS proves. Referrals bring such proofs too, but then
  /// the DS is not asked for. REQUIRES: the reply is used.
  void Keep(const Walk& walk, std::chrono::nanoseconds now) const;

 private:
  bool MayAnswer(const Walk& walk, const query::Account& account) const;

  zones::Validator* const validator_;
  const ReplyJudge* const judge_;
};

}  // namespace caascan::resolve
