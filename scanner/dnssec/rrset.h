// A record set as it stands in a message, and the bytes that its signatures are over.
#pragma once

#include <absl/container/inlined_vector.h>

#include <string>

#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/rdata.h"

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

/// What a signature covers (RFC 4034 §3.1.8.1): its own RDATA, and the set in canonical form and
/// order (§6, RFC 6840 §5.1) under the owner's name, or the wildcard's from which the labels count
/// says that it was expanded. Types whose RDATA hold names: those that Message::Parse() knows; all
/// others are taken as they stand. REQUIRES: signature.labels is not above the owner's labels.
std::string SignedData(const Rrset& set, const Rrsig& signature);

}  // namespace caascan::dnssec
