// The iterative resolver: from the root down the delegations, to the servers that know.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/async/wait_list.h"
#include "scanner/net/network.h"
#include "scanner/query/ask.h"
#include "scanner/query/classify.h"
#include "scanner/resolve/host_finder.h"
#include "scanner/resolve/known_denials.h"
#include "scanner/resolve/letter_case_check.h"
#include "scanner/resolve/reply_judge.h"
#include "scanner/resolve/resolver.h"
#include "scanner/resolve/server_asker.h"
#include "scanner/resolve/server_finder.h"
#include "scanner/resolve/trust_builder.h"
#include "scanner/resolve/walk.h"
#include "scanner/zones/delegations.h"
#include "scanner/zones/referral_leads.h"
#include "scanner/zones/root_hints.h"
#include "scanner/zones/validator.h"
#include "scanner/zones/zone.h"
#include "scanner/zones/zone_observer.h"

namespace caascan::resolve {

struct IterativeOptions {
  query::AskOptions ask;
  unsigned retries = 2;  // See TryLimits.
  unsigned patience = 2;
  zones::AddressPolicy addresses;
  bool allow_special = false;  // Query special-purpose addresses too.
  /// Show zones above the name's no more of it than they need (RFC 9156); what is odd is asked
  /// again by the whole name.
  bool minimises = false;
  /// Follow aliases to names that are not in the public DNS too (dns/special_names.h).
  bool allow_special_names = false;
  /// Names that nothing may be asked about; empty where there are none. Any thread.
  std::function<bool(dns::NameView)> blocked = {};
  /// Says who runs a zone's servers, for CaaAnswer::operator_name; empty: nobody asks. Called from
  /// the resolver's own thread.
  std::function<void(dns::NameView name, const zones::Zone&, std::string*)> name_operator = {};
  zones::ZoneObserver* observer = nullptr;  // Outlives the resolver; null: there is none.
  zones::ValidatorOptions dnssec;
  // Entries, and bytes, of the caches. An ordinary zone takes some 500 bytes, a host 300.
  size_t zone_capacity = 30'000;
  size_t zone_bytes = 32 << 20;
  size_t host_capacity = 20'000;
  size_t host_bytes = 16 << 20;
};

struct AnchorComplaint {
  std::string text;
  bool unsigned_root = false;  // It has no keys at all.
  /// Key tags: see Validator::UnnamedRootKeys(). No fault: the keys are good all the same.
  std::vector<uint16_t> unnamed_keys;
  /// For the validators of workers; nullopt where there is something wrong, or the root is silent.
  std::optional<zones::RootTrust> root;
};

/// See Resolver. Every address of a zone's servers is tried once before the look-up fails; servers
/// that have lately been silent come last. Server names without glue are resolved as they are
/// needed.
class IterativeResolver : public Resolver,
                          private HostFinder::Source,
                          private TrustBuilder::Source {
 public:
  IterativeResolver(net::Network* network, const IterativeOptions& options,
                    const std::vector<zones::RootServer>& root);

  async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView name,
                                                         query::Account* account,
                                                         query::WhenBusy when_busy) override;
  async::Task<query::TextAnswer> LookupTexts(dns::NameView name, query::Account* account) override;
  /// Fetches the root's keys, and says what is wrong with them. Nothing is where they fit the trust
  /// anchor, where none is set, and where the root does not answer.
  async::Task<> CheckTrustAnchor(query::Account* account, AnchorComplaint* complaint);
  void Seed(dns::NameView zone, const dns::Delegation& delegation) override {
    delegations_.Seed(zone, delegation, now());
  }
  void DescribeChain(dns::NameView zone, std::vector<ChainLink>* chain) override;
  bool FindServers(dns::NameView zone, zones::ZoneServers* servers) override {
    return delegations_.FindServers(zone, now(), servers);
  }
  std::optional<Finding> FindBogus(const dns::Message& message, dns::NameView zone,
                                   dns::NameView name, dnssec::Work* work) override;
  bool ProvesNoCaa(const dns::Message& message, dns::NameView zone, dns::NameView name,
                   dnssec::Work* work) override;
  async::Task<> LookupAddresses(dns::NameView host, query::Account* account,
                                zones::HostAddresses* addresses) override;

 private:
  using ZoneHandle = zones::Delegations::Handle;

  // The two loops: a look-up from zone to zone, and the servers of one zone.
  async::Task<> Lookup(Walk* walk, query::Account* account, zones::Host* on_behalf_of) override;
  async::Task<> AskZone(Walk* walk, query::Account* account, zones::Host* on_behalf_of) override;

  /// Asks about parts of the walk's name for a zone below the walk's. True where one was found: it
  /// is walk->zone then.
  async::Task<bool> FindCut(Walk* walk, query::Account* account, zones::Host* on_behalf_of);
  bool MayMinimise(const Walk& walk) const;
  async::WaitList* JoinOthers(Walk* walk);
  async::Task<bool> AwaitReferral(Walk* walk, async::WaitList* others);
  async::Task<query::HostEnd> CollectAddresses(HostFinder::Handle host, dns::RRType type,
                                               query::Account* account) override;
  async::Task<> FindMissing(Walk* walk, query::Account* account, zones::Host* on_behalf_of);
  ZoneHandle StartOf(const Walk& walk);
  bool SettleByDenial(const Walk& walk, query::Account* account);
  ZoneHandle StoreReferral(const Walk& walk);
  bool EndsUnsettled(Walk* walk, const query::Account& account) const;
  bool IsGoneSeed(const Walk& walk);
  bool LeadsOutOfDns(Walk* walk) const;
  void NoteAsked(const net::Peer& peer, unsigned index, query::Account* account, Visit* visit,
                 Walk* walk);
  void NoteJudged(const zones::Zone::ServerAddress& address, uint32_t queries,
                  query::Budget* budget, Walk* walk);
  bool TakeReply(const zones::Zone::ServerAddress& address, query::Account* account, Walk* walk);
  void FinishZone(Walk* walk, query::Account* account);
  void Fail(const Visit& visit, Walk* walk, query::Account* account);
  async::Pooled<query::CaaAnswer> MakeAnswer(Walk* walk, const query::Account& account);
  std::chrono::nanoseconds now() const final { return network_->loop()->now(); }

  net::Network* const network_;
  const IterativeOptions options_;
  zones::Delegations delegations_;
  HostFinder hosts_;
  ServerFinder servers_;
  zones::Validator validator_;
  ReplyJudge judge_;
  TrustBuilder trust_;
  LetterCaseCheck letters_;
  ServerAsker asker_;
  KnownDenials denials_;
  zones::ReferralLeads leads_;
};

}  // namespace caascan::resolve
