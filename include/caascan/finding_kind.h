// What the code of a finding means, how much it matters, who can act, and how to see it: the one
// list of all kinds. docs/findings.md is made from it.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

#include "caascan/finding_code.h"
#include "caascan/outcome.h"

namespace caascan {

enum class Severity : uint8_t {
  kError,    // Look-ups fail by it, or a CA must refuse.
  kWarning,  // It works, but by luck, for some, or not for long.
  kNotice,   // Worth knowing; nothing fails by it.
};

/// Who can act.
enum class Actor : uint8_t {
  kOwner,      // Edits the zone's records.
  kProvider,   // Runs the name servers.
  kRegistrar,  // Passes NS, glue and DS on to the parent zone, at the owner's word.
  kRegistry,   // Runs the parent zone.
  kCa,         // The certification authority.
  kOurselves,  // Runs the scan, and chooses its resolvers.
};

/// Which commands of BIND's dig show it.
enum class Dig : uint8_t {
  kCaa,              // CAA, of the server.
  kCaaAndSoa,        // The same, and the SOA of the same name.
  kCaaAndA,          // CAA, A and TXT of the same name.
  kCaaOverTcp,       // CAA over TCP.
  kCaaWithoutEdns,   // CAA with EDNS and without.
  kUnknownType,      // An unassigned type, and the SOA.
  kKeys,             // The zone's DNSKEY set and its SOA, of the server.
  kValidation,       // CAA of the local resolver, with validation and without.
  kHostAddresses,    // The addresses of the server's name.
  kNsSearch,         // The SOA of each of the zone's servers.
  kNsOfAllServers,   // The NS set of each server, and of the parent; else as kNsSearch.
  kCaaOfAllServers,  // CAA of each server that answered; else as kCaa.
};

/// Some of the reasons. A value.
class ReasonSet {
 public:
  template <std::same_as<Reason>... Reasons>
  constexpr ReasonSet(Reasons... reasons) : bits_((uint64_t{0} | ... | BitOf(reasons))) {}

  constexpr bool Has(Reason reason) const { return (bits_ & BitOf(reason)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static_assert(static_cast<unsigned>(kLastReason) < 64);
  static constexpr uint64_t BitOf(Reason reason) {
    return uint64_t{1} << static_cast<unsigned>(reason);
  }
  uint64_t bits_;
};

/// All texts live as long as the program, are printable ASCII, and are whole sentences but for
/// `meaning` and `rfc`.
// In the order of the table's columns; there are some sixty.
struct FindingKind {  // NOLINT(clang-analyzer-optin.performance.Padding)
  FindingCode code;
  Severity severity;
  Actor actor;
  Dig dig;
  ReasonSet causes;           // With which reasons look-ups may end by it. Empty for every notice.
  std::string_view rfc;       // Which rule it breaks: "RFC 1035 section 4.1.1".
  std::string_view meaning;   // In one line, without a full stop.
  std::string_view evidence;  // How it shows.
  std::string_view remedy;    // What to ask of the actor, in words that can be sent as they are.
};

/// Every kind, in the order of the codes. Any thread.
std::span<const FindingKind> FindingKinds();

/// Any thread.
const FindingKind& KindOf(FindingCode code);
/// The kind of a code as a record has it; nullptr for one that this version does not write. Any
/// thread.
const FindingKind* FindFindingKind(std::string_view code);

/// "error", "warning", "notice".
std::string_view SeverityText(Severity severity);
/// "domain owner", "DNS provider", "registrar", "registry", "certification authority", "ourselves".
std::string_view ActorText(Actor actor);

}  // namespace caascan
