// Tested by walk_test.cc.
#include "scanner/resolve/walk.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/query/failure.h"

namespace caascan::resolve {
namespace {

using query::ResponseKind;

bool IsDenial(ResponseKind kind) {
  return kind == ResponseKind::kNoData || kind == ResponseKind::kNxDomain;
}

}  // namespace

std::unique_ptr<std::string> CopyOf(const dns::Message& message) {
  const auto bytes = message.bytes();
  return std::make_unique<std::string>(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void Walk::ReadReply() {
  hops = chain.hops();
  ok = false;
  reply.reset();
  if (!asked->replied) return;
  asked->classified = query::Classify(asked->message, {false, zone.name()}, type, &chain);
  ResponseKind& kind = asked->classified.kind;
  if (purpose == Purpose::kDs && kind == ResponseKind::kReferral &&
      asked->classified.cut.Equals(chain.start())) {
    // The DS is this server's to tell (RFC 4035 §3.1.4.1): no resolver takes a referral for it.
    kind = ResponseKind::kNotAuthoritative;
  }
  ok = query::IsUsable(kind);
}

void Walk::KeepMessage() {
  copy = CopyOf(asked->message);
  (void)dns::Message::Parse({reinterpret_cast<const uint8_t*>(copy->data()), copy->size()},
                            &asked->message);
}

void Walk::PutBack(async::Pooled<query::Asked> reply_before, std::unique_ptr<std::string> bytes) {
  asked = std::move(reply_before);
  copy = std::move(bytes);
  (void)dns::Message::Parse({reinterpret_cast<const uint8_t*>(copy->data()), copy->size()},
                            &asked->message);
  chain.Rewind(hops);
}

bool Walk::IsWeak() const {
  if (!ok || purpose != Purpose::kData) return false;
  // Nothing that a loop, or aliases without end, may be is proven.
  if (asked->classified.kind == ResponseKind::kAliasFailed) return true;
  if (!asked->classified.remarkable()) return false;
  const bool judged = reply != nullptr;
  if (judged && reply->verdict.is_bogus()) return false;  // It counts nowhere.
  return query::StrengthOf(asked->classified, judged && reply->verdict.is_secure()) <
         query::Strength::kAuthoritative;
}

void Walk::Hold(const zones::Zone::ServerAddress& address) {
  assert(ok && "only a usable reply is held");
  const query::Classified& classified = asked->classified;
  const bool validated = reply != nullptr && reply->verdict.is_secure();
  const query::Strength strength = query::StrengthOf(classified, validated);
  // Of equals the first one; but records may forbid what an empty answer permits.
  const bool better = held == nullptr || strength > held->strength ||
                      (strength == held->strength && classified.kind == ResponseKind::kAnswer &&
                       IsDenial(held->asked->classified.kind));
  if (better) {
    held = std::make_unique<Held>();
    held->bytes = CopyOf(asked->message);
    held->address = address;
    held->strength = strength;
    held->asked = std::move(asked);
  }
  asked = async::MakePooled<query::Asked>();
  ok = false;
  reply.reset();
  chain.Rewind(hops);
}

zones::Zone::ServerAddress Walk::TakeHeld() {
  assert(held != nullptr && "there is a reply to take");
  const std::unique_ptr<Held> taken = std::move(held);
  PutBack(std::move(taken->asked), std::move(taken->bytes));
  return std::move(taken->address);
}

dns::Name Walk::DeepestZone() const {
  const dns::NameView apex = zone.name();
  if (ok) return query::DeepestZoneShown(asked->message, apex, chain.current());
  const bool below = failure == Reason::kDnssecBogus && proof.bogus != nullptr &&
                     proof.bogus->evidence.zone.view().IsBelow(apex);
  return below ? dns::Name(proof.bogus->evidence.zone) : dns::Name(apex);
}

query::Classified RemarksOf(const Walk& walk, const net::Peer* peer,
                            zones::Delegations* delegations) {
  query::Classified remarks = walk.asked->classified;
  if (!remarks.soa_wrong_zone) return remarks;
  const zones::Delegations::Handle above = delegations->Above(walk.zone.name());
  for (const dns::RecordView& record : walk.asked->message.records(dns::Section::kAuthority)) {
    if (record.type != dns::RRType::kSOA) continue;
    const dns::Name owner = record.owner.ToName();
    if (!walk.zone.name().IsBelow(owner)) continue;
    const auto& served = above->addresses;
    const bool serves_both = owner.view() == above.name() &&
                             std::any_of(served.begin(), served.end(),
                                         [peer](const auto& each) { return each.peer == peer; });
    // A zone between: the referral has left it out.
    if (serves_both || owner.view().IsBelow(above.name())) remarks.soa_wrong_zone = false;
  }
  return remarks;
}

uint8_t Walk::DenierLabels() const {
  assert(asked->classified.kind == ResponseKind::kNxDomain && "the name is denied");
  const dns::Name denier = query::DeepestZoneShown(asked->message, zone.name(), chain.current());
  return static_cast<uint8_t>(denier.view().label_count());
}

}  // namespace caascan::resolve
