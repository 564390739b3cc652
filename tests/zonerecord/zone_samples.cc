#include "tests/zonerecord/zone_samples.h"

namespace caascan::zonerecord {

std::vector<ZoneRecord> Samples() {
  constexpr int64_t kTimeMs = 1'795'305'248'123;
  ZoneRecord full;
  full.zone = "example.com";
  full.parent = "com";
  full.parent_ns = {"ns1.example.net", "ns2.example.net"};
  full.child_ns = {"ns1.example.net"};
  full.servers = {{.host = "ns1.example.net",
                   .address = "192.0.2.1",
                   .asked = true,
                   .answers = true,
                   .fails = {"rcode_9", "timeout"},
                   .serial = 4'294'967'295,
                   .asn = 64'500,
                   .country = "DE"},
                  {.host = "ns1.example.net", .address = "[2001:db8::1]:5300"},
                  {.host = "ns2.example.net", .fails = {"unresolved"}}};
  full.dnssec = "secure";
  full.ds = {{4711, 8, 2}, {4711, 13, 2}};
  full.dnskey = {{4711, 13, 256, 257}, {4712, 253, 0, 256}};
  full.is_signed = true;
  full.denial = {{true, 10, 8, true}};
  full.signature = {{1'796'000'000, "DNSKEY", 3600}};
  full.cds = true;
  full.cdnskey = false;
  full.report_channel = "agent.example";
  full.operator_name = "Example \"DNS\" \xe2\x80\xae";
  full.findings = {"delegation_mismatch", "dnssec_expiring"};
  full.time_ms = kTimeMs;

  ZoneRecord nsec = full;
  nsec.zone = R"(a\.b\007\".example)";
  nsec.servers.clear();
  nsec.child_ns = {"other.example"};
  nsec.denial = {{false, 0, 0, false}};

  ZoneRecord bare;
  bare.zone = ".";
  bare.time_ms = kTimeMs;
  return {full, nsec, bare};
}

}  // namespace caascan::zonerecord
