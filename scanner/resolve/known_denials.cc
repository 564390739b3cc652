// Tested by known_denials_test.cc, and end to end by denials_test.py.
#include "scanner/resolve/known_denials.h"

#include <cassert>
#include <memory>
#include <optional>
#include <span>
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
  auto proof = ReadFileProof(*walk, account, now);
  const bool from_file = proof.has_value();
  if (!from_file) proof = judge_->ProveNoDs(apex, walk->chain.current(), account, now);
  if (!proof) return false;
  walk->asked = async::MakePooled<query::Asked>();
  walk->asked->classified.kind = query::ResponseKind::kNoData;
  walk->reply = async::MakePooled<zones::ReplyVerdict>();
  *walk->reply = *std::move(proof);
  walk->ok = walk->from_known_denials = true;
  walk->from_file = from_file;
  return true;
}

/// By the keys that the zone has now, and what is known of the zones between.
std::optional<zones::ReplyVerdict> KnownDenials::ReadFileProof(const Walk& walk,
                                                               query::Account* account,
                                                               std::chrono::nanoseconds now) const {
  if (walk.file_proof == nullptr) return std::nullopt;
  dns::Message message;
  const std::span<const uint8_t> octets(reinterpret_cast<const uint8_t*>(walk.file_proof->data()),
                                        walk.file_proof->size());
  if (dns::Message::Parse(octets, &message).error != dns::ParseError::kNone) return std::nullopt;
  return judge_->JudgeDs(message, walk.chain.current(), *walk.zone, walk.zone.name(), account, now);
}

bool KnownDenials::Settle(Zone* zone, dns::NameView apex, const Zone& above,
                          dns::NameView above_apex, query::Account* account,
                          std::chrono::nanoseconds now) const {
  if (zone->trust != Zone::Trust::kUnknown || zone->file_proof != nullptr || apex.is_root() ||
      !MayAnswer(above, *account) || validator_->Find(apex)) {
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
