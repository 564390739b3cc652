// Tested by reason_remedy_test.cc and aggregate_test.cc.
#include "scanner/guide/reason_remedy.h"

#include <cassert>

namespace caascan::guide {

namespace {

std::string_view DenyRemedy(Reason reason) {
  switch (reason) {
    case Reason::kIssuerNotAuthorized:
      return "Add an issue record that names the CA, or remove the CAA records.";
    case Reason::kIssuanceForbidden:
      return "Replace the record with the empty issuer by one that names the CA.";
    case Reason::kUnknownCriticalProperty:
      return "Clear the critical flag, or remove the record whose tag no CA knows.";
    case Reason::kAccountUriMismatch:
      return "Put the account's URI into the accounturi parameter, or remove the parameter.";
    case Reason::kValidationMethodMismatch:
      return "Add the method to the validationmethods parameter, or validate by a listed one.";
    case Reason::kMalformedProperty:
      return "Correct the issue record's value, which cannot be read.";
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

std::string_view ReasonRemedy(Reason reason) {
  switch (OutcomeOf(reason)) {
    case Outcome::kPermit:
      return "";
    case Outcome::kDeny:
      return DenyRemedy(reason);
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

std::string WhyNotLookedUp(Reason reason) {
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
      return " was not looked up (" + std::string(ReasonCode(reason)) + ").";
  }
}

}  // namespace caascan::guide
