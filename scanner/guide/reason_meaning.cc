// Tested by reason_meaning_test.cc.
#include "caascan/reason_meaning.h"

#include <array>

namespace caascan {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, kReasonCount> kMeanings = {{
    "Neither the name nor any name above it has CAA records, so any CA may issue.",
    "The relevant CAA records name the CA.",
    "There are CAA records, but none that restricts certificates of this kind.",
    "The relevant CAA records name other CAs only.",
    "The relevant CAA records have only empty issuers: no CA may issue.",
    "A CAA record with the critical flag has a tag that CAs do not know, so no CA may issue.",
    "The CAA records name the CA for other accounts (RFC 8657 section 3).",
    "The CAA records name the CA for other validation methods (RFC 8657 section 4).",
    "All issue values of the CAA records are malformed, so no CA may issue.",
    "The zone's servers answer SERVFAIL.",
    "The zone's servers answer NOTIMP for type CAA.",
    "The zone's servers refuse type CAA, but answer other types.",
    "The zone's servers answer FORMERR.",
    "The zone's servers answer with an unusual error code.",
    "DNSSEC validation fails: a signature, key or proof is wrong.",
    "The answers of the zone's servers are malformed.",
    "CNAME or DNAME records form a loop, or a chain that is too long.",
    "The look-up needed more queries than the limit for one name. No server is at fault.",
    "The look-up took longer than the limit for one name. No server is at fault.",
    "The servers in the delegation refuse the zone: they do not serve it.",
    "The servers in the delegation are not authoritative, and their answers cannot be used.",
    "The servers in the delegation refer to a zone above the one asked for.",
    "The names of the zone's servers have no address.",
    "No server of the zone answers at all.",
    "Queries for CAA get no answer; the same servers answer other types.",
    "The answer did not fit into UDP, and TCP gave no answer.",
    "No server of the zone can be reached: the port is closed, or there is no route to it.",
    "The input is not a domain name; detail says why.",
    "The name, or its servers, are on the block list of the scan. No query was sent.",
    "The scan was stopped before the name was done.",
    "The network of the scanner was down. No server is at fault.",
    "The root proves that the top-level domain does not exist, so no CA may issue.",
    "The name is not in the public DNS (RFC 6761, RFC 7686). No query was sent.",
    "The zone's servers only have addresses of an IP family that the scan could not use.",
}};

}  // namespace

std::string_view ReasonMeaning(Reason reason) { return kMeanings[static_cast<size_t>(reason)]; }

}  // namespace caascan
