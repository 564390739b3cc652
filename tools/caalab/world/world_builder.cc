// The order matters: all zones first, then all hosts and their addresses (a host may be described
// in another zone than the one it serves), and only then what points to them. Tested by
// world_test.cc.
#include "tools/caalab/world/world_builder.h"

#include <algorithm>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "tools/caalab/sign/secure_writer.h"
#include "tools/caalab/world/master_text.h"

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint32_t kFirstChosenAddress = 0x7f400001;  // 127.64.0.1
constexpr uint32_t kInfrastructureTtl = 3600;
constexpr uint32_t kHintsTtl = 3600000;

RdataPart NamePart(NameView name, NameView apex) {
  const ZoneName in_zone = RelativeTo(name, apex);
  RdataPart part;
  part.kind = in_zone.relative ? RdataPart::Kind::kRelativeName : RdataPart::Kind::kName;
  part.octets = in_zone.name.view().bytes();
  return part;
}

Rdata AddressRdata(const Address& address) {
  const auto bytes = address.bytes();
  return {{RdataPart::Kind::kOctets, 0,
           std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())}};
}

RRType AddressType(const Address& address) { return address.is_v4() ? RRType::kA : RRType::kAAAA; }

/// The root's DS as a line of a zone file.
std::string DsText(const std::string& rdata) {
  const auto octet = [&rdata](size_t at) { return static_cast<uint8_t>(rdata[at]); };
  return absl::StrCat(".\t", kInfrastructureTtl, "\tIN\tDS\t", octet(0) << 8 | octet(1), " ",
                      octet(2), " ", octet(3), " ", absl::BytesToHexString(rdata.substr(4)), "\n");
}

bool Contains(const Zone& zone, const ZoneRecord& record) {
  const Node* node = zone.FindNode(record.owner.name);
  const RRset* set = node == nullptr ? nullptr : node->Find(record.type);
  if (set == nullptr) return false;
  return std::any_of(set->rdata.begin(), set->rdata.end(), [&record](const Rdata& rdata) {
    return rdata.size() == 1 && rdata[0].octets == record.rdata[0].octets;
  });
}

}  // namespace

absl::Status WorldBuilder::Run(std::chrono::system_clock::time_point now) {
  world_.reset(new World());
  world_->family_ = family_;
  if (absl::Status status = AddSites(); !status.ok()) return status;
  for (Draft& draft : drafts_) {
    if (absl::Status status = NameHosts(&draft); !status.ok()) return status;
  }
  ChooseAddresses();
  if (absl::Status status = AddSigner(now); !status.ok()) return status;
  for (const Draft& draft : drafts_) FillZone(draft);
  for (const Draft& draft : drafts_) {
    PublishAddresses(draft);
    Delegate(draft);
    Sign(draft);
    Serve(draft);
    if (draft.site->apex.view().is_root()) WriteHints(draft);
  }
  for (const Draft& draft : drafts_) {
    if (draft.site->as_is) FindGlue(draft.site);
    draft.site->zone.Seal(draft.site->apex);
    draft.site->presigned.Seal(draft.site->zone);
  }
  ReserveNames();
  return absl::OkStatus();
}

void WorldBuilder::AddMissingZones() {
  const auto described = [this](NameView apex) {
    return std::any_of(scenario_.zones.begin(), scenario_.zones.end(),
                       [apex](const ZoneDescription& zone) { return zone.apex.view() == apex; });
  };
  if (!described(NameView())) {
    added_.emplace_back().servers.emplace_back().host = "a.root-servers.test.";
  }
  if (family_ == nullptr) return;
  for (ZoneDescription& zone : family_->Infrastructure()) {
    if (!described(zone.apex)) added_.push_back(std::move(zone));
  }
}

absl::Status WorldBuilder::AddSites() {
  std::vector<const ZoneDescription*> zones;
  for (const ZoneDescription& zone : scenario_.zones) zones.push_back(&zone);
  AddMissingZones();
  for (const ZoneDescription& zone : added_) zones.push_back(&zone);
  for (const ZoneDescription* zone : zones) {
    std::unique_ptr<World::Site>& site = world_->zones_[zone->apex];
    if (site != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("zone ", zone->apex.view().ToText(), " is described twice"));
    }
    site = std::make_unique<World::Site>();
    site->apex = zone->apex;
    site->as_is = !zone->file.empty();
    site->family_tld = family_ != nullptr && family_->IsTopLevelDomain(zone->apex);
    drafts_.push_back({zone, site.get(), {}});
    ++world_->zone_count_;
  }
  return absl::OkStatus();
}

absl::Status WorldBuilder::NameHosts(Draft* draft) {
  const NameView apex = draft->site->apex;
  for (const ServerDescription& server : draft->description->servers) {
    Host host;
    host.description = &server;
    const bool absolute = !server.host.empty() && server.host.back() == '.';
    const std::string text =
        absolute || apex.is_root() ? server.host : absl::StrCat(server.host, ".", apex.ToText());
    const auto error = dns::Name::FromText(text, &host.name);
    if (error != dns::NameError::kNone) {
      return absl::InvalidArgumentError(
          absl::StrCat("zone ", apex.ToText(), ": host \"", text,
                       "\": ", std::string(dns::NameErrorText(error))));
    }
    if (server.addresses) {
      host.addresses = *server.addresses;
      known_hosts_.emplace(host.name.view().ToLowerText(), host.addresses);
    }
    draft->hosts.push_back(std::move(host));
  }
  return absl::OkStatus();
}

Address WorldBuilder::NextFreeAddress() {
  if (next_address_ == 0) next_address_ = kFirstChosenAddress;
  while (true) {
    const Address address = Address::FromV4(next_address_++);
    if (world_->servers_.insert(address).second) return address;
  }
}

void WorldBuilder::ChooseAddresses() {
  for (const auto& [name, addresses] : known_hosts_) {
    world_->servers_.insert(addresses.begin(), addresses.end());
  }
  for (Draft& draft : drafts_) {
    for (Host& host : draft.hosts) {
      if (host.description->glue) {
        world_->servers_.insert(host.description->glue->begin(), host.description->glue->end());
      }
      if (host.description->addresses) continue;
      const std::string text = host.name.view().ToLowerText();
      auto [known, added] = known_hosts_.try_emplace(text);
      if (added) known->second.push_back(NextFreeAddress());
      host.addresses = known->second;
    }
  }
}

absl::Status WorldBuilder::AddSigner(std::chrono::system_clock::time_point now) {
  const bool needed = std::any_of(drafts_.begin(), drafts_.end(), [](const Draft& draft) {
    return draft.description->signing.has_value();
  });
  if (!needed && (family_ == nullptr || !family_->has_signed_kind())) return absl::OkStatus();
  auto signer = Signer::Create(now);
  if (!signer.ok()) return signer.status();
  world_->signer_ = std::move(*signer);
  if (family_ != nullptr) family_->SetKeys(world_->signer_.get());
  return absl::OkStatus();
}

/// What the parent, or for the root the trust anchor, says of the zone's key. A parent from a file
/// says what the file says.
void WorldBuilder::AddDs(const Draft& draft, const std::string& ds) {
  const NameView apex = draft.site->apex;
  if (apex.is_root()) {
    world_->anchor_ += DsText(ds);
    return;
  }
  World::Site* parent = Around(apex, true);
  if (parent->as_is || !draft.description->delegated) return;
  parent->zone.Add({RelativeTo(apex, parent->apex),
                    RRType::kDS,
                    kInfrastructureTtl,
                    {{RdataPart::Kind::kOctets, 0, ds}}});
}

/// A signed file: the keys that are entry points, or all where none is.
void WorldBuilder::SignAsIs(const Draft& draft) {
  const RRset* keys = draft.site->zone.apex().Find(RRType::kDNSKEY);
  if (keys == nullptr) return;
  draft.site->zone.SetPresigned(&draft.site->presigned);
  const auto is_entry = [](const Rdata& key) {
    return key[0].octets.size() > 1 && (key[0].octets[1] & 1) != 0;
  };
  const bool any_entry = std::any_of(keys->rdata.begin(), keys->rdata.end(), is_entry);
  for (const Rdata& key : keys->rdata) {
    if (!any_entry || is_entry(key)) AddDs(draft, DsOfDnskey(draft.site->apex, key[0].octets));
  }
}

/// The zone's key, and its DS.
void WorldBuilder::Sign(const Draft& draft) {
  if (draft.site->as_is) SignAsIs(draft);
  if (!draft.description->signing) return;
  const SigningDescription& signing = *draft.description->signing;
  if (draft.site->family_tld) draft.site->zone.SetUnlisted();
  Signer& signer = *world_->signer_;
  const NameView apex = draft.site->apex;
  draft.site->zone.SetSigning(
      signing, {{RdataPart::Kind::kOctets, 0, signer.DnskeyRdata(apex, signing.algorithm)}});
  const std::string ds =
      signer.DsRdata(apex, signing.algorithm, signing.Has(SigningFault::kDsMismatch));
  if (signing.ds || apex.is_root()) AddDs(draft, ds);
  if (signing.Has(SigningFault::kExtraDs)) {
    AddDs(draft, signer.DsRdata(apex, OtherAlgorithm(signing.algorithm), false));
  }
}

void WorldBuilder::FillZone(const Draft& draft) {
  Zone& zone = draft.site->zone;
  const NameView apex = draft.site->apex;
  for (const ZoneRecord& record : draft.description->records) {
    if (draft.site->as_is && Presigned::Takes(record)) {
      draft.site->presigned.Add(record);
    } else {
      zone.Add(record);
    }
  }
  if (draft.site->as_is) return;
  const Node& top = *zone.FindNode(NameView());
  if (top.Find(RRType::kNS) == nullptr) {
    for (const Host& host : draft.hosts) {
      if (!host.description->at_child) continue;
      zone.Add({{dns::Name(), true}, RRType::kNS, kInfrastructureTtl, {NamePart(host.name, apex)}});
    }
  }
  if (top.Find(RRType::kSOA) == nullptr) {
    std::vector<ZoneRecord> soa;
    const std::string mname =
        draft.hosts.empty() ? "." : absl::StrCat(draft.hosts[0].name.view().ToText(), ".");
    // The numbers are those of a quiet zone: negative answers live for five minutes.
    if (ParseRecordLine(absl::StrCat("@ 3600 SOA ", mname, " hostmaster 1 7200 900 1209600 300"),
                        apex, &soa)
            .ok()) {
      zone.Add(soa[0]);
    }
  }
}

World::Site* WorldBuilder::Around(NameView name, bool above) const {
  for (NameView apex = name;; apex = apex.parent()) {
    if (!above || apex.size() != name.size()) {
      const auto found = world_->zones_.find(apex);
      if (found != world_->zones_.end()) return found->second.get();
    }
    if (apex.is_root()) return nullptr;
  }
}

void WorldBuilder::PublishAddresses(const Draft& draft) {
  for (const Host& host : draft.hosts) {
    World::Site* home = Around(host.name, false);
    if (home->as_is) continue;
    for (const Address& address : host.addresses) {
      const ZoneRecord record{RelativeTo(host.name, home->apex), AddressType(address),
                              kInfrastructureTtl, AddressRdata(address)};
      if (!Contains(home->zone, record)) home->zone.Add(record);
    }
  }
}

/// Does an address serve both?
bool WorldBuilder::SharesServer(const Draft& draft, const World::Site* parent) const {
  const auto addresses_of = [](const Draft& one) {
    std::vector<Address> addresses;
    for (const Host& host : one.hosts) {
      addresses.insert(addresses.end(), host.addresses.begin(), host.addresses.end());
    }
    return addresses;
  };
  const std::vector<Address> own = addresses_of(draft);
  return std::any_of(drafts_.begin(), drafts_.end(), [&](const Draft& other) {
    const std::vector<Address> others =
        other.site == parent ? addresses_of(other) : std::vector<Address>();
    return std::find_first_of(own.begin(), own.end(), others.begin(), others.end()) != own.end();
  });
}

void WorldBuilder::Delegate(const Draft& draft) {
  const NameView apex = draft.site->apex;
  World::Site* parent = apex.is_root() ? nullptr : Around(apex, true);
  if (parent == nullptr || parent->as_is) return;
  draft.site->reached = draft.description->delegated || SharesServer(draft, parent);
  if (!draft.description->delegated) return;
  const ZoneName cut = RelativeTo(apex, parent->apex);
  for (const Host& host : draft.hosts) {
    if (!host.description->at_parent) continue;
    parent->zone.Add({cut, RRType::kNS, kInfrastructureTtl, {NamePart(host.name, parent->apex)}});
    if (draft.description->glue == GluePolicy::kNone) continue;
    const bool inside = host.name.view().IsAtOrBelow(parent->apex);
    if (!inside && !host.description->glue) continue;
    for (const Address& address : host.description->glue.value_or(host.addresses)) {
      parent->zone.At(cut.name).glue.push_back(
          {RelativeTo(host.name, parent->apex), AddressType(address), AddressRdata(address)});
    }
  }
}

/// A file's glue: the addresses that it has for the hosts of its delegations.
void WorldBuilder::FindGlue(World::Site* site) {
  std::vector<std::pair<dns::Name, Glue>> found;
  site->zone.ForEachNode([&](NameView owner, const Node& node) {
    const RRset* names = owner.is_root() ? nullptr : node.Find(RRType::kNS);
    for (size_t i = 0; names != nullptr && i < names->rdata.size(); ++i) {
      const RdataPart& target = names->rdata[i][0];
      if (target.kind != RdataPart::Kind::kRelativeName) continue;
      const Node* host = site->zone.FindNode(target.name());
      for (const RRType type : {RRType::kA, RRType::kAAAA}) {
        const RRset* set = host == nullptr ? nullptr : host->Find(type);
        for (size_t j = 0; set != nullptr && j < set->rdata.size(); ++j) {
          found.emplace_back(owner, Glue{{dns::Name(target.name()), true}, type, set->rdata[j]});
        }
      }
    }
  });
  for (auto& [owner, glue] : found) site->zone.At(owner).glue.push_back(std::move(glue));
}

void WorldBuilder::Serve(const Draft& draft) {
  for (const Host& host : draft.hosts) {
    std::vector<FaultRule> faults = host.description->faults;
    faults.insert(faults.end(), draft.description->faults.begin(), draft.description->faults.end());
    std::vector<Address> addresses = host.addresses;
    if (host.description->glue) {
      addresses.insert(addresses.end(), host.description->glue->begin(),
                       host.description->glue->end());
    }
    for (const Address& address : addresses) draft.site->servers.push_back({address, faults});
  }
}

/// What a family's top-level domain holds itself, its servers' hosts above all, is no member.
void WorldBuilder::ReserveNames() {
  for (const Draft& draft : drafts_) {
    if (!draft.site->family_tld) continue;
    for (NameView label : draft.site->zone.TopLabels()) {
      if (const auto name = Complete(label, draft.site->apex)) world_->zones_.try_emplace(*name);
    }
  }
}

void WorldBuilder::WriteHints(const Draft& root) {
  for (const Host& host : root.hosts) {
    const std::string name = host.name.view().ToText() + ".";
    absl::StrAppend(&world_->hints_, ".\t", kHintsTtl, "\tIN\tNS\t", name, "\n");
    for (const Address& address : host.addresses) {
      absl::StrAppend(&world_->hints_, name, "\t", kHintsTtl, "\tIN\t",
                      address.is_v4() ? "A" : "AAAA", "\t", address.ToText(), "\n");
    }
  }
}

}  // namespace caascan::lab
