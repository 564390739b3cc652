// Tested by reason_remedy_test.cc and aggregate_test.cc.
#include "scanner/guide/reason_remedy.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <cassert>

namespace caascan::guide {

namespace {

/// What only differs by the name of the property.
struct PurposeRemedy {
  std::string_view not_authorized;
  std::string_view malformed;
};
constexpr std::array<PurposeRemedy, kPurposeCount> kPurposeRemedies = {{
    {"Add an issue record that names the CA, or remove the CAA records.",
     "Correct the value of the issue record, which is malformed."},
    {"Add an issuemail record that names the CA, or remove the issuemail records.",
     "Correct the value of the issuemail record, which is malformed."},
    {"Add an issuevmc record that names the CA, or remove the issuevmc records.",
     "Correct the value of the issuevmc record, which is malformed."},
}};

std::string_view DenyRemedy(Reason reason, Purpose purpose) {
  const PurposeRemedy& own = kPurposeRemedies[static_cast<size_t>(purpose)];
  switch (reason) {
    case Reason::kIssuerNotAuthorized:
      return own.not_authorized;
    case Reason::kIssuanceForbidden:
      return "Replace the record with the empty issuer by one that names the CA.";
    case Reason::kUnknownCriticalProperty:
      return "Clear the critical flag, or remove the record whose tag no CA knows.";
    case Reason::kAccountUriMismatch:
      return "Put the account's URI into the accounturi parameter, or remove the parameter.";
    case Reason::kValidationMethodMismatch:
      return "Add the method to the validationmethods parameter, or use one of its methods.";
    case Reason::kMalformedProperty:
      return own.malformed;
    default:
      return "";
  }
}

std::string_view FailureRemedy(Reason reason) {
  switch (reason) {
    case Reason::kServfail:
      return "Ask the DNS provider to find the cause of SERVFAIL at the zone's servers.";
    case Reason::kNotimp:
    case Reason::kRefusedCaa:
    case Reason::kFormerr:
    case Reason::kRcode:
      return "Ask the DNS provider to answer CAA queries, with an empty answer if there are no "
             "records.";
    case Reason::kDnssecBogus:
      return "Correct the zone's DNSSEC: signatures, keys and DS must match.";
    case Reason::kMalformedResponse:
      return "Ask the DNS provider to update the server software, whose answers are malformed.";
    case Reason::kAliasLoop:
    case Reason::kTooManyQueries:
    case Reason::kTooSlow:
      return "Shorten the chain of aliases and delegations, and remove its loops.";
    case Reason::kRefused:
    case Reason::kNotAuthoritative:
    case Reason::kUpwardReferral:
      return "Set the registrar's name servers to those that serve the zone.";
    case Reason::kUnresolvableServers:
      return "Publish addresses for the name servers' names, or enter others at the registrar.";
    case Reason::kNoResponse:
    case Reason::kUnreachable:
      return "Ask the DNS provider to restore the name servers, or enter others at the registrar.";
    case Reason::kCaaDropped:
      return "Let CAA queries pass the firewall in front of the name servers.";
    case Reason::kTruncated:
      return "Open TCP port 53 of the name servers.";
    case Reason::kInvalidName:
    case Reason::kNoSuchTld:
      return "Correct the name.";
    case Reason::kBlocklisted:
      return "The name is on the block list of the scan.";
    case Reason::kStopped:
    case Reason::kLocalFault:
      return "Scan again: the fault was at the scanner.";
    case Reason::kNotInDns:
      return "Remove the name from the order: it is not in the public DNS, so no CA can check it.";
    case Reason::kFamilyUnavailable:
      return "Scan from a network with the other IP family, or without -4 or -6.";
    default:
      return "";
  }
}

}  // namespace

std::string_view ReasonRemedy(Reason reason, Purpose purpose) {
  switch (OutcomeOf(reason)) {
    case Outcome::kPermit:
      return "";
    case Outcome::kDeny:
      return DenyRemedy(reason, purpose);
    default:
      return FailureRemedy(reason);
  }
}

Dig DigOf(Reason reason) {
  switch (reason) {
    case Reason::kUnresolvableServers:
      return Dig::kHostAddresses;
    case Reason::kDnssecBogus:
      return Dig::kValidation;
    case Reason::kTruncated:
      return Dig::kCaaOverTcp;
    case Reason::kCaaDropped:
    case Reason::kRefusedCaa:
      return Dig::kCaaAndSoa;
    default:
      return Dig::kCaa;
  }
}

std::string WhyNotLookedUp(Reason reason, std::string_view detail) {
  assert(OutcomeOf(reason) == Outcome::kError && "it was looked up");
  switch (reason) {
    case Reason::kNoSuchTld:
      return ": its top-level domain does not exist, so no CA may issue for it.";
    case Reason::kNotInDns:
      return " is not in the public DNS, so no CA issues for it.";
    case Reason::kFamilyUnavailable:
      return " could not be looked up: its servers only have addresses of an IP family that this "
             "scan cannot use.";
    default:
      return absl::StrCat(" was not looked up (", std::string(ReasonCode(reason)), ")",
                          detail.empty() ? "" : ": ", std::string(detail), ".");
  }
}

}  // namespace caascan::guide
