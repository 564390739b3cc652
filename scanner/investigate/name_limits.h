// How a name's budget is shared out among its passes, and finding out why it failed.
#pragma once

#include "scanner/investigate/investigate.h"
#include "scanner/query/answer.h"

namespace caascan::investigate {

/// There is one budget a name. The first pass may spend part of it only, so that something is left
/// for looking again; and the passes leave time for finding out why, without which no server is
/// blamed. Pure, but for what it writes to the account.
class NameLimits {
 public:
  /// `options` must live as long.
  explicit NameLimits(const InvestigateOptions* options) : options_(*options) {}

  void BeginFirstPass(query::Account* account) const;
  /// Any later one.
  void BeginPass(query::Account* account) const;
  /// From here on the name may take all of its time: for probes of what failed,
  void BeginProbes(query::Account* account) const;
  /// and for look-ups after them.
  void BeginLookAgain(query::Account* account) const;
  /// Asking all servers, which few scans want, has a budget of its own.
  void BeginSurvey(query::Account* account) const;

 private:
  std::chrono::nanoseconds WaitOfPasses() const;
  /// But for so many exchanges, of which the last may begin at its end.
  void TakeAllTime(int exchanges, query::Account* account) const;

  const InvestigateOptions& options_;
};

}  // namespace caascan::investigate
