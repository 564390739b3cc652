// Writes queries: the only messages a scanner sends.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::dns {

/// What to ask and how. A value; the name must outlive the call only.
struct QuerySpec {
  NameView name;
  RRType type = RRType::kCAA;
  bool recursion_desired = false;
  bool checking_disabled = false;
  bool edns = true;
  bool dnssec_ok = false;
  uint16_t udp_payload_size = kDefaultUdpPayloadSize;
  /// Text for whoever reads the query, in an EDNS option; empty is none. At most kMaxContactSize
  /// octets; must outlive the call only.
  std::string_view contact = {};
  /// EDNS padding makes the query's size a multiple of so many octets, kMaxPadding + 1 at most; 0
  /// is none. (RFC 7830; RFC 8467 §4.1 advises 128.)
  uint16_t pad_to = 0;
  /// The name goes out in small letters only, without 0x20: for servers that mistake capitals for
  /// other letters (RFC 4343).
  bool small_letters = false;
};

/// The option's code is one for local use (RFC 6891 §9).
constexpr uint16_t kContactOption = 65001;
constexpr size_t kMaxContactSize = 128;
constexpr uint16_t kPaddingOption = 12;
constexpr size_t kMaxPadding = 127;

/// Octets that any query fits into: header, name, type and class, OPT with two options.
constexpr size_t kMaxQuerySize =
    kHeaderSize + kMaxNameSize + 4 + 11 + 4 + kMaxContactSize + 4 + kMaxPadding;

/// Writes the query into `out` and returns its size. Where octet i of the name is a letter,
/// bit i of `case_bits` (cyclically) makes it a capital if set, a small one if clear: 0x20
/// (draft-vixie-dnsext-dns0x20). No failure: every name fits. REQUIRES: out.size() >=
/// kMaxQuerySize.
size_t WriteQuery(const QuerySpec& spec, uint16_t id, uint64_t case_bits, std::span<uint8_t> out);

/// The name's letters as WriteQuery would have sent them: equal to the octet?
bool SameCase(NameView sent, uint64_t case_bits, NameView received);

}  // namespace caascan::dns
