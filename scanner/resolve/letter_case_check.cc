// A server that fails now and then must not pass for one that minds capitals. So pairs are
// compared, failure with capitals and an answer in small letters, until there are enough in a row.
//
// A server may serve one of its zones from a back end that minds capitals. So its denial counts
// where the question had none, or was compared with the same without, or where the server has
// answered another one with capitals about that zone by data. To compare the denials of each zone
// costs a sixth more queries. So only the first one of a server is compared, which finds most that
// mind capitals. About further zones it is asked in small letters: what that leaves a forger is in
// docs/hostile.md. A referral of his would reach far: zones that refer get capitals.
//
// Tested by letter_case_check_test.cc.
#include "scanner/resolve/letter_case_check.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

namespace caascan::resolve {
namespace {

using LetterCase = net::Peer::LetterCase;
using query::Account;
using query::AskOptions;
using query::ResponseKind;
using zones::Zone;

// So often in turn a server has to fail with capitals and answer in small letters.
constexpr int kPairs = 5;

// What a reply is worth where two to the same question are compared.
constexpr int kWorthless = 0;
constexpr int kBogusDenial = 1;
constexpr int kNxDomain = 2;
constexpr int kNoData = 3;
constexpr int kProven = 4;  // Data, a referral, or a denial that validates.

AskOptions InSmallLetters(AskOptions options) {
  options.small_letters = true;
  return options;
}

int WorthOf(const Walk& walk) {
  if (!walk.asked->replied || !walk.ok) return kWorthless;
  const ResponseKind kind = walk.asked->classified.kind;
  if (kind == ResponseKind::kAliasFailed) return kWorthless;
  if (kind != ResponseKind::kNoData && kind != ResponseKind::kNxDomain) return kProven;
  const zones::ReplyVerdict* reply = walk.reply.get();
  const bool proven =
      reply != nullptr && (reply->verdict.is_secure() ||
                           reply->delegation != dnssec::DelegationJudgement::Kind::kBogus);
  if (proven) return kProven;
  if (reply != nullptr && reply->verdict.is_bogus()) return kBogusDenial;
  return kind == ResponseKind::kNoData ? kNoData : kNxDomain;
}

/// Does the reply, data or a denial, show that it comes from the walk's own zone? A server may
/// serve a zone below as well, which it answers for without a referral.
bool ShowsItsZone(const Walk& walk) {
  const dns::NameView apex = walk.zone.name();
  const ResponseKind kind = walk.asked->classified.kind;
  if (kind == ResponseKind::kReferral) return true;
  if (kind == ResponseKind::kAnswer && walk.chain.current() == apex) return true;
  for (const dns::RecordView& record : walk.asked->message.records(dns::Section::kAuthority)) {
    if (record.type == dns::RRType::kSOA || record.type == dns::RRType::kNS) {
      return record.owner.Equals(apex);
    }
  }
  return false;
}

/// Has the server shown that capitals are not the reason of such a denial?
bool TakesCapitals(const Walk& walk, const Zone::ServerAddress& server) {
  if (!walk.seeks_data()) {
    return server.peer->letter_case() == LetterCase::kSound;
  }
  return server.takes_capitals && ShowsItsZone(walk);
}

/// Is it worth a query to know whether the same question in small letters gets a better reply? Of
/// denials until the server has answered capitals by data; of errors once, and again where a name's
/// record depends on it: a server may mind capitals where it looks for one type only.
bool MayBeBetter(int worth, bool takes_capitals, LetterCase known, query::Look look) {
  if (worth == kProven) return false;
  if (known == LetterCase::kSensitive) return true;  // It was not yet known when it was asked.
  if (worth <= kBogusDenial) return query::IsLast(look) || known == LetterCase::kUnknown;
  return !takes_capitals;
}

/// Is a server compared by one name at a time? Not where each name has to compare its own denial.
bool TakesTurns(const Walk& walk, const net::Peer& peer) {
  return !walk.seeks_data() || peer.letter_case() == LetterCase::kUnknown;
}

}  // namespace

LetterCaseCheck::LetterCaseCheck(net::Network* network, const AskOptions& ask,
                                 const ReplyJudge* judge)
    : network_(network), ask_(ask), small_ask_(InSmallLetters(ask)), judge_(judge) {}

bool LetterCaseCheck::SparesCapitals(const Walk& walk, const Zone::ServerAddress& server) const {
  // What a signed zone denies is proven.
  return walk.seeks_data() && !server.takes_capitals && !server.has_referred &&
         (server.peer->letter_case() != LetterCase::kUnknown || comparing_.contains(server.peer)) &&
         walk.zone->trust != Zone::Trust::kSeeTrusts;
}

bool LetterCaseCheck::IsNeeded(const Walk& walk, unsigned server, const Account& account) const {
  assert(server < walk.zone->addresses.size() && "an address of the zone");
  const query::Asked& asked = *walk.asked;
  if (!asked.replied || walk.chain.NameAfter(walk.hops).is_root()) return false;
  Zone::ServerAddress& address = walk.zone->addresses[server];
  net::Peer* const peer = address.peer;
  if (asked.small_letters) {
    address.has_referred = address.has_referred || walk.referred();
    return false;
  }
  const int worth = WorthOf(walk);
  const LetterCase known = peer->letter_case();
  if (worth == kProven) {
    // Keys and a DS may be of a zone above, which is kept in another way.
    const bool of_zone = walk.purpose == Walk::Purpose::kDs || walk.purpose == Walk::Purpose::kKeys;
    if (of_zone || known == LetterCase::kSensitive) return false;
    if (known != LetterCase::kSound) peer->NoteLetterCase(LetterCase::kSound);
    address.takes_capitals = address.takes_capitals || ShowsItsZone(walk);
    return false;
  }
  return MayBeBetter(worth, TakesCapitals(walk, address), known, account.look);
}

/// Asks once more. True where the reply is worth more than `than`; it is in walk->asked, classified
/// and judged by what is known already: others wait for the comparison, so that it must wait for
/// nothing but the server.
async::Task<bool> LetterCaseCheck::AskAgain(Walk* walk, net::Peer* peer, bool small_letters,
                                            int than, Account* account) {
  walk->chain.Rewind(walk->hops);
  walk->asked = co_await query::Ask(peer, walk->chain.current(), walk->type,
                                    small_letters ? small_ask_ : ask_, account);
  walk->ReadReply();
  if (walk->ok) judge_->Judge(walk, account, network_->loop()->now());
  co_return WorthOf(*walk) > than;
}

/// Asks in small letters, and again with capitals, until the server has shown what it minds. The
/// reply that is worth more than `than`, where one came, is in walk->asked.
async::Task<LetterCaseCheck::Found> LetterCaseCheck::FindBetter(Walk* walk, net::Peer* peer,
                                                                int than, Account* account) {
  for (int pairs = 1;; ++pairs) {
    bool better = co_await AskAgain(walk, peer, /*small_letters=*/true, than, account);
    // Silence may be chance. So may what is worse than it was a moment ago.
    if (!better && !account->budget.exhausted() && (!walk->asked->replied || pairs > 1)) {
      better = co_await AskAgain(walk, peer, /*small_letters=*/true, than, account);
    }
    if (!better) co_return walk->asked->replied ? Found::kNoBetter : Found::kNothing;
    if (pairs == kPairs) peer->NoteLetterCase(LetterCase::kSensitive);
    if (peer->letter_case() == LetterCase::kSensitive || account->budget.exhausted()) {
      co_return Found::kBetter;
    }
    if (co_await AskAgain(walk, peer, /*small_letters=*/false, than, account)) {
      co_return Found::kBetter;
    }
    if (account->budget.exhausted()) co_return Found::kNothing;
    if (walk->asked->replied) continue;
    better = co_await AskAgain(walk, peer, /*small_letters=*/true, than, account);
    co_return better ? Found::kBetter : Found::kNothing;
  }
}

/// Two denials alike show little: a server that minds capitals denies what is not there whatever
/// its letters are. So, at its second denial, the SOA of the zone's apex, which is there, is asked
/// for. (At the first one it may be the only name of the scan that the server has.) Is it settled?
async::Task<bool> LetterCaseCheck::KnowsApex(const dns::Name& apex, net::Peer* peer,
                                             Account* account) {
  if (peer->letter_case() != LetterCase::kSameDenials) co_return false;
  const std::optional<bool> found = co_await HasSoa(apex, peer, ask_, account);
  if (found == true) peer->NoteLetterCase(LetterCase::kSound);
  co_return found == true;
}

/// The question in small letters got no better reply, which is in walk->asked.
async::Task<> LetterCaseCheck::NoteAlike(dns::NameView apex, int worth, int other, net::Peer* peer,
                                         Account* account) {
  const LetterCase known = peer->letter_case();
  if (worth <= kBogusDenial) {
    peer->NoteLetterCase(std::max(known, LetterCase::kSameErrors));
  } else if (worth == other && known != LetterCase::kSameDenials) {
    peer->NoteLetterCase(LetterCase::kSameDenials);
  } else if (worth == other && !apex.is_root()) {
    const std::optional<bool> found = co_await HasSoa(apex, peer, small_ask_, account);
    if (found == false) peer->NoteLetterCase(LetterCase::kSound);  // It has none in any letters.
  }
}

/// Nothing where no reply came. The root's name has no letters to mind.
async::Task<std::optional<bool>> LetterCaseCheck::HasSoa(dns::NameView apex, net::Peer* peer,
                                                         const AskOptions& options,
                                                         Account* account) {
  if (apex.is_root()) co_return false;
  if (account->budget.exhausted()) co_return std::nullopt;
  const async::Pooled<query::Asked> asked =
      co_await query::Ask(peer, apex, dns::RRType::kSOA, options, account);
  if (!asked->replied) co_return std::nullopt;
  query::AliasChain chain(apex);
  co_return query::Classify(asked->message, {false, apex}, dns::RRType::kSOA, &chain).kind ==
      ResponseKind::kAnswer;
}

async::Task<> LetterCaseCheck::Compare(Walk* walk, unsigned server, Account* account) {
  assert(walk->asked->replied && "there is a reply to compare");
  assert(server < walk->zone->addresses.size() && "an address of the zone");
  const Zone::ServerAddress& address = walk->zone->addresses[server];
  const net::PeerRef peer = address.peer;
  const int worth = WorthOf(*walk);
  const bool takes_capitals = TakesCapitals(*walk, address);
  const dns::Name apex =
      query::DeepestZoneShown(walk->asked->message, walk->zone.name(), walk->chain.current());
  std::unique_ptr<std::string> bytes = CopyOf(walk->asked->message);
  async::Pooled<query::Asked> first = std::move(walk->asked);
  for (auto other = comparing_.find(peer); TakesTurns(*walk, *peer) && other != comparing_.end();
       other = comparing_.find(peer)) {
    co_await async::WaitList::Waiter(&other->second);
  }
  Found found = Found::kNoBetter;
  if (MayBeBetter(worth, takes_capitals, peer->letter_case(), account->look)) {
    const bool in_turn = TakesTurns(*walk, *peer);
    if (in_turn) comparing_.try_emplace(peer);
    found = co_await CompareNow(walk, apex, worth, peer, account);
    if (in_turn) comparing_.extract(peer).mapped().NotifyAll();
  }
  if (found == Found::kBetter) co_return;
  if (found == Found::kNothing && worth > kBogusDenial) {
    // A denial that could not be compared counts as silence.
    if (walk->asked == nullptr || walk->asked->replied) {
      walk->asked = async::MakePooled<query::Asked>();
    }
    walk->chain.Rewind(walk->hops);
    walk->ReadReply();
    co_return;
  }
  walk->PutBack(std::move(first), std::move(bytes));
  judge_->Read(walk, account, network_->loop()->now());
}

/// What is better is in walk->asked.
async::Task<LetterCaseCheck::Found> LetterCaseCheck::CompareNow(Walk* walk, const dns::Name& apex,
                                                                int worth, net::Peer* peer,
                                                                Account* account) {
  if (account->budget.exhausted()) co_return Found::kNothing;
  // The apex may be known though nothing else of that zone is.
  const bool by_apex = !walk->seeks_data() && worth > kBogusDenial;
  if (by_apex && co_await KnowsApex(apex, peer, account)) co_return Found::kNoBetter;
  const Found found = co_await FindBetter(walk, peer, worth, account);
  if (found == Found::kNoBetter && peer->letter_case() < LetterCase::kSound) {
    co_await NoteAlike(by_apex ? apex.view() : dns::NameView(), worth, WorthOf(*walk), peer,
                       account);
  }
  co_return found;
}

}  // namespace caascan::resolve
