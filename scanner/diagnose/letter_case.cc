// Tested end to end against the lab, by odd_answers_test.py. How the resolver itself does it, with
// validation, is in resolve/letter_case_check.
#include "scanner/diagnose/letter_case.h"

#include "scanner/query/classify.h"
#include "scanner/query/failure.h"

namespace caascan::diagnose {
namespace {

using LetterCase = net::Peer::LetterCase;

constexpr int kPairs = 5;
constexpr int kData = 3;

/// Records are worth more than an empty answer, that more than NXDOMAIN, and an error nothing.
int WorthOf(const query::Asked& asked, const LetterCaseQuestion& question) {
  if (!asked.replied) return 0;
  query::AliasChain chain(question.name);
  const query::ResponseKind kind =
      query::Classify(asked.message, {false, question.zone}, dns::RRType::kCAA, &chain).kind;
  if (!query::IsUsable(kind)) return 0;
  if (kind == query::ResponseKind::kNxDomain) return 1;
  return kind == query::ResponseKind::kNoData ? 2 : kData;
}

async::Task<bool> AskAgain(const LetterCaseQuestion* question, bool small_letters, int than,
                           query::Account* account, query::Asked* asked) {
  query::AskOptions options = *question->options;
  options.small_letters = small_letters;
  *asked =
      *co_await query::Ask(question->peer, question->name, dns::RRType::kCAA, options, account);
  co_return WorthOf(*asked, *question) > than;
}

}  // namespace

async::Task<> CompareLetters(const LetterCaseQuestion* question, query::Account* account,
                             query::Asked* asked, std::string* copy) {
  net::Peer* const peer = question->peer;
  const int worth = WorthOf(*asked, *question);
  if (!asked->replied || asked->small_letters || worth == kData) co_return;
  const query::Asked first = *asked;
  copy->assign(reinterpret_cast<const char*>(first.message.bytes().data()),
               first.message.bytes().size());
  for (int pairs = 1;; ++pairs) {
    // Not the condition of the loop: GCC 12 awaits there whatever stands in front of the `&&`.
    if (account->budget.exhausted() ||
        !co_await AskAgain(question, /*small_letters=*/true, worth, account, asked)) {
      break;
    }
    if (pairs == kPairs) peer->NoteLetterCase(LetterCase::kSensitive);
    if (pairs == kPairs || account->budget.exhausted()) co_return;
    if (co_await AskAgain(question, /*small_letters=*/false, worth, account, asked)) co_return;
    if (!asked->replied) break;  // Silence may be chance, and shows nothing.
  }
  *asked = first;
  (void)dns::Message::Parse({reinterpret_cast<const uint8_t*>(copy->data()), copy->size()},
                            &asked->message);
}

}  // namespace caascan::diagnose
