// Over the size limit: one table, a row for each code. Programs go by the code; the texts are for
// people. Tested by finding_kind_test.cc and causes_test.cc.
#include "caascan/finding_kind.h"

#include <array>
#include <cassert>

namespace caascan {
namespace {

using enum Severity;
using enum Actor;
using enum FindingCode;
using enum Dig;
using R = Reason;
using Causes = ReasonSet;

constexpr ReasonSet kNothing;

constexpr FindingKind kKinds[] = {
    // CAA alone fails.
    {kNotimpOnCaa, kError, kProvider, kCaaAndSoa, R::kNotimp,
     "RFC 8659 section 6.2, RFC 8906 section 3.1.2",
     "the server answers NOTIMP for CAA, but answers other types",
     "NOTIMP for CAA, NOERROR for SOA or A of the same zone from the same address.",
     "Your name server answers queries for type CAA (257) with NOTIMP. A server that has no "
     "records of a type must answer NOERROR with the zone's SOA in the authority section. Please "
     "update the server software, or switch off the filter by query type."},
    {kFormerrOnCaa, kError, kProvider, kCaaAndSoa, R::kFormerr,
     "RFC 8659 section 6.2, RFC 8906 section 3.1.2",
     "the server answers FORMERR for CAA, but answers other types",
     "FORMERR for CAA, NOERROR for SOA or A of the same zone from the same address.",
     "Your name server answers queries for type CAA (257) with FORMERR although the query is well "
     "formed. It must answer NOERROR with the zone's SOA where there is no such record. Please "
     "update the server software."},
    {kRefusedOnCaa, kError, kProvider, kCaaAndSoa, R::kRefusedCaa,
     "RFC 8659 section 6.2, RFC 8906 section 3.1.2",
     "the server refuses CAA, but answers other types",
     "REFUSED for CAA, NOERROR for SOA or A of the same zone from the same address.",
     "Your name server refuses queries for type CAA (257) although it serves the zone. Please "
     "allow all query types."},
    {kServfailOnCaa, kError, kProvider, kCaaAndSoa, R::kServfail,
     "RFC 8659 section 6.2, RFC 8906 section 3.1.2",
     "the server answers SERVFAIL for CAA, but answers other types",
     "SERVFAIL for CAA, NOERROR for SOA or A of the same zone from the same address.",
     "Your name server answers queries for type CAA (257) with SERVFAIL although it serves the "
     "zone. Please look at the server's log for this "
     "type; it must answer NOERROR with the zone's SOA where there is no such record."},
    {kRcodeOnCaa, kError, kProvider, kCaaAndSoa, R::kRcode,
     "RFC 8659 section 6.2, RFC 8906 section 3.1.2",
     "the server answers another error for CAA, but answers other types",
     "An RCODE other than NOERROR, NXDOMAIN, FORMERR, SERVFAIL, NOTIMP and REFUSED for CAA, "
     "NOERROR "
     "for SOA or A of the same zone from the same address.",
     "Your name server answers queries for type CAA (257) with an error although it serves the "
     "zone. It must answer NOERROR with the zone's SOA where there is no such record. Please "
     "update "
     "the server software."},
    {kCaaDropped, kError, kProvider, kCaaAndSoa, R::kCaaDropped,
     "RFC 8659 section 6.1, RFC 8906 section 3.1.2", "queries for CAA get no answer, others do",
     "No answer to any query for CAA over UDP. Queries for SOA or A to the same address, sent in "
     "between, get an answer.",
     "Queries for type CAA (257) to your name server get no answer, while other types do. A "
     "firewall or a load balancer in front of it drops query types that it does not know. Please "
     "let all query types pass."},
    // Other types fail too.
    {kUnknownTypesDropped, kWarning, kProvider, kUnknownType, R::kCaaDropped,
     "RFC 3597 section 3, RFC 8906 section 3.1.2", "queries for an unassigned type get no answer",
     "No answer to any query for TYPE65280. Queries for SOA or A to the same address, sent in "
     "between, get an answer.",
     "Queries for record types that your name server, or a firewall in front of it, does not know "
     "get no answer. They must be answered with NOERROR and the zone's SOA. Please let all query "
     "types pass."},
    {kUnknownTypesRejected, kWarning, kProvider, kUnknownType,
     Causes(R::kNotimp, R::kFormerr, R::kRefusedCaa, R::kServfail, R::kRcode),
     "RFC 3597 section 3, RFC 8906 section 3.1.2", "queries for an unassigned type get an error",
     "An RCODE other than NOERROR for TYPE65280, NOERROR for SOA or A from the same address.",
     "Your name server answers queries for record types that it does not know with an error. They "
     "must be answered with NOERROR and the zone's SOA. Please update the server software."},
    {kNotimpForType, kWarning, kProvider, kCaa, R::kNotimp,
     "RFC 1035 section 4.1.1, RFC 8906 section 3.1.2", "the server answers NOTIMP for a query type",
     "RCODE 4 in the answer to an ordinary query (opcode 0).",
     "Your name server answers NOTIMP for a record type. NOTIMP is for opcodes; a type without "
     "records is answered with NOERROR and the zone's SOA. Please update the server software."},
    {kNameBroken, kError, kProvider, kCaaAndA,
     Causes(R::kServfail, R::kRefused, R::kNotimp, R::kFormerr, R::kRcode),
     "RFC 1034 section 4.3.2, RFC 8906 section 3.1",
     "the server answers an error for this name, whatever the type",
     "An error for CAA, A and TXT of the name, NOERROR for the zone's SOA from the same address.",
     "Your name server answers every query for this name with an error, whatever the type, "
     "although it serves the zone. The cause is not CAA. Please look at the server's log for the "
     "name: a wildcard CNAME that points to itself causes this, and so does a record that the back "
     "end cannot read."},
    // Lame delegations.
    {kLameRefused, kError, kOwner, kCaa, R::kRefused, "RFC 1912 section 2.8",
     "the parent names a server that refuses the zone", "REFUSED, also for the zone's SOA.",
     "The delegation names a server that does not serve the zone: it answers REFUSED. Compare the "
     "name servers entered at the registrar with those that the DNS provider assigned to the zone, "
     "and make them the same; or ask the provider to serve the zone there."},
    {kLameNotAuthoritative, kWarning, kProvider, kCaa, R::kNotAuthoritative,
     "RFC 1035 section 4.1.1, RFC 1912 section 2.8",
     "the parent names a server that is not authoritative for the zone",
     "An answer without the AA bit, with or without data.",
     "The delegation names your server, but it answers for the zone without authority (AA clear). "
     "Please load the zone there as primary or secondary, or have the server taken out of the "
     "delegation; a recursive resolver must not be in an NS set."},
    {kLameUpwardReferral, kError, kProvider, kCaa, R::kUpwardReferral, "RFC 1912 section 2.8",
     "the parent names a server that refers upwards",
     "A referral to the root or to another zone above, instead of an answer.",
     "The delegation names your server, but it refers to the root or another zone above, since it "
     "does not serve the zone. Please load the zone there, or have the server taken out of the "
     "delegation."},
    {kLameServfail, kError, kProvider, kCaa, R::kServfail, "RFC 1912 section 2.8",
     "the parent names a server that answers SERVFAIL for the zone",
     "SERVFAIL, also for the zone's SOA.",
     "Your name server knows the zone but cannot serve it: it answers SERVFAIL for everything. "
     "Usually the zone file is missing or broken, or a secondary could not transfer it for so long "
     "that it expired. Please look at the server's log and reload or transfer the zone."},
    {kLameRcode, kError, kProvider, kCaa, Causes(R::kNotimp, R::kFormerr, R::kRcode),
     "RFC 1912 section 2.8, RFC 8906 section 3.1.1",
     "the parent names a server that answers with an error for the zone",
     "FORMERR, NOTIMP or another error, also for the zone's SOA.",
     "Your name server, which the delegation names, answers every query for the zone with an "
     "error. "
     "Please load the zone there and look at the server's log, or have it taken out of the "
     "delegation."},
    // Servers that cannot be reached.
    {kServerUnresolvable, kError, kOwner, kHostAddresses, R::kUnresolvableServers,
     "RFC 1034 section 4.2.2, RFC 2181 section 10.3", "a name server's name has no address",
     "The look-ups of A and AAAA for the name in the delegation give no address.",
     "The delegation names a server whose name has no address. Correct the name at the registrar, "
     "publish an address for it, or take it out of the delegation."},
    {kServerNxdomain, kError, kOwner, kHostAddresses, R::kUnresolvableServers,
     "RFC 1034 section 4.2.2, RFC 2181 section 10.3", "a name server's name does not exist",
     "NXDOMAIN for the name in the delegation.",
     "The delegation names a server whose name does not exist. Correct it at the registrar. If its "
     "domain has lapsed, someone else can register it, and then answer for your zone."},
    {kServerDomainUnregistered, kError, kOwner, kHostAddresses, R::kUnresolvableServers,
     "RFC 1034 section 4.2.2, RFC 1912 section 2.8", "a name server's domain does not exist",
     "NXDOMAIN for the name in the delegation, from the servers of the zone in which its domain "
     "would be registered.",
     "The delegation names a server whose domain is not registered, or has lapsed. Take it out of "
     "the delegation at once: someone else can register that domain, and then answer for your "
     "zone."},
    {kServerIsAlias, kWarning, kOwner, kHostAddresses, R::kUnresolvableServers,
     "RFC 2181 section 10.3, RFC 1912 section 2.4", "a name server's name is an alias",
     "A CNAME record at the name in the delegation.",
     "The delegation names a server whose name is an alias (CNAME). Many resolvers do not follow "
     "it, and then the server is lost to them. Enter the name that has the address records, at the "
     "registrar and in the zone; or have the CNAME replaced by A and AAAA records."},
    {kServerUnreachable, kError, kProvider, kCaa, R::kUnreachable,
     "RFC 1034 section 4.1, RFC 7766 section 5",
     "a name server's port is closed, or there is no route to it",
     "ICMP reports it unreachable, or TCP is reset.",
     "Nothing listens on port 53 of this address, although the delegation names it. Please start "
     "the name server, open UDP and TCP port 53, or have the address corrected."},
    {kServerSilent, kError, kProvider, kCaa, R::kNoResponse,
     "RFC 1034 section 4.1, RFC 8906 section 3", "a name server answers nothing at all",
     "No answer to any query of any type in several tries, while other servers answered. If the "
     "server was already silent for other names, one try of each is enough, and the evidence says "
     "so.",
     "Your name server, which the delegation names, answers no query. Please check that it runs "
     "and that no firewall drops UDP and TCP port 53, or have it taken out of the delegation."},
    {kUdpDropped, kError, kProvider, kCaaOverTcp, R::kNoResponse,
     "RFC 7766 section 5, RFC 8906 section 3", "a name server answers over TCP, but not over UDP",
     "No answer to any query over UDP in several tries, with EDNS and without, also in a later "
     "pass; the zone's SOA is answered over TCP.",
     "Your name server, which the delegation names, answers queries over TCP and none over UDP. "
     "Resolvers ask over UDP first and do not try TCP if no answer comes. Please open UDP port "
     "53."},
    {kTcpUnavailable, kWarning, kProvider, kCaaOverTcp, Causes(R::kUnreachable, R::kNoResponse),
     "RFC 7766 section 5", "a name server does not answer over TCP; UDP was not tried",
     "A scan that asks over TCP alone (--tcp): the connection is refused, or there is no route to "
     "the address, or no query is answered in several tries, while other servers answered.",
     "Your name server does not answer over TCP, which every name server must offer beside UDP. "
     "Whether it answers over UDP was not tried. Please open TCP port 53: without it, answers that "
     "are too long for UDP cannot be sent."},
    {kServerAddressSpecial, kError, kOwner, kCaa, R::kUnresolvableServers,
     "RFC 8659 section 6.3, RFC 6890 section 2.2", "a name server's address is not public",
     "The address is loopback, private, link-local, for documentation or similar.",
     "The delegation leads to an address that cannot be reached from outside, such as 127.0.0.1 or "
     "10.0.0.1. Publish the server's public address, or take it out of the delegation."},
    // The delegation.
    {kDelegationMismatch, kWarning, kRegistrar, kNsOfAllServers,
     Causes(R::kRefused, R::kNotAuthoritative, R::kUpwardReferral),
     "RFC 1034 section 4.2.2, RFC 7477 section 1", "the NS sets at parent and child differ",
     "The NS set of the referral and that of the zone itself hold different names.",
     "The parent zone and the zone itself name different servers. Please make the NS set at the "
     "registrar and the one in the zone the same."},
    {kGlueMismatch, kWarning, kRegistrar, kNsSearch,
     Causes(R::kNoResponse, R::kUnreachable, R::kRefused), "RFC 1034 section 4.2.2",
     "glue differs from the server's own address",
     "The address in the referral is not an address of the server's name.",
     "The parent zone gives another address for a name server than the zone itself. Please have "
     "the host object (glue) corrected at the registrar."},
    {kGlueMissing, kError, kRegistrar, kNsSearch, R::kUnresolvableServers,
     "RFC 1034 section 4.2.1, RFC 9471 section 3.1", "a name server inside the zone has no glue",
     "The referral names a server inside the zone without an address, and no other server of the "
     "zone can be reached.",
     "The name server is inside the zone itself, and the parent zone gives no address for it, so "
     "it cannot be found. Please have its addresses entered as a host object (glue) at the "
     "registrar."},
    {kDelegationCircular, kError, kOwner, kNsSearch, R::kUnresolvableServers,
     "RFC 1034 section 4.2.2, RFC 9471 section 2.3", "two zones have their servers in each other",
     "The server's address is in another zone, whose servers are in this one; neither has glue.",
     "The zone's servers are in another zone, whose servers are in this one, so none of them can "
     "be found. Name at least one server at the registrar whose own zone does not depend on this "
     "one, or that has glue."},
    {kUndelegatedChild, kError, kOwner, kValidation, R::kDnssecBogus,
     "RFC 4035 sections 2.4 and 5.2, RFC 1034 section 4.2.2",
     "a zone is served, and its signed parent proves that it is not delegated",
     "The server answers with the SOA of a zone below the signed one, which proves by NSEC or "
     "NSEC3 that there is no delegation.",
     "The server has a zone of its own for this name, but the zone above, which is signed, has no "
     "NS records for it and proves that. Publish the delegation in the zone above (NS, and DS "
     "where the lower zone is signed), or remove the lower zone from the server and keep its "
     "records in the one above."},
    {kParentsDiffer, kWarning, kRegistry, kNsSearch, Causes(R::kRefused, R::kNoResponse),
     "RFC 1034 section 4.2.2, RFC 1034 section 4.3.5",
     "the parent's servers give different delegations",
     "Two servers of the parent zone named different servers for the zone, or one of them none, "
     "also after a while.",
     "The servers of the parent zone do not agree on which servers the zone is delegated to, so "
     "look-ups succeed or fail by chance. Please compare the serials of the parent zone on its "
     "servers and have it transferred again."},
    {kSingleServer, kNotice, kProvider, kNsSearch, kNothing,
     "RFC 1034 section 4.1, RFC 2182 section 5", "the zone has one server only",
     "All the addresses of its servers are one host.",
     "The zone has a single name server; while it is down, nothing of the domain works. Please add "
     "a second one elsewhere."},
    {kSingleNetwork, kNotice, kProvider, kNsSearch, kNothing, "RFC 2182 section 3.1",
     "all of the zone's servers are in one network",
     "All addresses are within one /24 (IPv4) or /48 (IPv6).",
     "All name servers of the zone are in one network, and fail together. Please add one in "
     "another network."},
    {kAnswersDiffer, kError, kProvider, kCaaOfAllServers,
     Causes(R::kIssuerNotAuthorized, R::kIssuanceForbidden), "RFC 1034 section 4.3.5",
     "the zone's servers give different CAA records",
     "Two servers of the zone answered with different CAA sets, or one with none.",
     "Your name servers give different CAA records for the same name, so that certificates are "
     "issued or refused by chance. Please compare the SOA serials and transfer the zone again."},
    // What answers hold.
    {kNegativeWithoutSoa, kWarning, kProvider, kCaa, kNothing, "RFC 2308 section 3",
     "an empty answer has no SOA",
     "NOERROR or NXDOMAIN without records and without SOA in the authority section.",
     "Your name server sends empty answers without the zone's SOA record. Resolvers cannot keep "
     "them, and some take them for a failure. Please update the server software."},
    {kNegativeSoaWrongZone, kWarning, kProvider, kCaa, kNothing, "RFC 2308 section 3",
     "an empty answer has the SOA of another zone",
     "The SOA in the authority section belongs to a zone that the name is not in.",
     "Your name server sends empty answers with the SOA of a zone that the name is not in. "
     "Resolvers discard them. Please correct the zone or the server software."},
    {kNxdomainAboveExisting, kError, kProvider, kCaa, R::kNoCaa, "RFC 8020 section 2",
     "NXDOMAIN for a name that has names below it",
     "NXDOMAIN for a name, and data at a name below it, from the same server.",
     "Your name server answers NXDOMAIN for a name that has names below it. It must answer NOERROR "
     "without records (an empty non-terminal); resolvers conclude that nothing below exists."},
    {kCnameWithOtherData, kError, kOwner, kCaa, Causes(R::kNoCaa, R::kIssuerNotAuthorized),
     "RFC 1034 section 3.6.2, RFC 2181 section 10.1", "a name has a CNAME and other records",
     "CNAME and other types at one name.",
     "A name with a CNAME record may have no other records. Remove one or the other; at the top of "
     "a zone use the provider's ALIAS or A and AAAA records instead."},
    {kAliasLoop, kError, kOwner, kCaa, R::kAliasLoop, "RFC 1034 section 3.6.2",
     "aliases form a loop", "A CNAME or DNAME leads back to an earlier name of the chain.",
     "The CNAME or DNAME records of this name form a loop. Correct one of them; until then the "
     "name has no address, and no certificate can be issued."},
    {kAliasTooLong, kError, kOwner, kCaa, R::kAliasLoop, "RFC 1034 section 5.2.2",
     "the chain of aliases is too long", "More than 16 CNAME or DNAME hops.",
     "The chain of CNAME records is longer than resolvers follow. Point the name at the end of the "
     "chain."},
    // EDNS and transport.
    {kEdnsFormerr, kNotice, kProvider, kCaaWithoutEdns, kNothing,
     "RFC 6891 section 7, RFC 8906 section 3.2.1", "FORMERR with EDNS, an answer without",
     "FORMERR for the query with an OPT record, an answer for the same query without.",
     "Your name server answers FORMERR for queries with EDNS, as if it did not know EDNS. Without "
     "EDNS, DNSSEC and answers of more than 512 octets over UDP do not work. Please update the "
     "server software."},
    {kEdnsDropped, kError, kProvider, kCaaWithoutEdns, R::kNoResponse,
     "RFC 6891 section 7, RFC 8906 section 3.2.1",
     "queries with EDNS get no answer, those without do",
     "No answer to any query with an OPT record, an answer to the query without it in between.",
     "Queries with EDNS to your name server get no answer. Resolvers have not fallen back since "
     "2019, so they see a timeout. Please update the server, or the firewall that drops them."},
    {kEdnsBadvers, kNotice, kProvider, kCaaWithoutEdns, kNothing, "RFC 6891 section 6.1.3",
     "BADVERS for EDNS version 0",
     "BADVERS for a query with EDNS version 0, which is the only one.",
     "Your name server answers BADVERS for EDNS version 0. Please update the server software."},
    {kEdnsNotEchoed, kNotice, kProvider, kCaaWithoutEdns, kNothing, "RFC 6891 section 7",
     "the answer to a query with EDNS has none",
     "An answer without OPT record to a query with one, and no error.",
     "Your name server ignores EDNS: its answers have no OPT record. Because of this, DNSSEC and "
     "answers of more than 512 octets over UDP do not work. Please update the server software."},
    {kEdnsOptionRejected, kNotice, kProvider, kCaaWithoutEdns, kNothing,
     "RFC 6891 section 6.1.2, RFC 8906 section 3.2.3", "an error for an unknown EDNS option",
     "An error for the query with an EDNS option, an answer for the same query without.",
     "Your name server answers queries that have an unknown EDNS option with an error. Unknown "
     "options must be ignored. Please update the server software."},
    {kTruncatedNoTcp, kError, kProvider, kCaaOverTcp, R::kTruncated, "RFC 7766 section 5",
     "answers are truncated, and TCP does not work",
     "TC set over UDP; over TCP the connection is refused, reset or silent.",
     "Your name server truncates answers over UDP, but does not answer over TCP. Please open TCP "
     "port 53; name servers must serve both."},
    {kQuestionChanged, kError, kProvider, kCaa, R::kNoResponse,
     "RFC 1035 section 7.3, RFC 5452 section 9.1", "the answer has another question",
     "A message from the right address with the right ID, but another name, type or class.",
     "Answers from your name server have another question than the query, so resolvers discard "
     "them. Usually a middlebox rewrites them. Please find and remove it."},
    {kQuestionMissing, kError, kProvider, kCaa, R::kNoResponse,
     "RFC 1035 section 4.1, RFC 9619 section 3", "the answer has no question section",
     "NOERROR or NXDOMAIN from the right address with the right ID, and QDCOUNT 0.",
     "Answers from your name server have no question section, so resolvers discard them. Please "
     "update the server software, or remove what strips the question."},
    {kCaseChanged, kNotice, kProvider, kCaa, kNothing, "RFC 1034 section 3.1, RFC 4343 section 4.1",
     "the question in the answer has other letter case",
     "The name in the answer's question differs from the query in upper and lower case.",
     "Your name server changes upper and lower case of the question when it copies it into the "
     "answer. Resolvers that use letter case against forgery query again over TCP. Please update "
     "the server software."},
    {kCaseSensitiveServer, kError, kProvider, kCaa,
     Causes(R::kServfail, R::kFormerr, R::kRcode, R::kRefused, R::kDnssecBogus),
     "RFC 1034 section 3.1, RFC 4343 section 3", "the server fails for names with capital letters",
     "An error, NXDOMAIN, or a denial that does not validate, for a name with capital letters; "
     "several times in turn with a better answer for the same name in small letters.",
     "Your name server takes capital and small letters in a name for different letters: it refuses "
     "or denies names that it answers in small letters. Names must be compared without regard to "
     "case. Resolvers write names in random case against forgery, so look-ups of your names fail "
     "by chance. Please update the server software."},
    {kIdOrPortChanged, kError, kProvider, kCaa, R::kNoResponse,
     "RFC 5452 section 9.1, RFC 2181 section 4",
     "the answer comes from another address or port, or with another ID",
     "The answer came from another address or port than the query went to, or had another ID.",
     "Answers from your name server come from another address or port than the query went to, or "
     "have another ID, so resolvers discard them. Please have the server answer from the address "
     "that it was queried at, or correct the network address translation."},
    {kResponseMalformed, kError, kProvider, kCaa, Causes(R::kMalformedResponse, R::kTruncated),
     "RFC 1035 section 4.1", "the answer cannot be parsed",
     "The parser's error, with section and octet.",
     "Your name server sends messages that are not valid DNS. The evidence says where. Please "
     "update the server software."},
    // DNSSEC.
    {kDnssecNoDnskey, kError, kOwner, kValidation, R::kDnssecBogus, "RFC 4035 section 5.2",
     "the parent has a DS, the zone has no DNSKEY",
     "No DNSKEY at the zone's apex, DS records for it at the parent.",
     "The parent says that the zone is signed, but it is not. Remove the DS record at the "
     "registrar, or sign the zone. This happens when a domain moves to a provider without DNSSEC."},
    {kDnskeyDropped, kError, kProvider, kKeys, R::kNoResponse,
     "RFC 4035 section 3.1, RFC 8906 section 3.1.2", "queries for DNSKEY get no answer, others do",
     "No answer for DNSKEY over UDP in any try, with EDNS and without; the zone's SOA was answered "
     "after each. The parent has a DS.",
     "Queries for type DNSKEY (48) to your name server get no answer, while other types do. The "
     "zone is signed, so no resolver that validates can use its answers without the keys. A "
     "firewall or a load balancer in front of it drops query types that it does not know. Please "
     "let all query types pass."},
    {kDnskeyRefused, kError, kProvider, kKeys, R::kRefused,
     "RFC 4035 section 3.1, RFC 8906 section 3.1.2",
     "the server refuses DNSKEY, but answers other types",
     "REFUSED for DNSKEY, NOERROR for the zone's SOA from the same address; the parent has a DS.",
     "Your name server refuses queries for type DNSKEY (48) although it serves the zone. The zone "
     "is signed, so no resolver that validates can use its answers without the keys. Please allow "
     "all query types."},
    {kDnskeyNotimp, kError, kProvider, kKeys, R::kNotimp,
     "RFC 4035 section 3.1, RFC 8906 section 3.1.2",
     "the server answers NOTIMP for DNSKEY, but answers other types",
     "NOTIMP for DNSKEY, NOERROR for the zone's SOA from the same address; the parent has a DS.",
     "Your name server answers queries for type DNSKEY (48) with NOTIMP. The zone is signed, so no "
     "resolver that validates can use its answers without the keys. Please update the server "
     "software, or switch off the filter by query type; or have the DS removed at the registrar."},
    {kDnskeyServfail, kError, kProvider, kKeys, R::kServfail,
     "RFC 4035 section 3.1, RFC 8906 section 3.1.2",
     "the server answers SERVFAIL for DNSKEY, but answers other types",
     "SERVFAIL for DNSKEY, NOERROR for the zone's SOA from the same address; the parent has a DS.",
     "Your name server answers queries for type DNSKEY (48) with SERVFAIL although it serves the "
     "zone. The zone is signed, so no resolver that validates can use its answers without the "
     "keys. Please look at the log of the server and of its signer: often the keys cannot be "
     "read."},
    {kDnskeyRcode, kError, kProvider, kKeys, Causes(R::kFormerr, R::kRcode),
     "RFC 4035 section 3.1, RFC 8906 section 3.1.2",
     "the server answers another error for DNSKEY, but answers other types",
     "FORMERR or another error for DNSKEY, NOERROR for the zone's SOA from the same address; the "
     "parent has a DS.",
     "Your name server answers queries for type DNSKEY (48) with an error although it serves the "
     "zone. The zone is signed, so no resolver that validates can use its answers without the "
     "keys. Please update the server software."},
    {kDnssecDsMismatch, kError, kOwner, kValidation, R::kDnssecBogus, "RFC 4035 section 5.2",
     "no key of the zone matches the parent's DS",
     "None of the DNSKEY records has the key tag, algorithm and digest of a DS.",
     "The DS record at the registrar belongs to a key that the zone does not use. Replace it "
     "by the one that the DNS provider shows, or remove it."},
    {kDnssecSignatureExpired, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 section 5.3.1", "signatures have expired", "The RRSIG's expiration is in the past.",
     "The zone's DNSSEC signatures have expired; every validating resolver refuses the zone. "
     "Please have the zone signed again, and check the signer's schedule."},
    {kDnssecSignatureFuture, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 section 5.3.1", "signatures are not yet valid",
     "The RRSIG's inception is in the future. A tenth of its validity, at least an hour and at "
     "most a day, is tolerated, and the evidence says how much; beyond that, nothing validates.",
     "The zone's DNSSEC signatures begin in the future. Please correct the signer's clock and have "
     "the zone signed again."},
    {kDnssecSignatureInvalid, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 section 5.3.3", "signatures do not verify",
     "The RRSIG, checked with the key that it names, does not match the records.",
     "The zone's DNSSEC signatures do not verify. Please have the zone signed again. Records were "
     "changed after signing, or the keys were mixed up."},
    {kDnssecSignatureMissing, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 sections 2.2 and 5.3", "records of a signed zone have no signature",
     "No RRSIG beside the records, although DO was set and the parent has a DS.",
     "The zone is signed, but these records come without signatures. Please have the whole zone "
     "signed, and check that all servers have the signed copy."},
    {kDnssecDenialMissing, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 section 3.1.3, RFC 5155 section 7.2",
     "an empty answer of a signed zone has no proof",
     "No NSEC or NSEC3 records in the empty answer.",
     "The zone is signed, but its empty answers come without NSEC or NSEC3 records. Please update "
     "the server software."},
    {kDnssecDenialInvalid, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 section 5.4, RFC 5155 section 8", "the proof of an empty answer does not prove it",
     "NSEC or NSEC3 records that do not cover the name, or say that the type exists.",
     "The NSEC or NSEC3 records in your server's empty answers do not prove them. Please "
     "update the server or signer software, and sign the zone again."},
    {kDnssecAlgorithmUnsupported, kNotice, kOwner, kValidation, kNothing,
     "RFC 4035 section 5.2, RFC 8624 section 3.1",
     "the zone is signed with an algorithm that validators do not support",
     "No DS of a supported algorithm and digest; the zone counts as insecure.",
     "The zone is signed with an algorithm that resolvers do not support, and so counts as "
     "unsigned. Sign it with algorithm 13 (ECDSA P-256) and replace the DS."},
    {kDnssecAlgorithmDeprecated, kWarning, kOwner, kValidation, kNothing,
     "RFC 9905 section 2, RFC 8624 section 3.3", "the chain of trust rests on SHA-1",
     "A zone's keys are trusted by a DS of digest type 1 alone, or only signatures of algorithm 5 "
     "or 7 are valid; with --dnssec-sha1 insecure the zone counts as insecure.",
     "The zone's DNSSEC rests on SHA-1, which some validators no longer accept: to them the zone "
     "is unsigned. If the algorithm is 5 or 7, have the zone signed with algorithm 13 (ECDSA "
     "P-256). If the DS has digest type 1, have the registrar publish one of type 2 (SHA-256)."},
    {kDnssecNsec3Iterations, kWarning, kProvider, kValidation, R::kDnssecBogus,
     "RFC 9276 sections 3.1 and 3.2", "NSEC3 uses too many iterations",
     "More iterations than validators accept; the zone counts as insecure, or as bogus.",
     "The zone's NSEC3 parameters ask for too many iterations. Please set them to 0, with an empty "
     "salt, as RFC 9276 recommends."},
    {kDnssecEmptyAnswersOnly, kError, kProvider, kValidation, R::kDnssecBogus,
     "RFC 4035 section 3.1.3, RFC 8659 section 6.4", "only empty answers fail to validate",
     "Answers with records validate, the empty answer for CAA does not.",
     "DNSSEC validates for the zone's records, but not for its empty answers: your server's proof "
     "that there is no CAA record fails. Please update the server or signer software. Until then, "
     "publishing a CAA record helps."},
    {kDnssecExpiring, kWarning, kProvider, kValidation, kNothing,
     "RFC 4035 section 5.3.1, RFC 6781 section 4.4.2",
     "signatures expire soon and have not been renewed",
     "A signature that the validation needs expires within the days of --expiring, and less than a "
     "quarter of its validity is left.",
     "DNSSEC signatures of the zone expire within days and have not been renewed. Once they have "
     "expired, every validating resolver refuses the zone. Please check that the signer still "
     "runs, and have the zone signed again."},
    {kDnssecAlgorithmIncomplete, kWarning, kProvider, kValidation, kNothing,
     "RFC 4035 section 2.2, RFC 6840 section 5.11",
     "an algorithm of the DS records has no signature",
     "The zone's DNSKEY set has no signature of an algorithm that a DS record has.",
     "The parent zone has a DS record of an algorithm that does not sign the zone's keys. Some "
     "validators refuse the zone for that. Please sign the zone with that algorithm too, or have "
     "the DS record removed at the registrar."},
    {kDnskeySetsDiffer, kWarning, kProvider, kKeys, R::kDnssecBogus,
     "RFC 4035 section 2.1, RFC 8901 section 3", "the zone's servers have different DNSKEY sets",
     "Two servers of the zone answered DNSKEY with different sets, also after a while.",
     "Your name servers have different DNSKEY sets. A resolver that takes the keys from one and "
     "the signatures from another refuses the zone, so look-ups fail by chance. Please compare the "
     "SOA serials and transfer the zone again; where several providers sign, each needs the keys "
     "of all."},
    {kDnssecDeniesExisting, kWarning, kProvider, kUnknownType, kNothing,
     "RFC 4034 section 4.1.2, RFC 8198 section 5.3", "a proof denies CAA records that exist",
     "The server gives CAA records; its NSEC or NSEC3 record for another type at the same name "
     "proves that there are none.",
     "The NSEC or NSEC3 records of this name do not list type CAA (257), although the name has CAA "
     "records. A resolver that concludes from such proofs (RFC 8198) takes the records for absent; "
     "others report an error. Please have the zone signed again as a whole."},
    // Pace.
    {kRateLimited, kNotice, kOurselves, kCaa, kNothing, "RFC 8906 section 3",
     "the server answers less at higher query rates",
     "Answers stop, or become TC or REFUSED, as queries come faster, and return as queries slow "
     "down.",
     "The server limits how fast it answers one client. Scan with a lower --server-rate; do not "
     "judge a name by the answers of that time."},
    {kResolverLies, kError, kOurselves, kCaa, R::kMalformedResponse,
     "RFC 1034 section 5.3.3, RFC 8659 section 3", "a resolver's answer cannot be true",
     "Records of other types in the answer to a query for CAA, or NXDOMAIN for a top-level domain "
     "from a resolver that also denies the root.",
     "The resolver answers with something other than what the DNS holds, as captive portals and "
     "filters do. Scan through another resolver, or without one."},
    {kResolverDown, kError, kOurselves, kCaa, Causes(R::kNoResponse, R::kUnreachable, R::kRcode),
     "RFC 1034 section 5.3.1", "a resolver of the scan answers nothing or refuses all",
     "No answer from the resolver, or an error, for the name and for the root too, and no other "
     "answer for half a minute.",
     "The resolver does not serve this scan. Start it, let it answer queries from this address, or "
     "scan through another resolver, or without one. No name server is to blame."},
    // The CAA records themselves.
    {kCaaIssuerUnknown, kWarning, kOwner, kCaa, R::kIssuerNotAuthorized, "RFC 8659 section 4.2",
     "an issuer domain name is not that of a known CA",
     "The name is not among those that CAs publish; the nearest one is given if a typing error is "
     "likely.",
     "A CAA record names an issuer that is not a known certification authority. Use the issuer "
     "domain name from the CA's documentation, such as letsencrypt.org."},
    {kCaaValueMalformed, kError, kOwner, kCaa,
     Causes(R::kMalformedProperty, R::kIssuerNotAuthorized),
     "RFC 8659 sections 4.2 to 4.4, RFC 8657 section 3", "a CAA value is malformed",
     "The value violates the grammar, or has a parameter twice. For iodef: it is not a mailto:, "
     "http: or https: URL. For a contact: it is not a mail address or telephone number.",
     "A CAA record's value is malformed, and authorizes no CA. Write the issuer's domain name "
     "alone, without a final dot, quotes or a URL, and parameters as name=value after a semicolon. "
     "For a contact write a mail address, or a telephone number such as +1-555-0100."},
    {kCaaTagUnknown, kWarning, kOwner, kCaa, R::kUnknownCriticalProperty, "RFC 8659 section 4.1",
     "a CAA tag that is not defined",
     "The tag is none of issue, issuewild, iodef, issuemail, issuevmc, contactemail and "
     "contactphone.",
     "A CAA record has a tag that no CA knows. Correct the spelling: issue, issuewild or iodef. "
     "With the critical flag such a record forbids every certificate."},
    {kCaaTagDraft, kWarning, kOwner, kCaa, R::kUnknownCriticalProperty, "RFC 8659 section 4.1",
     "a CAA tag of a draft, which most CAs do not know",
     "The tag is security, of an Internet-Draft of the working group LAMPS.",
     "A CAA record has a tag that a draft defines and most CAs do not know. With the critical "
     "flag, a CA that does not know it must refuse; without the flag it ignores the record. Keep "
     "it only if your CA says that it implements the draft."},
    {kCaaFlagOne, kWarning, kOwner, kCaa, kNothing, "RFC 8659 section 4.1",
     "the flags are 1 instead of 128",
     "The lowest bit of the flags is set, which is reserved; the critical bit, 128, is not.",
     "A CAA record has the flags 1. The critical flag is 128; write 0, or 128 where a CA that does "
     "not know the tag must refuse."},
    {kCaaFlagReserved, kNotice, kOwner, kCaa, kNothing, "RFC 8659 section 4.1",
     "a reserved flag is set",
     "One of the bits between the critical bit, 128, and the lowest is set.",
     "A CAA record has flags that no standard defines; CAs ignore them. Write 0, or 128 where a CA "
     "that does not know the tag must refuse."},
    {kCaaIssuewildSurprising, kWarning, kOwner, kCaa, R::kNoIssueProperty, "RFC 8659 section 4.3",
     "issuewild restricts wildcards, but no issue record restricts other names",
     "An issuewild property names an issuer, and there is no issue property.",
     "The CAA records name issuers for wildcard certificates only, so any CA may issue for names "
     "that are not wildcards. Add an issue record for the CAs you want."},
    {kCaaTtlExtreme, kNotice, kOwner, kCaa, kNothing, "RFC 2181 section 8, RFC 8767 section 4",
     "the CAA set's TTL is extreme", "The TTL is 0, or above a week.",
     "The TTL of the CAA records is extreme: with 0 every check queries your servers again, and "
     "with more than a week a change takes that long to take effect. An hour is usual."},
    {kCaaParameterUnknown, kWarning, kOwner, kCaa, kNothing, "RFC 8657 sections 3 and 4",
     "a misspelt parameter: accounturi or validationmethods is meant",
     "The name of a parameter differs from RFC 8657 by hyphens or one letter, such as "
     "validation-methods and account-uri of the drafts.",
     "A CAA record has a parameter that CAs ignore, so it restricts nothing. The names are "
     "accounturi and validationmethods, without hyphens."},
    {kCaaMethodUnknown, kWarning, kOwner, kCaa, R::kValidationMethodMismatch, "RFC 8657 section 4",
     "a validation method that is not defined",
     "A label of validationmethods is not in IANA's registry of ACME validation methods and does "
     "not begin with ca-, or is ca-tbr- without the number of a section of BR 3.2.2.4.",
     "A CAA record allows a validation method that does not exist. Use the names of the ACME "
     "registry in small letters, such as dns-01 and http-01, or those that the CA documents, which "
     "begin with ca-."},
};

consteval bool EachCodeHasItsRow() {
  size_t i = 0;
  for (const FindingKind& kind : kKinds) {
    if (static_cast<size_t>(kind.code) != i++) return false;
  }
  return i == static_cast<size_t>(kLastFindingCode) + 1;
}
static_assert(EachCodeHasItsRow(), "a row for each code, in the enum's order");

}  // namespace

std::span<const FindingKind> FindingKinds() { return kKinds; }

const FindingKind& KindOf(FindingCode code) {
  assert(code <= kLastFindingCode);
  return kKinds[static_cast<size_t>(code)];
}

const FindingKind* FindFindingKind(std::string_view code) {
  const std::optional<FindingCode> known = FindFindingCode(code);
  return known ? &KindOf(*known) : nullptr;
}

std::string_view SeverityText(Severity severity) {
  constexpr std::array<std::string_view, 3> kTexts = {"error", "warning", "notice"};
  return kTexts[static_cast<size_t>(severity)];
}

std::string_view ActorText(Actor actor) {
  constexpr std::array<std::string_view, 6> kTexts = {
      "domain owner", "DNS provider", "registrar", "registry", "certification authority",
      "ourselves"};
  return kTexts[static_cast<size_t>(actor)];
}

}  // namespace caascan
