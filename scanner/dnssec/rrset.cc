// Tested by signature_test.cc, against signatures that ldns makes.
#include "scanner/dnssec/rrset.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "scanner/dnssec/order.h"

namespace caascan::dnssec {
namespace {

using dns::Name;
using dns::NameView;
using dns::RecordView;
using dns::RRType;

void AppendU16(unsigned value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8 & 0xff));
  out->push_back(static_cast<char>(value & 0xff));
}

void AppendU32(uint32_t value, std::string* out) {
  AppendU16(value >> 16, out);
  AppendU16(value & 0xffff, out);
}

void AppendBytes(std::span<const uint8_t> bytes, std::string* out) {
  out->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void AppendLower(NameView name, std::string* out) {
  Name lower(name);
  lower.ToLower();
  out->append(lower.view().bytes());
}

/// Octets that a name takes at the start of `bytes`, compressed or not. REQUIRES: proven sound.
size_t SizeInPlace(std::span<const uint8_t> bytes) {
  size_t at = 0;
  while (bytes[at] != 0 && bytes[at] < 0xc0) at += 1u + bytes[at];
  return at + (bytes[at] == 0 ? 1 : 2);
}

/// RFC 4034 §6.2, item 3.
void AppendRdata(const RecordView& record, std::string* out) {
  switch (record.type) {
    case RRType::kNS:
    case RRType::kCNAME:
    case RRType::kDNAME:
    case RRType::kPTR:
      AppendLower(record.NameRdata().ToName(), out);
      return;
    case RRType::kSOA: {
      const size_t first = SizeInPlace(record.rdata);
      const size_t second = SizeInPlace(record.rdata.subspan(first));
      AppendLower(record.NameRdata().ToName(), out);
      AppendLower(dns::MessageName(record.message, record.rdata_offset + first).ToName(), out);
      AppendBytes(record.rdata.subspan(first + second), out);
      return;
    }
    default:
      AppendBytes(record.rdata, out);
  }
}

/// The owner as it was signed: RFC 4035 §5.3.2.
void AppendOwner(const Rrset& set, uint8_t labels, std::string* out) {
  const NameView owner = set.owner;
  if (labels + (owner.is_wildcard() ? 1u : 0u) == owner.label_count()) {
    AppendLower(owner, out);
  } else {
    out->append("\1*");
    AppendLower(owner.suffix(labels), out);
  }
}

}  // namespace

uint32_t Rrset::ttl_s() const {
  uint32_t least = UINT32_MAX;
  for (const RecordView& record : records) least = std::min(least, record.ttl);
  return least;
}

Rrset FindRrset(const dns::Message& message, dns::Section section, NameView owner, RRType type) {
  Rrset set;
  set.owner = owner;
  set.type = type;
  for (const RecordView& record : message.records(section)) {
    if (record.rr_class != dns::kClassIn || !record.owner.Equals(owner)) continue;
    if (record.type == type) {
      set.records.push_back(record);
    } else if (record.type == RRType::kRRSIG && record.rdata.size() >= 2 &&
               (record.rdata[0] << 8 | record.rdata[1]) == static_cast<int>(type)) {
      set.signatures.push_back(record);
    }
  }
  return set;
}

CanonicalRdata::CanonicalRdata(const Rrset& set) {
  rdata_.reserve(set.records.size());
  for (const RecordView& record : set.records) AppendRdata(record, &rdata_.emplace_back());
  std::sort(rdata_.begin(), rdata_.end());  // As unsigned octets: so char_traits compares.
  rdata_.erase(std::unique(rdata_.begin(), rdata_.end()), rdata_.end());
  for (const std::string& each : rdata_) octets_ += each.size();
}

std::string SignedData(const Rrset& set, const CanonicalRdata& rdata,
                       const crypto::Rrsig& signature) {
  assert(signature.labels <= set.owner.view().label_count() && "checked before it is hashed");
  std::string head;
  AppendOwner(set, signature.labels, &head);
  AppendU16(static_cast<unsigned>(set.type), &head);
  AppendU16(dns::kClassIn, &head);
  AppendU32(signature.original_ttl, &head);

  std::string out;
  out.reserve(18 + signature.signer.size() + rdata.octets() +
              rdata.rdata().size() * (head.size() + 2));
  AppendU16(static_cast<unsigned>(signature.covered), &out);
  out.push_back(static_cast<char>(signature.algorithm));
  out.push_back(static_cast<char>(signature.labels));
  AppendU32(signature.original_ttl, &out);
  AppendU32(signature.expiration, &out);
  AppendU32(signature.inception, &out);
  AppendU16(signature.key_tag, &out);
  AppendLower(signature.signer, &out);
  for (const std::string& each : rdata.rdata()) {
    out.append(head);
    AppendU16(static_cast<unsigned>(each.size()), &out);
    out.append(each);
  }
  return out;
}

}  // namespace caascan::dnssec
