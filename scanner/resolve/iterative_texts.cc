// TXT records, beside the CAA look-ups that the resolver is there for. Tested by texts_test.cc.
#include "scanner/resolve/iterative.h"

namespace caascan::resolve {

async::Task<query::TextAnswer> IterativeResolver::LookupTexts(dns::NameView name,
                                                              query::Account* account) {
  Walk walk(name, dns::RRType::kTXT, Walk::Purpose::kData);
  co_await Lookup(&walk, account, nullptr);
  query::TextAnswer answer;
  if (walk.ok && walk.asked->classified.kind == query::ResponseKind::kAnswer) {
    answer.texts = query::TextsOf(walk.asked->message, walk.chain.current());
  }
  const async::Pooled<query::CaaAnswer> end = MakeAnswer(&walk, *account);
  query::TakeEnd(*end, &answer);
  co_return answer;
}

}  // namespace caascan::resolve
