// How many queries a scan needs, as far as that can be said before: pure functions.
#pragma once

#include <algorithm>
#include <cstdint>

#include "caascan/scanner.h"

namespace caascan::forecast {

/// The domains below one zone, such as a registry's.
struct DomainCounts {
  uint64_t listed = 0;           // Their delegation is not known.
  uint64_t seeded_unsigned = 0;  // It is in a zone file, without a DS record,
  uint64_t seeded_signed = 0;    // and with one.
  uint64_t proven_unsigned = 0;  // Likewise; the file brings what proves it.
  uint64_t proven_signed = 0;

  uint64_t seeded() const {
    return seeded_unsigned + seeded_signed + proven_unsigned + proven_signed;
  }
};

struct ForecastModel {
  bool validate = true;
  bool reuse_denials = true;
  bool persist = false;    // A name's TXT records are asked for beside its CAA.
  bool zone_ns = false;    // Its zone's NS set is, once,
  bool zone_keys = false;  // and its DNSKEY set where it is not asked for anyway.
  double rate_qps = 0;     // Of all servers; 0 is no limit.
  double address_qps = 0;
  double concurrency = 0;

  /// A server's answer is assumed to take so long.
  static constexpr double kRoundTripSeconds = 0.05;
  /// So many addresses are assumed of a zone whose servers the input does not say.
  static constexpr double kAddressesOfZone = 8;
  /// Of a zone itself: its CAA and, validating, its DNSKEY set; each once.
  double OfZoneItself() const { return validate ? 2 : 1; }
  /// Of an address that is asked so much: its first denial that no signature proves is compared
  /// with one of the same name in small letters.
  double OfAddress(double queries) const { return std::min(queries, 1.0); }
  /// At the root: a referral for each top-level domain and, validating, its DNSKEY set.
  double AtRoot(uint64_t top_level_domains) const;

  /// At the servers of the zone above: a referral for each listed domain. Of seeded ones nothing
  /// but, validating, the DS set: of those that have one, and of as many others as there are spans
  /// of NSEC3 records with such a name in it. With opt-out (RFC 5155 §6) a zone has about a span
  /// for each signed delegation, which hold the names by chance. Nothing where the file proves it.
  double AtZoneAbove(const DomainCounts& counts) const;
  /// Of a name, at its own servers.
  double OfName() const { return persist ? 2 : 1; }
  /// At the servers of a seeded domain: its own queries and, where it is signed, its DNSKEY set.
  double AtSeeded(bool is_signed) const {
    return OfName() + (validate && is_signed ? 1 : 0) + OfZoneFacts(is_signed);
  }
  /// Of a domain, for what is wanted of its zone. Where its delegation is not known it counts as
  /// unsigned, as most are.
  double OfZoneFacts(bool is_signed) const {
    return (zone_ns ? 1 : 0) + (zone_keys && !(validate && is_signed) ? 1 : 0);
  }

  /// At servers that the input does not say, of one name: where it is listed, and where it is above
  /// a listed one (these look-ups are shared, but not with its own). Of how many addresses these
  /// servers are is not known.
  double AtUnknown(bool listed, bool climbed) const {
    return (listed ? OfName() : 0) + (climbed ? 1 : 0);
  }

  /// How long that many queries take at least; 0 where nothing limits them.
  double SecondsAtAddresses(double queries, double addresses) const;
  double SecondsInAll(double queries) const;
};

ForecastModel ModelOf(const ScanOptions& options);

}  // namespace caascan::forecast
