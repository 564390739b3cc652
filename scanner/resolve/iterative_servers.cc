// What the resolver knows of a zone's servers, and can find out, for whoever asks all of them. The
// addresses of a server's name are asked for as any name's are, so those of a host inside the zone
// come from the zone's servers themselves: that is what glue is held against.
//
// Tested by iterative_all_servers_test.cc.
#include <absl/strings/str_cat.h>

#include <utility>

#include "scanner/resolve/iterative.h"

namespace caascan::resolve {

std::optional<Finding> IterativeResolver::FindBogus(const dns::Message& message, dns::NameView zone,
                                                    dns::NameView name, dnssec::Work* work) {
  const ZoneHandle known = delegations_.Find(zone);
  const TrustCache::Handle trust = validator_.Find(zone);
  if (!known || !trust || !trust->known() || !trust->verdict.is_secure()) {
    return std::nullopt;
  }
  AliasChain chain(name);
  const ResponseKind kind = Classify(message, {false, zone}, dns::RRType::kCAA, &chain).kind;
  const std::optional<dnssec::Claim> claim = ClaimOf(kind);
  if (!claim) return std::nullopt;
  if (work->limit == dnssec::Work::kUnlimited) work->limit = kWorkPerName;
  const ReplyVerdict reply = validator_.JudgeAnswer(
      message, {name, dns::RRType::kCAA, chain.current(), *claim}, *known, zone, now(), work);
  const dnssec::Verdict& verdict = reply.verdict;
  if (!verdict.is_bogus() || verdict.gave_up ||
      reply.missing.kind != dnssec::Missing::Kind::kNone) {
    return std::nullopt;
  }
  return FindingOf(verdict);
}

void IterativeResolver::DescribeChain(dns::NameView zone, std::vector<ChainLink>* chain) {
  if (!validator_.enabled()) return;
  const Zone unheard_of;
  for (size_t labels = 0; labels <= zone.label_count(); ++labels) {
    const dns::NameView apex = zone.suffix(labels);
    const ZoneHandle known = delegations_.Find(apex);
    const TrustCache::Handle trust = validator_.Find(apex);
    // Where a zone and its child are on the same servers, only the child's trust is known.
    const bool between = trust && trust->known() && !trust->no_cut;
    if (!known && !between) continue;
    const Zone& servers = known ? *known : unheard_of;
    ChainLink link{apex.ToLowerText(), validator_.StatusOf(servers, apex), ""};
    const auto why = validator_.VerdictOf(servers, apex);
    if (why && why->finding != dnssec::Finding::kNone) {
      const Finding finding = FindingOf(*why);
      link.detail =
          absl::StrCat(std::string(FindingCodeText(finding.code)), ": ", finding.evidence);
    }
    chain->push_back(std::move(link));
  }
}

net::Task<> IterativeResolver::LookupAddresses(dns::NameView host, Account* account,
                                               HostAddresses* addresses) {
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
      addresses->denied_labels = DenierOf(walk);
      co_return;
    }
    if (kind != ResponseKind::kAnswer) continue;
    for (const dns::RecordView& record : walk.asked->message.records(dns::Section::kAnswer)) {
      if (record.type != type || !record.owner.Equals(walk.chain.current())) continue;
      if (addresses->addresses.size() == Zone::kMaxAddresses) break;
      const uint16_t port = options_.addresses.port;
      addresses->addresses.push_back(type == dns::RRType::kA
                                         ? net::Address::V4(record.rdata.first<4>(), port)
                                         : net::Address::V6(record.rdata.first<16>(), port));
      net::PeerRef peer = PeerOf(record, options_.addresses, network_);
      if (peer != nullptr) addresses->peers.push_back(std::move(peer));
    }
  }
}

}  // namespace caascan::resolve
