// A server that fails now and then must not pass for one that minds capitals. So pairs are
// compared, failure with capitals and an answer in small letters, until there are enough in a row.
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

/// Is it worth a query to know whether the same question in small letters gets a better reply? Of
/// denials until the server has answered capitals by data; of errors once, and again where a name's
/// record depends on it: a server may mind capitals where it looks for one type only.
bool MayBeBetter(int worth, LetterCase known, query::Look look) {
  if (worth == kProven) return false;
  if (worth <= kBogusDenial) return query::IsLast(look) || known == LetterCase::kUnknown;
  return known < LetterCase::kSound;
}

}  // namespace

LetterCaseCheck::LetterCaseCheck(net::Network* network, const AskOptions& ask,
                                 const ReplyJudge* judge)
    : network_(network), ask_(ask), small_ask_(InSmallLetters(ask)), judge_(judge) {}

bool LetterCaseCheck::IsNeeded(const Walk& walk, net::Peer* peer, const Account& account) const {
  const LetterCase known = peer->letter_case();
  const bool errors_only = known == LetterCase::kSound && query::IsLast(account.look);
  if (known == LetterCase::kSensitive || (known == LetterCase::kSound && !errors_only)) {
    return false;
  }
  const query::Asked& asked = *walk.asked;
  if (!asked.replied || asked.small_letters || walk.chain.NameAfter(walk.hops).is_root()) {
    return false;
  }
  const int worth = WorthOf(walk);
  // Keys and a DS may be of a zone above, which is kept in another way.
  const bool of_zone = walk.purpose == Walk::Purpose::kDs || walk.purpose == Walk::Purpose::kKeys;
  if (worth == kProven && !of_zone) peer->NoteLetterCase(LetterCase::kSound);
  return MayBeBetter(worth, known, account.look);
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

/// Asks in small letters, and again with capitals, until the server has shown what it minds. True
/// where a reply worth more than `than` came; it is in walk->asked.
async::Task<bool> LetterCaseCheck::FindBetter(Walk* walk, net::Peer* peer, int than,
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
async::Task<bool> LetterCaseCheck::KnowsApex(const dns::Name& apex, net::Peer* peer,
                                             Account* account) {
  if (peer->letter_case() != LetterCase::kSameDenials) co_return false;
  const std::optional<bool> found = co_await HasSoa(apex, peer, ask_, account);
  if (found == true) peer->NoteLetterCase(LetterCase::kSound);
  co_return found == true;
}

/// The question in small letters got no better reply, which is in walk->asked.
async::Task<> LetterCaseCheck::NoteAlike(const dns::Name& apex, int worth, int other,
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

async::Task<> LetterCaseCheck::Compare(Walk* walk, net::Peer* peer, Account* account) {
  assert(walk->asked->replied && "there is a reply to compare");
  const int worth = WorthOf(*walk);
  const dns::Name apex =
      query::DeepestZoneShown(walk->asked->message, walk->zone.name(), walk->chain.current());
  std::unique_ptr<std::string> bytes = CopyOf(walk->asked->message);
  async::Pooled<query::Asked> first = std::move(walk->asked);
  for (auto other = comparing_.find(peer); other != comparing_.end();
       other = comparing_.find(peer)) {
    co_await async::WaitList::Waiter(&other->second);
  }
  bool better = false;
  if (!account->budget.exhausted() && MayBeBetter(worth, peer->letter_case(), account->look)) {
    comparing_.try_emplace(peer);
    const bool denied = worth > kBogusDenial;
    if (!denied || !co_await KnowsApex(apex, peer, account)) {
      better = co_await FindBetter(walk, peer, worth, account);
    }
    if (!better && peer->letter_case() < LetterCase::kSound) {
      co_await NoteAlike(apex, worth, WorthOf(*walk), peer, account);
    }
    comparing_.extract(peer).mapped().NotifyAll();
  }
  if (better) co_return;
  walk->PutBack(std::move(first), std::move(bytes));
  judge_->Read(walk, account, network_->loop()->now());
}

}  // namespace caascan::resolve
