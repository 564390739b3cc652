// The queries that can be sent to a server beside the one that failed: when each is sent, what its
// silence takes to count, and what follows from it alone.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "caascan/finding_code.h"
#include "scanner/dns/codes.h"

namespace caascan::diagnose {

enum class ProbeKind : uint8_t {
  kSoa,             // The zone's SOA.
  kCaa,             // The same query once more.
  kUnknownType,     // TYPE65280 at the same name: it is not assigned.
  kCaaWithoutEdns,  // As they say,
  kCaaOverTcp,
  kCaaWithoutDo,
  kSoaWithoutEdns,
  kSoaOverTcp,
  kSoaWithOption,  // With an EDNS option that is not assigned.
  kSoaAgain,       // With EDNS, where only the SOA without it was answered.
  kA,              // Of the name that was looked up,
  kTxt,            // and so this.
  kDnskey,         // The zone's keys.
  kDnskeyWithoutEdns,
};

struct ProbeSpec {  // NOLINT(clang-analyzer-optin.performance.Padding): few of them, for reading.
  ProbeKind kind;
  std::string_view label;
  dns::RRType type;
  bool at_zone;  // Of the zone's name, else of the name that was looked up.
  bool edns = true;
  bool over_tcp = false;
  bool without_do = false;
  bool option = false;
  bool controlled = false;           // Its silence counts only where its control is answered.
  uint8_t max_tries = UINT8_MAX;     // For what is no more than detail.
  uint8_t max_silences = UINT8_MAX;  // Of as many, where others of the kind were met before.
  /// What follows at a server that serves the zone, with the zone's SOA as further evidence: where
  /// the probe stays unanswered, and where the answer is an error. Other findings take more than
  /// one probe (conclusion.cc).
  std::optional<FindingCode> if_silent = std::nullopt;
  std::optional<FindingCode> if_error = std::nullopt;
};

/// In the order of the kinds.
inline constexpr ProbeSpec kProbeSpecs[] = {
    {.kind = ProbeKind::kSoa, .label = "SOA", .type = dns::RRType::kSOA, .at_zone = true},
    {.kind = ProbeKind::kCaa,
     .label = "CAA again",
     .type = dns::RRType::kCAA,
     .at_zone = false,
     .controlled = true},
    {.kind = ProbeKind::kUnknownType,
     .label = "TYPE65280",
     .type = dns::RRType::kUnassigned,
     .at_zone = false,
     .controlled = true,
     .if_silent = FindingCode::kUnknownTypesDropped,
     .if_error = FindingCode::kUnknownTypesRejected},
    {.kind = ProbeKind::kCaaWithoutEdns,
     .label = "CAA without EDNS",
     .type = dns::RRType::kCAA,
     .at_zone = false,
     .edns = false,
     .max_tries = 2},
    {.kind = ProbeKind::kCaaOverTcp,
     .label = "CAA over TCP",
     .type = dns::RRType::kCAA,
     .at_zone = false,
     .over_tcp = true,
     .max_tries = 1},
    {.kind = ProbeKind::kCaaWithoutDo,
     .label = "CAA without DO",
     .type = dns::RRType::kCAA,
     .at_zone = false,
     .without_do = true,
     .max_tries = 2},
    {.kind = ProbeKind::kSoaWithoutEdns,
     .label = "SOA without EDNS",
     .type = dns::RRType::kSOA,
     .at_zone = true,
     .edns = false},
    {.kind = ProbeKind::kSoaOverTcp,
     .label = "SOA over TCP",
     .type = dns::RRType::kSOA,
     .at_zone = true,
     .over_tcp = true,
     .max_tries = 1},
    {.kind = ProbeKind::kSoaWithOption,
     .label = "SOA with EDNS option 65001",
     .type = dns::RRType::kSOA,
     .at_zone = true,
     .option = true,
     .controlled = true,
     .if_silent = FindingCode::kEdnsOptionRejected,
     .if_error = FindingCode::kEdnsOptionRejected},
    {.kind = ProbeKind::kSoaAgain,
     .label = "SOA with EDNS again",
     .type = dns::RRType::kSOA,
     .at_zone = true,
     .controlled = true,
     .max_silences = 2},
    {.kind = ProbeKind::kA,
     .label = "A",
     .type = dns::RRType::kA,
     .at_zone = false,
     .controlled = true,
     .max_silences = 2},
    {.kind = ProbeKind::kTxt,
     .label = "TXT",
     .type = dns::RRType::kTXT,
     .at_zone = false,
     .controlled = true,
     .max_silences = 2},
    {.kind = ProbeKind::kDnskey,
     .label = "DNSKEY",
     .type = dns::RRType::kDNSKEY,
     .at_zone = true,
     .controlled = true},
    {.kind = ProbeKind::kDnskeyWithoutEdns,
     .label = "DNSKEY without EDNS",
     .type = dns::RRType::kDNSKEY,
     .at_zone = true,
     .edns = false,
     .controlled = true,
     .max_silences = 2},
};

constexpr const ProbeSpec& SpecOf(ProbeKind kind) {
  assert(static_cast<size_t>(kind) < std::size(kProbeSpecs));
  return kProbeSpecs[static_cast<size_t>(kind)];
}

consteval bool EachProbeHasItsSpec() {
  size_t i = 0;
  for (const ProbeSpec& spec : kProbeSpecs) {
    if (static_cast<size_t>(spec.kind) != i++) return false;
  }
  return true;
}
static_assert(EachProbeHasItsSpec(), "a row for each kind, in the enum's order");

using ProbeKindList = std::span<const ProbeKind>;

// Which are sent together, and to which servers.
inline constexpr ProbeKind kSoaProbes[] = {ProbeKind::kSoa};
inline constexpr ProbeKind kProbesOfTheSilent[] = {ProbeKind::kSoa, ProbeKind::kSoaWithoutEdns,
                                                   ProbeKind::kSoaOverTcp};
inline constexpr ProbeKind kProbesOfThoseWhoServe[] = {
    ProbeKind::kCaa,        ProbeKind::kUnknownType,  ProbeKind::kCaaWithoutEdns,
    ProbeKind::kCaaOverTcp, ProbeKind::kCaaWithoutDo, ProbeKind::kSoaWithOption};
inline constexpr ProbeKind kOtherTypeProbes[] = {ProbeKind::kA, ProbeKind::kTxt};
inline constexpr ProbeKind kKeyProbesWithEdns[] = {ProbeKind::kDnskey};
inline constexpr ProbeKind kKeyProbesWithoutEdns[] = {ProbeKind::kDnskeyWithoutEdns};
inline constexpr ProbeKind kKeyProbesEitherWay[] = {ProbeKind::kDnskey,
                                                    ProbeKind::kDnskeyWithoutEdns};
inline constexpr ProbeKind kSoaProbesOnceMore[] = {ProbeKind::kSoaAgain};

}  // namespace caascan::diagnose
