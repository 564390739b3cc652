// Addresses of servers, as the resolver needs them and as a survey of all servers does, and what
// the resolver can say of a zone's security. Addresses are asked for as any name's are, so those of
// a host inside the zone come from the zone's servers themselves: glue is compared with that.
//
// Tested by iterative_all_servers_test.cc and iterative_addresses_test.cc.
#include <absl/strings/str_cat.h>

#include <utility>

#include "scanner/resolve/iterative.h"

namespace caascan::resolve {

using query::HostEnd;
using query::ResponseKind;
using zones::Zone;

async::Task<> IterativeResolver::CheckTrustAnchor(query::Account* account,
                                                  AnchorComplaint* complaint) {
  if (!validator_.enabled()) co_return;
  const ZoneHandle& root = delegations_.root();
  co_await trust_.Settle(root, account, nullptr);
  if (validator_.StatusOf(*root, root.name()) == DnssecStatus::kSecure) {
    complaint->unnamed_keys = validator_.UnnamedRootKeys();
    complaint->root = validator_.ShareRoot();
    co_return;
  }
  if (const auto why = validator_.VerdictOf(*root, root.name())) {
    complaint->text = why->evidence.ToText();
    complaint->unsigned_root = why->finding == dnssec::Finding::kNoDnskey;
  }
}

std::optional<Finding> IterativeResolver::FindBogus(const dns::Message& message, dns::NameView zone,
                                                    dns::NameView name, dnssec::Work* work) {
  const ZoneHandle known = delegations_.Find(zone);
  if (!known) return std::nullopt;
  return judge_.FindBogus(message, *known, zone, name, work, now());
}

bool IterativeResolver::ProvesNoCaa(const dns::Message& message, dns::NameView zone,
                                    dns::NameView name, dnssec::Work* work) {
  const ZoneHandle known = delegations_.Find(zone);
  return known && judge_.ProvesNoCaa(message, *known, zone, name, work, now());
}

void IterativeResolver::DescribeChain(dns::NameView zone, std::vector<ChainLink>* chain) {
  if (!validator_.enabled()) return;
  const Zone unheard_of;
  for (size_t labels = 0; labels <= zone.label_count(); ++labels) {
    const dns::NameView apex = zone.suffix(labels);
    const ZoneHandle known = delegations_.Find(apex);
    const zones::TrustCache::Handle trust = validator_.Find(apex);
    // Where a zone and its child are on the same servers, only the child's trust is known.
    const bool between = trust && trust->known() && !trust->no_cut;
    if (!known && !between) continue;
    const Zone& servers = known ? *known : unheard_of;
    ChainLink link{apex.ToLowerText(), validator_.StatusOf(servers, apex), ""};
    const auto why = validator_.VerdictOf(servers, apex);
    if (why && why->finding != dnssec::Finding::kNone) {
      const Finding finding = zones::FindingOf(*why);
      link.detail =
          absl::StrCat(std::string(FindingCodeText(finding.code)), ": ", finding.evidence);
    }
    chain->push_back(std::move(link));
  }
}

async::Task<HostEnd> IterativeResolver::CollectAddresses(HostFinder::Handle host, dns::RRType type,
                                                         query::Account* account) {
  Walk walk(host.name(), type, Walk::Purpose::kAddress);
  co_await Lookup(&walk, account, &*host);
  host->is_alias |= walk.chain.hops() > 0;
  if (!walk.ok) {
    if (walk.circle) co_return HostEnd::kCircle;
    if (walk.failure == Reason::kLocalFault) co_return HostEnd::kLocalFault;
    if (walk.failure == Reason::kBlocklisted) co_return HostEnd::kBlocklisted;
    if (IsOwnLimit(walk.failure)) co_return HostEnd::kCutShort;
    co_return OutcomeOf(walk.failure) == Outcome::kTimeout ? HostEnd::kUnheard : HostEnd::kUnproven;
  }
  host->no_such_host =
      walk.asked->classified.kind == ResponseKind::kNxDomain && walk.chain.hops() == 0;
  if (host->no_such_host) host->denied_labels = walk.DenierLabels();
  if (walk.asked->classified.kind != ResponseKind::kAnswer) co_return HostEnd::kKnown;
  for (const dns::RecordView& record : walk.asked->message.records(dns::Section::kAnswer)) {
    if (record.type != type || !record.owner.Equals(walk.chain.current())) continue;
    if (zones::IsOfOtherFamily(record, options_.addresses)) host->other_family = true;
    if (host->peers.size() == Zone::kMaxAddresses) break;
    net::PeerRef peer = zones::PeerOf(record, options_.addresses, network_);
    if (peer != nullptr) host->peers.push_back(std::move(peer));
  }
  co_return HostEnd::kKnown;
}

async::Task<> IterativeResolver::LookupAddresses(dns::NameView host, query::Account* account,
                                                 zones::HostAddresses* addresses) {
  addresses->complete = true;
  for (const dns::RRType type : {dns::RRType::kA, dns::RRType::kAAAA}) {
    Walk walk(host, type, Walk::Purpose::kAddress);
    co_await Lookup(&walk, account, nullptr);
    addresses->is_alias |= walk.chain.hops() > 0;
    if (!walk.ok) {
      addresses->complete = false;
      addresses->cut_short |= IsOwnLimit(walk.failure);
      continue;
    }
    const ResponseKind kind = walk.asked->classified.kind;
    addresses->no_such_host = kind == ResponseKind::kNxDomain && walk.chain.hops() == 0;
    if (addresses->no_such_host) {
      addresses->denied_labels = walk.DenierLabels();
      co_return;
    }
    if (kind != ResponseKind::kAnswer) continue;
    for (const dns::RecordView& record : walk.asked->message.records(dns::Section::kAnswer)) {
      if (record.type != type || !record.owner.Equals(walk.chain.current())) continue;
      if (addresses->addresses.size() == Zone::kMaxAddresses) break;
      const uint16_t port = options_.addresses.port;
      addresses->addresses.push_back(type == dns::RRType::kA
                                         ? async::Address::V4(record.rdata.first<4>(), port)
                                         : async::Address::V6(record.rdata.first<16>(), port));
      net::PeerRef peer = zones::PeerOf(record, options_.addresses, network_);
      if (peer != nullptr) addresses->peers.push_back(std::move(peer));
    }
  }
}

}  // namespace caascan::resolve
