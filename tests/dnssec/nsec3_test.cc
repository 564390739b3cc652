// Proofs by NSEC3. See denial_rows.h.
#include "scanner/dnssec/nsec3.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/dnssec/denial_rows.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;

// NSEC3: RFC 5155 §8.

const char kApex3[] = "{example.}.example. NSEC3 1 0 3 AABB {example.}+ NS SOA RRSIG DNSKEY";
const char kNextCloser[] = "{m.example.}-.example. NSEC3 1 0 3 AABB {m.example.}+ A";
const char kNextCloserOptOut[] = "{m.example.}-.example. NSEC3 1 1 3 AABB {m.example.}+ A";
const char kNoWildcard[] = "{*.example.}-.example. NSEC3 1 0 3 AABB {*.example.}+ A";

const std::vector<Row> kNsec3NoData = {
    // §8.5.
    {"type not in the bitmap",
     {"{www.example.}.example. NSEC3 1 0 3 AABB {www.example.}+ A RRSIG"},
     "WWW.example.",
     "secure"},
    {"type in the bitmap",
     {"{www.example.}.example. NSEC3 1 0 3 AABB {www.example.}+ CAA RRSIG"},
     "www.example.",
     kInvalid},
    {"CNAME in the bitmap",
     {"{www.example.}.example. NSEC3 1 0 3 AABB {www.example.}+ CNAME RRSIG"},
     "www.example.",
     kInvalid},
    {"empty non-terminal",
     {"{ent.example.}.example. NSEC3 1 0 3 AABB {ent.example.}+"},
     "ent.example.",
     "secure"},
    {"delegation's parent side, RFC 6840 §4.1",
     {"{sub.example.}.example. NSEC3 1 0 3 AABB {sub.example.}+ NS"},
     "sub.example.",
     kInvalid},
    {"a name that does not exist", {kApex3, kNextCloser, kNoWildcard}, "m.example.", kInvalid},
    // §8.7.
    {"wildcard without the type",
     {kApex3, kNextCloser, "{*.example.}.example. NSEC3 1 0 3 AABB {*.example.}+ A RRSIG"},
     "m.example.",
     "secure"},
    {"wildcard with the type",
     {kApex3, kNextCloser, "{*.example.}.example. NSEC3 1 0 3 AABB {*.example.}+ CAA RRSIG"},
     "m.example.",
     kInvalid},
    {"wildcard, the name in an opt-out span",
     {kApex3, kNextCloserOptOut, "{*.example.}.example. NSEC3 1 0 3 AABB {*.example.}+ A RRSIG"},
     "m.example.",
     "insecure"},
    // Erratum 3441: what is there only because of unsigned delegations.
    {"in an opt-out span", {kApex3, kNextCloserOptOut}, "m.example.", "insecure"},
    {"none", {}, "www.example.", kMissing},
    {"spoilt",
     {"!{www.example.}.example. NSEC3 1 0 3 AABB {www.example.}+ A RRSIG"},
     "www.example.",
     kWrong},
    // §8.1, §8.2: what is not understood is ignored.
    {"unknown hash algorithm",
     {"{www.example.}.example. NSEC3 2 0 3 AABB {www.example.}+ A RRSIG"},
     "www.example.",
     kMissing},
    {"unknown flag",
     {"{www.example.}.example. NSEC3 1 2 3 AABB {www.example.}+ A RRSIG"},
     "www.example.",
     kMissing},
    {"another salt",
     {"{www.example.}.example. NSEC3 1 0 3 AACC {www.example.}+ A RRSIG"},
     "www.example.",
     kInvalid},
    {"another salt behind a record with the first",
     {kApex3, "{www.example.}.example. NSEC3 1 0 3 AACC {www.example.}+ A RRSIG"},
     "www.example.",
     kInvalid},
    {"a hash that is none",
     {"{www.example.}x.example. NSEC3 1 0 3 AABB {www.example.}+ A"},
     "www.example.",
     kMissing},
    {"not right below the apex",
     {"{www.example.}.sub.example. NSEC3 1 0 3 AABB {www.example.}+ A"},
     "www.example.",
     kMissing},
};

TEST(Nsec3Test, NoData) { Check(kNsec3NoData, NoData); }

const std::vector<Row> kNsec3NxDomain = {
    // §8.4.
    {"complete", {kApex3, kNextCloser, kNoWildcard}, "m.example.", "secure"},
    {"complete, deeper name", {kApex3, kNextCloser, kNoWildcard}, "a.b.m.example.", "secure"},
    {"no closest encloser", {kNextCloser, kNoWildcard}, "m.example.", kInvalid},
    {"next closer name not covered", {kApex3, kNoWildcard}, "m.example.", kInvalid},
    {"wildcard not covered", {kApex3, kNextCloser}, "m.example.", kInvalid},
    {"wildcard exists",
     {kApex3, kNextCloser, "{*.example.}.example. NSEC3 1 0 3 AABB {*.example.}+ CAA"},
     "m.example.",
     kInvalid},
    {"in an opt-out span, §9.2",
     {kApex3, kNextCloserOptOut, kNoWildcard},
     "m.example.",
     "insecure"},
    // §8.3: the closest encloser must be able to enclose.
    {"below a delegation",
     {"{example.}.example. NSEC3 1 0 3 AABB {example.}+ NS RRSIG", kNextCloser, kNoWildcard},
     "m.example.",
     kInvalid},
    {"below a DNAME",
     {"{example.}.example. NSEC3 1 0 3 AABB {example.}+ SOA NS DNAME", kNextCloser, kNoWildcard},
     "m.example.",
     kInvalid},
    {"the last record of the zone covers",
     {kApex3, "{m.example.}-.example. NSEC3 1 0 3 AABB 00000000000000000000000000000000 A",
      kNoWildcard},
     "m.example.",
     "secure"},
    {"one record of the whole zone",
     {"{example.}.example. NSEC3 1 0 3 AABB {example.} NS SOA"},
     "m.example.",
     "secure"},
    // The RCODE counts, other than with NSEC: what would prove NODATA is not enough.
    {"NODATA in truth",
     {"{www.example.}.example. NSEC3 1 0 3 AABB {www.example.}+ A"},
     "www.example.",
     kInvalid},
    {"NODATA in truth, beside the closest encloser",
     {kApex3, "{www.example.}.example. NSEC3 1 0 3 AABB {www.example.}+ A", kNoWildcard},
     "www.example.",
     kInvalid},
    {"in an opt-out span, wildcard not covered",
     {kApex3, kNextCloserOptOut},
     "m.example.",
     kInvalid},
    {"in an opt-out span, wildcard's record spoilt",
     {kApex3, kNextCloserOptOut, "!{*.example.}-.example. NSEC3 1 0 3 AABB {*.example.}+ A"},
     "m.example.",
     kWrong},
    {"closest encloser spoilt",
     {"!{example.}.example. NSEC3 1 0 3 AABB {example.}+ NS SOA", kNextCloser, kNoWildcard},
     "m.example.",
     kWrong},
    {"NSEC and NSEC3 side by side, one complete",
     {"www.example. NSEC x.example. A", kApex3, kNextCloser, kNoWildcard},
     "m.example.",
     "secure"},
};

TEST(Nsec3Test, NxDomain) { Check(kNsec3NxDomain, NxDomain); }

// §8.8.
const std::vector<Row> kNsec3WildcardExpansion = {
    {"nothing closer", {kNextCloser}, "m.example.", "secure"},
    {"nothing closer, deeper name", {kNextCloser}, "a.m.example.", "secure"},
    {"in an opt-out span", {kNextCloserOptOut}, "m.example.", "insecure"},
    {"something closer", {kApex3}, "m.example.", kInvalid},
    {"none", {}, "m.example.", kMissing},
};

TEST(Nsec3Test, WildcardExpansion) { Check(kNsec3WildcardExpansion, Expansion); }

const std::vector<Row> kNsec3NoDs = {
    // §8.6, §8.9.
    {"insecure delegation",
     {"{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS"},
     "m.example.",
     "insecure cut"},
    {"no delegation",
     {"{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ A RRSIG"},
     "m.example.",
     "no cut"},
    {"a DS is there",
     {"{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS DS"},
     "m.example.",
     kInvalid},
    {"the child's own record",
     {"{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS SOA"},
     "m.example.",
     kInvalid},
    {"in an opt-out span", {kApex3, kNextCloserOptOut}, "m.example.", "insecure cut"},
    {"in an opt-out span, deeper", {kApex3, kNextCloserOptOut}, "a.m.example.", "insecure cut"},
    {"the name does not exist", {kApex3, kNextCloser}, "m.example.", "no cut"},
    {"opt-out span without the closest encloser", {kNextCloserOptOut}, "m.example.", kInvalid},
    {"opt-out span spoilt",
     {kApex3, "!{m.example.}-.example. NSEC3 1 1 3 AABB {m.example.}+ A"},
     "m.example.",
     kWrong},
    {"none", {}, "m.example.", kMissing},
};

TEST(Nsec3Test, NoDs) { Check(kNsec3NoDs, NoDs); }

TEST(Nsec3Test, TooManyIterations) {  // RFC 9276 §3.2.
  const std::string many = "{www.example.}.example. NSEC3 1 0 151 AABB {www.example.}+ A";
  const char kInsecure[] = "insecure dnssec_nsec3_iterations";
  Check({{"NODATA", {many}, "www.example.", kInsecure},
         {"unsigned", {"?" + many}, "www.example.", "bogus dnssec_signature_missing"},
         {"spoilt", {"!" + many}, "www.example.", kWrong}},
        NoData);
  Check({{"NXDOMAIN", {many}, "m.example.", kInsecure}}, NxDomain);
  Check({{"expansion", {many}, "m.example.", kInsecure}}, Expansion);
  Check({{"delegation", {many}, "m.example.", "insecure cut insecure dnssec_nsec3_iterations"},
         {"spoilt", {"!" + many}, "m.example.", kWrong}},
        NoDs);
}

TEST(Nsec3Test, LimitIsTheUsers) {  // RFC 9276 §3.2.
  const struct {
    const char* name;
    uint16_t limit;
    uint16_t iterations;
    const char* expected;
  } rows[] = {
      {"Knot Resolver's and BIND's", 50, 50, "secure"},
      {"one more", 50, 51, "insecure dnssec_nsec3_iterations"},
      {"none allowed, none there", 0, 0, "secure"},
      {"none allowed, one there", 0, 1, "insecure dnssec_nsec3_iterations"},
      {"beyond the default", 2'500, 151, "secure"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string hash = HashLabel("www.example.", "AABB", row.iterations, 0);
    SignedMessage message("www.example.");
    message.Signed(dns::Section::kAuthority,
                   {hash + ".example. NSEC3 1 0 " + std::to_string(row.iterations) + " AABB " +
                    HashLabel("www.example.", "AABB", row.iterations, 1) + " A"});
    KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
    Work work;
    const dns::Name zone = NameOf("example");
    Denial denial(message.message(), zone, &keys,
                  {kNow, &work, nullptr, {.max_nsec3_iterations = row.limit}});
    EXPECT_EQ(TextOf(denial.ProveEmpty(NameOf("www.example"), dns::RRType::kCAA, false)),
              row.expected);
  }
}

TEST(Nsec3Test, HashIsLdnss) {
  const auto hash = HashForNsec3(NameOf("WWW.example"), Octets("\xaa\xbb"), 3);
  ASSERT_TRUE(hash);
  std::string text;
  for (size_t i = 0; i < 160; i += 5) {
    unsigned digit = 0;
    for (size_t bit = i; bit < i + 5; ++bit) {
      digit = digit << 1 | ((*hash)[bit / 8] >> (7 - bit % 8) & 1u);
    }
    text.push_back("0123456789abcdefghijklmnopqrstuv"[digit]);
  }
  EXPECT_EQ(text, HashLabel("www.example.", "AABB", 3, 0));
}

TEST(Nsec3Test, HashingIsBounded) {
  std::string deep = "m.example.";
  for (int i = 0; i < 100; ++i) deep.insert(0, "a.");
  const std::string apex = "{example.}.example. NSEC3 1 0 150 AABB {example.}+ NS SOA RRSIG";
  SignedMessage message = MessageOf({"", {apex}, "example.", ""});
  KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
  Work work;
  work.limit = 3'000;
  const dns::Name zone = NameOf("example");
  Denial denial(message.message(), zone, &keys, {kNow, &work, nullptr});
  const Verdict verdict = denial.ProveEmpty(NameOf(deep), RRType::kCAA, true);
  EXPECT_EQ(TextOf(verdict), "bogus dnssec_nsec3_iterations");
  EXPECT_TRUE(verdict.gave_up);
  EXPECT_LE(work.hashes, 10'000u);
}

}  // namespace
}  // namespace caascan::dnssec
