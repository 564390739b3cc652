// Tested by known_denials_test.cc, and end to end by denials_test.py.
#include "scanner/resolve/known_denials.h"

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace caascan::resolve {

bool KnownDenials::MayAnswer(const Walk& walk, const query::Account& account) const {
  const dns::NameView apex = walk.zone.name();
  if (validator_->denials() == nullptr || walk.purpose != Walk::Purpose::kDs ||
      !walk.chain.current().IsBelow(apex) || account.keep_all_attempts ||
      account.look != query::Look::kFirst || walk.zone->trust == zones::Zone::Trust::kInsecure) {
    return false;
  }
  const zones::TrustCache::Handle trust = validator_->Find(apex);
  return trust && trust->known() && trust->verdict.is_secure();
}

bool KnownDenials::Answer(Walk* walk, query::Account* account, std::chrono::nanoseconds now) const {
  if (!MayAnswer(*walk, *account)) return false;
  std::optional<dnssec::DenialStore::Composed> denial =
      validator_->Deny(walk->zone.name(), walk->chain.current(), walk->type, now);
  if (!denial) return false;
  walk->copy = std::make_unique<std::string>(std::move(denial->message));
  walk->asked = async::MakePooled<query::Asked>();
  walk->asked->replied = true;
  const auto* octets = reinterpret_cast<const uint8_t*>(walk->copy->data());
  if (dns::Message::Parse({octets, walk->copy->size()}, &walk->asked->message).error ==
      dns::ParseError::kNone) {
    judge_->Read(walk, account, now);
    const bool proven = walk->ok && walk->reply != nullptr && !walk->reply->verdict.is_bogus() &&
                        !walk->stands_at_alias() && !walk->referred();
    if (proven) {
      validator_->ConfirmDenials(walk->zone.name(), denial->known_good);
      walk->from_known_denials = true;
      return true;
    }
    walk->chain.Rewind(walk->hops);
  }
  validator_->denials()->Forget(walk->zone.name(), denial->used);
  walk->asked.reset();
  walk->reply.reset();
  walk->BeginVisit();
  return false;
}

void KnownDenials::Keep(const Walk& walk, std::chrono::nanoseconds now) const {
  assert(walk.ok && walk.asked != nullptr && "a reply is used");
  if (validator_->denials() == nullptr || walk.purpose != Walk::Purpose::kDs ||
      walk.reply == nullptr || walk.from_known_denials || walk.reply->verdict.is_bogus() ||
      walk.asked->classified.kind != query::ResponseKind::kNoData) {
    return;
  }
  validator_->denials()->Add(walk.asked->message, walk.zone.name(), now);
  validator_->ConfirmDenials(walk.zone.name(), {});
}

}  // namespace caascan::resolve
