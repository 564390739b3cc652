// Tested by early_replies_test.cc.
#include "scanner/resolve/early_replies.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "scanner/async/fan.h"
#include "scanner/resolve/walk.h"

namespace caascan::resolve {
namespace {

/// How long a server may be silent before the next one is asked as well.
constexpr std::chrono::milliseconds kApart(80);

struct Question {
  dns::NameView name;
  dns::RRType type;
  const query::AskOptions* options;
  query::Account* account;
  net::Pause* pause = nullptr;  // Before the next server is asked.
};

async::Task<> AskOne(net::PeerRef peer, Question* question, async::Pooled<query::Asked>* asked,
                     std::unique_ptr<std::string>* bytes, async::Fan* fan) {
  async::Pooled<query::Asked> got = co_await query::Ask(
      std::move(peer), question->name, question->type, *question->options, question->account);
  if (got->replied) *bytes = CopyOf(got->message);
  *asked = std::move(got);
  if (question->pause != nullptr) std::exchange(question->pause, nullptr)->End();
  fan->End();
}

}  // namespace

async::Task<> EarlyReplies::Ask(net::Network* network, const std::vector<Server>* servers,
                                dns::NameView name, dns::RRType type,
                                const query::AskOptions* options, query::Account* account) {
  Question question{name, type, options, account};
  std::vector<Reply> replies(servers->size());
  query::Budget* budget = &account->budget;
  const std::chrono::nanoseconds waited = budget->waited;
  const std::chrono::nanoseconds begun = network->loop()->now();
  async::Fan fan;
  for (size_t i = 0; i < replies.size() && (i == 0 || !budget->exhausted()); ++i) {
    replies[i].index = (*servers)[i].index;
    fan.Begin();
    async::Spawn(AskOne((*servers)[i].peer, &question, &replies[i].asked, &replies[i].bytes, &fan));
    if (i + 1 == replies.size()) break;
    if (replies[i].asked == nullptr) {
      net::Pause pause(network, kApart);
      question.pause = &pause;
      co_await pause;
      question.pause = nullptr;
    }
    const auto has_replied = [](const Reply& each) {
      return each.asked != nullptr && each.asked->replied;
    };
    if (std::any_of(replies.begin(), replies.end(), has_replied)) break;
  }
  co_await fan.All();
  budget->waited = waited + (network->loop()->now() - begun);
  for (Reply& reply : replies) {
    if (reply.asked != nullptr) replies_.push_back(std::move(reply));
  }
}

async::Pooled<query::Asked> EarlyReplies::Take(unsigned index,
                                               std::unique_ptr<std::string>* bytes) {
  const auto found = std::find_if(replies_.begin(), replies_.end(),
                                  [index](const Reply& each) { return each.index == index; });
  if (found == replies_.end()) return nullptr;
  async::Pooled<query::Asked> asked = std::move(found->asked);
  *bytes = std::move(found->bytes);
  replies_.erase(found);
  return asked;
}

}  // namespace caascan::resolve
