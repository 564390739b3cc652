// A record set as it stands in a message, and the bytes that its signatures are over.
#pragma once

#include <absl/container/inlined_vector.h>

#include <string>
#include <vector>

#include "scanner/crypto/rdata.h"
#include "scanner/dns/message.h"
#include "scanner/dns/name.h"

namespace caascan::dnssec {

/// The records of one owner and type in one section, and the RRSIGs beside them that cover the
/// type. A view: valid as long as the message's bytes. Class IN only.
struct Rrset {
  dns::CompactName owner;
  dns::RRType type{};
  absl::InlinedVector<dns::RecordView, 2> records;
  absl::InlinedVector<dns::RecordView, 2> signatures;

  bool empty() const { return records.empty(); }
  uint32_t ttl_s() const;
};

/// Empty where the section has no such record.
Rrset FindRrset(const dns::Message& message, dns::Section section, dns::NameView owner,
                dns::RRType type);

/// The RDATA of a set in canonical form and order, each once (RFC 4034 §6.2 and §6.3). Types whose
/// RDATA hold names: those that Message::Parse() knows; all others are taken as they stand. One for
/// all signatures of a set.
class CanonicalRdata {
 public:
  explicit CanonicalRdata(const Rrset& set);

  const std::vector<std::string>& rdata() const { return rdata_; }
  size_t octets() const { return octets_; }

 private:
  std::vector<std::string> rdata_;
  size_t octets_ = 0;
};

/// What a signature covers (RFC 4034 §3.1.8.1): its own RDATA, and the set's `rdata` (RFC 6840
/// §5.1) under the owner's name, or the wildcard's from which the labels count says that it was
/// expanded. REQUIRES: signature.labels is not above the owner's labels.
std::string SignedData(const Rrset& set, const CanonicalRdata& rdata,
                       const crypto::Rrsig& signature);

}  // namespace caascan::dnssec
