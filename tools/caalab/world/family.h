// A procedural family of domains: what a domain below one of its top-level domains does follows
// from its name and a seed, so that a million of them cost no memory.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "scanner/dns/name.h"
#include "tools/caalab/sign/signer.h"
#include "tools/caalab/world/address.h"
#include "tools/caalab/world/chance.h"
#include "tools/caalab/world/scenario.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// Who runs name servers: a block of addresses for the first server of each domain, one behind it
/// for the second, and so on, each in networks of its own (/24). A slot is the addresses at the
/// same place of all blocks; every domain of the operator lives on one slot.
struct Operator {
  const OperatorDescription* description = nullptr;
  uint32_t first_address = 0;  // IPv4, host order.
  uint32_t slots = 0;
  std::vector<dns::Name> hosts;  // By slot, then server; empty where hosts lie in the domain.

  /// From one block to the next.
  uint32_t stride() const { return (slots + 255) / 256 * 256; }
  uint32_t address_count() const { return stride() * description->hosts; }
  uint32_t AddressOf(uint32_t slot, uint32_t server) const {
    return first_address + server * stride() + slot;
  }
  uint32_t host_count() const { return slots * description->hosts; }
};

/// One kind of domain: a zone as a pattern, and what its servers do wrong.
struct Kind {
  const KindDescription* description = nullptr;
  /// With the addresses of ns1, ns2 … in the zone, and without.
  Zone zone_with_hosts;
  Zone zone_without_hosts;
  std::vector<std::vector<FaultRule>> faults;  // By server, the zone's included.
  std::vector<const Operator*> operators;      // It may live at.
  std::vector<double> operator_weights;        // Running sums.
};

/// One domain of a family. A value, made anew for every question; valid as long as the family and
/// the name it was made from.
struct Member {
  const Kind* kind = nullptr;  // Null: no member.
  const Operator* operated_by = nullptr;
  uint32_t slot = 0;
  dns::NameView apex;

  size_t server_count() const { return kind->description->zone.servers.size(); }
  const Zone& zone() const {
    return operated_by->hosts.empty() ? kind->zone_with_hosts : kind->zone_without_hosts;
  }
  /// nullopt where the server's host has no address on purpose.
  std::optional<Address> ServerAddress(size_t server) const;
  /// The absolute name of a server's host, where that lies outside the domain; else nullopt and it
  /// is HostLabel() below the apex.
  std::optional<dns::NameView> ServerHost(size_t server) const;
  /// The server at an address; nullopt where the domain is not served there.
  std::optional<size_t> ServerAt(const Address& address) const;
};

/// Most servers of one domain.
constexpr size_t kMaxHosts = 13;

/// "ns1" for 0, as a relative name.
dns::NameView HostLabel(size_t server);

/// Built once, then read from any thread. The description must outlive it.
class Family {
 public:
  /// Errors: InvalidArgument with the kind's or operator's name.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Family>> Build(
      const FamilyDescription& description, uint64_t seed);
  /// Gives the kinds that are signed their key. Once, before the family is used.
  void SetKeys(Signer* signer);
  bool has_signed_kind() const;

  /// The member of this name. `apex` lies directly below one of the family's top-level
  /// domains (for domains given by a list: anywhere).
  Member Find(dns::NameView apex) const { return Choose(apex, kinds_, kind_weights_); }
  /// The same for who has dns::HashName(apex) already.
  Member Find(dns::NameView apex, uint64_t name_hash) const {
    return ChooseByHash(apex, name_hash, kinds_, kind_weights_);
  }
  /// Like Find, but of a kind that has no fault and is delegated: for domains that have others
  /// below them. REQUIRES: has_sound_kind().
  Member FindSound(dns::NameView apex) const {
    assert(has_sound_kind() && "there is a kind to choose");
    return Choose(apex, sound_kinds_, sound_weights_);
  }
  bool has_sound_kind() const { return !sound_kinds_.empty(); }

  /// Name number `index` of the family, below one of its top-level domains; all differ.
  dns::Name DomainAt(uint64_t index) const;
  /// One of the expectations of the member's kind, by hash.
  const Expectation& PickExpectation(const Member& member) const;

  /// A member written out as a zone's description, for worlds that hold it in memory.
  ZoneDescription Describe(const Member& member) const;
  /// The zones that the family rests on: top-level domains and operators' own domains.
  std::vector<ZoneDescription> Infrastructure() const;

  bool HasServer(const Address& address) const {
    return address.is_v4() && address.v4() >= first_address_ && address.v4() < end_address_;
  }
  size_t server_count() const { return end_address_ - first_address_; }
  bool IsTopLevelDomain(dns::NameView name) const;
  const FamilyDescription& description() const { return description_; }

 private:
  using Kinds = std::vector<const Kind*>;

  Family(const FamilyDescription& description, uint64_t seed)
      : description_(description), seed_(seed), mixed_seed_(MixBits(seed)) {}
  absl::Status AddOperators();
  absl::Status AddKinds();
  absl::Status AddKind(const KindDescription& description);
  Member Choose(dns::NameView apex, const Kinds& kinds, const std::vector<double>& weights) const;
  Member ChooseByHash(dns::NameView apex, uint64_t name_hash, const Kinds& kinds,
                      const std::vector<double>& weights) const;

  const FamilyDescription& description_;
  const uint64_t seed_;
  const uint64_t mixed_seed_;
  std::vector<std::unique_ptr<Operator>> operators_;
  std::vector<std::unique_ptr<Kind>> owned_kinds_;
  Kinds kinds_;
  std::vector<double> kind_weights_;  // Running sums, as the others below.
  Kinds sound_kinds_;
  std::vector<double> sound_weights_;
  std::vector<double> tld_weights_;
  uint32_t first_address_ = 0;
  uint32_t end_address_ = 0;
};

}  // namespace caascan::lab
