// Proofs by NSEC, and what every kind of proof keeps to. See denial_rows.h.
#include "scanner/dnssec/nsec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/dnssec/denial_rows.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using dns::Section;

const std::vector<Row> kNsecNoData = {
    // RFC 4035 §5.4: the name is there, the type is not.
    {"type not in the bitmap",
     {"www.example. NSEC x.example. A RRSIG NSEC"},
     "www.example.",
     "secure"},
    {"letter case", {"WWW.Example. NSEC x.example. A RRSIG NSEC"}, "www.example.", "secure"},
    {"type in the bitmap",
     {"www.example. NSEC x.example. A CAA RRSIG NSEC"},
     "www.example.",
     kInvalid},
    {"CNAME in the bitmap, RFC 6840 §4.3",
     {"www.example. NSEC x.example. CNAME RRSIG NSEC"},
     "www.example.",
     kInvalid},
    {"at the apex", {"example. NSEC a.example. NS SOA RRSIG NSEC DNSKEY"}, "example.", "secure"},
    {"delegation's parent side, RFC 6840 §4.1",
     {"sub.example. NSEC x.example. NS RRSIG NSEC"},
     "sub.example.",
     kInvalid},
    {"signed delegation's parent side",
     {"sub.example. NSEC x.example. NS DS RRSIG NSEC"},
     "sub.example.",
     kInvalid},
    {"a DNAME at the name itself",
     {"d.example. NSEC x.example. DNAME RRSIG NSEC"},
     "d.example.",
     "secure"},
    // RFC 4035 §3.1.3.1, RFC 4592 §2.2.2: an empty non-terminal.
    {"empty non-terminal",
     {"a.example. NSEC x.ent.example. A RRSIG NSEC"},
     "ent.example.",
     "secure"},
    {"a name that does not exist",
     {"a.example. NSEC x.example. A RRSIG NSEC"},
     "m.example.",
     kInvalid},
    // RFC 4035 §3.1.3.4.
    {"wildcard without the type",
     {"a.example. NSEC x.example. A RRSIG NSEC", "*.example. NSEC a.example. A RRSIG NSEC"},
     "m.example.",
     "secure"},
    {"wildcard with the type",
     {"a.example. NSEC x.example. A RRSIG NSEC", "*.example. NSEC a.example. CAA RRSIG NSEC"},
     "m.example.",
     kInvalid},
    {"wildcard that is an alias",
     {"a.example. NSEC x.example. A RRSIG NSEC", "*.example. NSEC a.example. CNAME RRSIG NSEC"},
     "m.example.",
     kInvalid},
    {"wildcard that is an empty non-terminal",
     {"a.example. NSEC x.example. A RRSIG NSEC", "example. NSEC b.*.example. NS SOA"},
     "m.example.",
     "secure"},
    {"wildcard of another level",
     {"a.b.example. NSEC c.b.example. A RRSIG NSEC", "*.example. NSEC a.example. A RRSIG NSEC"},
     "b.b.example.",
     kInvalid},
    // Compact denial (RFC 9824): the name is made up to exist.
    {"compact denial",
     {"m.example. NSEC \\000.m.example. RRSIG NSEC TYPE128"},
     "m.example.",
     "secure"},
    {"none", {}, "www.example.", kMissing},
    {"another zone's only", {"www.test. NSEC x.test. A RRSIG NSEC"}, "www.example.", kMissing},
    {"spoilt", {"!www.example. NSEC x.example. A RRSIG NSEC"}, "www.example.", kWrong},
    {"unsigned",
     {"?www.example. NSEC x.example. A RRSIG NSEC"},
     "www.example.",
     "bogus dnssec_signature_missing"},
    {"a good one beside the spoilt one",
     {"!a.example. NSEC x.example. A", "www.example. NSEC x.example. A"},
     "www.example.",
     "secure"},
    {"two records in one set",
     {"www.example. NSEC x.example. A", "?www.example. NSEC y.example. A"},
     "www.example.",
     kMissing},
    {"next name outside the zone", {"www.example. NSEC x.test. A"}, "www.example.", kMissing},
};

TEST(NsecTest, NoData) { Check(kNsecNoData, NoData); }

const std::vector<Row> kNsecNxDomain = {
    // RFC 4035 §5.4: the name, and the wildcard that might give it.
    {"name and wildcard covered",
     {"a.example. NSEC x.example. A", "example. NSEC a.example. NS SOA"},
     "m.example.",
     "secure"},
    {"one record covers both", {"example. NSEC x.example. NS SOA"}, "m.example.", "secure"},
    {"the last record",
     {"a.example. NSEC example. A", "example. NSEC a.example. NS SOA"},
     "z.example.",
     "secure"},
    {"the only record", {"example. NSEC example. NS SOA"}, "z.example.", "secure"},
    {"wildcard not covered", {"a.example. NSEC x.example. A"}, "m.example.", kInvalid},
    {"wildcard exists",
     {"a.example. NSEC x.example. A", "*.example. NSEC a.example. CAA"},
     "m.example.",
     kInvalid},
    {"before the record's owner", {"n.example. NSEC x.example. A"}, "m.example.", kInvalid},
    {"behind the next name",
     {"a.example. NSEC b.example. A", "example. NSEC a.example. SOA"},
     "m.example.",
     kInvalid},
    {"at the next name", {"example. NSEC m.example. NS SOA"}, "m.example.", kInvalid},
    {"deeper names",
     {"b.example. NSEC x.example. A", "example. NSEC b.example. NS SOA"},
     "a.m.example.",
     "secure"},
    {"the closest encloser is the next name's",
     {"a.example. NSEC x.b.example. A", "a.example. NSEC x.b.example. A"},
     "m.b.example.",
     kMissing},  // The same set twice is two records.
                 // RFC 6840 §4.1: what is below a delegation or a DNAME, its record does not
                 // know.
    {"below a delegation",
     {"sub.example. NSEC x.example. NS", "example. NSEC sub.example. SOA"},
     "a.sub.example.",
     kInvalid},
    {"below a signed delegation",
     {"sub.example. NSEC x.example. NS DS", "example. NSEC sub.example. SOA"},
     "a.sub.example.",
     kInvalid},
    {"below a DNAME",
     {"d.example. NSEC x.example. DNAME", "example. NSEC d.example. NS SOA"},
     "a.d.example.",
     kInvalid},
    {"behind a delegation",
     {"sub.example. NSEC x.example. NS", "example. NSEC sub.example. NS SOA"},
     "t.example.",
     "secure"},
    // An answer with the wrong RCODE that shows that the type is not there.
    {"NODATA in truth", {"www.example. NSEC x.example. A"}, "www.example.", "secure"},
    {"empty non-terminal in truth", {"a.example. NSEC x.ent.example. A"}, "ent.example.", "secure"},
    {"spoilt", {"!example. NSEC x.example. NS SOA"}, "m.example.", kWrong},
};

TEST(NsecTest, NxDomain) { Check(kNsecNxDomain, NxDomain); }

// RFC 4035 §5.3.4.
const std::vector<Row> kNsecWildcardExpansion = {
    {"nothing closer", {"a.example. NSEC x.example. A"}, "m.example.", "secure"},
    {"nothing closer, deeper name", {"a.example. NSEC x.example. A"}, "a.m.example.", "secure"},
    {"the name exists", {"m.example. NSEC x.example. A"}, "m.example.", kInvalid},
    {"the next closer name exists", {"m.example. NSEC x.example. A"}, "a.m.example.", kInvalid},
    {"the next closer name is an empty non-terminal",
     {"a.example. NSEC x.m.example. A"},
     "a.m.example.",
     kInvalid},
    {"none", {}, "m.example.", kMissing},
};

TEST(NsecTest, WildcardExpansion) { Check(kNsecWildcardExpansion, Expansion); }

const std::vector<Row> kNsecNoDs = {
    // RFC 4035 §5.2, RFC 6840 §4.4: NS set, SOA and DS not.
    {"insecure delegation",
     {"sub.example. NSEC x.example. NS RRSIG NSEC"},
     "sub.example.",
     "insecure cut"},
    {"no delegation", {"sub.example. NSEC x.example. A RRSIG NSEC"}, "sub.example.", "no cut"},
    {"a DS is there", {"sub.example. NSEC x.example. NS DS RRSIG NSEC"}, "sub.example.", kInvalid},
    {"the child's own record",
     {"sub.example. NSEC x.example. NS SOA RRSIG NSEC"},
     "sub.example.",
     kInvalid},
    {"empty non-terminal", {"a.example. NSEC x.sub.example. A"}, "sub.example.", "no cut"},
    {"the name does not exist", {"a.example. NSEC x.example. A"}, "sub.example.", "no cut"},
    {"below another delegation", {"sub.example. NSEC x.example. NS"}, "a.sub.example.", kInvalid},
    {"spoilt", {"!sub.example. NSEC x.example. NS RRSIG NSEC"}, "sub.example.", kWrong},
    {"none", {}, "sub.example.", kMissing},
};

TEST(NsecTest, NoDs) { Check(kNsecNoDs, NoDs); }

// CVE-2023-4408: thousands of sets in one message.
TEST(NsecTest, AProofIsSmall) {
  constexpr char kProof[] = "m.example. NSEC x.example. A";
  for (const int others : {3, 100, 300}) {
    std::vector<std::string> lines = {kProof};
    for (int i = 0; i < others; ++i) {
      lines.push_back("?n" + std::to_string(i) + ".example. TXT \"x\"");
    }
    Check({{"beside others", lines, "m.example.",
            others < 256 ? "secure" : "bogus dnssec_denial_missing"}},
          NoData);
  }
  // Sets of two records are none (RFC 4034 §4), and are looked at no more often than others.
  std::vector<std::string> pairs;
  for (int i = 0; i < 40; ++i) {
    for (const char* type : {"A", "MX"}) {
      pairs.push_back("?n" + std::to_string(i) + ".example. NSEC x.example. " + type);
    }
  }
  pairs.push_back(kProof);
  Check({{"behind forty pairs", pairs, "m.example.", "bogus dnssec_denial_missing"}}, NoData);
}

TEST(NsecTest, ARecordMadeFromAWildcardProvesNothing) {
  SignedMessage message("m.example.");
  message.Signed(Section::kAuthority, {"m.example. NSEC x.example. A"},
                 {.signed_owner = "*.example."});
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  Work work;
  const dns::Name zone = NameOf("example");
  Denial denial(message.message(), zone, &keys, {kNow, &work, nullptr});
  EXPECT_EQ(TextOf(denial.ProveEmpty(NameOf("m.example"), RRType::kCAA, false)), kInvalid);
}

TEST(DenialTest, LooksAtFewOfManyRecords) {
  SignedMessage message("m.example.");
  for (int i = 0; i < 60; ++i) {
    message.Signed(Section::kAuthority, {"a" + std::to_string(i) + ".example. NSEC x.example. A"},
                   {.spoilt = true});
  }
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  Work work;
  const dns::Name zone = NameOf("example");
  Denial denial(message.message(), zone, &keys, {kNow, &work, nullptr});
  EXPECT_EQ(TextOf(denial.ProveEmpty(NameOf("m.example"), RRType::kCAA, true)), kWrong);
  EXPECT_LE(work.signature_checks(), 40u);
}

TEST(DenialTest, TtlIsTheLeastOfTheRecordsUsed) {
  SignedMessage message("www.example.");
  message.Signed(Section::kAuthority, {"www.example. 70 NSEC x.example. A"});
  message.Signed(Section::kAuthority, {"z.example. 30 NSEC example. A"});
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  Work work;
  const dns::Name zone = NameOf("example");
  Denial denial(message.message(), zone, &keys, {kNow, &work, nullptr});
  EXPECT_EQ(TextOf(denial.ProveEmpty(NameOf("www.example"), RRType::kCAA, false)), "secure");
  EXPECT_EQ(denial.ttl_s(), 70u);
}

}  // namespace
}  // namespace caascan::dnssec
