// Tested by reason_remedy_test.cc and aggregate_test.cc.
#include "scanner/guide/reason_remedy.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <cassert>

namespace caascan::guide {

namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, kReasonCount> kMeanings = {{
    "Neither the name nor any name above it has CAA records, so any CA may issue.",
    "The relevant CAA records name the CA.",
    "There are CAA records, but none that restricts certificates of this kind.",
    "The relevant CAA records name other CAs only.",
    "The relevant CAA records have empty issuers only: no CA may issue.",
    "A CAA record with the critical flag has a tag that CAs do not know, so none may issue.",
    "The CAA records name the CA for other accounts (RFC 8657 section 3).",
    "The CAA records name the CA for other validation methods (RFC 8657 section 4).",
    "The CAA records have nothing but issue values that cannot be read, so no CA may issue.",
    "The zone's servers answer SERVFAIL.",
    "The zone's servers answer NOTIMP for type CAA.",
    "The zone's servers refuse type CAA, and answer other types.",
    "The zone's servers answer FORMERR.",
    "The zone's servers answer another error code than the usual ones.",
    "DNSSEC says that the answer cannot be trusted: signatures, keys or proofs do not fit.",
    "The answers of the zone's servers cannot be read.",
    "CNAME or DNAME records lead in a circle, or through too many names.",
    "The look-up needed more queries than one name may cost. It says nothing of any server.",
    "The look-up took longer than one name may take. It says nothing of any server.",
    "The servers that the parent names refuse the zone: they do not serve it.",
    "The servers that the parent names answer without authority, and with nothing to use.",
    "The servers that the parent names refer to zones above the one asked for.",
    "The names of the zone's servers have no address.",
    "No server of the zone answers at all.",
    "Queries for CAA stay unanswered; the same servers answer other types.",
    "The answer did not fit into UDP, and none came over TCP.",
    "No server of the zone can be reached: the port is closed, or there is no way to it.",
    "The input is no domain name; detail says why.",
    "The name, or its servers, stand on the scan's block list. Nothing was asked.",
    "The scan was stopped before the name was done.",
    "The scanner's own network was down. It says nothing of any server.",
    "The root proves that the top-level domain does not exist, so no CA may issue.",
    "The name is not in the public DNS (RFC 6761, RFC 7686). Nothing was asked.",
    "The zone's servers have addresses only of an IP family that the scan could not use.",
}};

/// What only differs by the name of the property.
struct PurposeRemedy {
  std::string_view not_authorized;
  std::string_view malformed;
};
constexpr std::array<PurposeRemedy, kPurposeCount> kPurposeRemedies = {{
    {"Add an issue record that names the CA, or remove the CAA records.",
     "Correct the issue record's value, which cannot be read."},
    {"Add an issuemail record that names the CA, or remove the issuemail records.",
     "Correct the issuemail record's value, which cannot be read."},
    {"Add an issuevmc record that names the CA, or remove the issuevmc records.",
     "Correct the issuevmc record's value, which cannot be read."},
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
      return "Add the method to the validationmethods parameter, or validate by a listed one.";
    case Reason::kMalformedProperty:
      return own.malformed;
    default:
      return "";
  }
}

std::string_view FailureRemedy(Reason reason) {
  switch (reason) {
    case Reason::kServfail:
      return "Have the DNS provider look for the cause of SERVFAIL at the zone's servers.";
    case Reason::kNotimp:
    case Reason::kRefusedCaa:
    case Reason::kFormerr:
    case Reason::kRcode:
      return "Have the DNS provider answer CAA queries, with an empty answer if there are none.";
    case Reason::kDnssecBogus:
      return "Mend the zone's DNSSEC: signatures, keys and DS must fit together.";
    case Reason::kMalformedResponse:
      return "Have the DNS provider mend the server software, whose answers cannot be read.";
    case Reason::kAliasLoop:
    case Reason::kTooManyQueries:
    case Reason::kTooSlow:
      return "Shorten the chain of aliases and delegations, and break its loops.";
    case Reason::kRefused:
    case Reason::kNotAuthoritative:
    case Reason::kUpwardReferral:
      return "Make the registrar's name servers those that serve the zone.";
    case Reason::kUnresolvableServers:
      return "Give the name servers' names addresses, or name others at the registrar.";
    case Reason::kNoResponse:
    case Reason::kUnreachable:
      return "Have the DNS provider bring the name servers back, or name others at the registrar.";
    case Reason::kCaaDropped:
      return "Have the firewall before the name servers let CAA queries pass.";
    case Reason::kTruncated:
      return "Open TCP port 53 of the name servers.";
    case Reason::kInvalidName:
    case Reason::kNoSuchTld:
      return "Correct the name.";
    case Reason::kBlocklisted:
      return "The name is on the block list of whoever scanned.";
    case Reason::kStopped:
    case Reason::kLocalFault:
      return "Scan again: the fault was on the scanner's side.";
    case Reason::kNotInDns:
      return "Leave the name out: it is not in the public DNS, and no CA asks for it there.";
    case Reason::kFamilyUnavailable:
      return "Scan from a network with the other IP family, or without -4 or -6.";
    default:
      return "";
  }
}

}  // namespace

std::string_view ReasonMeaning(Reason reason) { return kMeanings[static_cast<size_t>(reason)]; }

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
      return " could not be looked up: its servers have addresses of an IP family only that this "
             "scan cannot use.";
    default:
      return absl::StrCat(" was not looked up (", std::string(ReasonCode(reason)), ")",
                          detail.empty() ? "" : ": ", std::string(detail), ".");
  }
}

}  // namespace caascan::guide
