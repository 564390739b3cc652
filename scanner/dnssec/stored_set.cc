// Tested by denial_store_test.cc, which judges the messages that are made of them.
#include "scanner/dnssec/stored_set.h"

#include <cassert>

namespace caascan::dnssec {
namespace {

using dns::NameView;
using dns::RRType;

constexpr uint16_t kMaxSignatures = 4;
constexpr size_t kRecordHead = 10;  // Type, class, TTL, size.
constexpr size_t kTtlOffset = 4;

void AppendRecord(NameView owner, RRType type, std::string_view rdata, std::string* out) {
  out->append(owner.bytes());
  AppendU16(static_cast<uint16_t>(type), out);
  AppendU16(dns::kClassIn, out);
  out->append(4, '\0');  // The TTL.
  AppendU16(static_cast<uint16_t>(rdata.size()), out);
  out->append(rdata);
}

uint16_t LoadU16(std::string_view text) {
  return static_cast<uint16_t>(static_cast<uint8_t>(text[0]) << 8 | static_cast<uint8_t>(text[1]));
}

/// Behind the owner's name.
size_t HeadOf(std::string_view record) {
  size_t at = 0;
  while (record[at] != 0) at += 1u + static_cast<uint8_t>(record[at]);
  return at + 1;
}

}  // namespace

void AppendU16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xff));
}

std::string StoredSet(const Rrset& set, NameView signer, uint16_t* count) {
  std::string out;
  *count = 0;
  if (set.records.size() != 1) return out;
  AppendRecord(set.owner, set.type, CanonicalRdata(set).rdata()[0], &out);
  uint16_t signatures = 0;
  for (const dns::RecordView& record : set.signatures) {
    const auto signature = crypto::ReadRrsig(record.rdata);
    if (!signature || signature->signer != signer || signatures == kMaxSignatures) continue;
    AppendRecord(set.owner, RRType::kRRSIG, AsChars(record.rdata), &out);
    ++signatures;
  }
  if (signatures == 0) return {};
  *count = static_cast<uint16_t>(1 + signatures);
  out.shrink_to_fit();
  return out;
}

void AppendStored(std::string_view records, uint32_t ttl_s, std::string* out) {
  size_t at = out->size();
  out->append(records);
  while (at < out->size()) {
    at += HeadOf(std::string_view(*out).substr(at));
    for (unsigned octet = 0; octet < 4; ++octet) {
      (*out)[at + kTtlOffset + octet] = static_cast<char>(ttl_s >> (8 * (3 - octet)) & 0xff);
    }
    at += kRecordHead + LoadU16(std::string_view(*out).substr(at + kRecordHead - 2));
  }
}

NameView FirstOwner(std::string_view records) {
  assert(!records.empty() && "there is a first one");
  return NameView::FromTrusted(AsOctets(records).data(), HeadOf(records));
}

RRType FirstType(std::string_view records) {
  assert(!records.empty() && "there is a first one");
  return static_cast<RRType>(LoadU16(records.substr(HeadOf(records))));
}

std::span<const uint8_t> FirstRdata(std::string_view records) {
  assert(!records.empty() && "there is a first one");
  const size_t head = HeadOf(records);
  return AsOctets(records).subspan(head + kRecordHead,
                                   LoadU16(records.substr(head + kRecordHead - 2)));
}

}  // namespace caascan::dnssec
