// The iterative resolver: from the root down the delegations, to the servers that know.
#pragma once

#include <absl/container/node_hash_map.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/net/network.h"
#include "scanner/net/wait_list.h"
#include "scanner/resolve/ask.h"
#include "scanner/resolve/classify.h"
#include "scanner/resolve/delegations.h"
#include "scanner/resolve/host_finder.h"
#include "scanner/resolve/resolver.h"
#include "scanner/resolve/root_hints.h"
#include "scanner/resolve/validator.h"
#include "scanner/resolve/walk.h"
#include "scanner/resolve/zone.h"

namespace caascan::resolve {

struct IterativeOptions {
  AskOptions ask;
  unsigned retries = 2;  // See TryLimits.
  unsigned patience = 2;
  AddressPolicy addresses;
  bool allow_special = false;  // Query special-purpose addresses too.
  /// Follow aliases to names that are not in the public DNS too (dns/special_names.h).
  bool allow_special_names = false;
  /// Names that nothing may be asked about; empty where there are none. Any thread.
  std::function<bool(dns::NameView)> blocked = {};
  /// Says who runs a zone's servers, for CaaAnswer::operator_name; empty: nobody asks. Called from
  /// the resolver's own thread.
  std::function<void(dns::NameView name, const Zone&, std::string*)> name_operator = {};
  ValidatorOptions dnssec;
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
};

/// See Resolver. Every address of a zone's servers is tried once before the look-up fails; servers
/// that have lately been silent come last. Server names without glue are resolved as they are
/// needed.
class IterativeResolver : public Resolver, private HostFinder::Source {
 public:
  IterativeResolver(net::Network* network, const IterativeOptions& options,
                    const std::vector<RootServer>& root);

  net::Task<net::Pooled<CaaAnswer>> LookupCaa(dns::NameView name, Account* account,
                                              WhenBusy when_busy) override;
  /// Fetches the root's keys, and says what is wrong with them. Nothing is where they fit the trust
  /// anchor, where none is set, and where the root does not answer.
  net::Task<> CheckTrustAnchor(Account* account, AnchorComplaint* complaint);
  void Seed(dns::NameView zone, const dns::Delegation& delegation) override {
    delegations_.Seed(zone, delegation, now());
  }
  void DescribeChain(dns::NameView zone, std::vector<ChainLink>* chain) override;
  bool FindServers(dns::NameView zone, ZoneServers* servers) override {
    return delegations_.FindServers(zone, now(), servers);
  }
  std::optional<Finding> FindBogus(const dns::Message& message, dns::NameView zone,
                                   dns::NameView name, dnssec::Work* work) override;
  net::Task<> LookupAddresses(dns::NameView host, Account* account,
                              HostAddresses* addresses) override;

 private:
  using ZoneHandle = Delegations::Handle;

  net::Task<> Lookup(Walk* walk, Account* account, Host* job);
  net::Task<> AskRoot(Walk* walk, Account* account, Host* job);
  net::Task<> AskZone(Walk* walk, Account* account, Host* job);
  // iterative_trust.cc: the chain of trust.
  bool Validates(const Walk& walk) const {
    return validator_.enabled() && walk.purpose != Walk::Purpose::kAddress;
  }
  bool IsSettled(const ZoneHandle& zone, const Account& account);
  net::Task<> Settle(ZoneHandle zone, Account* account, Host* job);
  net::Task<bool> FindDs(ZoneHandle zone, TrustCache::Handle trust, Account* account, Host* job);
  net::Task<bool> FetchKeys(ZoneHandle servers, TrustCache::Handle trust, Account* account,
                            Host* job);
  net::Task<> SettleBelow(ZoneHandle servers, dns::NameView apex, Account* account, Host* job);
  net::Task<> FindMissing(Walk* walk, Account* account, Host* job);
  net::Task<> CompareWithPositive(Walk* walk, Account* account);
  bool TakeDelegation(Walk* walk, Zone* zone, ZoneTrust* trust);
  bool KeysAreUnheard(const Walk& walk);
  void TakeUnheard(size_t first, const Account& account, Walk* walk);
  bool EndsUnsettled(Walk* walk, const Account& account);
  bool EndsBogus(Walk* walk);
  bool JudgeReply(Walk* walk, Account* account);
  void RefuseBogus(Walk* walk, Attempt* attempt);
  void NoteProof(Walk* walk);
  void FillProof(Walk* walk, CaaAnswer* answer);
  dns::Name ZoneOf(const Walk& walk) const;
  net::Pooled<CaaAnswer> MakeAnswer(Walk* walk, const Account& account);

  // iterative_doubt.cc: replies and servers that may be better than they look. The caller
  // keeps `peer` until these end, as AskZone() does.
  bool IsProven(Walk* walk, Account* account);
  bool MayMindCapitals(const Walk& walk, net::Peer* peer, const Account& account) const;
  net::Task<bool> KnowsApex(const dns::Name& apex, net::Peer* peer, Account* account);
  net::Task<> NoteAlike(const dns::Name& apex, int worth, int other, net::Peer* peer,
                        Account* account);
  net::Task<std::optional<bool>> HasSoa(dns::NameView apex, net::Peer* peer,
                                        const AskOptions& options, Account* account);
  net::Task<> CompareLetters(Walk* walk, net::Peer* peer, Account* account, Host* job);
  net::Task<bool> FindBetter(Walk* walk, net::Peer* peer, int than, Account* account);
  net::Task<> Reread(std::unique_ptr<std::string> bytes, Walk* walk, Account* account, Host* job);
  net::Task<bool> AskAgain(Walk* walk, net::Peer* peer, bool small_letters, int than,
                           Account* account);
  Classified RemarksOf(const Walk& walk, const net::Peer* peer);
  static bool IsWeak(const Walk& walk);
  void Hold(const Zone::ServerAddress& address, Account* account, Walk* walk);
  static bool MayTakeHeld(const Walk& walk, const Visit& visit, const Account& account);
  net::Task<bool> TakeHeld(Account* account, Walk* walk, Host* job);
  bool MayHaveOthers(const Walk& walk, const Visit& visit, const Account& account) const;
  net::Task<bool> FindOtherAddresses(Walk* walk, Visit* visit, Account* account, Host* job);
  void NoteAsked(const net::Address& address, unsigned index, Account* account, Visit* visit,
                 Walk* walk);
  void NoteLastResort(const Zone& zone, const Zone::ServerAddress& address, Account* account);

  net::Task<bool> ResolveOneServer(ZoneHandle zone, Visit* visit, Account* account, Host* job);
  static bool IsSpared(const Walk& walk, const Account& account, Visit* visit);
  std::vector<dns::Name> FindCircle(dns::NameView host, dns::NameView apex);
  void DescribeCircle(dns::NameView apex, Attempt* attempt);
  static void NoteHostQueries(const Walk& walk, uint32_t before, Account* account);
  net::Task<HostEnd> CollectAddresses(HostFinder::Handle host, dns::RRType type,
                                      Account* account) override;

  ZoneHandle StartOf(const Walk& walk);
  ZoneHandle StoreReferral(const Walk& walk);
  std::optional<unsigned> PickNew(const Zone& zone, const Visit& visit);
  std::optional<unsigned> PickAgain(const Walk& walk, const Visit& visit, Look look);
  bool MayAsk(net::Peer* peer) const {
    return options_.allow_special || !peer->address().IsSpecialPurpose();
  }
  bool LeadsOutOfDns(Walk* walk) const;
  void ClassifyReply(Walk* walk);
  bool TakeReply(const Zone::ServerAddress& address, Account* account, Walk* walk);
  void FinishZone(Walk* walk, Account* account);
  void Fail(const Visit& visit, Walk* walk, Account* account);
  std::chrono::nanoseconds now() const final { return network_->loop()->now(); }

  net::Network* const network_;
  const IterativeOptions options_;
  const AskOptions small_ask_;  // options_.ask, in small letters.
  Delegations delegations_;
  HostFinder hosts_;
  Validator validator_;
  // TLDs that the root is being asked about: the first name asks, the others wait for its referral.
  absl::node_hash_map<std::string, net::WaitList> asked_at_root_;
  /// Servers that are being asked whether they mind capitals; who doubts one of them too waits. Who
  /// asks keeps the peer.
  absl::node_hash_map<net::Peer*, net::WaitList> comparing_;
  uint32_t rotation_ = 0;
};

}  // namespace caascan::resolve
