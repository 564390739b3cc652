// What a zone holds, as a pattern that may stand at any apex: names inside it are kept relative to
// the apex.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "tools/caalab/sign/signing.h"
#include "tools/caalab/world/address.h"

namespace caascan::lab {

/// A name that is either absolute or relative to the apex of the zone it stands in; a relative one
/// ends in the apex instead of the root. "@" is relative and has no label.
struct ZoneName {
  dns::Name name;
  bool relative = false;
};

/// One piece of a record's RDATA, in wire order.
struct RdataPart {
  enum class Kind : uint8_t {
    kOctets,         // As they are.
    kName,           // `octets` is an uncompressed absolute name.
    kRelativeName,   // `octets` is one relative to the apex.
    kServerAddress,  // The address of the zone's server number `server`, from 0: family members
                     // only.
    kServerHost,     // The name of its host, likewise.
    kZoneKey,        // The DNSKEY of a zone that has a key of its own.
  };
  Kind kind = Kind::kOctets;
  uint8_t server = 0;
  std::string octets;

  dns::NameView name() const {
    return dns::NameView::FromTrusted(reinterpret_cast<const uint8_t*>(octets.data()),
                                      octets.size());
  }
};
using Rdata = std::vector<RdataPart>;

/// Records of one owner and type. Never empty.
struct RRset {
  dns::RRType type{};
  uint32_t ttl = 0;
  std::vector<Rdata> rdata;
};

/// An address that a parent hands out with a delegation.
struct Glue {
  ZoneName owner;
  dns::RRType type{};
  Rdata rdata;
};

/// `relative` completed with `apex`; nullopt where that is over 255 octets.
std::optional<dns::Name> Complete(dns::NameView relative, dns::NameView apex);
/// The other way round. REQUIRES: name.IsAtOrBelow(apex).
dns::Name RelativePart(dns::NameView name, dns::NameView apex);

/// Everything at one owner. Without a set it is an empty non-terminal.
struct Node {
  std::vector<RRset> sets;
  std::vector<Glue> glue;  // Where there is an NS set below the apex.

  const RRset* Find(dns::RRType type) const;
};

/// One record as a description writes it.
struct ZoneRecord {
  ZoneName owner;
  dns::RRType type{};
  uint32_t ttl = 0;
  Rdata rdata;
};

/// A record set and its owner, relative to the apex.
struct OwnedSet {
  dns::Name owner;
  RRset set;
};

/// What a zone's data says to a question; what is sent may differ (see Fault).
struct Match {
  enum class Kind : uint8_t {
    kAnswer,      // `set`.
    kAlias,       // `set` is the CNAME.
    kDname,       // `set` is the DNAME, at `owner`.
    kDelegation,  // `node` holds NS and glue, at `owner`.
    kNoData,
    kNxDomain,
  };
  Kind kind = Kind::kNxDomain;
  const RRset* set = nullptr;
  const Node* node = nullptr;
  /// Relative owner of DNAME and delegation: a suffix of the question's.
  dns::NameView owner = {};
  /// For kNoData: the owner holds nothing and only has names below it.
  bool empty_non_terminal = false;
  /// Did a wildcard stand in for the name? Then, and for kNxDomain, the relative name right above
  /// where the zone's names end.
  bool wildcard = false;
  dns::NameView closest_encloser = {};
};

/// An owner in the order of the zone (RFC 4034 §6.1), as NSEC and NSEC3 see it.
struct ChainEntry {
  dns::Name owner;  // Relative.
  std::vector<dns::RRType> types;
  bool empty_non_terminal = false;
  bool delegation = false;
  bool has_ds = false;
};

class Presigned;

/// The same in the order of NSEC3.
using Nsec3Hash = std::array<uint8_t, 20>;
struct HashedEntry {
  Nsec3Hash hash;
  const ChainEntry* entry;
};

/// Built once, sealed, then read from any thread.
class Zone {
 public:
  Zone();

  /// REQUIRES: record.owner.relative.
  void Add(const ZoneRecord& record);
  /// The node at a relative owner, made where it is not there, with the empty ones above it.
  Node& At(dns::NameView relative_owner);
  const Node* FindNode(dns::NameView relative_owner) const;
  const Node& apex() const { return *apex_; }
  /// How long its negative answers live: the lesser of the SOA's minimum and TTL (RFC 2308 §3, for
  /// NSEC and NSEC3 RFC 9077). 0 without a SOA.
  uint32_t negative_ttl() const;
  /// Calls `visit` with every relative owner, in no order.
  void ForEachNode(const std::function<void(dns::NameView owner, const Node&)>& visit) const;
  /// Is the owner below a delegation: glue, no data of this zone?
  bool IsOccluded(dns::NameView relative_owner) const;
  /// The owners of one label. Valid until the next Add() or At().
  std::vector<dns::NameView> TopLabels() const;

  /// RFC 1034 §4.3.2, within this zone. `relative` is the question's name without the apex.
  Match Find(dns::NameView relative, dns::RRType type) const;

  /// Makes the zone a signed one, with this DNSKEY.
  void SetSigning(const SigningDescription& signing, const Rdata& dnskey);
  /// Null for an unsigned zone.
  const SigningDescription* signing() const { return signing_ ? &*signing_ : nullptr; }
  /// Makes the zone one that brings its own signatures and denial; they outlive it.
  void SetPresigned(const Presigned* presigned) { presigned_ = presigned; }
  const Presigned* presigned() const { return presigned_; }
  /// Says that the zone has more names than those added here: proofs must do without a list.
  void SetUnlisted() { unlisted_ = true; }
  bool is_unlisted() const { return unlisted_; }
  /// Once all is added: puts a signed zone's owners in order. With the apex, where it stands at one
  /// alone, NSEC3's hashes are made ahead.
  void Seal(std::optional<dns::NameView> apex = std::nullopt);
  /// All owners that are the zone's own, in order, the apex first. REQUIRES: sealed and signed.
  const std::vector<ChainEntry>& chain() const {
    assert(!chain_.empty() && "the apex is always in it");
    return chain_;
  }
  /// Empty where they were not made ahead.
  const std::vector<HashedEntry>& hashed_chain() const { return hashed_chain_; }

 private:
  void AddToChain(dns::NameView owner, const Node& node);

  std::optional<SigningDescription> signing_;
  const Presigned* presigned_ = nullptr;
  std::vector<ChainEntry> chain_;
  std::vector<HashedEntry> hashed_chain_;  // Into chain_.
  bool unlisted_ = false;
  absl::flat_hash_map<dns::Name, std::unique_ptr<Node>, dns::NameHash, dns::NameEqual> nodes_;
  Node* apex_;
};

}  // namespace caascan::lab
