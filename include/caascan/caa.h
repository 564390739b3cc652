// The CAA decision (RFC 8659, RFC 8657, RFC 9495) as a pure function: no network, no files, no
// clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace caascan {

/// One CAA record as it was received (RFC 8659 §4.1): tag and value are any bytes, nothing is
/// normalised. RDATA that breaks the wire form (no tag, or a tag length beyond the data) comes with
/// an empty tag and the rest as value.
struct CaaRecord {
  uint8_t flags = 0;
  std::string tag;
  std::string value;

  friend bool operator==(const CaaRecord&, const CaaRecord&) = default;
};

/// Why a CA may or may not issue. The codes of the record's `reason` for permit and deny.
enum class DecisionReason : uint8_t {
  kNoCaa,                     // permit: no CAA RRset at the name or above.
  kIssuerAuthorized,          // permit
  kNoIssueProperty,           // permit: a set without a property of the kind looked at.
  kIssuerNotAuthorized,       // deny: some other issuer is named.
  kIssuanceForbidden,         // deny: only empty issuers, such as ";".
  kUnknownCriticalProperty,   // deny
  kAccountUriMismatch,        // deny (RFC 8657 §3)
  kValidationMethodMismatch,  // deny (RFC 8657 §4)
  kMalformedProperty,         // deny: nothing but issue properties that cannot be read.
};

/// "no_caa", "issuer_authorized" … as the record writes it.
std::string_view DecisionReasonCode(DecisionReason reason);

/// What a certificate is for. The properties that count follow from it.
enum class Purpose : uint8_t {
  kTls,    // issue and issuewild (RFC 8659 §4.2, §4.3).
  kSmime,  // issuemail (RFC 9495 §4; S/MIME Baseline Requirements 4.2.2.1).
  kMark,   // issuevmc: the mark certificates of BIMI.
};
inline constexpr unsigned kPurposeCount = 3;

/// "tls", "smime" or "mark".
std::string_view PurposeCode(Purpose purpose);
/// Nullopt where the code is none of those.
std::optional<Purpose> FindPurpose(std::string_view code);

/// Does the CA process accounturi and validationmethods (RFC 8657)? From 2027-03-15 every CA must
/// (Baseline Requirements 2.2.8).
enum class ParameterRule : uint8_t {
  kEnforce,
  kIgnore,  // As CAs may until then: a property with any such parameter authorizes.
};

/// Who asks, and for what. A value.
struct IssuanceRequest {
  /// The CA's issuer domain names; one that is authorized is enough. Compared whole, ASCII case
  /// ignored.
  std::vector<std::string> issuer_domains;
  /// Is the certificate for `*.name`? It means nothing for purposes other than TLS.
  bool wildcard = false;
  /// RFC 8657 parameters to match: one of the account's URIs, and one of the methods, is enough.
  /// None asks "for some account, by some method": a well-formed parameter does not bar.
  std::vector<std::string> account_uris;
  std::vector<std::string> validation_methods;
  /// After a look-up that failed, does the CA use the exception of the Baseline Requirements
  /// (section 3.2.2.8)? Else it refuses. Decide() does not look at it.
  bool uses_exception = false;
  Purpose purpose = Purpose::kTls;
  ParameterRule parameters = ParameterRule::kEnforce;
};

struct Decision {
  bool permit = false;
  DecisionReason reason = DecisionReason::kNoCaa;
};

/// May the CA issue, given the relevant RRset (RFC 8659 §3 tells which that is)? An empty `rrset`
/// means that none was found and permits. Never allocates; safe from any thread.
Decision Decide(std::span<const CaaRecord> rrset, const IssuanceRequest& request);

/// One CA of a --ca-set file.
struct CertificationAuthority {
  std::string name;
  std::vector<std::string> issuer_domains;
};

}  // namespace caascan
