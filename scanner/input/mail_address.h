// A mail address in the place of a name: S/MIME certificates are for these.
#pragma once

#include <string_view>

#include "scanner/input/idna.h"

namespace caascan::input {

struct MailAddress {
  bool found = false;
  std::string_view domain;  // A part of the text, behind its last "@"; it may be no domain name.
  std::string_view fault;   // Why a text with an "@" is no mail address; else empty.

  bool IsBroken() const { return !fault.empty(); }
};

/// Finds the domain of `local-part@domain` (RFC 5321 §4.1.2). The local part is a dot-string or a
/// quoted string of at most 64 octets, of UTF-8 too (RFC 6531 §3.3). Neither found nor broken: a
/// text without an "@". Comments, and names in front of `<address>`, are no part of an address.
MailAddress FindMailDomain(std::string_view text);

/// ParseTypedName() of the domain, never verbatim. An address literal such as `[192.0.2.1]` is
/// kIpAddress: CAA is asked for of names only.
TypedName ParseMailDomain(std::string_view domain);

}  // namespace caascan::input
