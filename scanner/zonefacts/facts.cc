// Tested by facts_test.cc.
#include "scanner/zonefacts/facts.h"

#include <algorithm>
#include <utility>

#include "scanner/dnssec/signature.h"

namespace caascan::zonefacts {
namespace {

constexpr size_t kMaxHosts = 64;

/// The second since 1970 that a signature's end stands for: the one next to `now_s`.
int64_t EndOf(uint32_t expiration, int64_t now_s) {
  return now_s + static_cast<int32_t>(expiration - static_cast<uint32_t>(now_s));
}

template <typename T>
void AddOnce(const T& value, std::vector<T>* all) {
  if (all->size() < Facts::kMaxKeys && std::find(all->begin(), all->end(), value) == all->end()) {
    all->push_back(value);
  }
}

template <typename T>
std::vector<T> Sorted(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  return all;
}

std::string ResultText(ServerResult result, uint16_t rcode) {
  std::string text(ServerResultCode(result));
  return result == ServerResult::kRcode ? text + "_" + std::to_string(rcode) : text;
}

}  // namespace

dns::NameView Facts::NameOf(const Host& host) const {
  return dns::NameView::FromTrusted(reinterpret_cast<const uint8_t*>(names_.data()) + host.offset,
                                    host.size);
}

int8_t Facts::AddHost(dns::NameView host, bool at_parent, bool at_child) {
  has_parent_set_ |= at_parent;
  has_child_set_ |= at_child;
  size_t index = 0;
  while (index < hosts_.size() && !(NameOf(hosts_[index]) == host)) ++index;
  if (index == kMaxHosts) return -1;
  if (index == hosts_.size()) {
    Host& added = hosts_.emplace_back();
    added.offset = static_cast<uint16_t>(names_.size());
    added.size = static_cast<uint8_t>(host.size());
    dns::Name lower(host);
    lower.ToLower();
    names_.append(lower.view().bytes());
  }
  hosts_[index].at_parent |= at_parent;
  hosts_[index].at_child |= at_child;
  return static_cast<int8_t>(index);
}

void Facts::BeginChildSet() {
  for (Host& host : hosts_) host.at_child = false;
}

Facts::Server* Facts::AddServer(const std::optional<async::Address>& address, int8_t host) {
  for (Server& server : servers_) {
    if (server.address == address && (address || server.host == host)) {
      if (server.host < 0) server.host = host;
      return &server;
    }
  }
  if (servers_.size() == kMaxServers) return nullptr;
  Server& server = servers_.emplace_back();
  server.address = address;
  server.host = host;
  return &server;
}

void Facts::NoteResult(ServerResult result, uint16_t rcode, Server* server) {
  if (result == ServerResult::kAnswer || result == ServerResult::kReferral) {
    server->asked = server->answers = true;
    return;
  }
  server->asked |= result != ServerResult::kUnresolved && result != ServerResult::kBlocked;
  server->fails |= uint32_t{1} << static_cast<unsigned>(result);
  if (result == ServerResult::kRcode) server->rcode = rcode;
}

void Facts::NoteSignature(const Signature& signature) {
  is_signed = true;
  if (!signature_ || dnssec::ComesBefore(signature.expiration, signature_->expiration)) {
    signature_ = signature;
  }
}

void Facts::AddDs(const zonerecord::ZoneDs& ds) { AddOnce(ds, &ds_); }

void Facts::AddKey(const zonerecord::ZoneKey& key) {
  is_signed = true;
  AddOnce(key, &keys_);
}

size_t Facts::HeapBytes() const {
  size_t bytes = names_.capacity() + ds_.capacity() * sizeof(zonerecord::ZoneDs) +
                 keys_.capacity() * sizeof(zonerecord::ZoneKey) + report_channel.capacity() +
                 operator_name.capacity() + parent.heap_bytes();
  if (hosts_.capacity() > 4) bytes += hosts_.capacity() * sizeof(Host);
  if (servers_.capacity() > 4) bytes += servers_.capacity() * sizeof(Server);
  return bytes;
}

void Facts::FillServers(const std::vector<std::string>& hosts, uint16_t usual_port,
                        const vantage::AsnTable* origins,
                        std::vector<zonerecord::ZoneServer>* servers) const {
  for (const Server& server : servers_) {
    zonerecord::ZoneServer& out = servers->emplace_back();
    if (server.host >= 0) out.host = hosts[static_cast<size_t>(server.host)];
    if (server.address) {
      out.address = server.address->port() == usual_port ? server.address->ToText()
                                                         : server.address->ToTextWithPort();
    }
    if (server.address && origins != nullptr) {
      vantage::Origin origin = origins->Find(*server.address);
      out.asn = origin.asn;
      out.country = std::move(origin.country);
    }
    out.asked = server.asked;
    out.answers = server.answers;
    out.serial = server.serial;
    for (unsigned bit = 0; server.fails >> bit != 0; ++bit) {
      if ((server.fails >> bit & 1) == 0) continue;
      out.fails.push_back(ResultText(static_cast<ServerResult>(bit), server.rcode));
    }
    std::sort(out.fails.begin(), out.fails.end());
  }
}

void Facts::FillRecord(dns::NameView zone, uint16_t usual_port, const vantage::AsnTable* origins,
                       zonerecord::ZoneRecord* record) const {
  *record = zonerecord::ZoneRecord();
  record->zone = zone.ToLowerText();
  if (has_parent) record->parent = parent.view().ToLowerText();
  std::vector<std::string> hosts;
  for (const Host& host : hosts_) {
    hosts.push_back(NameOf(host).ToText());
    if (host.at_parent) record->parent_ns.push_back(hosts.back());
    if (host.at_child) record->child_ns.push_back(hosts.back());
  }
  std::sort(record->parent_ns.begin(), record->parent_ns.end());
  std::sort(record->child_ns.begin(), record->child_ns.end());
  FillServers(hosts, usual_port, origins, &record->servers);
  if (dnssec) record->dnssec = DnssecStatusCode(*dnssec);
  record->ds = Sorted(ds_);
  record->dnskey = Sorted(keys_);
  record->is_signed = is_signed;
  record->denial = denial;
  if (signature_) {
    record->signature = {EndOf(signature_->expiration, time_ms / 1000),
                         dns::TypeName(signature_->type), signature_->ttl_s};
  }
  record->cds = cds;
  record->cdnskey = cdnskey;
  record->report_channel = report_channel;
  record->operator_name = operator_name;
  for (size_t i = 0; findings.any() && i < kFindings; ++i) {
    if (findings.test(i))
      record->findings.emplace_back(FindingCodeText(static_cast<FindingCode>(i)));
  }
  std::sort(record->findings.begin(), record->findings.end());
  record->time_ms = time_ms;
  zonerecord::SortServers(record);
}

}  // namespace caascan::zonefacts
