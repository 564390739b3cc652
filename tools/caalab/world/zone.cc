// Owners are kept without the apex, so that one zone's data can stand below any number of apexes.
// Tested by zone_test.cc and responder_test.cc.
#include "tools/caalab/world/zone.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "scanner/dns/cursor.h"
#include "tools/caalab/sign/denial.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint32_t kDnskeyTtl = 3600;

/// RFC 5155 §4.2: how the chain's hashes were made.
std::string Nsec3ParamRdata(const SigningDescription& signing) {
  constexpr char kSha1 = 1;
  constexpr char kNoFlags = 0;
  return std::string{kSha1, kNoFlags, static_cast<char>(signing.iterations >> 8),
                     static_cast<char>(signing.iterations & 0xff),
                     static_cast<char>(signing.salt.size())} +
         signing.salt;
}

Match AtNode(const Node& node, RRType type) {
  Match match;
  match.node = &node;
  if ((match.set = node.Find(type)) != nullptr) {
    match.kind = Match::Kind::kAnswer;
  } else if ((match.set = node.Find(RRType::kCNAME)) != nullptr) {
    match.kind = Match::Kind::kAlias;
  } else {
    match.kind = Match::Kind::kNoData;
    match.empty_non_terminal = node.sets.empty();
  }
  return match;
}

}  // namespace

std::optional<dns::Name> Complete(NameView relative, NameView apex) {
  const size_t kept = relative.size() - 1;
  if (kept + apex.size() > dns::kMaxNameSize) return std::nullopt;
  std::array<uint8_t, dns::kMaxNameSize> wire;
  std::memcpy(wire.data(), relative.data(), kept);
  std::memcpy(wire.data() + kept, apex.data(), apex.size());
  return dns::Name(NameView::FromTrusted(wire.data(), kept + apex.size()));
}

dns::Name RelativePart(NameView name, NameView apex) {
  assert(name.IsAtOrBelow(apex) && "only names of the zone have such a part");
  std::array<uint8_t, dns::kMaxNameSize> wire;
  const size_t kept = name.size() - apex.size();
  std::memcpy(wire.data(), name.data(), kept);
  wire[kept] = 0;
  return dns::Name(NameView::FromTrusted(wire.data(), kept + 1));
}

const RRset* Node::Find(RRType type) const {
  for (const RRset& set : sets) {
    if (set.type == type) return &set;
  }
  return nullptr;
}

Zone::Zone() : apex_(nodes_.emplace(dns::Name(), std::make_unique<Node>()).first->second.get()) {}

Node& Zone::At(NameView relative_owner) {
  std::unique_ptr<Node>& node = nodes_[dns::Name(relative_owner)];
  if (node != nullptr) return *node;
  node = std::make_unique<Node>();
  Node& made = *node;
  if (!relative_owner.is_root()) At(relative_owner.parent());
  return made;
}

void Zone::Add(const ZoneRecord& record) {
  assert(record.owner.relative && "a zone holds only names at or below its apex");
  Node& node = At(record.owner.name);
  for (RRset& set : node.sets) {
    if (set.type == record.type) {
      set.rdata.push_back(record.rdata);
      return;
    }
  }
  node.sets.push_back({record.type, record.ttl, {record.rdata}});
}

const Node* Zone::FindNode(NameView relative_owner) const {
  const auto found = nodes_.find(relative_owner);
  return found == nodes_.end() ? nullptr : found->second.get();
}

uint32_t Zone::negative_ttl() const {
  const RRset* soa = apex_->Find(RRType::kSOA);
  if (soa == nullptr) return 0;
  const std::string& octets = soa->rdata[0].back().octets;
  if (octets.size() < 4) return soa->ttl;
  dns::Cursor minimum({reinterpret_cast<const uint8_t*>(octets.data()) + octets.size() - 4, 4});
  return std::min(soa->ttl, minimum.ReadU32());
}

std::vector<NameView> Zone::TopLabels() const {
  std::vector<NameView> out;
  for (const auto& [owner, node] : nodes_) {
    if (owner.view().label_count() == 1) out.push_back(owner);
  }
  return out;
}

Match Zone::Find(NameView relative, RRType type) const {
  if (relative.is_root()) return AtNode(*apex_, type);
  const Node* node = apex_;
  NameView owner;  // Of `node`.
  for (size_t labels = relative.label_count(); labels > 0; --labels) {
    if (const RRset* dname = node->Find(RRType::kDNAME)) {
      return {.kind = Match::Kind::kDname, .set = dname, .node = node, .owner = owner};
    }
    const NameView next = relative.suffix(owner.label_count() + 1);
    const Node* below = FindNode(next);
    if (below == nullptr) {
      dns::Name wildcard(owner);
      const Node* star = wildcard.Prepend("*") ? FindNode(wildcard) : nullptr;
      Match match = star != nullptr ? AtNode(*star, type) : Match{};
      match.wildcard = star != nullptr;
      match.closest_encloser = owner;
      return match;
    }
    node = below;
    owner = next;
    const bool parent_side = type == RRType::kDS && owner.size() == relative.size();
    if (node->Find(RRType::kNS) != nullptr && !parent_side) {
      return {.kind = Match::Kind::kDelegation, .node = node, .owner = owner};
    }
  }
  return AtNode(*node, type);
}

void Zone::SetSigning(const SigningDescription& signing, const Rdata& dnskey) {
  signing_ = signing;
  if (signing.denial == DenialKind::kNsec3 || signing.denial == DenialKind::kNsec3OptOut) {
    Add({{dns::Name(), true},
         RRType::kNSEC3PARAM,
         0,
         {{RdataPart::Kind::kOctets, 0, Nsec3ParamRdata(signing)}}});
  }
  if (signing.Has(SigningFault::kNoDnskey)) return;
  Add({{dns::Name(), true}, RRType::kDNSKEY, kDnskeyTtl, dnskey});
}

void Zone::ForEachNode(const std::function<void(NameView owner, const Node&)>& visit) const {
  for (const auto& [owner, node] : nodes_) visit(owner, *node);
}

bool Zone::IsOccluded(NameView owner) const {
  if (owner.is_root()) return false;
  for (NameView above = owner.parent(); !above.is_root(); above = above.parent()) {
    const Node* node = FindNode(above);
    if (node != nullptr && node->Find(RRType::kNS) != nullptr) return true;
  }
  return false;
}

void Zone::AddToChain(NameView owner, const Node& node) {
  ChainEntry entry;
  entry.owner = owner;
  entry.owner.ToLower();
  entry.delegation = !owner.is_root() && node.Find(RRType::kNS) != nullptr;
  entry.has_ds = node.Find(RRType::kDS) != nullptr;
  for (const RRset& set : node.sets) {
    const bool parents = set.type == RRType::kNS || set.type == RRType::kDS;
    if (!entry.delegation || parents) entry.types.push_back(set.type);
  }
  entry.empty_non_terminal = entry.types.empty();
  chain_.push_back(std::move(entry));
}

void Zone::Seal(std::optional<NameView> apex) {
  if (!signing_) return;
  chain_.clear();
  for (const auto& [owner, node] : nodes_) {
    if (!IsOccluded(owner)) AddToChain(owner, *node);
  }
  std::sort(chain_.begin(), chain_.end(), [](const ChainEntry& a, const ChainEntry& b) {
    return CompareCanonically(a.owner, b.owner) < 0;
  });
  const bool hashed =
      signing_->denial == DenialKind::kNsec3 || signing_->denial == DenialKind::kNsec3OptOut;
  if (apex && hashed && !unlisted_) hashed_chain_ = HashChain(*this, *apex);
}

}  // namespace caascan::lab
