// What zones have in common, counted in bounded memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "scanner/counts/bounded_table.h"
#include "scanner/zonerecord/zone_record.h"

namespace caascan::zonereport {

/// What may be said of a zone.
enum class ZoneFact : uint8_t {
  kSecure,
  kInsecure,
  kBogus,
  kSigned,
  kWithDs,
  kSignedWithoutDs,  // It is insecure for want of one.
  kNsec,
  kNsec3,
  kOptOut,
  kCds,
  kCdnskey,
  kBothNsSets,  // The parent's and its own are known.
  kNsSetsDiffer,
  kSomeServersFail,  // Not all of those asked.
  kAllServersFail,
  kIpv6,
  kOneNetwork,
  kReportChannel,
};
inline constexpr size_t kZoneFactCount = static_cast<size_t>(ZoneFact::kReportChannel) + 1;
std::string_view ZoneFactCode(ZoneFact fact);

struct NsClassRow {
  std::array<uint64_t, zonerecord::kNsClassCount> zones{};

  uint64_t weight() const;
  void Merge(const NsClassRow& other);
};

struct CountRow {
  uint64_t zones = 0;
  uint64_t things = 0;  // Keys, or addresses.

  uint64_t weight() const { return zones; }
  void Merge(const CountRow& other) {
    zones += other.zones;
    things += other.things;
  }
};

struct SignedRow {
  uint64_t zones = 0;
  uint64_t without_ds = 0;

  uint64_t weight() const { return zones; }
  void Merge(const SignedRow& other) {
    zones += other.zones;
    without_ds += other.without_ds;
  }
};

/// One thread at a time.
class ZoneCounts {
 public:
  static constexpr size_t kRows = 65'536;

  void Add(const zonerecord::ZoneRecord& zone);

  uint64_t zones() const { return zones_; }
  uint64_t of(ZoneFact fact) const { return facts_.at(static_cast<size_t>(fact)); }
  uint64_t asked() const { return asked_; }  // Zones with a server that was.

  /// Zones by how many of so many servers fail: (asked, failing).
  const std::map<std::pair<uint64_t, uint64_t>, uint64_t>& failing() const { return failing_; }
  /// Servers' addresses by what they did instead of answering; a kind is one of few.
  const std::map<std::string, CountRow>& kinds() const { return kinds_; }
  /// By top-level domain; "." for top-level domains themselves.
  const counts::BoundedTable<NsClassRow>& ns_classes() const { return ns_classes_; }
  // By what Fields() puts together.
  const counts::BoundedTable<CountRow>& keys() const {
    return keys_;
  }  // algorithm, bits, flags, operator
  const counts::BoundedTable<CountRow>& denials() const {
    return denials_;
  }  // kind, iterations, salt, opt-out, operator
  const counts::BoundedTable<CountRow>& systems() const { return systems_; }         // asn, country
  const counts::BoundedTable<SignedRow>& without_ds() const { return without_ds_; }  // By operator.
  /// By the day of the earliest signature's end; things: those that had ended when they were met.
  const counts::BoundedTable<CountRow>& ends() const { return ends_; }

 private:
  void Note(ZoneFact fact, bool is_so) { facts_.at(static_cast<size_t>(fact)) += is_so ? 1 : 0; }
  void AddNsSets(const zonerecord::ZoneRecord& zone);
  void AddServers(const zonerecord::ZoneRecord& zone);
  void AddSecurity(const zonerecord::ZoneRecord& zone);
  void AddKeys(const zonerecord::ZoneRecord& zone);

  uint64_t zones_ = 0;
  uint64_t asked_ = 0;
  std::array<uint64_t, kZoneFactCount> facts_{};
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> failing_;
  std::map<std::string, CountRow> kinds_;
  counts::BoundedTable<NsClassRow> ns_classes_{kRows};
  counts::BoundedTable<CountRow> keys_{kRows};
  counts::BoundedTable<CountRow> denials_{kRows};
  counts::BoundedTable<CountRow> systems_{kRows};
  counts::BoundedTable<SignedRow> without_ds_{kRows};
  counts::BoundedTable<CountRow> ends_{kRows};
};

/// "2026-11-21", of milliseconds since 1970.
std::string DayText(int64_t ms);

/// A key of several fields, and these fields again; a field holds no line feed but the last.
std::string JoinFields(std::initializer_list<std::string_view> fields);
std::vector<std::string> SplitFields(std::string_view key, size_t count);

}  // namespace caascan::zonereport
