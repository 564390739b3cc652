// What validation makes of a look-up.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "caascan/record.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/work.h"
#include "scanner/query/answer.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/validator.h"
#include "scanner/zones/zone.h"

namespace caascan::resolve {

/// Judges the replies of a Walk by what the validator knows of its zones, and keeps in the Walk
/// what follows for the whole look-up. Sends nothing: where a judgement needs other zones, it is
/// the TrustBuilder that finds them. Work goes to the account's budget, and to a zone's share of
/// it. One worker's, loop thread only.
class ReplyJudge {
 public:
  /// `validator` outlives it.
  explicit ReplyJudge(zones::Validator* validator) : validator_(validator) {}

  /// What a server's address is does not need to be validated, since what the server says is.
  bool Validates(const Walk& walk) const {
    return validator_->enabled() && walk.purpose != Walk::Purpose::kAddress;
  }
  /// Judges the reply that was just read, where it is to be validated: the verdict goes to
  /// walk->reply. Walk::lacks_proof() says whether other zones might make it better. The keys that
  /// a reply has for a Walk of kKeys go to walk->trust. REQUIRES: walk->ok.
  void Judge(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const;
  /// Is a reply that looks lame an empty answer all the same? It is where it holds a whole proof
  /// (RFC 4035 §5.4); then it is classified and judged as one. Otherwise nothing has changed.
  bool AcceptIfProven(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const;
  /// Reads and judges the reply in walk->asked, which may be none.
  void Read(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const;

  /// The verdict on a reply that denies the DS at `cut` by records of the zone `apex` that are
  /// known. nullopt where they prove nothing.
  std::optional<zones::ReplyVerdict> ProveNoDs(dns::NameView apex, dns::NameView cut,
                                               query::Account* account,
                                               std::chrono::nanoseconds now) const;

  /// The verdict on a reply about the DS of `cut` from a server of `zone`, without a walk. nullopt
  /// where it is bogus, or shows no delegation.
  std::optional<zones::ReplyVerdict> JudgeDs(const dns::Message& message, dns::NameView cut,
                                             const zones::Zone& zone, dns::NameView apex,
                                             query::Account* account,
                                             std::chrono::nanoseconds now) const;

  /// Were all servers of the zone silent when they were asked for its keys?
  bool KeysAreUnheard(const Walk& walk) const;
  /// Keeps those attempts of the account, from the one with index `first`, that were silent then.
  void TakeUnheard(size_t first, const query::Account& account, Walk* walk) const;
  /// Ends the look-up where the zone itself is bogus: then there is no need to ask its servers.
  bool EndsBogus(Walk* walk) const;
  /// The reply is used: what was found of it counts for the look-up.
  void NoteProof(Walk* walk) const;
  /// Puts what was found into the answer, once the look-up has ended.
  void FillProof(Walk* walk, query::CaaAnswer* answer) const;

  /// See Resolver::FindBogus(). `zone` is the zone of the name `apex`.
  std::optional<Finding> FindBogus(const dns::Message& message, const zones::Zone& zone,
                                   dns::NameView apex, dns::NameView name, dnssec::Work* work,
                                   std::chrono::nanoseconds now) const;
  /// See Resolver::ProvesNoCaa().
  bool ProvesNoCaa(const dns::Message& message, const zones::Zone& zone, dns::NameView apex,
                   dns::NameView name, dnssec::Work* work, std::chrono::nanoseconds now) const;

 private:
  std::optional<zones::ReplyVerdict> JudgeCaa(const dns::Message& message, const zones::Zone& zone,
                                              dns::NameView apex, dns::NameView name,
                                              dnssec::Work* work, std::chrono::nanoseconds now,
                                              dnssec::Claim* claim) const;
  void JudgeKeys(Walk* walk, dnssec::Work* work, std::chrono::nanoseconds now) const;
  void JudgeDelegation(Walk* walk, dns::NameView cut, dnssec::Work* work,
                       std::chrono::nanoseconds now) const;

  zones::Validator* const validator_;
};

/// The reply in *walk is bogus, and so it counts as none: other servers may give a better one.
void RefuseBogus(Walk* walk, query::Attempt* attempt);

/// A delegation for which what is needed to judge it is not there.
dnssec::Verdict NoDelegationProof(dns::NameView apex, std::string_view detail);

}  // namespace caascan::resolve
