// Tested by zone_line_test.cc.
#include "scanner/zonefile/delegation_builder.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "scanner/dns/codes.h"

namespace caascan::zonefile {
namespace {

// No more of one delegation is kept: see zones::Zone.
constexpr size_t kMaxServers = 16;
constexpr size_t kMaxGlue = 32;
constexpr size_t kMaxDs = 16;
constexpr size_t kMaxProofs = 8;

}  // namespace

void DelegationBuilder::SetApex(dns::NameView apex) {
  if (has_apex_) return;
  has_apex_ = true;
  apex_ = apex;
  if (open_ && IsApex(owner_)) open_ = false;
}

/// Without an apex, the NS records of one look like those of a delegation.
bool DelegationBuilder::IsLeftOut(dns::NameView owner) const {
  if (!takes_owners_ || !has_apex_) return false;
  return !IsInZone(owner) ||
         (cut_.has_value() && !(owner == cut_->view()) && owner.IsAtOrBelow(*cut_));
}

bool DelegationBuilder::AddOwner(dns::NameView owner) {
  assert(takes_owners_ && "owners are wanted");
  return !owner.is_root() && !IsLeftOut(owner) && Begin(owner);
}

/// Makes `owner` the delegation that records are added to. True where another is complete by that.
bool DelegationBuilder::Begin(dns::NameView owner) {
  if (open_ && owner_.view() == owner) return false;
  const bool complete = Flush();
  open_ = true;
  owner_ = owner;
  delegation_ = std::make_unique<dns::Delegation>();
  hosts_.clear();
  return complete;
}

bool DelegationBuilder::AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host) {
  if (IsApex(owner) || IsLeftOut(owner)) return false;
  const bool complete = Begin(owner);
  if (takes_owners_) cut_ = dns::Name(owner);
  const auto same = [host](const dns::Name& other) { return other.view() == host; };
  if (hosts_.size() == kMaxServers || std::any_of(hosts_.begin(), hosts_.end(), same)) {
    return complete;
  }
  ttl_s = dns::TtlSeconds(ttl_s);
  delegation_->ttl_s = hosts_.empty() ? ttl_s : std::min(delegation_->ttl_s, ttl_s);
  hosts_.emplace_back(host);
  hosts_.back().ToLower();
  delegation_->hosts.append(hosts_.back().view().bytes());
  return complete;
}

bool DelegationBuilder::AddDs(dns::NameView owner, std::string_view rdata) {
  if (IsApex(owner) || IsLeftOut(owner)) return false;
  const bool complete = Begin(owner);
  std::vector<std::string>& ds = delegation_->ds;
  if (ds.size() < kMaxDs && std::find(ds.begin(), ds.end(), rdata) == ds.end()) {
    ds.emplace_back(rdata);
  }
  return complete;
}

void DelegationBuilder::AddProof(dns::NameView owner, dns::RRType type, std::string_view rdata) {
  if (!open_ || owner_.view() != owner || delegation_->proofs.size() == kMaxProofs) return;
  delegation_->proofs.push_back({type, std::string(rdata)});
}

void DelegationBuilder::AddAddress(dns::NameView owner, std::span<const uint8_t> octets) {
  if (!open_ || !IsInZone(owner)) return;
  for (size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].view() == owner) AddGlue(i, octets);
  }
}

/// An address that is there already adds nothing.
void DelegationBuilder::AddGlue(size_t server, std::span<const uint8_t> octets) {
  std::vector<dns::Delegation::Glue>& glue = delegation_->glue;
  const auto same = [&](const dns::Delegation::Glue& other) {
    return other.server == server &&
           std::equal(octets.begin(), octets.end(), other.octets().begin(), other.octets().end());
  };
  if (glue.size() == kMaxGlue || std::any_of(glue.begin(), glue.end(), same)) return;
  delegation_->AddGlue(server, octets);
}

bool DelegationBuilder::Flush() {
  if (!std::exchange(open_, false) || (hosts_.empty() && !takes_owners_)) return false;
  for (size_t i = 0; glue_ != nullptr && i < hosts_.size(); ++i) {
    if (!IsInZone(hosts_[i])) continue;
    glue_->ForEach(hosts_[i], [&](std::span<const uint8_t> octets) { AddGlue(i, octets); });
  }
  owner_.ToLower();
  done_owner_ = owner_.view().ToText();
  if (hosts_.empty()) delegation_.reset();
  done_ = std::move(delegation_);
  return true;
}

}  // namespace caascan::zonefile
