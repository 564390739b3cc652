// Tested by extended_error_test.cc.
#include "scanner/dns/extended_error_name.h"

#include <iterator>

namespace caascan::dns {
namespace {

// https://www.iana.org/assignments/dns-parameters, "Extended DNS Error Codes", by code.
constexpr std::string_view kExtendedErrors[] = {
    "Other",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
};

}  // namespace

std::string_view ExtendedErrorName(uint16_t info_code) {
  return info_code < std::size(kExtendedErrors) ? kExtendedErrors[info_code] : std::string_view();
}

}  // namespace caascan::dns
