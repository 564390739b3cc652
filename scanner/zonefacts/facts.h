// What a worker has met of one zone, in few octets.
#pragma once

#include <absl/container/inlined_vector.h>
#include <absl/container/node_hash_map.h>

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/finding_code.h"
#include "caascan/outcome.h"
#include "scanner/async/address.h"
#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "scanner/vantage/asn_table.h"
#include "scanner/zonerecord/zone_record.h"

namespace caascan::zonefacts {

/// Adds up looks at a zone. A value. What is hostile has bounds: 64 names of servers, 64 addresses,
/// 32 DS records and keys.
class Facts {
 public:
  static constexpr size_t kMaxServers = 64;
  static constexpr size_t kMaxKeys = 32;
  static constexpr size_t kFindings = static_cast<size_t>(kLastFindingCode) + 1;

  struct Server {
    std::optional<async::Address> address;
    int8_t host = -1;  // Into the names; -1: none.
    bool asked = false;
    bool answers = false;
    uint16_t rcode = 0;  // Of ServerResult::kRcode.
    uint32_t fails = 0;  // A bit a ServerResult.
    std::optional<uint32_t> serial;
  };
  struct Signature {
    uint32_t expiration = 0;  // Seconds since 1970 modulo 2^32.
    uint32_t ttl_s = 0;
    dns::RRType type{};
  };

  /// The index of a server's name, added where it is new; -1 where there are too many.
  int8_t AddHost(dns::NameView host, bool at_parent, bool at_child);
  /// The zone gives its NS set: what it gave before does not count any more.
  void BeginChildSet();
  /// That address, added where it is new; null where there are too many.
  Server* AddServer(const std::optional<async::Address>& address, int8_t host);
  void NoteResult(ServerResult result, uint16_t rcode, Server* server);
  void NoteSignature(const Signature& signature);
  void AddDs(const zonerecord::ZoneDs& ds);
  void AddKey(const zonerecord::ZoneKey& key);
  bool has_parent_set() const { return has_parent_set_; }
  bool has_child_set() const { return has_child_set_; }
  bool has_keys() const { return !keys_.empty(); }
  const absl::InlinedVector<Server, 4>& servers() const { return servers_; }

  /// What it holds outside itself, about.
  size_t HeapBytes() const;
  /// In full, and in text. Addresses with another port than `usual_port` are written with it.
  /// `origins` says whose they are; null: unknown.
  void FillRecord(dns::NameView zone, uint16_t usual_port, const vantage::AsnTable* origins,
                  zonerecord::ZoneRecord* record) const;

  // What needs no further rule. Names are in lower case, in wire form.
  dns::CompactName parent;
  bool has_parent = false;
  uint8_t addresses_noted = 0;  // Of the delegation's.
  std::optional<DnssecStatus> dnssec;
  bool is_signed = false;
  std::optional<zonerecord::ZoneDenial> denial;
  std::optional<bool> cds;
  std::optional<bool> cdnskey;
  std::string report_channel;  // Presentation form.
  std::string operator_name;
  std::bitset<kFindings> findings;
  int64_t time_ms = 0;

 private:
  struct Host {
    uint16_t offset = 0;
    uint8_t size = 0;
    bool at_parent = false;
    bool at_child = false;
  };
  dns::NameView NameOf(const Host& host) const;
  void FillServers(const std::vector<std::string>& hosts, uint16_t usual_port,
                   const vantage::AsnTable* origins,
                   std::vector<zonerecord::ZoneServer>* servers) const;

  std::string names_;  // One behind the other.
  absl::InlinedVector<Host, 4> hosts_;
  absl::InlinedVector<Server, 4> servers_;
  std::vector<zonerecord::ZoneDs> ds_;
  std::vector<zonerecord::ZoneKey> keys_;
  std::optional<Signature> signature_;
  bool has_parent_set_ = false;
  bool has_child_set_ = false;
};

/// By zone. Entries stay in their places.
using FactsTable = absl::node_hash_map<dns::CompactName, Facts, dns::NameHash, dns::NameEqual>;

}  // namespace caascan::zonefacts
