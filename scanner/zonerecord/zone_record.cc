// Tested by zone_record_test.cc.
#include "scanner/zonerecord/zone_record.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>
#include <tuple>

namespace caascan::zonerecord {
namespace {

constexpr std::array<std::string_view, kNsClassCount> kNsClassCodes = {"same", "subset", "superset",
                                                                       "overlap", "disjoint"};

template <typename T>
void Unite(const std::vector<T>& other, std::vector<T>* all) {
  if (other == *all) return;
  all->insert(all->end(), other.begin(), other.end());
  std::sort(all->begin(), all->end());
  all->erase(std::unique(all->begin(), all->end()), all->end());
}

void MergeServer(const ZoneServer& other, bool is_later, ZoneServer* server) {
  server->asked |= other.asked;
  server->answers |= other.answers;
  Unite(other.fails, &server->fails);
  if (other.serial && (is_later || !server->serial)) server->serial = other.serial;
  if (other.asn != 0 && (is_later || server->asn == 0)) server->asn = other.asn;
  if (!other.country.empty() && (is_later || server->country.empty())) {
    server->country = other.country;
  }
}

void MergeServers(const std::vector<ZoneServer>& others, bool is_later,
                  std::vector<ZoneServer>* servers) {
  for (const ZoneServer& other : others) {
    const auto same =
        std::find_if(servers->begin(), servers->end(), [&other](const ZoneServer& server) {
          return server.host == other.host && server.address == other.address;
        });
    if (same == servers->end()) {
      servers->push_back(other);
    } else {
      MergeServer(other, is_later, &*same);
    }
  }
}

void MergeText(const std::string& other, bool is_later, std::string* text) {
  if (!other.empty() && (is_later || text->empty())) *text = other;
}

template <typename T>
void MergeOptional(const std::optional<T>& other, bool is_later, std::optional<T>* value) {
  if (other && (is_later || !*value)) *value = other;
}

}  // namespace

std::string_view NsClassCode(NsClass ns_class) {
  return kNsClassCodes.at(static_cast<size_t>(ns_class));
}

NsClass ClassOf(const std::vector<std::string>& parent, const std::vector<std::string>& child) {
  if (parent == child) return NsClass::kSame;
  if (std::includes(parent.begin(), parent.end(), child.begin(), child.end())) {
    return NsClass::kSubset;
  }
  if (std::includes(child.begin(), child.end(), parent.begin(), parent.end())) {
    return NsClass::kSuperset;
  }
  std::vector<std::string> both;
  std::set_intersection(parent.begin(), parent.end(), child.begin(), child.end(),
                        std::back_inserter(both));
  return both.empty() ? NsClass::kDisjoint : NsClass::kOverlap;
}

ServerTally TallyOf(const ZoneRecord& record) {
  ServerTally tally;
  for (const ZoneServer& server : record.servers) {
    const bool fails = !server.answers && !server.fails.empty();
    tally.asked += server.asked || fails ? 1 : 0;
    tally.answering += server.answers ? 1 : 0;
    tally.failing += fails ? 1 : 0;
  }
  return tally;
}

void SortServers(ZoneRecord* record) {
  std::vector<ZoneServer>& servers = record->servers;
  std::sort(servers.begin(), servers.end(), [](const ZoneServer& a, const ZoneServer& b) {
    return std::tie(a.host, a.address) < std::tie(b.host, b.address);
  });
  // Behind one without an address come those of its host that have some.
  for (size_t i = servers.size(); i-- > 1;) {
    const ZoneServer& server = servers[i - 1];
    const bool says_nothing = server.address.empty() && server.fails.empty();
    if (says_nothing && servers[i].host == server.host) {
      servers.erase(servers.begin() + static_cast<ptrdiff_t>(i - 1));
    }
  }
}

std::string NetworkText(std::string_view address) {
  // Of addresses with a port: "192.0.2.1:5300", "[2001:db8::1]:5300".
  if (address.starts_with('[')) {
    address = address.substr(1, address.find(']') - 1);
  } else if (std::count(address.begin(), address.end(), ':') == 1) {
    address = address.substr(0, address.find(':'));
  }
  const std::string text(address);
  std::array<uint8_t, 16> octets{};
  std::array<char, INET6_ADDRSTRLEN> network{};
  if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1) {
    octets[3] = 0;
    inet_ntop(AF_INET, octets.data(), network.data(), network.size());
    return std::string(network.data()) + "/24";
  }
  if (inet_pton(AF_INET6, text.c_str(), octets.data()) != 1) return "";
  std::fill(octets.begin() + 6, octets.end(), uint8_t{0});
  inet_ntop(AF_INET6, octets.data(), network.data(), network.size());
  return std::string(network.data()) + "/48";
}

void MergeZone(const ZoneRecord& other, ZoneRecord* record) {
  assert(other.zone == record->zone && "only looks at one zone add up");
  const bool is_later = other.time_ms >= record->time_ms;
  MergeText(other.parent, is_later, &record->parent);
  // A set is one server's word: of two the later one counts.
  if (!other.parent_ns.empty() && (is_later || record->parent_ns.empty())) {
    record->parent_ns = other.parent_ns;
  }
  if (!other.child_ns.empty() && (is_later || record->child_ns.empty())) {
    record->child_ns = other.child_ns;
  }
  MergeServers(other.servers, is_later, &record->servers);
  SortServers(record);
  MergeText(other.dnssec, is_later, &record->dnssec);
  Unite(other.ds, &record->ds);
  Unite(other.dnskey, &record->dnskey);
  record->is_signed |= other.is_signed;
  if (other.denial && record->denial && other.denial->nsec3 == record->denial->nsec3) {
    const bool opt_out = other.denial->opt_out || record->denial->opt_out;
    MergeOptional(other.denial, is_later, &record->denial);
    record->denial->opt_out = opt_out;
  } else {
    MergeOptional(other.denial, is_later, &record->denial);
  }
  if (other.signature &&
      (!record->signature || other.signature->ends_s < record->signature->ends_s)) {
    record->signature = other.signature;
  }
  MergeOptional(other.cds, is_later, &record->cds);
  MergeOptional(other.cdnskey, is_later, &record->cdnskey);
  MergeText(other.report_channel, is_later, &record->report_channel);
  MergeText(other.operator_name, is_later, &record->operator_name);
  Unite(other.findings, &record->findings);
  record->time_ms = std::max(record->time_ms, other.time_ms);
}

}  // namespace caascan::zonerecord
