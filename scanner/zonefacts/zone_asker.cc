// Tested end to end by zones_test.py.
#include "scanner/zonefacts/zone_asker.h"

#include <vector>

namespace caascan::zonefacts {
namespace {

constexpr size_t kMaxTries = 4;
constexpr uint32_t kMaxQueries = 12;  // Over TCP and without EDNS too.

}  // namespace

ZoneAsker::Wanted ZoneAsker::Claim(dns::NameView zone) {
  Wanted wanted;
  wanted.ns = options_.ns && collector_->ClaimNs(zone);
  wanted.keys = options_.keys && collector_->ClaimKeys(zone);
  return wanted;
}

async::Task<> ZoneAsker::AskFor(dns::NameView zone, dns::RRType type, query::Account* account) {
  zones::ZoneServers found;
  if (!resolver_->FindServers(zone, &found)) co_return;
  std::vector<net::PeerRef> peers;
  for (const zones::DelegatedServer& server : found.servers) {
    for (const net::PeerRef& peer : server.peers) {
      if (options_.allow_special || !peer->address().IsSpecialPurpose()) peers.push_back(peer);
    }
  }
  for (size_t tries = 0; tries < kMaxTries && !peers.empty(); ++tries) {
    const net::PeerRef& peer = peers[tries % peers.size()];
    if (account->budget.exhausted()) co_return;
    const async::Pooled<query::Asked> asked =
        co_await query::Ask(peer, zone, type, options_.ask, account);
    if (asked->status == net::ExchangeStatus::kCancelled) co_return;
    if (!asked->replied || asked->message.rcode() != dns::RCode::kNoError) continue;
    collector_->AddReply(zone, peer->address(), asked->message);
    co_return;
  }
}

async::Task<> ZoneAsker::Ask(dns::NameView zone, Wanted wanted, uint32_t* queries) {
  query::Account account;
  account.budget.max_queries = kMaxQueries;
  if (wanted.ns) co_await AskFor(zone, dns::RRType::kNS, &account);
  if (wanted.keys) co_await AskFor(zone, dns::RRType::kDNSKEY, &account);
  *queries += account.budget.queries;
}

}  // namespace caascan::zonefacts
