// Over the size limit: one table of messages for one function.
// Messages as a server of example.com (or a recursive resolver) might send them for a query of
// (www.example.com, CAA), each with what Classify() must make of it.
#include "scanner/query/classify.h"

#include <array>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scanner/dns/query.h"
#include "tests/net/reply.h"

namespace caascan::query {
namespace {

using dns::RCode;
using dns::RRType;
using net::CaaBytes;
using net::NameBytes;
using net::Reply;
using net::SoaBytes;

using Kind = ResponseKind;

constexpr uint16_t kAuthoritative = Reply::kAuthoritative;
constexpr uint16_t kPlain = dns::kFlagQR;  // AA clear.

dns::Name N(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

/// A message, classified as the answer of a server of `zone` to (name, CAA).
struct Case {
  Case(const Reply& reply, std::string_view zone, std::string_view name, bool recursive)
      : bytes(reply.bytes()), zone_name(N(zone)), asked_name(N(name)), chain(asked_name) {
    EXPECT_EQ(dns::Message::Parse(bytes, &message).error, dns::ParseError::kNone);
    classified = Classify(message, {recursive, zone_name}, RRType::kCAA, &chain);
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  std::string current() const { return chain.current().ToText(); }

  const std::vector<uint8_t> bytes;
  const dns::Name zone_name;
  const dns::Name asked_name;
  dns::Message message;
  AliasChain chain;
  Classified classified;
};

std::vector<uint8_t> QueryFor(std::string_view name) {
  const dns::Name owned = N(name);
  std::array<uint8_t, dns::kMaxQuerySize> query{};
  const size_t size = dns::WriteQuery({.name = owned}, 1, 0, query);
  return {query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size)};
}

struct Row {
  const char* name;
  Kind kind;
  const char* flags;  // "authority", "soa", "zone", "nxname": what is remarkable.
  uint16_t header;
  RCode rcode;
  std::function<void(Reply*)> fill;
  const char* asked = "www.example.com";
  const char* zone = "example.com";
  const char* current = nullptr;  // Where the chain ends, where it is not `asked`.
};

std::string FlagsOf(const Classified& classified) {
  std::string flags;
  if (classified.without_authority) flags += "authority";
  if (classified.without_soa) flags += "soa";
  if (classified.soa_wrong_zone) flags += "zone";
  if (classified.cname_beside_data) flags += "cname";
  if (classified.nxname) flags += "nxname";
  return flags;
}

/// Window 0 of 17 octets: bits 46, 47 and 128.
const std::string kNxnameOfWww =
    NameBytes("x.example.com") + std::string("\0\x11\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\x80", 19);

class ClassifyTest : public testing::TestWithParam<Row> {};

TEST_P(ClassifyTest, TheServerOfAZone) {
  const Row& row = GetParam();
  Reply reply(QueryFor(row.asked), row.header, row.rcode);
  row.fill(&reply);
  const Case test(reply, row.zone, row.asked, /*recursive=*/false);
  EXPECT_EQ(static_cast<int>(test.classified.kind), static_cast<int>(row.kind));
  EXPECT_EQ(FlagsOf(test.classified), row.flags);
  EXPECT_EQ(test.classified.rcode, row.rcode);
  EXPECT_EQ(test.current(), row.current == nullptr ? row.asked : row.current);
  const bool departs = *row.flags != '\0' && std::string_view(row.flags) != "nxname";
  EXPECT_EQ(test.classified.remarkable(), departs);
}

const auto kNothing = [](Reply*) {};
const std::string kIssue = CaaBytes(0, "issue", "ca.example.net");

constexpr auto RowName = [](const auto& row) { return row.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Answers, ClassifyTest,
    testing::Values(
        Row{"Answer", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }},
        Row{"AnswerWhoseOwnerLostItsCase", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("WWW.Example.COM", RRType::kCAA, kIssue); }},
        Row{"AnswerBehindItsSignature", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kRRSIG, std::string(30, 'x'));
              r->Answer("www.example.com", RRType::kCAA, kIssue);
            }},
        // RFC 1034 §6.2.6: data without authority comes from a cache; resolvers use it.
        Row{"AnswerWithoutAuthority", Kind::kAnswer, "authority", kPlain, RCode::kNoError,
            [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }},
        Row{"AnswerBesidesAReferral", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCAA, kIssue);
              r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        // RFC 5452 §6: records that were not asked for are not believed.
        Row{"AnswerOfAnotherName", Kind::kOtherRecords, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("example.com", RRType::kCAA, kIssue); }},
        Row{"AnswerOfAnotherTypeBesidesASoa", Kind::kOtherRecords, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kA, "\x7f\1\1\1");
              r->Authority("example.com", RRType::kSOA, SoaBytes());
            }},
        Row{"AnswerThatDoesNotExist", Kind::kOtherRecords, "", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }},
        Row{"AnswerInTheAuthoritySection", Kind::kNoData, "soa", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Authority("www.example.com", RRType::kCAA, kIssue); }},
        Row{"AnswerOfAnotherType", Kind::kOtherRecords, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("www.example.com", RRType::kTXT, kIssue); }}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Negative, ClassifyTest,
    testing::Values(
        // RFC 2308 §2.2.
        Row{"NoData", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Authority("example.com", RRType::kSOA, SoaBytes()); }},
        Row{"NoDataWithNsOfTheZone", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("example.com", RRType::kNS, NameBytes("ns.example.com"));
            }},
        // RFC 2308 §2.2.1: "NODATA type 3", without SOA, cannot be cached.
        Row{"NoDataWithoutSoa", Kind::kNoData, "soa", kAuthoritative, RCode::kNoError, kNothing},
        Row{"NoDataOfADeeperZone", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Authority("www.example.com", RRType::kSOA, SoaBytes()); }},
        Row{"NoDataSoaOfTheParent", Kind::kNoData, "zone", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Authority("com", RRType::kSOA, SoaBytes()); }},
        Row{"NoDataSoaOfASibling", Kind::kNoData, "zone", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Authority("mail.example.com", RRType::kSOA, SoaBytes()); }},
        Row{"NoDataSoaBelowTheName", Kind::kNotAuthoritative, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Authority("a.www.example.com", RRType::kSOA, SoaBytes()); }},
        // Compact denial (RFC 9824): the types RRSIG, NSEC and NXNAME.
        Row{"NoSuchNameByNxname", Kind::kNoData, "nxname", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("www.example.com", RRType::kNSEC, kNxnameOfWww);
            }},
        Row{"NxnameOfAnotherName", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("ww.example.com", RRType::kNSEC, kNxnameOfWww);
            }},
        Row{"NsecWithoutNxname", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("www.example.com", RRType::kNSEC,
                           NameBytes("x.example.com") + std::string("\0\6\0\0\0\0\0\3", 8));
            }},
        Row{"NsecCutShort", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("www.example.com", RRType::kNSEC, kNxnameOfWww.substr(0, 20));
            }},
        Row{"NoDataWithoutAuthority", Kind::kNoData, "authority", kPlain, RCode::kNoError,
            [](Reply* r) { r->Authority("example.com", RRType::kSOA, SoaBytes()); }},
        // RFC 2308 §2.1.
        Row{"NxDomain", Kind::kNxDomain, "", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) { r->Authority("example.com", RRType::kSOA, SoaBytes()); }},
        Row{"NxDomainWithoutSoa", Kind::kNxDomain, "soa", kAuthoritative, RCode::kNXDomain,
            kNothing},
        Row{"NxDomainSoaOfTheRoot", Kind::kNxDomain, "zone", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) { r->Authority(".", RRType::kSOA, SoaBytes()); }},
        Row{"NxDomainBesidesADelegation", Kind::kNxDomain, "soa", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) {
              r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.com"));
            }}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    ReferralsAndLame, ClassifyTest,
    testing::Values(
        // RFC 1034 §4.3.2 step 3b.
        Row{"ReferralDown", Kind::kReferral, "", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"ReferralWithAuthority", Kind::kReferral, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"ReferralFromTheRoot", Kind::kReferral, "", kPlain, RCode::kNoError,
            [](Reply* r) { r->Authority("com", RRType::kNS, NameBytes("a.gtld-servers.net")); },
            "www.example.com", "."},
        Row{"SelfReferral", Kind::kUpwardReferral, "", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kNS, NameBytes("ns.example.com"));
            }},
        Row{"ReferralToTheRoot", Kind::kUpwardReferral, "", kPlain, RCode::kNoError,
            [](Reply* r) { r->Authority(".", RRType::kNS, NameBytes("a.root-servers.net")); }},
        Row{"ReferralToTheParent", Kind::kUpwardReferral, "", kPlain, RCode::kNoError,
            [](Reply* r) { r->Authority("com", RRType::kNS, NameBytes("a.gtld-servers.net")); }},
        Row{"ReferralSideways", Kind::kUpwardReferral, "", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.net", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"ReferralToASiblingBelow", Kind::kNotAuthoritative, "", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Authority("mail.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"ReferralBelowTheName", Kind::kNotAuthoritative, "", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Authority("a.www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        // Whatever AA says: an empty answer has the zone's SOA, or nothing at all.
        Row{"AuthoritativeReferralToTheRoot", Kind::kUpwardReferral, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) { r->Authority(".", RRType::kNS, NameBytes("a.root-servers.net")); }},
        Row{"AuthoritativeReferralToTheParent", Kind::kUpwardReferral, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) { r->Authority("com", RRType::kNS, NameBytes("a.gtld-servers.net")); }},
        Row{"AuthoritativeReferralToItself", Kind::kUpwardReferral, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kNS, NameBytes("ns.example.com"));
            }},
        Row{"AuthoritativeReferralSideways", Kind::kUpwardReferral, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.net", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"AuthoritativeReferralBesidesTheName", Kind::kNotAuthoritative, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) {
              r->Authority("mail.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"UpwardReferralWithTheRootsSoa", Kind::kUpwardReferral, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) {
              r->Authority(".", RRType::kSOA, SoaBytes());
              r->Authority(".", RRType::kNS, NameBytes("a.root-servers.net"));
            }},
        // The child's servers know better than a SOA of the zone above.
        Row{"ReferralBesidesTheSoaAbove", Kind::kReferral, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        // Servers of a zone and its child: NS beside the child's own SOA is no referral.
        Row{"NoDataWithNsOfADeeperZone", Kind::kNoData, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Authority("www.example.com", RRType::kSOA, SoaBytes());
              r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }},
        Row{"NothingAtAll", Kind::kNotAuthoritative, "", kPlain, RCode::kNoError, kNothing},
        Row{"NxDomainWithoutAnything", Kind::kNotAuthoritative, "", kPlain, RCode::kNXDomain,
            kNothing},
        Row{"SoaOfTheRootWithoutAuthority", Kind::kNotAuthoritative, "", kPlain, RCode::kNoError,
            [](Reply* r) { r->Authority(".", RRType::kSOA, SoaBytes()); }},
        Row{"NsInTheAdditionalSection", Kind::kNotAuthoritative, "", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Additional("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
            }}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Errors, ClassifyTest,
    testing::Values(
        Row{"ServFail", Kind::kError, "", kPlain, RCode::kServFail, kNothing},
        Row{"NotImp", Kind::kError, "", kAuthoritative, RCode::kNotImp, kNothing},
        Row{"Refused", Kind::kError, "", kPlain, RCode::kRefused, kNothing},
        Row{"FormErr", Kind::kError, "", kPlain, RCode::kFormErr, kNothing},
        // RFC 6672 §2.2: the substituted name is too long.
        Row{"YxDomain", Kind::kError, "", kAuthoritative, static_cast<RCode>(6), kNothing},
        Row{"ErrorWinsOverItsRecords", Kind::kError, "", kAuthoritative, RCode::kServFail,
            [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }}),
    RowName);

INSTANTIATE_TEST_SUITE_P(
    Aliases, ClassifyTest,
    testing::Values(
        // RFC 1034 §3.6.2 and §4.3.2 step 3a.
        Row{"CnameOutOfBailiwick", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
            },
            "www.example.com", "example.com", "web.example.net"},
        Row{"CnameAndItsTarget", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.com"));
              r->Answer("web.example.com", RRType::kCAA, kIssue);
            },
            "www.example.com", "example.com", "web.example.com"},
        Row{"CnamesInWrongOrder", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("c.example.com", RRType::kCAA, kIssue);
              r->Answer("b.example.com", RRType::kCNAME, NameBytes("c.example.com"));
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("b.example.com"));
            },
            "www.example.com", "example.com", "c.example.com"},
        // Data of another zone beside the alias is not this server's to give (RFC 2181 §5.4.1).
        Row{"CnameAndItsTargetOutOfBailiwick", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Answer("web.example.net", RRType::kCAA, kIssue);
            },
            "www.example.com", "example.com", "web.example.net"},
        Row{"CnameWithoutWord", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.com"));
            },
            "www.example.com", "example.com", "web.example.com"},
        Row{"CnameThenNoData", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.com"));
              r->Authority("example.com", RRType::kSOA, SoaBytes());
            },
            "www.example.com", "example.com", "web.example.com"},
        // RFC 6604 §3: the RCODE is the last name's. But there are servers for which it is
        // another's, so the target is asked for itself.
        Row{"CnameThenNxDomain", Kind::kAlias, "", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.com"));
              r->Authority("example.com", RRType::kSOA, SoaBytes());
            },
            "www.example.com", "example.com", "web.example.com"},
        Row{"CnameThenAnAnswerThatDoesNotExist", Kind::kAlias, "", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.com"));
              r->Answer("web.example.com", RRType::kCAA, kIssue);
            },
            "www.example.com", "example.com", "web.example.com"},
        Row{"CnameOutOfBailiwickThenNoDataOfItsOwnZone", Kind::kAlias, "", kAuthoritative,
            RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Authority("example.com", RRType::kSOA, SoaBytes());
            },
            "www.example.com", "example.com", "web.example.net"},
        Row{"CnameOutOfBailiwickThenNxDomain", Kind::kAlias, "", kAuthoritative, RCode::kNXDomain,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Authority("example.net", RRType::kSOA, SoaBytes());
            },
            "www.example.com", "example.com", "web.example.net"},
        Row{"CnameThenReferral", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("a.sub.example.com"));
              r->Authority("sub.example.com", RRType::kNS, NameBytes("ns.example.net"));
            },
            "www.example.com", "example.com", "a.sub.example.com"},
        Row{"CnameWithoutAuthority", Kind::kAlias, "authority", kPlain, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
            },
            "www.example.com", "example.com", "web.example.net"},
        Row{"CnameOfAnotherName", Kind::kOtherRecords, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("web.example.com", RRType::kCNAME, NameBytes("web.example.net"));
            }},
        // RFC 1034 §3.6.2 forbids both at one name; data that was asked for is taken.
        Row{"CnameBesidesData", Kind::kAnswer, "cname", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Answer("www.example.com", RRType::kCAA, kIssue);
            }},
        // RFC 1034 §3.6.2: SOA and NS stand there.
        Row{"CnameAtTheApex", Kind::kAlias, "cname", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("example.com", RRType::kCNAME, NameBytes("web.example.net"));
            },
            "example.com", "example.com", "web.example.net"},
        Row{"CnameToItself", Kind::kAliasFailed, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("WWW.example.com"));
            }},
        Row{"CnameCircle", Kind::kAliasFailed, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("b.example.com"));
              r->Answer("b.example.com", RRType::kCNAME, NameBytes("www.example.com"));
            },
            "www.example.com", "example.com", "b.example.com"}),
    RowName);

std::string LongName(size_t labels) {
  std::string name;
  for (size_t i = 0; i < labels; ++i) name += std::string(31, 'a') + ".";
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Dnames, ClassifyTest,
    testing::Values(
        // RFC 6672 §2.2 and §3.1: the CNAME is synthesised, so we derive it ourselves.
        Row{"DnameWithoutItsCname", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("sub.example.com", RRType::kDNAME, NameBytes("other.example.net"));
            },
            "www.sub.example.com", "example.com", "www.other.example.net"},
        Row{"DnameAndItsCname", Kind::kAlias, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("sub.example.com", RRType::kDNAME, NameBytes("other.example.net"));
              r->Answer("www.sub.example.com", RRType::kCNAME, NameBytes("www.other.example.net"));
            },
            "www.sub.example.com", "example.com", "www.other.example.net"},
        Row{"DnameOfTheApex", Kind::kAnswer, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("example.com", RRType::kDNAME, NameBytes("a.example.com"));
              r->Answer("www.a.example.com", RRType::kCAA, kIssue);
            },
            "www.example.com", "example.com", "www.a.example.com"},
        // RFC 6672 §2.3: a DNAME does not redirect its own name.
        Row{"DnameOfTheNameItself", Kind::kOtherRecords, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kDNAME, NameBytes("other.example.net"));
            }},
        Row{"DnameOfASibling", Kind::kOtherRecords, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) {
              r->Answer("mail.example.com", RRType::kDNAME, NameBytes("other.example.net"));
            }},
        Row{"DnameAboveTheZone", Kind::kOtherRecords, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("com", RRType::kDNAME, NameBytes("net")); }},
        Row{"DnameMakesTheNameTooLong", Kind::kAliasFailed, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("sub.example.com", RRType::kDNAME, NameBytes(LongName(7))); },
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.sub.example.com"},
        Row{"DnameCircleGrowsNoFurther", Kind::kAliasFailed, "", kAuthoritative, RCode::kNoError,
            [](Reply* r) { r->Answer("example.com", RRType::kDNAME, NameBytes("example.com")); }}),
    RowName);

class RecursiveTest : public testing::TestWithParam<Row> {};

TEST_P(RecursiveTest, AnswersForEveryName) {
  const Row& row = GetParam();
  Reply reply(QueryFor(row.asked), row.header, row.rcode);
  row.fill(&reply);
  const Case test(reply, ".", row.asked, /*recursive=*/true);
  EXPECT_EQ(static_cast<int>(test.classified.kind), static_cast<int>(row.kind));
  EXPECT_EQ(FlagsOf(test.classified), row.flags);
  EXPECT_EQ(test.current(), row.current == nullptr ? row.asked : row.current);
}

constexpr uint16_t kRecursive = dns::kFlagQR | dns::kFlagRA;

INSTANTIATE_TEST_SUITE_P(
    Rows, RecursiveTest,
    testing::Values(
        Row{"Answer", Kind::kAnswer, "", kRecursive, RCode::kNoError,
            [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }},
        // What a resolver has cached may have lost its SOA.
        Row{"NoDataWithoutSoa", Kind::kNoData, "soa", kRecursive, RCode::kNoError, kNothing},
        Row{"NxDomainWithoutSoa", Kind::kNxDomain, "soa", kRecursive, RCode::kNXDomain, kNothing},
        Row{"NoSuchNameByNxname", Kind::kNoData, "nxname", kRecursive, RCode::kNoError,
            [](Reply* r) {
              r->Authority("example.com", RRType::kSOA, SoaBytes());
              r->Authority("www.example.com", RRType::kNSEC, kNxnameOfWww);
            }},
        Row{"NoDataWithSoa", Kind::kNoData, "", kRecursive, RCode::kNoError,
            [](Reply* r) { r->Authority("example.com", RRType::kSOA, SoaBytes()); }},
        // It does not recurse, and is no server of the zone.
        Row{"NothingWithoutRecursion", Kind::kNotAuthoritative, "soa", kPlain, RCode::kNoError,
            kNothing},
        Row{"OtherTypes", Kind::kOtherRecords, "", kRecursive, RCode::kNoError,
            [](Reply* r) { r->Answer("www.example.com", RRType::kA, "\x7f\1\1\1"); }},
        Row{"AliasThenNoDataOfTheTargetsZone", Kind::kNoData, "", kRecursive, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Authority("example.net", RRType::kSOA, SoaBytes());
            },
            "www.example.com", ".", "web.example.net"},
        Row{"AliasThenNoDataOfItsOwnZone", Kind::kAlias, "", kRecursive, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Authority("example.com", RRType::kSOA, SoaBytes());
            },
            "www.example.com", ".", "web.example.net"},
        Row{"ReferralIsNoAnswer", Kind::kUpwardReferral, "soa", kRecursive, RCode::kNoError,
            [](Reply* r) { r->Authority("com", RRType::kNS, NameBytes("ns.example.net")); }},
        Row{"AliasAcrossZonesAndData", Kind::kAnswer, "", kRecursive, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
              r->Answer("web.example.net", RRType::kCAA, kIssue);
            },
            "www.example.com", ".", "web.example.net"},
        Row{"AliasWithoutData", Kind::kAlias, "", kRecursive, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
            },
            "www.example.com", ".", "web.example.net"},
        Row{"AliasToNowhere", Kind::kNxDomain, "soa", kRecursive, RCode::kNXDomain,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("web.example.net"));
            },
            "www.example.com", ".", "web.example.net"},
        Row{"AliasCircle", Kind::kAliasFailed, "", kRecursive, RCode::kNoError,
            [](Reply* r) {
              r->Answer("www.example.com", RRType::kCNAME, NameBytes("b.example.net"));
              r->Answer("b.example.net", RRType::kCNAME, NameBytes("www.example.com"));
            },
            "www.example.com", ".", "b.example.net"},
        Row{"ServFail", Kind::kError, "", kRecursive, RCode::kServFail, kNothing}),
    RowName);

Reply ChainOf(size_t hops) {
  Reply reply(QueryFor("n0.example.com"));
  for (size_t i = 0; i < hops; ++i) {
    reply.Answer("n" + std::to_string(i) + ".example.com", RRType::kCNAME,
                 NameBytes("n" + std::to_string(i + 1) + ".example.com"));
  }
  reply.Answer("n" + std::to_string(hops) + ".example.com", RRType::kCAA, kIssue);
  return reply;
}

TEST(AliasChainTest, SixteenHopsAreFollowed) {
  const Case test(ChainOf(16), "example.com", "n0.example.com", false);
  EXPECT_EQ(test.classified.kind, Kind::kAnswer);
  EXPECT_EQ(test.current(), "n16.example.com");
  ASSERT_EQ(test.chain.Targets().size(), 16u);
  EXPECT_EQ(test.chain.Targets().front().view().ToText(), "n1.example.com");
}

TEST(AliasChainTest, SeventeenAreTooMany) {
  const Case test(ChainOf(17), "example.com", "n0.example.com", false);
  EXPECT_EQ(test.classified.kind, Kind::kAliasFailed);
  EXPECT_FALSE(test.chain.looped());
}

TEST(AliasChainTest, CountsOverAllMessagesOfALookup) {
  const dns::Name name = N("a.example.com");
  AliasChain chain(name);
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(chain.Follow(N("b" + std::to_string(i) + ".example")));
  EXPECT_FALSE(chain.Follow(N("c.example")));
}

TEST(AliasChainTest, KnowsEveryNameItWasAt) {
  const dns::Name name = N("a.example");
  AliasChain chain(name);
  EXPECT_TRUE(chain.Follow(N("b.example")));
  EXPECT_TRUE(chain.Follow(N("C.example")));
  EXPECT_FALSE(chain.Follow(N("A.EXAMPLE")));
  EXPECT_TRUE(chain.looped());
  EXPECT_EQ(chain.current().ToText(), "C.example");
  EXPECT_EQ(NameTexts(chain.Targets()),
            (std::vector<std::string>{"b.example", "c.example", "a.example"}));
}

TEST(ClassifyTest, AReferralTellsItsCutAndTtl) {
  Reply reply(QueryFor("a.b.example.com"), kPlain);
  reply.Add(dns::Section::kAuthority, "b.example.com", RRType::kNS, NameBytes("ns.example.net"),
            7200);
  const Case test(reply, "com", "a.b.example.com", false);
  ASSERT_EQ(test.classified.kind, Kind::kReferral);
  EXPECT_TRUE(test.classified.cut.Equals(N("b.example.com")));
  EXPECT_EQ(test.classified.ttl_s, 7200u);
}

TEST(ClassifyTest, AnEmptyAnswerIsKeptForTheLesserOfTtlAndMinimum) {
  for (const auto& [ttl, minimum, expected] :
       {std::array{100u, 60u, 60u}, std::array{30u, 60u, 30u}}) {
    Reply reply(QueryFor("www.example.com"));
    reply.Add(dns::Section::kAuthority, "example.com", RRType::kSOA, SoaBytes(minimum), ttl);
    const Case test(reply, "example.com", "www.example.com", false);
    EXPECT_EQ(test.classified.ttl_s, expected) << "RFC 2308 §5";
  }
}

struct StrengthRow {
  const char* name;
  uint16_t header;
  std::function<void(Reply*)> fill;
  bool validated;
  Strength strength;
};

class StrengthTest : public testing::TestWithParam<StrengthRow> {};

TEST_P(StrengthTest, IsWhatTheReplyProves) {
  Reply reply(QueryFor("www.example.com"), GetParam().header);
  GetParam().fill(&reply);
  const Case test(reply, "example.com", "www.example.com", false);
  EXPECT_EQ(StrengthOf(test.classified, GetParam().validated), GetParam().strength);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, StrengthTest,
    testing::Values(
        StrengthRow{"Nothing", kAuthoritative, kNothing, false, Strength::kUnproven},
        StrengthRow{"ForeignSoa", kAuthoritative,
                    [](Reply* r) { r->Authority("example.net", RRType::kSOA, SoaBytes()); }, false,
                    Strength::kUnproven},
        StrengthRow{"NothingButAProof", kAuthoritative, kNothing, true, Strength::kValidated},
        StrengthRow{"DataFromACache", kPlain,
                    [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }, false,
                    Strength::kNotAuthoritative},
        StrengthRow{"SoaFromACache", kPlain,
                    [](Reply* r) { r->Authority("example.com", RRType::kSOA, SoaBytes()); }, false,
                    Strength::kNotAuthoritative},
        StrengthRow{"SignedDataFromACache", kPlain,
                    [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }, true,
                    Strength::kValidatedCopy},
        StrengthRow{"SignedData", kAuthoritative,
                    [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }, true,
                    Strength::kValidated},
        StrengthRow{"Data", kAuthoritative,
                    [](Reply* r) { r->Answer("www.example.com", RRType::kCAA, kIssue); }, false,
                    Strength::kAuthoritative},
        StrengthRow{"Soa", kAuthoritative,
                    [](Reply* r) { r->Authority("example.com", RRType::kSOA, SoaBytes()); }, false,
                    Strength::kAuthoritative},
        StrengthRow{"Referral", kPlain,
                    [](Reply* r) {
                      r->Authority("www.example.com", RRType::kNS, NameBytes("ns.example.net"));
                    },
                    false, Strength::kAuthoritative}),
    RowName);

TEST(DeepestZoneShownTest, IsTheDeepestThatHoldsTheName) {
  const auto shown = [](const Reply& reply) {
    const Case test(reply, "example.com", "www.a.example.com", false);
    return DeepestZoneShown(test.message, test.zone_name, N("www.a.example.com")).view().ToText();
  };
  Reply nothing(QueryFor("www.a.example.com"));
  EXPECT_EQ(shown(nothing), "example.com");
  Reply child(QueryFor("www.a.example.com"));
  child.Authority("a.example.com", RRType::kSOA, SoaBytes());
  EXPECT_EQ(shown(child), "a.example.com");
  Reply servers(QueryFor("www.a.example.com"));
  servers.Answer("www.a.example.com", RRType::kCAA, kIssue);
  servers.Authority("a.example.com", RRType::kNS, NameBytes("ns.example.net"));
  EXPECT_EQ(shown(servers), "a.example.com");
  Reply sibling(QueryFor("www.a.example.com"));
  sibling.Authority("b.example.com", RRType::kSOA, SoaBytes());
  EXPECT_EQ(shown(sibling), "example.com");
  Reply above(QueryFor("www.a.example.com"));
  above.Authority("com", RRType::kSOA, SoaBytes());
  EXPECT_EQ(shown(above), "example.com");
}

CaaAnswer Taken(const Case& test) {
  CaaAnswer answer;
  TakeCaaAnswer(test.message, test.classified, test.chain.current(), &answer);
  return answer;
}

TEST(AliasChainTest, GoesBackToWhereItWas) {
  const auto name = [](std::string_view text) {
    dns::Name out;
    EXPECT_EQ(dns::Name::FromText(text, &out), dns::NameError::kNone);
    return out;
  };
  const dns::Name start = name("a.example");
  AliasChain chain(start);
  ASSERT_TRUE(chain.Follow(name("b.example")));
  const size_t hops = chain.hops();
  ASSERT_TRUE(chain.Follow(name("c.example")));
  ASSERT_FALSE(chain.Follow(name("a.example"))) << "a circle";
  EXPECT_EQ(chain.NameAfter(0), start.view());
  EXPECT_EQ(chain.NameAfter(hops).ToText(), "b.example");
  chain.Rewind(hops);
  EXPECT_EQ(chain.current().ToText(), "b.example");
  EXPECT_FALSE(chain.looped());
  EXPECT_TRUE(chain.Follow(name("c.example"))) << "as if it had not been seen";
}

TEST(TakeCaaAnswerTest, TakesTheWholeSetOfTheNameAndNothingElse) {
  Reply reply(QueryFor("WWW.example.com"));
  reply.Answer("www.example.com", RRType::kCNAME, NameBytes("Web.Example.Com"));
  reply.Add(dns::Section::kAnswer, "web.example.com", RRType::kCAA, CaaBytes(0, "issue", "a"), 300);
  reply.Add(dns::Section::kAnswer, "web.example.com", RRType::kTXT, "x", 1);
  reply.Add(dns::Section::kAnswer, "other.example.com", RRType::kCAA, CaaBytes(0, "issue", "b"), 2);
  reply.Add(dns::Section::kAnswer, "WEB.example.com", RRType::kCAA, CaaBytes(128, "iodef", "c"),
            200);
  reply.Add(dns::Section::kAuthority, "web.example.com", RRType::kCAA, CaaBytes(0, "issue", "d"),
            3);
  const CaaAnswer answer = Taken(Case(reply, "example.com", "WWW.example.com", false));
  EXPECT_EQ(answer.status, LookupStatus::kRecords);
  EXPECT_EQ(answer.rrset.owner, "web.example.com");
  EXPECT_EQ(answer.rrset.records, (std::vector<CaaRecord>{{0, "issue", "a"}, {128, "iodef", "c"}}));
  EXPECT_EQ(answer.rrset.ttl_s, 200u) << "RFC 2181 §5.2: the least counts";
  EXPECT_EQ(answer.ttl_s, 200u);
}

TEST(TakeCaaAnswerTest, AMalformedRecordIsPresent) {
  Reply reply(QueryFor("www.example.com"));
  reply.Answer("www.example.com", RRType::kCAA, std::string("\x80\x07hi", 4));
  const CaaAnswer answer = Taken(Case(reply, "example.com", "www.example.com", false));
  ASSERT_EQ(answer.rrset.records.size(), 1u);
  EXPECT_EQ(answer.rrset.records[0].flags, 128);
  EXPECT_EQ(answer.rrset.records[0].tag, "");
}

TEST(TakeCaaAnswerTest, NodataAndNxdomainAreEmptyAlike) {
  for (const RCode rcode : {RCode::kNoError, RCode::kNXDomain}) {
    Reply reply(QueryFor("www.example.com"), kAuthoritative, rcode);
    reply.Authority("example.com", RRType::kSOA, SoaBytes(60));
    const CaaAnswer answer = Taken(Case(reply, "example.com", "www.example.com", false));
    EXPECT_EQ(answer.status, LookupStatus::kEmpty) << "RFC 8659 §3";
    EXPECT_TRUE(answer.rrset.records.empty());
    EXPECT_EQ(answer.ttl_s, 60u);
  }
}

}  // namespace
}  // namespace caascan::query
