// What a user types as a domain name, turned into the name that the DNS knows.
#pragma once

#include <cstdint>
#include <string_view>

#include "scanner/dns/name.h"

namespace caascan::input {

/// Why a typed text is no domain name that CAA can be looked up for.
enum class TypedNameError : uint8_t {
  kNone,
  kEmpty,         // Nothing, or only "*." in front of nothing.
  kRoot,          // ".": CAA is never looked up at the root (RFC 8659 §3).
  kEmptyLabel,    // Two dots in a row, or a dot in front.
  kLabelTooLong,  // A label over 63 octets, counted as an A-label.
  kNameTooLong,   // Over 255 octets in wire form, or a text over kMaxTypedNameSize bytes.
  kBadCharacter,  // An ASCII character other than letters, digits, hyphen and underscore.
  kBadUtf8,
  kBadIdn,     // Not allowed in a U-label by IDNA 2008 (RFC 5891, RFC 5892).
  kIpAddress,  // See IsIpAddress(), or a URL of one: certificates for addresses know no CAA.
  kUrl,        // A URL, a host with a port or a path, or a mail address: its host would be a name.
};
std::string_view TypedNameErrorText(TypedNameError error);

/// No typed name is longer: 253 characters of at most four bytes in UTF-8, and a dot.
inline constexpr size_t kMaxTypedNameSize = 1024;

/// An IPv4 or IPv6 address, as in URLs in brackets or not, or a prefix of addresses?
bool IsIpAddress(std::string_view text);

struct TypedName {
  /// Lower-case A-labels, without the `*.`; the root where `error` is set.
  dns::Name name;
  /// Was `*.` in front?
  bool wildcard = false;
  /// Is the text, to the byte, what the name reads as in a record?
  bool verbatim = false;
  TypedNameError error = TypedNameError::kNone;

  bool ok() const { return error == TypedNameError::kNone; }
};

/// Reads a name as users of bulk DNS tools type it:
/// - Labels are A-labels or U-labels, of either case, mixed as one likes; a final dot is accepted,
///   and so are the ideographic dots U+3002, U+FF0E and U+FF61 (UTS #46 §2.3).
/// - A label in ASCII may hold letters, digits, hyphens and underscores anywhere (`_dmarc`,
///   `r3---sn`, `-x`). An `xn--` label is taken as it stands, valid Punycode or not: the DNS does
///   not care.
/// - Any other label goes through IDNA 2008 lookup (RFC 5891 §5) after the non-transitional mapping
///   of UTS #46, so `BÜCHER` is `xn--bcher-kva` and `ß` stays itself. It must be valid UTF-8.
/// - A first label `*` is a wildcard. An asterisk elsewhere, escapes, blanks, control characters
/// and
///   all other punctuation make the text no name; a URL, say, is none.
/// Never fails otherwise. Names in ASCII cost no allocation. Safe from any thread.
TypedName ParseTypedName(std::string_view text);

/// The same, save that of a URL and the like (FindUrlHost) the host is the name, never verbatim.
TypedName ParseTypedNameOrUrl(std::string_view text);

}  // namespace caascan::input
