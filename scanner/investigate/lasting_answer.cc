// Tested by lasting_answer_test.cc.
#include "scanner/investigate/lasting_answer.h"

#include <cassert>

#include "scanner/dns/heap_bytes.h"
#include "scanner/record/validity.h"

namespace caascan::investigate {

void LastingAnswer::Take(const Record& record) {
  assert((record.outcome() == Outcome::kPermit || record.outcome() == Outcome::kDeny) &&
         "a failure is looked up again");
  time_ = record.time;
  valid_until_ = time_ + record::ValidityOf(record.caa ? record.caa->ttl_s : 0);
  nxdomain_ = record.nxdomain;
  dnssec_ = record.dnssec;
  caa_ = record.caa;
  cname_ = record.cname;
  zone_ = record.zone;
  operator_name_ = record.operator_name;
  servers_ = record.servers;
  findings_ = record.findings;
}

void LastingAnswer::Give(Record* record) const {
  record->time = time_;
  record->nxdomain = nxdomain_;
  record->dnssec = dnssec_;
  record->caa = caa_;
  record->cname = cname_;
  record->zone = zone_;
  record->operator_name = operator_name_;
  record->servers = servers_;
  record->findings = findings_;
}

const std::vector<CaaRecord>& LastingAnswer::rrset() const {
  static const std::vector<CaaRecord> kNone;
  return caa_ ? caa_->records : kNone;
}

size_t LastingAnswer::HeapBytes() const {
  using dns::BlockBytes;
  using dns::HeapBytes;
  size_t bytes = HeapBytes(zone_) + HeapBytes(operator_name_) + BlockBytes(cname_) +
                 BlockBytes(servers_) + BlockBytes(findings_);
  if (caa_) {
    bytes += HeapBytes(caa_->owner) + BlockBytes(caa_->records);
    for (const CaaRecord& record : caa_->records) {
      bytes += HeapBytes(record.tag) + HeapBytes(record.value);
    }
  }
  for (const std::string& target : cname_) bytes += HeapBytes(target);
  for (const ServerReport& server : servers_) {
    bytes += HeapBytes(server.host) + HeapBytes(server.address) + HeapBytes(server.detail) +
             BlockBytes(server.ede);
  }
  for (const Finding& finding : findings_) {
    bytes += HeapBytes(finding.host) + HeapBytes(finding.address) + HeapBytes(finding.zone) +
             HeapBytes(finding.evidence);
  }
  return bytes;
}

}  // namespace caascan::investigate
