// What the entries of the caches hold outside themselves: see NameCache. A peer counts by its
// share. Tested by zone_test.cc and validator_test.cc.
#include "scanner/dns/heap_bytes.h"

#include "scanner/zones/validator.h"
#include "scanner/zones/zone.h"
#include "scanner/zones/zone_servers.h"

namespace caascan::zones {

size_t Zone::HeapBytes() const {
  size_t bytes = dns::SpilledBytes(servers, kInside) + dns::SpilledBytes(addresses, kInside) +
                 dns::HeapBytes(hosts);
  if (file_proof != nullptr) bytes += sizeof(std::string) + dns::HeapBytes(*file_proof);
  for (const ServerAddress& address : addresses) bytes += address.peer->memory_share();
  return bytes;
}

size_t Host::HeapBytes() const {
  size_t bytes = dns::SpilledBytes(peers, kInside);
  for (const net::PeerRef& peer : peers) bytes += peer->memory_share();
  return bytes;
}

size_t ZoneTrust::HeapBytes() const {
  size_t bytes = ds.HeapBytes() + verdict.HeapBytes() + keys.HeapBytes() + dns::BlockBytes(remarks);
  for (const dnssec::Verdict& remark : remarks) bytes += remark.HeapBytes();
  return bytes;
}

size_t HostAddresses::HeapBytes() const {
  size_t bytes = dns::BlockBytes(addresses) + dns::BlockBytes(peers);
  for (const net::PeerRef& peer : peers) bytes += peer->memory_share();
  return bytes;
}

}  // namespace caascan::zones
