// An answer's names, and what it holds outside itself in a cache: see NameCache. A peer counts by
// its share. Tested by answer_test.cc.
#include "scanner/query/answer.h"

#include "scanner/dns/heap_bytes.h"

namespace caascan::query {

size_t CaaAnswer::HeapBytes() const {
  using dns::BlockBytes;
  using dns::HeapBytes;
  size_t bytes = HeapBytes(rrset.owner) + HeapBytes(operator_name) + BlockBytes(rrset.records) +
                 BlockBytes(cname) + BlockBytes(findings) + BlockBytes(attempts);
  for (const auto* name : {&zone, &delegated_zone, &keyless_zone}) {
    if (*name) bytes += (*name)->heap_bytes();
  }
  for (const CaaRecord& record : rrset.records) {
    bytes += HeapBytes(record.tag) + HeapBytes(record.value);
  }
  for (const dns::CompactName& target : cname) bytes += target.heap_bytes();
  for (const Finding& finding : findings) {
    bytes += HeapBytes(finding.host) + HeapBytes(finding.address) + HeapBytes(finding.zone) +
             HeapBytes(finding.evidence);
  }
  for (const Attempt& attempt : attempts) {
    if (attempt.host) bytes += attempt.host->heap_bytes();
    bytes += HeapBytes(attempt.detail) + BlockBytes(attempt.told);
    for (const ToldError& told : attempt.told) bytes += HeapBytes(told.text);
    if (attempt.peer != nullptr) bytes += attempt.peer->memory_share();
  }
  return bytes;
}

void TakeEnd(const CaaAnswer& end, TextAnswer* answer) {
  answer->status = end.status;
  answer->failure = end.failure;
  answer->dnssec = end.dnssec;
  answer->ended_by_us = end.ended_by_us();
  answer->ttl_s = end.ttl_s;
}

dns::CompactName LowerCase(dns::NameView name) {
  dns::Name lower(name);
  lower.ToLower();
  return dns::CompactName(lower);
}

std::string NameText(const std::optional<dns::CompactName>& name) {
  return name ? name->view().ToText() : std::string();
}

std::vector<std::string> NameTexts(const std::vector<dns::CompactName>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const dns::CompactName& name : names) texts.push_back(name.view().ToText());
  return texts;
}

}  // namespace caascan::query
