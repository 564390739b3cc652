// Tested by zone_counts_test.cc and, beside jq's counts, by zones_test.py.
#include "scanner/zonereport/zone_counts.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>

#include "scanner/record/json_text.h"

namespace caascan::zonereport {
namespace {

using zonerecord::ZoneKey;
using zonerecord::ZoneRecord;
using zonerecord::ZoneServer;

constexpr std::array<std::string_view, kZoneFactCount> kCodes = {"secure",
                                                                 "insecure",
                                                                 "bogus",
                                                                 "signed",
                                                                 "with_ds",
                                                                 "signed_without_ds",
                                                                 "nsec",
                                                                 "nsec3",
                                                                 "opt_out",
                                                                 "cds",
                                                                 "cdnskey",
                                                                 "both_ns_sets",
                                                                 "ns_sets_differ",
                                                                 "some_servers_fail",
                                                                 "all_servers_fail",
                                                                 "ipv6",
                                                                 "one_network",
                                                                 "report_channel"};

// What files hold beyond that is counted together.
constexpr size_t kMaxSmall = 4096;

std::string_view TopLevelOf(std::string_view zone) {
  const size_t dot = zone.rfind('.');
  return dot == zone.npos || dot == zone.size() - 1 ? "." : zone.substr(dot + 1);
}

}  // namespace

std::string_view ZoneFactCode(ZoneFact fact) { return kCodes.at(static_cast<size_t>(fact)); }

uint64_t NsClassRow::weight() const {
  return std::accumulate(zones.begin(), zones.end(), uint64_t{0});
}

void NsClassRow::Merge(const NsClassRow& other) {
  for (size_t i = 0; i < zones.size(); ++i) zones.at(i) += other.zones.at(i);
}

std::string DayText(int64_t ms) {
  std::string text;
  record::AppendJsonTime(std::chrono::system_clock::time_point(std::chrono::milliseconds(ms)),
                         &text);
  return text.substr(1, 10);  // Behind its quote.
}

std::string JoinFields(std::initializer_list<std::string_view> fields) {
  std::string key;
  for (const std::string_view field : fields) {
    if (!key.empty()) key += '\n';
    key += field;
  }
  return key;
}

std::vector<std::string> SplitFields(std::string_view key, size_t count) {
  std::vector<std::string> fields(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t end = i + 1 == count ? key.npos : key.find('\n');
    fields[i] = key.substr(0, end);
    key.remove_prefix(end == key.npos ? key.size() : end + 1);
  }
  return fields;
}

void ZoneCounts::Add(const ZoneRecord& zone) {
  ++zones_;
  AddNsSets(zone);
  AddServers(zone);
  AddSecurity(zone);
  AddKeys(zone);
  Note(ZoneFact::kReportChannel, !zone.report_channel.empty());
}

void ZoneCounts::AddNsSets(const ZoneRecord& zone) {
  if (zone.parent_ns.empty() || zone.child_ns.empty()) return;
  const zonerecord::NsClass ns_class = zonerecord::ClassOf(zone.parent_ns, zone.child_ns);
  Note(ZoneFact::kBothNsSets, true);
  Note(ZoneFact::kNsSetsDiffer, ns_class != zonerecord::NsClass::kSame);
  ++ns_classes_.Find(TopLevelOf(zone.zone))->zones.at(static_cast<size_t>(ns_class));
}

void ZoneCounts::AddServers(const ZoneRecord& zone) {
  const zonerecord::ServerTally tally = zonerecord::TallyOf(zone);
  if (tally.asked > 0) {
    ++asked_;
    const std::pair key(tally.asked, tally.failing);
    if (failing_.size() < kMaxSmall || failing_.contains(key)) ++failing_[key];
    Note(ZoneFact::kAllServersFail, tally.failing == tally.asked);
    Note(ZoneFact::kSomeServersFail, tally.failing > 0 && tally.failing < tally.asked);
  }
  std::set<std::string> networks;
  std::set<std::string> addresses;
  std::map<std::string, uint64_t> of_systems;
  std::map<std::string, uint64_t> of_kinds;
  bool ipv6 = false;
  for (const ZoneServer& server : zone.servers) {
    for (const std::string& kind : server.fails) ++of_kinds[kind];
    const std::string network = zonerecord::NetworkText(server.address);
    if (network.empty()) continue;
    networks.insert(network);
    ipv6 |= network.find(':') != network.npos;
    if (server.asn == 0 || !addresses.insert(server.address).second) continue;
    ++of_systems[JoinFields({std::to_string(server.asn), server.country})];
  }
  Note(ZoneFact::kIpv6, ipv6);
  Note(ZoneFact::kOneNetwork, networks.size() == 1);
  for (const auto& [kind, count] : of_kinds) {
    if (kinds_.size() < kMaxSmall || kinds_.contains(kind)) kinds_[kind].Merge({1, count});
  }
  for (const auto& [system, count] : of_systems) systems_.Find(system)->Merge({1, count});
}

void ZoneCounts::AddSecurity(const ZoneRecord& zone) {
  const bool insecure = zone.dnssec == "insecure";
  const bool without_ds = insecure && zone.is_signed && zone.ds.empty();
  Note(ZoneFact::kSecure, zone.dnssec == "secure");
  Note(ZoneFact::kInsecure, insecure);
  Note(ZoneFact::kBogus, zone.dnssec == "bogus");
  Note(ZoneFact::kSigned, zone.is_signed);
  Note(ZoneFact::kWithDs, !zone.ds.empty());
  Note(ZoneFact::kSignedWithoutDs, without_ds);
  Note(ZoneFact::kNsec, zone.denial && !zone.denial->nsec3);
  Note(ZoneFact::kNsec3, zone.denial && zone.denial->nsec3);
  Note(ZoneFact::kOptOut, zone.denial && zone.denial->opt_out);
  Note(ZoneFact::kCds, zone.cds.value_or(false));
  Note(ZoneFact::kCdnskey, zone.cdnskey.value_or(false));
  if (zone.is_signed) without_ds_.Find(zone.operator_name)->Merge({1, without_ds ? 1U : 0U});
  if (zone.denial) {
    const zonerecord::ZoneDenial& denial = *zone.denial;
    const std::string key = JoinFields({denial.nsec3 ? "nsec3" : "nsec",
                                        denial.nsec3 ? std::to_string(denial.iterations) : "",
                                        denial.nsec3 ? std::to_string(denial.salt_length) : "",
                                        !denial.nsec3    ? ""
                                        : denial.opt_out ? "yes"
                                                         : "no",
                                        zone.operator_name});
    denials_.Find(key)->Merge({1, 0});
  }
  if (zone.signature) {
    const int64_t ends_ms = zone.signature->ends_s * 1000;
    ends_.Find(DayText(ends_ms))->Merge({1, ends_ms < zone.time_ms ? 1U : 0U});
  }
}

void ZoneCounts::AddKeys(const ZoneRecord& zone) {
  std::map<std::string, uint64_t> of_kinds;
  for (const ZoneKey& key : zone.dnskey) {
    ++of_kinds[JoinFields({std::to_string(key.algorithm),
                           key.bits == 0 ? "" : std::to_string(key.bits), std::to_string(key.flags),
                           zone.operator_name})];
  }
  for (const auto& [kind, count] : of_kinds) keys_.Find(kind)->Merge({1, count});
}

}  // namespace caascan::zonereport
