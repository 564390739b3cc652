// Tested by iterative_servers_test.cc, iterative_patience_test.cc and early_replies_test.cc.
#include "scanner/resolve/server_asker.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scanner/resolve/early_replies.h"

namespace caascan::resolve {

std::optional<unsigned> ServerAsker::PickNew(const zones::Zone& zone, const Visit& visit) {
  const bool brisk = options_.ask.brisk;
  return visit.choice.PickNew(
      zone.addresses.size(), ++rotation_,
      [&zone, brisk](unsigned index) {
        return zones::ServerLoad::Of(*zone.addresses[index].peer, brisk);
      },
      brisk ? zones::Zone::kMaxAddresses : 2);
}

std::optional<unsigned> ServerAsker::PickAgain(const Walk& walk, const Visit& visit,
                                               query::Look look) const {
  if (walk.purpose == Walk::Purpose::kCut) return std::nullopt;  // The whole name is asked.
  // Where all were silent when their keys were asked for, they have had their tries.
  return visit.choice.PickAgain(walk.zone->addresses.size(),
                                {options_.retries, options_.patience, look, options_.ask.brisk},
                                /*silence_is_final=*/judge_->KeysAreUnheard(walk));
}

/// No coroutine itself: a scan has no frame of it.
async::Task<async::Pooled<query::Asked>> ServerAsker::Ask(unsigned index, bool again, Walk* walk,
                                                          query::Account* account, Visit* visit) {
  if (options_.ask.brisk && !again) return AskBriskly(index, walk, account, visit);
  const zones::Zone::ServerAddress& server = walk->zone->addresses[index];
  // A server may drop what has capitals: at the last look every second try spares it that.
  const bool may_drop = again && query::IsLast(account->look) && visit->choice.repeats() % 2 == 1;
  const bool small_letters = may_drop || letters_->SparesCapitals(*walk, server);
  return query::Ask(server.peer, walk->chain.current(), walk->type,
                    small_letters ? letters_->small_ask() : options_.ask, account);
}

/// Asks one server for the first time, and those that would come after it while it is silent.
async::Task<async::Pooled<query::Asked>> ServerAsker::AskBriskly(unsigned index, Walk* walk,
                                                                 query::Account* account,
                                                                 Visit* visit) {
  if (visit->early == nullptr) visit->early = std::make_unique<EarlyReplies>();
  std::unique_ptr<std::string> bytes;
  async::Pooled<query::Asked> asked = visit->early->Take(index, &bytes);
  if (asked == nullptr) {
    std::vector<EarlyReplies::Server> servers;
    Visit ahead;
    ahead.choice = visit->choice;
    for (std::optional<unsigned> next = index; next; next = PickNew(*walk->zone, ahead)) {
      ahead.choice.Begin(*next);
      net::Peer* peer = walk->zone->addresses[*next].peer;
      if (MayAsk(*peer)) servers.push_back({*next, peer});
    }
    const bool small_letters = letters_->SparesCapitals(*walk, walk->zone->addresses[index]);
    co_await visit->early->Ask(network_, &servers, walk->chain.current(), walk->type,
                               small_letters ? &letters_->small_ask() : &options_.ask, account);
    asked = visit->early->Take(index, &bytes);
  }
  if (bytes != nullptr) {
    walk->copy = std::move(bytes);
    (void)dns::Message::Parse(
        {reinterpret_cast<const uint8_t*>(walk->copy->data()), walk->copy->size()},
        &asked->message);
  }
  co_return asked;
}

}  // namespace caascan::resolve
