// Signed records in wire form, without compression, to be written into messages later.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/rrset.h"

namespace caascan::dnssec {

inline std::string_view AsChars(std::span<const uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

inline std::span<const uint8_t> AsOctets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

void AppendU16(uint16_t value, std::string* out);

/// A set of one record in canonical form, and behind it the signatures over it that `signer` says
/// it made, a few at most; *count says how many records that are. Empty where there are none, or
/// the set has not one record.
std::string StoredSet(const Rrset& set, dns::NameView signer, uint16_t* count);

/// Appends them with that TTL.
void AppendStored(std::string_view records, uint32_t ttl_s, std::string* out);

// Of the first of them, which is the set's own. Views into `records`. REQUIRES: not empty.
dns::NameView FirstOwner(std::string_view records);
dns::RRType FirstType(std::string_view records);
std::span<const uint8_t> FirstRdata(std::string_view records);

}  // namespace caascan::dnssec
