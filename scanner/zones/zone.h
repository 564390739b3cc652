// Delegations: which servers a zone is delegated to, as its parent said.
#pragma once

#include <absl/container/inlined_vector.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "scanner/dns/delegation.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/net/network.h"
#include "scanner/zones/name_cache.h"
#include "scanner/zones/shared_lookup.h"

namespace caascan::zones {

/// One zone's delegation. Addresses come as glue, or later, when a server's name is resolved; they
/// are only ever added, so an index stays good.
struct Zone {
  // Attacks come as delegations to hundreds of names (NXNSAttack): what lies beyond is not used.
  static constexpr size_t kMaxServers = 16;
  static constexpr size_t kMaxAddresses = 32;
  static constexpr size_t kInside = 4;  // Servers, and addresses, that need no block of their own.

  struct Server {
    uint16_t host_offset = 0;  // Into hosts.
    uint8_t host_size = 0;
    bool resolved = false;      // Its addresses are here, or it has none.
    bool has_address = false;   // Whether or not another server has the same one.
    bool no_such_host = false;  // Its name does not exist.
    bool has_glue = false;      // Its addresses here came with the delegation.
    bool other_family = false;  // It has an address of a family that is not used.
    bool is_alias = false;
    uint8_t denied_labels = 0;  // no_such_host: of the zone that denies it.
  };
  struct ServerAddress {
    net::PeerRef peer;
    uint8_t server = 0;
    bool last_resort = false;  // Glue and the host's own zone differ, and this is the other one's.
    bool takes_capitals = false;  // It gave data of the zone to a question with capitals (0x20).
    bool has_referred = false;    // To zones below, without capitals.
  };

  absl::InlinedVector<Server, kInside> servers;
  absl::InlinedVector<ServerAddress, kInside> addresses;
  std::string hosts;  // The servers' names, wire form, lower case, one behind the other.
  std::chrono::nanoseconds expires{0};
  bool seeded = false;  // It comes from Resolver::Seed(), not from the parent.
  /// Labels of the zone below that its servers have referred to last; 0: they have to none yet.
  uint8_t cut_labels = 0;
  /// Seeded, until its trust is settled: see ProofMessage(). Null where there is none.
  std::unique_ptr<std::string> file_proof;
  /// What is known of its security. Plainly insecure zones, which most are, need no more than that.
  enum class Trust : uint8_t { kUnknown, kInsecure, kSeeTrusts };
  Trust trust = Trust::kUnknown;

  dns::NameView host(const Server& server) const {
    return dns::NameView::FromTrusted(
        reinterpret_cast<const uint8_t*>(hosts.data()) + server.host_offset, server.host_size);
  }
  /// The index of the server with that name, added where it is new; -1 where there are too many.
  int AddServer(dns::NameView host);
  /// Once each. False where it was there, or there are too many.
  bool AddAddress(size_t server, net::PeerRef peer, bool last_resort = false);
  bool has_room() const { return addresses.size() < kMaxAddresses; }
  /// What it holds outside itself, its share of its servers' peers included.
  size_t HeapBytes() const;
};

/// The addresses of a server's name that its own zone had to be asked for.
struct Host {
  static constexpr size_t kInside = 2;
  /// Empty once resolved: it has no address that we can use.
  absl::InlinedVector<net::PeerRef, kInside> peers;
  std::chrono::nanoseconds expires{0};
  bool no_such_host = false;  // The name does not exist.
  bool other_family = false;  // It has addresses, of a family that is not used.
  bool is_alias = false;
  uint8_t denied_labels = 0;  // no_such_host: of the zone that denies it.
  // No addresses, but nobody said so: whoever might have told failed, at that time.
  bool unproven = false;
  bool unheard = false;  // Likewise: he was silent.
  std::chrono::nanoseconds failed_at{0};
  /// While resolving: the host that this one's resolution waits for (to find circles).
  const Host* waits_for = nullptr;
  uint32_t depth = 0;

  /// As Zone::HeapBytes().
  size_t HeapBytes() const;
};

using ZoneCache = NameCache<Zone>;
using HostCache = NameCache<SharedLookup<Host>>;

/// What a family of addresses is good for in this scan.
struct AddressPolicy {
  bool ipv4 = true;
  bool ipv6 = true;
  uint16_t port = 53;
};

/// Is it an address record of a family that the policy leaves out?
bool IsOfOtherFamily(const dns::RecordView& record, const AddressPolicy& policy);

/// The peer behind an A or AAAA record; nullptr for records of a family that is not used, or of
/// another type.
net::PeerRef PeerOf(const dns::RecordView& record, const AddressPolicy& policy,
                    net::Network* network);

/// Fills `zone` from a referral: NS records of `cut` in the authority section, and as glue the
/// addresses of those names in the additional section that are at or below `asked` (the zone whose
/// server said so). What the zone has no room for makes no peer.
void ReadReferral(const dns::Message& message, dns::NameView cut, dns::NameView asked,
                  const AddressPolicy& policy, net::Network* network, Zone* zone);

/// Fills `zone` from what somebody else knows of its delegation.
void ReadDelegation(const dns::Delegation& delegation, const AddressPolicy& policy,
                    net::Network* network, Zone* zone);

}  // namespace caascan::zones
