// The idea: one hash of the name (case ignored) and the seed; from it a kind by weight, an operator
// by weight among those that the kind may live at, and a slot of the operator. All of it is
// arithmetic, so serving, listing and telling the truth each do it anew and agree. Tested by
// family_test.cc, which holds procedural domains against the same ones written out.
#include "tools/caalab/world/family.h"

#include <algorithm>
#include <array>
#include <memory>

#include <absl/strings/str_cat.h>

namespace caascan::lab {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint32_t kFirstFamilyAddress = 0x7f800001;  // 127.128.0.1
constexpr uint32_t kLastFamilyAddress = 0x7ffffffe;   // 127.255.255.254
constexpr uint32_t kTtl = 3600;

// One hash gives several independent choices: each mixes its own number in.
constexpr uint64_t kOperatorChoice = 1;
constexpr uint64_t kSlotChoice = 2;
constexpr uint64_t kNameChoice = 3;
constexpr uint64_t kTldChoice = 4;
constexpr uint64_t kLabelChoice = 5;

/// An index by weight. `sums` are running sums, the last of them the total.
size_t PickByWeight(const std::vector<double>& sums, uint64_t hash) {
  const double point = UnitInterval(hash) * sums.back();
  const auto found = std::upper_bound(sums.begin(), sums.end(), point);
  return std::min(static_cast<size_t>(found - sums.begin()), sums.size() - 1);
}

void AddWeight(double weight, std::vector<double>* sums) {
  sums->push_back((sums->empty() ? 0 : sums->back()) + weight);
}

struct HostLabels {
  HostLabels() {
    for (size_t i = 0; i < kMaxHosts; ++i) {
      (void)dns::Name::FromText(absl::StrCat("ns", i + 1), &names[i]);
    }
  }
  std::array<dns::Name, kMaxHosts> names;
};

std::string Octets(const Address& address) {
  return std::string(reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size());
}

ZoneName Apex() { return {dns::Name(), true}; }

ZoneRecord HostRecord(RdataPart::Kind kind, const ZoneName& owner, RRType type, size_t server) {
  return {owner, type, kTtl, {{kind, static_cast<uint8_t>(server), {}}}};
}

ZoneRecord SoaRecord() {
  dns::Name hostmaster;
  (void)dns::Name::FromText("hostmaster", &hostmaster);
  // Serial 1, refresh 7200, retry 900, expire 1209600, minimum 300.
  const std::string numbers("\0\0\0\1\0\0\x1c\x20\0\0\x03\x84\0\x12\x75\0\0\0\x01\x2c", 20);
  return {Apex(),
          RRType::kSOA,
          kTtl,
          {{RdataPart::Kind::kServerHost, 0, {}},
           {RdataPart::Kind::kRelativeName, 0, std::string(hostmaster.view().bytes())},
           {RdataPart::Kind::kOctets, 0, numbers}}};
}

/// The zone's data; `hosts` says whether ns1, ns2 … lie in it.
void FillZone(const ZoneDescription& description, bool hosts, Zone* zone) {
  for (const ZoneRecord& record : description.records) zone->Add(record);
  if (zone->FindNode(NameView())->Find(RRType::kSOA) == nullptr) zone->Add(SoaRecord());
  for (size_t i = 0; i < description.servers.size(); ++i) {
    const ServerDescription& server = description.servers[i];
    if (server.at_child)
      zone->Add(HostRecord(RdataPart::Kind::kServerHost, Apex(), RRType::kNS, i));
    if (hosts && !server.addresses) {
      const ZoneName owner{dns::Name(HostLabel(i)), true};
      zone->Add(HostRecord(RdataPart::Kind::kServerAddress, owner, RRType::kA, i));
    }
  }
}

bool IsSound(const ZoneDescription& zone) {
  return zone.delegated && zone.faults.empty() && (!zone.signing || zone.signing->faults.empty()) &&
         zone.glue == GluePolicy::kInBailiwick &&
         std::all_of(zone.servers.begin(), zone.servers.end(), [](const ServerDescription& server) {
           return server.faults.empty() && !server.addresses;
         });
}

}  // namespace

NameView HostLabel(size_t server) {
  static const HostLabels kLabels;
  return kLabels.names[server];
}

std::optional<Address> Member::ServerAddress(size_t server) const {
  if (kind->description->zone.servers[server].addresses) return std::nullopt;
  return Address::FromV4(operated_by->AddressOf(slot, static_cast<uint32_t>(server)));
}

std::optional<NameView> Member::ServerHost(size_t server) const {
  const ServerDescription& description = kind->description->zone.servers[server];
  if (description.addresses) return description.absolute_host.view();
  if (operated_by->hosts.empty()) return std::nullopt;
  return operated_by->hosts[size_t{slot} * operated_by->description->hosts + server].view();
}

std::optional<size_t> Member::ServerAt(const Address& address) const {
  if (!address.is_v4()) return std::nullopt;
  // Far beyond any count where it lies below.
  const uint32_t offset = address.v4() - operated_by->AddressOf(slot, 0);
  const uint32_t server = offset / operated_by->stride();
  if (offset % operated_by->stride() != 0 || server >= server_count() ||
      kind->description->zone.servers[server].addresses) {
    return std::nullopt;
  }
  return server;
}

absl::StatusOr<std::unique_ptr<Family>> Family::Build(const FamilyDescription& description,
                                                      uint64_t seed) {
  std::unique_ptr<Family> family(new Family(description, seed));
  if (absl::Status status = family->AddOperators(); !status.ok()) return status;
  if (absl::Status status = family->AddKinds(); !status.ok()) return status;
  for (const auto& [tld, weight] : description.tlds) AddWeight(weight, &family->tld_weights_);
  return family;
}

absl::Status Family::AddOperators() {
  first_address_ = kFirstFamilyAddress;
  end_address_ = kFirstFamilyAddress;
  for (const OperatorDescription& description : description_.operators) {
    auto added = std::make_unique<Operator>();
    added->description = &description;
    added->first_address = end_address_;
    added->slots = description.addresses / description.hosts;
    if (added->slots == 0 || added->address_count() > kLastFamilyAddress - end_address_) {
      return absl::InvalidArgumentError(
          absl::StrCat("operator ", description.name, ": too few or too many addresses"));
    }
    end_address_ += added->address_count();
    for (uint32_t i = 0; description.domain && i < added->host_count(); ++i) {
      dns::Name host = *description.domain;
      const std::string label =
          absl::StrCat("ns", i % description.hosts + 1, "-", i / description.hosts);
      if (!host.Prepend(label)) {
        return absl::InvalidArgumentError(
            absl::StrCat("operator ", description.name, ": its domain is too long"));
      }
      added->hosts.push_back(host);
    }
    operators_.push_back(std::move(added));
  }
  return absl::OkStatus();
}

absl::Status Family::AddKinds() {
  for (const KindDescription& description : description_.kinds) {
    if (absl::Status status = AddKind(description); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Family::AddKind(const KindDescription& description) {
  auto kind = std::make_unique<Kind>();
  kind->description = &description;
  const ZoneDescription& zone = description.zone;
  FillZone(zone, true, &kind->zone_with_hosts);
  FillZone(zone, false, &kind->zone_without_hosts);
  for (const ServerDescription& server : zone.servers) {
    kind->faults.push_back(server.faults);
    kind->faults.back().insert(kind->faults.back().end(), zone.faults.begin(), zone.faults.end());
  }
  const auto& wanted = description.operators;
  for (const auto& candidate : operators_) {
    const OperatorDescription& its = *candidate->description;
    const bool named = std::find(wanted.begin(), wanted.end(), its.name) != wanted.end();
    if (!(wanted.empty() ? its.weight > 0 : named)) continue;
    if (its.hosts < zone.servers.size()) {
      return absl::InvalidArgumentError(absl::StrCat("kind ", description.name, ": has ",
                                                     zone.servers.size(), " servers, operator ",
                                                     its.name, " has ", its.hosts, " a slot"));
    }
    kind->operators.push_back(candidate.get());
    AddWeight(wanted.empty() ? its.weight : 1, &kind->operator_weights);
  }
  if (kind->operators.empty() || kind->operators.size() < wanted.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("kind ", description.name, ": an operator of its is not there"));
  }
  kinds_.push_back(kind.get());
  AddWeight(description.weight, &kind_weights_);
  if (IsSound(zone)) {
    sound_kinds_.push_back(kind.get());
    AddWeight(description.weight, &sound_weights_);
  }
  owned_kinds_.push_back(std::move(kind));
  return absl::OkStatus();
}

bool Family::has_signed_kind() const {
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [](const Kind* kind) { return kind->description->zone.signing.has_value(); });
}

void Family::SetKeys(Signer* signer) {
  for (const auto& kind : owned_kinds_) {
    const auto& signing = kind->description->zone.signing;
    if (!signing) continue;
    for (Zone* zone : {&kind->zone_with_hosts, &kind->zone_without_hosts}) {
      RdataPart key{RdataPart::Kind::kZoneKey, 0, {}};
      if (signing->algorithm != SigningAlgorithm::kEcdsaP256OwnKey) {
        key = {RdataPart::Kind::kOctets, 0, signer->DnskeyRdata({}, signing->algorithm)};
      }
      zone->SetSigning(*signing, {key});
      zone->Seal();
    }
  }
}

Member Family::Choose(NameView apex, const Kinds& kinds, const std::vector<double>& weights) const {
  return ChooseByHash(apex, dns::HashName(apex), kinds, weights);
}

Member Family::ChooseByHash(NameView apex, uint64_t name_hash, const Kinds& kinds,
                            const std::vector<double>& weights) const {
  const uint64_t hash = MixBits(name_hash ^ mixed_seed_);
  Member member;
  member.kind = kinds[PickByWeight(weights, hash)];
  member.operated_by =
      member.kind
          ->operators[PickByWeight(member.kind->operator_weights, MixBits(hash ^ kOperatorChoice))];
  // The upper half of a product is an even choice, and cheaper than a remainder.
  member.slot =
      static_cast<uint32_t>((MixBits(hash ^ kSlotChoice) >> 32) * member.operated_by->slots >> 32);
  member.apex = apex;
  return member;
}

dns::Name Family::DomainAt(uint64_t index) const {
  static constexpr char kConsonants[] = "bdfgklmnprstvz";
  static constexpr char kVowels[] = "aeiou";
  static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  const uint64_t hash = MixBits(seed_ ^ MixBits(index));
  uint64_t bits = MixBits(hash ^ kLabelChoice);
  std::string label;
  for (uint64_t left = 2 + bits % 3; left > 0; --left) {
    bits = MixBits(bits);
    label.push_back(kConsonants[bits % (sizeof kConsonants - 1)]);
    label.push_back(kVowels[(bits >> 32) % (sizeof kVowels - 1)]);
  }
  label.push_back('-');  // No syllable holds one: what follows is the whole index.
  std::string digits;
  for (uint64_t rest = index; rest > 0 || digits.empty(); rest /= 36) digits += kDigits[rest % 36];
  label.append(digits.rbegin(), digits.rend());
  dns::Name name = description_.tlds[PickByWeight(tld_weights_, MixBits(hash ^ kTldChoice))].first;
  (void)name.Prepend(label);  // 20 octets below a single label always fit.
  return name;
}

const Expectation& Family::PickExpectation(const Member& member) const {
  const auto& expect = member.kind->description->zone.expect;
  std::vector<double> sums;
  for (const Expectation& each : expect) AddWeight(each.weight, &sums);
  return expect[PickByWeight(sums,
                             MixBits(dns::HashName(member.apex) ^ mixed_seed_ ^ kNameChoice))];
}

ZoneDescription Family::Describe(const Member& member) const {
  ZoneDescription zone = member.kind->description->zone;
  zone.apex = member.apex;
  zone.apex.ToLower();
  for (size_t i = 0; i < zone.servers.size(); ++i) {
    ServerDescription& server = zone.servers[i];
    if (const auto host = member.ServerHost(i)) server.host = host->ToText() + ".";
    if (const auto address = member.ServerAddress(i)) server.addresses = {{*address}};
  }
  const std::string text = zone.apex.view().ToText();
  for (Expectation& expect : zone.expect) {
    expect.name = expect.name == "@" ? text : absl::StrCat(expect.name, ".", text);
  }
  return zone;
}

std::vector<ZoneDescription> Family::Infrastructure() const {
  std::vector<ZoneDescription> out;
  for (const auto& [tld, weight] : description_.tlds) {
    ZoneDescription& zone = out.emplace_back();
    zone.apex = tld;
    zone.signing = description_.tld_signing;
    for (unsigned i = 0; i < description_.tld_servers; ++i) {
      ServerDescription& server = zone.servers.emplace_back();
      server.host = absl::StrCat(std::string(1, static_cast<char>('a' + i)), ".nic");
    }
  }
  for (const auto& each : operators_) {
    if (!each->description->domain) continue;
    ZoneDescription& zone = out.emplace_back();
    zone.apex = *each->description->domain;
    for (const char* host : {"a", "b"}) zone.servers.emplace_back().host = host;
    for (size_t i = 0; i < each->hosts.size(); ++i) {
      const auto number = static_cast<uint32_t>(i);
      const uint32_t hosts = each->description->hosts;
      const Address address = Address::FromV4(each->AddressOf(number / hosts, number % hosts));
      dns::Name owner;
      (void)owner.Prepend(each->hosts[i].view().first_label());
      zone.records.push_back(
          {{owner, true}, RRType::kA, kTtl, {{RdataPart::Kind::kOctets, 0, Octets(address)}}});
    }
  }
  return out;
}

bool Family::IsTopLevelDomain(NameView name) const {
  return std::any_of(description_.tlds.begin(), description_.tlds.end(),
                     [name](const auto& tld) { return tld.first.view() == name; });
}

}  // namespace caascan::lab
