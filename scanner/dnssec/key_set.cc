// Tested by signature_test.cc and chain_test.cc.
#include "scanner/dnssec/key_set.h"

#include <algorithm>

#include "scanner/dns/heap_bytes.h"
#include "scanner/dnssec/algorithm.h"
#include "scanner/dnssec/rdata.h"

namespace caascan::dnssec {

void KeySet::Add(std::span<const uint8_t> dnskey_rdata, const Policy& policy) {
  const auto dnskey = ReadDnskey(dnskey_rdata);
  if (!dnskey || !dnskey->MaySign() || !IsSupported(dnskey->algorithm, policy) ||
      keys_.size() == kMaxKeys) {
    return;
  }
  const auto same = [dnskey_rdata](const PublicKey& key) {
    return std::equal(key.rdata().begin(), key.rdata().end(), dnskey_rdata.begin(),
                      dnskey_rdata.end());
  };
  if (std::any_of(keys_.begin(), keys_.end(), same)) return;
  keys_.emplace_back(dnskey_rdata);
}

size_t KeySet::HeapBytes() const {
  size_t bytes = dns::BlockBytes(keys_);
  for (const PublicKey& key : keys_) bytes += key.rdata().size() + dns::kAllocationBytes;
  return bytes;
}

}  // namespace caascan::dnssec
