// What the code of a finding means, how much it matters, and who can mend it: the one list of all
// codes. docs/findings.md is made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace caascan {

enum class Severity : uint8_t {
  kError,    // Look-ups fail by it, or a CA must refuse.
  kWarning,  // It works, but by luck, for some, or not for long.
  kNotice,   // Worth knowing; nothing fails by it.
};

/// Who has to do something.
enum class Mender : uint8_t {
  kOwner,      // Whoever edits the zone's records.
  kProvider,   // Whoever runs the name servers.
  kRegistrar,  // Whoever passes NS, glue and DS on to the parent zone, at the owner's word.
  kRegistry,   // Whoever runs the parent zone.
  kCa,         // The certification authority.
  kOurselves,  // Whoever runs the scan.
};

/// All texts live as long as the program, are printable ASCII, and are whole sentences but for
/// `code`, `meaning` and `rfc`.
struct FindingKind {
  std::string_view code;  // As a record's findings have it.
  Severity severity;
  Mender mender;
  std::string_view rfc;       // Which rule it breaks: "RFC 1035 section 4.1.1".
  std::string_view meaning;   // In one line, without a full stop.
  std::string_view evidence;  // How it shows.
  std::string_view remedy;    // What to ask of the mender, in words that can be sent as they are.
};

/// Every code there is, in groups that belong together. Any thread.
std::span<const FindingKind> FindingKinds();

/// nullptr for what is no code. Any thread.
const FindingKind* FindFindingKind(std::string_view code);

/// "error", "warning", "notice".
std::string_view SeverityText(Severity severity);
/// "domain owner", "DNS provider", "registrar", "registry", "certification authority", "ourselves".
std::string_view MenderText(Mender mender);

}  // namespace caascan
