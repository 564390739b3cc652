// Replies and servers that may be better, or worse, than they look at first:
// - an empty reply that looks lame and holds a whole proof (RFC 4035 §5.4);
// - an error or a denial from a server that may mind capitals in names (RFC 4343);
// - a usable reply that decides only where no server of the zone gives a better one (Strength);
// - servers that fail at the addresses of their glue and answer at their own, or the reverse.
//
// Tested by iterative_doubt_test.cc and letter_case_test.cc.
#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "scanner/resolve/failure.h"
#include "scanner/resolve/iterative.h"

namespace caascan::resolve {
namespace {

using LetterCase = net::Peer::LetterCase;

// A server that fails now and then must not pass for one that minds capitals: so often in turn it
// has to fail with capitals and answer in small letters.
constexpr int kPairs = 5;

// What a reply is worth where two to the same question are compared.
constexpr int kWorthless = 0;
constexpr int kBogusDenial = 1;
constexpr int kNxDomain = 2;
constexpr int kNoData = 3;
constexpr int kProven = 4;  // Data, a referral, or a denial that validates.

std::unique_ptr<std::string> CopyOf(const dns::Message& message) {
  const auto bytes = message.bytes();
  return std::make_unique<std::string>(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool IsDenial(ResponseKind kind) {
  return kind == ResponseKind::kNoData || kind == ResponseKind::kNxDomain;
}

/// Does the authority section speak of some zone? An answer whose only authority is a proof does
/// not.
bool NamesZone(const dns::Message& message) {
  for (const dns::RecordView& record : message.records(dns::Section::kAuthority)) {
    if (record.type == dns::RRType::kSOA || record.type == dns::RRType::kNS) return true;
  }
  return false;
}

int WorthOf(const Asked& asked, bool usable, const ReplyVerdict* reply) {
  if (!asked.replied || !usable) return kWorthless;
  const ResponseKind kind = asked.classified.kind;
  if (kind == ResponseKind::kAliasFailed) return kWorthless;
  if (!IsDenial(kind)) return kProven;
  const bool proven =
      reply != nullptr && (reply->verdict.is_secure() ||
                           reply->delegation != dnssec::DelegationJudgement::Kind::kBogus);
  if (proven) return kProven;
  if (reply != nullptr && reply->verdict.is_bogus()) return kBogusDenial;
  return kind == ResponseKind::kNoData ? kNoData : kNxDomain;
}

/// Is it worth a query to know whether the same question in small letters gets a better reply? Of
/// denials until the server has answered capitals by data; of errors once, and again where a name's
/// record depends on it: a server may mind capitals where it looks for one type only.
bool MayBeBetter(int worth, LetterCase known, Look look) {
  if (worth == kProven) return false;
  if (worth <= kBogusDenial) return IsLast(look) || known == LetterCase::kUnknown;
  return known < LetterCase::kSound;
}

}  // namespace

/// Is it an empty answer all the same? Then it is classified and judged as one.
bool IterativeResolver::IsProven(Walk* walk, Account* account) {
  ResponseKind& kind = walk->asked->classified.kind;
  if (kind != ResponseKind::kNotAuthoritative || !Validates(*walk) ||
      walk->purpose == Walk::Purpose::kKeys ||
      validator_.StatusOf(*walk->zone, walk->zone.name()) != DnssecStatus::kSecure ||
      NamesZone(walk->asked->message)) {
    return false;
  }
  const bool nxdomain = walk->asked->message.rcode() == dns::RCode::kNXDomain;
  kind = nxdomain ? ResponseKind::kNxDomain : ResponseKind::kNoData;
  walk->ok = true;
  if (JudgeReply(walk, account) && walk->reply->verdict.is_secure()) {
    walk->asked->classified.without_authority = !walk->asked->message.authoritative();
    return true;
  }
  kind = ResponseKind::kNotAuthoritative;
  walk->ok = false;
  walk->reply.reset();
  return false;
}

/// Could the reply be worse than one to the same question in small letters? Notes what shows that
/// the server knows capitals.
bool IterativeResolver::MayMindCapitals(const Walk& walk, net::Peer* peer,
                                        const Account& account) const {
  const LetterCase known = peer->letter_case();
  const bool errors_only = known == LetterCase::kSound && IsLast(account.look);
  if (known == LetterCase::kSensitive || (known == LetterCase::kSound && !errors_only)) {
    return false;
  }
  const Asked& asked = *walk.asked;
  if (!asked.replied || asked.small_letters || walk.chain.NameAfter(walk.hops).is_root()) {
    return false;
  }
  const int worth = WorthOf(asked, walk.ok, walk.reply.get());
  // Keys and a DS may be of a zone above, which is kept in another way.
  const bool of_zone = walk.purpose == Walk::Purpose::kDs || walk.purpose == Walk::Purpose::kKeys;
  if (worth == kProven && !of_zone) peer->NoteLetterCase(LetterCase::kSound);
  return MayBeBetter(worth, known, account.look);
}

/// Asks once more. True where the reply is worth more than `than`; it is in walk->asked, classified
/// and judged by what is known already: others wait for the comparison, so that it must wait for
/// nothing but the server.
net::Task<bool> IterativeResolver::AskAgain(Walk* walk, net::Peer* peer, bool small_letters,
                                            int than, Account* account) {
  walk->chain.Rewind(walk->hops);
  walk->asked = co_await Ask(peer, walk->chain.current(), walk->type,
                             small_letters ? small_ask_ : options_.ask, account);
  ClassifyReply(walk);
  if (walk->ok && Validates(*walk)) (void)JudgeReply(walk, account);
  co_return WorthOf(*walk->asked, walk->ok, walk->reply.get()) > than;
}

/// Asks in small letters, and again with capitals, until the server has shown what it minds. True
/// where a reply worth more than `than` came; it is in walk->asked.
net::Task<bool> IterativeResolver::FindBetter(Walk* walk, net::Peer* peer, int than,
                                              Account* account) {
  for (int pairs = 1; co_await AskAgain(walk, peer, /*small_letters=*/true, than, account);
       ++pairs) {
    if (pairs == kPairs) peer->NoteLetterCase(LetterCase::kSensitive);
    if (peer->letter_case() == LetterCase::kSensitive || account->budget.exhausted())
      co_return true;
    if (co_await AskAgain(walk, peer, /*small_letters=*/false, than, account)) co_return true;
    if (account->budget.exhausted()) break;
    if (!walk->asked->replied) {  // Silence may be chance, and shows nothing.
      co_return co_await AskAgain(walk, peer, /*small_letters=*/true, than, account);
    }
  }
  co_return false;
}

/// Two denials alike show little: a server that minds capitals denies what is not there whatever
/// its letters are. So, at its second denial, the SOA of the zone's apex, which is there, is asked
/// for. (At the first one it may be the only name of the scan that the server has.) Is it settled?
net::Task<bool> IterativeResolver::KnowsApex(const dns::Name& apex, net::Peer* peer,
                                             Account* account) {
  if (peer->letter_case() != LetterCase::kSameDenials) co_return false;
  const std::optional<bool> found = co_await HasSoa(apex, peer, options_.ask, account);
  if (found == true) peer->NoteLetterCase(LetterCase::kSound);
  co_return found == true;
}

/// The question in small letters got no better reply, which is in walk->asked.
net::Task<> IterativeResolver::NoteAlike(const dns::Name& apex, int worth, int other,
                                         net::Peer* peer, Account* account) {
  const LetterCase known = peer->letter_case();
  if (worth <= kBogusDenial) {
    peer->NoteLetterCase(std::max(known, LetterCase::kSameErrors));
  } else if (worth == other && known != LetterCase::kSameDenials) {
    peer->NoteLetterCase(LetterCase::kSameDenials);
  } else if (worth == other) {
    const std::optional<bool> found = co_await HasSoa(apex, peer, small_ask_, account);
    if (found == false) peer->NoteLetterCase(LetterCase::kSound);  // It has none in any letters.
  }
}

/// Nothing where no reply came. The root's name has no letters to mind.
net::Task<std::optional<bool>> IterativeResolver::HasSoa(dns::NameView apex, net::Peer* peer,
                                                         const AskOptions& options,
                                                         Account* account) {
  if (apex.is_root()) co_return false;
  if (account->budget.exhausted()) co_return std::nullopt;
  const net::Pooled<Asked> asked = co_await Ask(peer, apex, dns::RRType::kSOA, options, account);
  if (!asked->replied) co_return std::nullopt;
  AliasChain chain(apex);
  co_return Classify(asked->message, {false, apex}, dns::RRType::kSOA, &chain).kind ==
      ResponseKind::kAnswer;
}

/// Leaves in walk->asked the reply that counts: the one that is there, or a better one.
net::Task<> IterativeResolver::CompareLetters(Walk* walk, net::Peer* peer, Account* account,
                                              Host* job) {
  const int worth = WorthOf(*walk->asked, walk->ok, walk->reply.get());
  const dns::Name apex =
      DeepestZoneShown(walk->asked->message, walk->zone.name(), walk->chain.current());
  std::unique_ptr<std::string> bytes = CopyOf(walk->asked->message);
  net::Pooled<Asked> first = std::move(walk->asked);
  for (auto other = comparing_.find(peer); other != comparing_.end();
       other = comparing_.find(peer)) {
    co_await net::WaitList::Waiter(&other->second);
  }
  bool better = false;
  if (!account->budget.exhausted() && MayBeBetter(worth, peer->letter_case(), account->look)) {
    comparing_.try_emplace(peer);
    const bool denied = worth > kBogusDenial;
    if (!denied || !co_await KnowsApex(apex, peer, account)) {
      better = co_await FindBetter(walk, peer, worth, account);
    }
    if (!better && peer->letter_case() < LetterCase::kSound) {
      const int other = WorthOf(*walk->asked, walk->ok, walk->reply.get());
      co_await NoteAlike(apex, worth, other, peer, account);
    }
    comparing_.extract(peer).mapped().NotifyAll();
  }
  if (better) {
    const bool open = walk->ok && walk->reply != nullptr && walk->reply->verdict.is_bogus() &&
                      walk->reply->missing.kind != dnssec::Missing::Kind::kNone;
    if (open) co_await FindMissing(walk, account, job);
    co_return;
  }
  walk->asked = std::move(first);
  co_await Reread(std::move(bytes), walk, account, job);
}

/// Makes walk->asked of its message's octets again, after other queries.
net::Task<> IterativeResolver::Reread(std::unique_ptr<std::string> bytes, Walk* walk,
                                      Account* account, Host* job) {
  walk->copy = std::move(bytes);
  (void)dns::Message::Parse(
      {reinterpret_cast<const uint8_t*>(walk->copy->data()), walk->copy->size()},
      &walk->asked->message);
  walk->chain.Rewind(walk->hops);
  ClassifyReply(walk);
  if (walk->ok && Validates(*walk) && !JudgeReply(walk, account)) {
    co_await FindMissing(walk, account, job);
  }
  if (!walk->ok) (void)IsProven(walk, account);
}

/// Does it count only where no other server gives a better one?
bool IterativeResolver::IsWeak(const Walk& walk) {
  if (!walk.ok || walk.purpose != Walk::Purpose::kData) return false;
  // Nothing that a loop, or aliases without end, may be is proven.
  if (walk.asked->classified.kind == ResponseKind::kAliasFailed) return true;
  if (!walk.asked->classified.remarkable()) return false;
  const bool judged = walk.reply != nullptr;
  if (judged && walk.reply->verdict.is_bogus()) return false;  // It counts nowhere.
  return StrengthOf(walk.asked->classified, judged && walk.reply->verdict.is_secure()) <
         Strength::kAuthoritative;
}

/// What may be said of the reply without wronging the server. One that serves a zone above as well
/// shows that zone's SOA where it knows no delegation: then it is open whether it, or the one that
/// referred here, is wrong.
Classified IterativeResolver::RemarksOf(const Walk& walk, const net::Peer* peer) {
  Classified remarks = walk.asked->classified;
  if (!remarks.soa_wrong_zone) return remarks;
  const ZoneHandle above = delegations_.Above(walk.zone.name());
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

void IterativeResolver::Hold(const Zone::ServerAddress& address, Account* account, Walk* walk) {
  const Zone& zone = *walk->zone;
  const Classified& classified = walk->asked->classified;
  const Attempt attempt =
      MakeAttempt(*walk->asked, address.peer, zone.host(zone.servers[address.server]).ToText());
  const Classified remarks = RemarksOf(*walk, address.peer);
  Observe(*walk->asked, &remarks, attempt, account);
  const bool validated = walk->reply != nullptr && walk->reply->verdict.is_secure();
  const Strength strength = StrengthOf(classified, validated);
  // Of equals the first one; but records may forbid what an empty answer permits.
  const bool better =
      walk->held == nullptr || strength > walk->held->strength ||
      (strength == walk->held->strength && classified.kind == ResponseKind::kAnswer &&
       IsDenial(walk->held->asked->classified.kind));
  if (better) {
    walk->held = std::make_unique<Walk::Held>();
    walk->held->bytes = CopyOf(walk->asked->message);
    walk->held->address = address;
    walk->held->strength = strength;
    walk->held->asked = std::move(walk->asked);
  }
  walk->asked = net::MakePooled<Asked>();
  walk->ok = false;
  walk->reply.reset();
  walk->chain.Rewind(walk->hops);
}

/// A silent server might have said more, and so might one whose address could not be found: the
/// last look gives each many tries before the weaker word counts.
bool IterativeResolver::MayTakeHeld(const Walk& walk, const Visit& visit, const Account& account) {
  const bool all_asked = !visit.choice.any_silent() && !visit.names.any_missing();
  return walk.held != nullptr && (all_asked || IsLast(account.look)) && !account.budget.exhausted();
}

/// No server gave a better one. False where there is none, or where it ends the look-up no more.
net::Task<bool> IterativeResolver::TakeHeld(Account* account, Walk* walk, Host* job) {
  if (walk->held == nullptr) co_return false;
  const std::unique_ptr<Walk::Held> held = std::move(walk->held);
  walk->asked = std::move(held->asked);
  co_await Reread(std::move(held->bytes), walk, account, job);
  co_return TakeReply(held->address, account, walk);
}

/// Is it time for the last resort?
bool IterativeResolver::MayHaveOthers(const Walk& walk, const Visit& visit,
                                      const Account& account) const {
  return IsLast(account.look) && !visit.last_resort && walk.held == nullptr &&
         walk.purpose != Walk::Purpose::kAddress && !network_->cancelled();
}

/// The last resort: where the delegation gave glue, the addresses that the servers' own zones give;
/// where it did not, the glue that other delegations have for them. True where there are more now.
net::Task<bool> IterativeResolver::FindOtherAddresses(Walk* walk, Visit* visit, Account* account,
                                                      Host* job) {
  assert(MayHaveOthers(*walk, *visit, *account) && "the last resort comes once, and last");
  visit->last_resort = true;
  bool found = false;
  Zone& zone = *walk->zone;
  for (size_t i = 0; i < zone.servers.size() && !account->budget.exhausted(); ++i) {
    const dns::NameView name = zone.host(zone.servers[i]);
    found |= delegations_.AddGlueFromAbove(&zone, i);
    // What a host inside the zone is called is for the very servers to say that have failed.
    if (!zone.servers[i].has_glue || name.IsAtOrBelow(walk->zone.name())) continue;
    const HostFinder::Handle host = hosts_.FindOrInsert(name);
    (void)co_await hosts_.Resolve(host, account, job);
    for (const net::PeerRef& peer : host->peers) {
      found |= zone.AddAddress(i, peer, /*last_resort=*/true);
    }
  }
  delegations_.Weigh(walk->zone);
  co_return found;
}

/// The server answers where it was not expected: its other addresses are wrong.
void IterativeResolver::NoteLastResort(const Zone& zone, const Zone::ServerAddress& address,
                                       Account* account) {
  const Zone::Server& server = zone.servers[address.server];
  const HostFinder::Handle own = hosts_.Find(zone.host(server));
  const auto is_own = [&own](const net::Peer* peer) {
    return own && std::find(own->peers.begin(), own->peers.end(), peer) != own->peers.end();
  };
  for (const Zone::ServerAddress& wrong : zone.addresses) {
    if (wrong.server != address.server || wrong.last_resort) continue;
    if (server.has_glue && is_own(wrong.peer)) continue;  // One of several of its own.
    Observation seen{Observation::Kind::kGlueMismatch, zone.host(server).ToText(), wrong.peer, {}};
    seen.evidence = (server.has_glue ? "the parent's glue is " : "the server's own zone says ") +
                    wrong.peer->address().ToText() + ", where it fails; it answers at " +
                    address.peer->address().ToText() +
                    (server.has_glue ? ", as its own zone says" : ", the parent's glue");
    account->observations.push_back(std::move(seen));
  }
}

}  // namespace caascan::resolve
