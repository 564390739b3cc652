// Tested by known_denials_test.cc, and end to end by denials_test.py.
#include "scanner/resolve/known_denials.h"

#include <cassert>
#include <memory>
#include <optional>
#include <utility>

namespace caascan::resolve {

using Kind = dnssec::DelegationJudgement::Kind;
using zones::Zone;

bool KnownDenials::MayAnswer(const Zone& above, const query::Account& account) const {
  return validator_->has_denials() && !account.keep_all_attempts &&
         account.look == query::Look::kFirst && above.trust != Zone::Trust::kInsecure;
}

bool KnownDenials::Answer(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const {
  const dns::NameView apex = walk->zone.name();
  if (walk->purpose != Walk::Purpose::kDs || !walk->chain.current().IsBelow(apex) ||
      !MayAnswer(*walk->zone, *account)) {
    return false;
  }
  auto proof = judge_->ProveNoDs(apex, walk->chain.current(), account, now);
  if (!proof) return false;
  walk->asked = async::MakePooled<query::Asked>();
  walk->asked->classified.kind = query::ResponseKind::kNoData;
  walk->reply = std::make_unique<zones::ReplyVerdict>(*std::move(proof));
  walk->ok = walk->from_known_denials = true;
  return true;
}

bool KnownDenials::Settle(Zone* zone, dns::NameView apex, const Zone& above,
                          dns::NameView above_apex, query::Account* account,
                          std::chrono::nanoseconds now) const {
  if (zone->trust != Zone::Trust::kUnknown || apex.is_root() || !MayAnswer(above, *account) ||
      validator_->Find(apex)) {
    return false;
  }
  const auto proof = judge_->ProveNoDs(above_apex, apex, account, now);
  if (!proof || proof->delegation != Kind::kInsecure) return false;
  zone->trust = Zone::Trust::kInsecure;
  return true;
}

void KnownDenials::Keep(const Walk& walk, query::Account* account,
                        std::chrono::nanoseconds now) const {
  assert(walk.ok && walk.asked != nullptr && "a reply is used");
  if (walk.purpose != Walk::Purpose::kDs || walk.reply == nullptr || walk.from_known_denials ||
      walk.reply->verdict.is_bogus() ||
      walk.asked->classified.kind != query::ResponseKind::kNoData) {
    return;
  }
  validator_->KeepDenials(walk.asked->message, walk.zone.name(), now, &account->budget.work);
}

}  // namespace caascan::resolve
