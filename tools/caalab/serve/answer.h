// Answers as bytes: what a zone's data says, changed by what a server does wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scanner/dns/codes.h"
#include "tools/caalab/world/fault.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// A query that was read. Views into its bytes.
struct Question {
  uint16_t id = 0;
  uint16_t flags = 0;
  dns::NameView name;
  dns::RRType type{};
  uint16_t rr_class = 0;
  std::span<const uint8_t> wire;  // Name, type and class.
  bool edns = false;
  uint8_t edns_version = 0;
  bool edns_option = false;
  bool dnssec_ok = false;
  size_t udp_payload_size = 512;  // RFC 1035 §4.2.1 without EDNS.
  size_t limit = 512;             // Octets that the answer may have.
};

/// The faults that apply to one query.
struct Plan {
  std::optional<FaultKind> decisive;
  uint64_t changes = 0;  // A bit per FaultKind.
  dns::RCode rcode = dns::RCode::kServFail;
  ReferralTo referral_to = ReferralTo::kRoot;
  bool referral_authoritative = false;
  uint32_t delay_ms = 0;
  const dns::Name* foreign_soa = nullptr;
  const std::vector<OwnedSet>* other_sets = nullptr;
  dns::RCode alias_rcode = dns::RCode::kNoError;  // Of kAliasDenial.

  bool Has(FaultKind kind) const { return (changes >> static_cast<unsigned>(kind) & 1) != 0; }
  /// The first decisive rule counts, and every other; delays add up. The rule must outlive the
  /// plan.
  void Apply(const FaultRule& rule);
};

/// Each of these writes a whole message and returns its size. `signer` is the world's, and may be
/// null. REQUIRES: out.size() is at least question.limit and 512.
size_t WriteAnswer(const Question& question, const Place& place, const Plan& plan, Signer* signer,
                   std::span<uint8_t> out);
/// An RCODE and the question, AA clear.
size_t WriteRcode(const Question& question, dns::RCode rcode, std::span<uint8_t> out);
/// A header alone: for queries that cannot be read.
size_t WriteBareHeader(const Question& question, dns::RCode rcode, std::span<uint8_t> out);

}  // namespace caascan::lab
