// Tested by signature_test.cc and chain_test.cc.
#include "scanner/dnssec/key_set.h"

#include <algorithm>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/rdata.h"
#include "scanner/dns/heap_bytes.h"

namespace caascan::dnssec {

void KeySet::Add(std::span<const uint8_t> dnskey_rdata, const crypto::Policy& policy) {
  const auto dnskey = crypto::ReadDnskey(dnskey_rdata);
  if (!dnskey || !dnskey->MaySign() || !crypto::IsSupported(dnskey->algorithm, policy) ||
      keys_.size() == kMaxKeys) {
    return;
  }
  const auto same = [dnskey_rdata](const crypto::PublicKey& key) {
    return std::equal(key.rdata().begin(), key.rdata().end(), dnskey_rdata.begin(),
                      dnskey_rdata.end());
  };
  if (std::any_of(keys_.begin(), keys_.end(), same)) return;
  keys_.emplace_back(dnskey_rdata);
}

size_t KeySet::HeapBytes() const {
  size_t bytes = dns::BlockBytes(keys_);
  for (const crypto::PublicKey& key : keys_) bytes += key.rdata().size() + dns::kAllocationBytes;
  return bytes;
}

}  // namespace caascan::dnssec
