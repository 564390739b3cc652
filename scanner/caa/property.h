// Reads one CAA property: its tag, its flags, and the value of `issue` and `issuewild`.
#pragma once

#include <cstdint>
#include <string_view>

#include <absl/functional/function_ref.h>

#include "caascan/caa.h"

namespace caascan::caa {

/// What a tag means to a CA.
enum class TagKind : uint8_t {
  kIssue,
  kIssueWild,
  kIssueMail,   // RFC 9495: for S/MIME certificates.
  kIssueVmc,    // For BIMI's mark certificates.
  kOtherKnown,  // iodef, contactemail, contactphone: they never bar.
  kUnknown,     // Any other tag, and bytes that are no tag at all (RFC 8659 §4.1).
};

/// Case is ignored (RFC 8659 §4.1).
TagKind ClassifyTag(std::string_view tag);

/// The kind of property that counts for the purpose. RFC 8659 §4.3: issuewild is ignored for plain
/// names, and replaces issue for wildcards where the set has one. RFC 9495 §4: for mail there is
/// one tag alone, and likewise for marks.
TagKind RelevantKind(Purpose purpose, bool wildcard, bool has_issuewild);

/// Is the Issuer Critical flag set? The bit 128 (RFC 8659 §4.1), and 1 alike, which many zones set
/// by mistake and the largest CA honours. Other bits are ignored.
constexpr bool IsCritical(uint8_t flags) { return (flags & 0x81u) != 0; }

/// A parameter that may be given once: how often it stood there, and its last value.
struct OnceParameter {
  unsigned count = 0;
  std::string_view value;
};

/// The value of a property that names an issuer (RFC 8659 §4.2; RFC 9495 §3), as views into it.
struct IssueValue {
  enum class Form : uint8_t {
    kSound,
    kBadParameters,  // The issuer can be read, what stands behind its ";" cannot.
    kBadIssuer,
  };
  Form form = Form::kSound;
  std::string_view issuer;  // Empty where nobody is named, and for kBadIssuer.
  OnceParameter account_uri;
  OnceParameter validation_methods;
  /// The last tag that is nearly one of those two, such as the drafts' "validation-methods".
  std::string_view near_tag;
};

/// Reads a value. Parameters with other tags are skipped (RFC 8659 §4.2), once well-formed. Their
/// tags are compared without regard to case: a constraint is not lost to its spelling. Never
/// allocates.
IssueValue ReadIssueValue(std::string_view value);
/// The same, and calls `visit` with the tag and value of each parameter, in order, up to the first
/// that is not well-formed.
IssueValue ReadIssueValue(std::string_view value,
                          absl::FunctionRef<void(std::string_view, std::string_view)> visit);

/// `label *("." label)` of RFC 8659 §4.2: letters, digits and inner hyphens, no final dot.
bool IsIssuerDomain(std::string_view text);

/// RFC 8657 §3, §4: absent, a parameter does not bar; twice or ill-formed, it matches nothing.
bool CanMatchAccount(const IssueValue& value);
bool CanMatchMethod(const IssueValue& value);

/// Has the form of a URI with its scheme (RFC 3986 §3)? What stands in its parts is not judged.
bool IsUri(std::string_view text);

/// Has the form of RFC 8657 §4, and at least one label? Labels are compared to the octet.
bool IsMethodList(std::string_view list);
/// Is `method` one of the labels? REQUIRES: IsMethodList(list).
bool ListsMethod(std::string_view list, std::string_view method);

/// ASCII case is ignored, nothing else.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

}  // namespace caascan::caa
