// Tested by root_hints_test.cc.
#include "scanner/zones/root_hints.h"

#include <absl/strings/str_cat.h>

#include "scanner/zones/record_file.h"

namespace caascan::zones {
namespace {

// https://www.internic.net/domain/named.root, as of 2026.
struct BuiltIn {
  const char* host;
  const char* ipv4;
  const char* ipv6;
};
constexpr BuiltIn kRootServers[] = {
    {"a.root-servers.net", "198.41.0.4", "2001:503:ba3e::2:30"},
    {"b.root-servers.net", "170.247.170.2", "2801:1b8:10::b"},
    {"c.root-servers.net", "192.33.4.12", "2001:500:2::c"},
    {"d.root-servers.net", "199.7.91.13", "2001:500:2d::d"},
    {"e.root-servers.net", "192.203.230.10", "2001:500:a8::e"},
    {"f.root-servers.net", "192.5.5.241", "2001:500:2f::f"},
    {"g.root-servers.net", "192.112.36.4", "2001:500:12::d0d"},
    {"h.root-servers.net", "198.97.190.53", "2001:500:1::53"},
    {"i.root-servers.net", "192.36.148.17", "2001:7fe::53"},
    {"j.root-servers.net", "192.58.128.30", "2001:503:c27::2:30"},
    {"k.root-servers.net", "193.0.14.129", "2001:7fd::1"},
    {"l.root-servers.net", "199.7.83.42", "2001:500:9f::42"},
    {"m.root-servers.net", "202.12.27.33", "2001:dc3::35"},
};

dns::NameView ViewOf(const ldns_rdf* name) {
  return dns::NameView::FromTrusted(ldns_rdf_data(name), ldns_rdf_size(name));
}

/// The root server with that name, added where it is new.
RootServer* ServerOf(dns::NameView host, std::vector<RootServer>* servers) {
  for (RootServer& server : *servers) {
    if (server.host.view() == host) return &server;
  }
  servers->push_back({dns::Name(host), {}});
  return &servers->back();
}

void TakeRecord(const ldns_rr* rr, uint16_t port, std::vector<RootServer>* hosts,
                std::vector<dns::Name>* named) {
  const ldns_rdf* rdata = ldns_rr_rdf(rr, 0);
  if (rdata == nullptr) return;
  const uint8_t* data = ldns_rdf_data(rdata);
  switch (ldns_rr_get_type(rr)) {
    case LDNS_RR_TYPE_NS:
      if (ViewOf(ldns_rr_owner(rr)).is_root()) named->emplace_back(ViewOf(rdata));
      break;
    case LDNS_RR_TYPE_A:
      ServerOf(ViewOf(ldns_rr_owner(rr)), hosts)
          ->addresses.push_back(async::Address::V4(std::span<const uint8_t, 4>(data, 4), port));
      break;
    case LDNS_RR_TYPE_AAAA:
      ServerOf(ViewOf(ldns_rr_owner(rr)), hosts)
          ->addresses.push_back(async::Address::V6(std::span<const uint8_t, 16>(data, 16), port));
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<RootServer> BuiltInRootHints(uint16_t port) {
  std::vector<RootServer> servers;
  for (const BuiltIn& row : kRootServers) {
    RootServer server;
    (void)dns::Name::FromText(row.host, &server.host);
    for (const char* text : {row.ipv4, row.ipv6}) {
      server.addresses.push_back(*async::Address::FromText(text, port));
    }
    servers.push_back(std::move(server));
  }
  return servers;
}

absl::StatusOr<std::vector<RootServer>> ReadRootHints(const std::string& path, uint16_t port) {
  std::vector<RootServer> hosts;
  std::vector<dns::Name> named;
  const RecordFile file{.what = "root hints",
                        .path = path,
                        .types = {dns::RRType::kNS, dns::RRType::kA, dns::RRType::kAAAA},
                        .others = {}};
  absl::Status read =
      ReadRecordFile(file, [&](const ldns_rr* rr) { TakeRecord(rr, port, &hosts, &named); });
  if (!read.ok()) return read;
  std::vector<RootServer> servers;
  for (const dns::Name& name : named) {
    const RootServer* server = ServerOf(name, &hosts);
    if (!server->addresses.empty()) servers.push_back(*server);
  }
  if (servers.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("root hints ", path, ": no NS record of the root with an address"));
  }
  return servers;
}

}  // namespace caascan::zones
