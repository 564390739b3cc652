// What a scan has met of one zone: one line of `scan --zones`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::zonerecord {

/// One address of a server, or a server without an address.
struct ZoneServer {
  std::string host = {};     // Empty where only the address is known.
  std::string address = {};  // Without the usual port; empty where none was found.
  bool asked = false;        // For data, not for DS or DNSKEY sets.
  bool answers = false;
  /// ServerResult codes of what was no answer, sorted, each once.
  std::vector<std::string> fails = {};
  std::optional<uint32_t> serial = {};  // Of the zone's SOA.
  uint32_t asn = 0;                     // 0: not known.
  std::string country = {};

  friend bool operator==(const ZoneServer&, const ZoneServer&) = default;
};

/// RFC 4034 §5.
struct ZoneDs {
  uint16_t tag = 0;
  uint8_t algorithm = 0;
  uint8_t digest_type = 0;

  friend auto operator<=>(const ZoneDs&, const ZoneDs&) = default;
};

/// RFC 4034 §2.
struct ZoneKey {
  uint16_t tag = 0;
  uint8_t algorithm = 0;
  uint32_t bits = 0;  // Of the public key as its algorithm counts them; 0: not known.
  uint16_t flags = 0;

  friend auto operator<=>(const ZoneKey&, const ZoneKey&) = default;
};

struct ZoneDenial {
  bool nsec3 = false;  // Else NSEC.
  uint16_t iterations = 0;
  uint8_t salt_length = 0;  // Octets.
  bool opt_out = false;     // On any of the records that were seen.

  friend bool operator==(const ZoneDenial&, const ZoneDenial&) = default;
};

/// Of the signatures that were seen, the one that ends first.
struct ZoneSignature {
  int64_t ends_s = 0;  // Since 1970.
  std::string type;    // What it covers.
  uint32_t ttl_s = 0;  // Its original TTL.

  friend bool operator==(const ZoneSignature&, const ZoneSignature&) = default;
};

/// How the zone's own NS set stands to the one that the parent has.
enum class NsClass : uint8_t {
  kSame,
  kSubset,    // The zone names only some of the parent's.
  kSuperset,  // The zone names the parent's, and others.
  kOverlap,
  kDisjoint,
};
inline constexpr size_t kNsClassCount = 5;
std::string_view NsClassCode(NsClass ns_class);
/// Both sorted, each name once.
NsClass ClassOf(const std::vector<std::string>& parent, const std::vector<std::string>& child);

/// A value. Texts are strangers' names in presentation form. Lists of names are sorted, each once.
struct ZoneRecord {
  std::string zone;                    // Without the final dot; the root is ".".
  std::string parent;                  // Whose servers referred to it; empty: not known.
  std::vector<std::string> parent_ns;  // Empty: not known.
  std::vector<std::string> child_ns;   // Likewise.
  std::vector<ZoneServer> servers;     // By host and address.
  std::string dnssec;                  // DnssecStatusCode(); empty: not known.
  std::vector<ZoneDs> ds;              // Sorted.
  std::vector<ZoneKey> dnskey;         // Sorted.
  bool is_signed = false;              // The zone's signatures or keys were seen.
  std::optional<ZoneDenial> denial;
  std::optional<ZoneSignature> signature;
  std::optional<bool> cds;      // Has the zone such records? As the denial at its apex says.
  std::optional<bool> cdnskey;  // Likewise.
  std::string report_channel;   // The agent domain of RFC 9567; empty: none was seen.
  std::string operator_name;
  std::vector<std::string> findings;  // Codes, sorted.
  int64_t time_ms = 0;                // When it was met last, since 1970.

  friend bool operator==(const ZoneRecord&, const ZoneRecord&) = default;
};

/// Servers that were asked, and how they fared: one that answered at all is no failing one.
struct ServerTally {
  uint64_t asked = 0;
  uint64_t answering = 0;
  uint64_t failing = 0;
};
ServerTally TallyOf(const ZoneRecord& record);

/// Sorts the servers by host and address. One without an address that was not found wanting either
/// is left out where another has that host's.
void SortServers(ZoneRecord* record);

/// "192.0.2.0/24", "2001:db8:1::/48"; empty for what is no address.
std::string NetworkText(std::string_view address);

/// One object as docs/zone.schema.json describes it, without a line feed.
void AppendZoneJson(const ZoneRecord& record, std::string* out);

/// Adds what another look at the same zone has found: sets are united, the earliest signature
/// stays, and of what is single the later one's. The order of two is without effect, unless their
/// times are the same. REQUIRES: the same zone.
void MergeZone(const ZoneRecord& other, ZoneRecord* record);

}  // namespace caascan::zonerecord
