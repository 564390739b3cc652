// What an answer in a cache holds outside itself: see NameCache. A peer counts by its share. Tested
// by failure_test.cc.
#include "scanner/query/answer.h"

#include "scanner/dns/heap_bytes.h"

namespace caascan::query {

size_t CaaAnswer::HeapBytes() const {
  using dns::BlockBytes;
  using dns::HeapBytes;
  size_t bytes = HeapBytes(rrset.owner) + HeapBytes(zone) + HeapBytes(delegated_zone) +
                 HeapBytes(keyless_zone) + HeapBytes(operator_name) + BlockBytes(rrset.records) +
                 BlockBytes(cname) + BlockBytes(findings) + BlockBytes(attempts);
  for (const CaaRecord& record : rrset.records) {
    bytes += HeapBytes(record.tag) + HeapBytes(record.value);
  }
  for (const std::string& target : cname) bytes += HeapBytes(target);
  for (const Finding& finding : findings) {
    bytes += HeapBytes(finding.host) + HeapBytes(finding.address) + HeapBytes(finding.zone) +
             HeapBytes(finding.evidence);
  }
  for (const Attempt& attempt : attempts) {
    bytes += HeapBytes(attempt.host) + HeapBytes(attempt.detail) + HeapBytes(attempt.denied_by) +
             BlockBytes(attempt.told);
    for (const ToldError& told : attempt.told) bytes += HeapBytes(told.text);
    if (attempt.peer != nullptr) bytes += attempt.peer->memory_share();
  }
  return bytes;
}

}  // namespace caascan::query
