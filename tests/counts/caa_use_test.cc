// What a CAA set holds, and where it was found.
#include "scanner/counts/caa_use.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan::counts {
namespace {

/// How a set of these records (JSON) of this name is counted.
CaaUse UseOf(std::string_view records, std::string_view name = "a.example",
             std::string_view owner = "a.example", std::string_view purpose = "") {
  record::LineReader reader;
  const std::string more = R"(,"caa":{"owner":")" + std::string(owner) +
                           R"(","ttl":300,"records":[)" + std::string(records) + "]}" +
                           std::string(purpose);
  EXPECT_EQ(reader.Read(record::Line(name, "issuer_authorized", more)), "");
  CaaUse use(100);
  use.Add(reader.record());
  return use;
}

std::string Caa(int flags, std::string_view tag, std::string_view value) {
  return R"({"flags":)" + std::to_string(flags) + R"(,"tag":")" + std::string(tag) +
         R"(","value":")" + std::string(value) + R"("})";
}

struct FeatureRow {
  const char* name;
  std::string records;
  std::vector<std::string> features;
};

// RFC 8659 §4, RFC 8657, RFC 9495 and the IANA registry of properties.
TEST(CaaUseTest, CountsEachFeatureOnceAName) {
  for (const FeatureRow& row :
       {FeatureRow{"an issuer", Caa(0, "issue", "ca.example"), {"issue"}},
        FeatureRow{"tags in capitals", Caa(0, "ISSUE", "ca.example"), {"issue"}},
        FeatureRow{
            "twice", Caa(0, "issue", "a.example") + "," + Caa(0, "issue", "b.example"), {"issue"}},
        FeatureRow{"nobody", Caa(0, "issue", ";"), {"issue", "nobody"}},
        FeatureRow{"nobody for wildcards", Caa(0, "issuewild", ""), {"issuewild", "nobody"}},
        FeatureRow{"a malformed value", Caa(0, "issue", "ca_example"), {"issue", "malformed"}},
        FeatureRow{"an account",
                   Caa(0, "issue", "ca.example; accounturi=https://ca.example/1"),
                   {"issue", "accounturi"}},
        FeatureRow{"methods",
                   Caa(0, "issue", "ca.example; validationmethods=dns-01"),
                   {"issue", "validationmethods"}},
        FeatureRow{
            "a report by mail", Caa(0, "iodef", "mailto:a@b.example"), {"iodef", "iodef_mailto"}},
        FeatureRow{
            "a report by HTTPS", Caa(0, "iodef", "HTTPS://b.example/"), {"iodef", "iodef_http"}},
        FeatureRow{"a report elsewhere", Caa(0, "iodef", "a@b.example"), {"iodef", "iodef_other"}},
        FeatureRow{"mail", Caa(0, "issuemail", "ca.example"), {"issuemail"}},
        FeatureRow{"a contact", Caa(0, "contactemail", "a@b.example"), {"contact"}},
        FeatureRow{"an unknown tag", Caa(0, "tbs", "Unknown"), {"unknown_tag"}},
        FeatureRow{
            "a critical one that is known", Caa(128, "issue", "ca.example"), {"issue", "critical"}},
        FeatureRow{"a critical one that is unknown",
                   Caa(128, "tbs", "Unknown"),
                   {"unknown_tag", "critical", "unknown_critical"}},
        // Octets in a record's presentation format, which is JSON's text.
        FeatureRow{"octets", R"({"flags":0,"tag":"\\000\\255","value":"\\001"})", {"unknown_tag"}},
        FeatureRow{"a final dot", Caa(0, "issuewild", "ca.example."), {"issuewild", "malformed"}},
        FeatureRow{"the flag 1", Caa(1, "issue", "ca.example"), {"issue", "flag_one"}}}) {
    const CaaUse use = UseOf(row.records);
    std::vector<std::string> features;
    for (size_t i = 0; i < static_cast<size_t>(CaaFeature::kCount); ++i) {
      const auto feature = static_cast<CaaFeature>(i);
      EXPECT_LE(use.names_with(feature).names, 1u) << row.name;
      if (use.names_with(feature).names == 1) features.emplace_back(CaaFeatureCode(feature));
    }
    std::vector<std::string> expected = row.features;
    std::sort(features.begin(), features.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(features, expected) << row.name;
  }
}

struct DepthRow {
  const char* name;
  const char* owner;
  int depth;  // -1: behind an alias.
};

// RFC 8659 §3: the set is that of the name, or of the first above it that has one.
TEST(CaaUseTest, KnowsHowFarAboveTheNameTheSetWasFound) {
  for (const DepthRow& row :
       {DepthRow{"a.b.example", "a.b.example", 0}, DepthRow{"a.b.example", "b.example", 1},
        DepthRow{"a.b.example", "example", 2}, DepthRow{"*.b.example", "b.example", 0},
        DepthRow{"*.b.example", "example", 1}, DepthRow{"a.b.example", "cdn.test", -1},
        // It ends with the owner's letters and is not below it.
        DepthRow{"ab.example", "b.example", -1}, DepthRow{"b.example", "a.b.example", -1},
        DepthRow{"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.example", "example", 16}}) {
    const CaaUse use = UseOf(Caa(0, "issue", "ca.example"), row.name, row.owner);
    EXPECT_EQ(use.behind_alias().names, row.depth < 0 ? 1u : 0u) << row.name << " at " << row.owner;
    for (size_t depth = 0; depth <= CaaUse::kMaxDepth; ++depth) {
      EXPECT_EQ(use.at_depth(depth).names, static_cast<int>(depth) == row.depth ? 1u : 0u)
          << row.name << " at " << row.owner << ", " << depth;
    }
  }
}

TEST(CaaUseTest, ANameCountsOnceForEachIssuer) {
  const CaaUse use =
      UseOf(Caa(0, "issue", "CA.example") + "," + Caa(0, "issue", "ca.example; a=b") + "," +
            Caa(0, "issuewild", "ca.example"));
  const auto issuers = use.issuers().Sorted();
  ASSERT_EQ(issuers.size(), 1u);
  EXPECT_EQ(issuers[0].first, "ca.example");
  EXPECT_EQ(issuers[0].second->names, 1u);
  EXPECT_EQ(issuers[0].second->issue, 1u);
  EXPECT_EQ(issuers[0].second->issuewild, 1u);
  EXPECT_EQ(use.tags().Sorted()[0].second->count, 2u) << "records, not names";
}

/// RFC 9495 §4: what issue says is nothing to who asks for mail.
TEST(CaaUseTest, OnlyWhatCountsForThePurposeNamesIssuers) {
  const std::string set = Caa(0, "issue", ";") + "," +
                          Caa(0, "issue", "a.example; accounturi=u:a") + "," +
                          Caa(0, "issuemail", "ca.example; validationmethods=x") + "," +
                          Caa(0, "issuevmc", "ca_example");
  const CaaUse mail = UseOf(set, "a.example", "a.example", R"(,"for":"smime")");
  const auto issuers = mail.issuers().Sorted();
  ASSERT_EQ(issuers.size(), 1u);
  EXPECT_EQ(issuers[0].first, "ca.example");
  EXPECT_EQ(issuers[0].second->issuemail, 1u);
  EXPECT_EQ(issuers[0].second->issue, 0u);
  EXPECT_EQ(mail.names_with(CaaFeature::kIssue).names, 1u) << "it is there";
  EXPECT_EQ(mail.names_with(CaaFeature::kNobody).names, 0u);
  EXPECT_EQ(mail.names_with(CaaFeature::kAccountUri).names, 0u);
  EXPECT_EQ(mail.names_with(CaaFeature::kValidationMethods).names, 1u);
  EXPECT_EQ(mail.parameters().Sorted()[0].first, "ca.example");
  const CaaUse mark = UseOf(set, "a.example", "a.example", R"(,"for":"mark")");
  EXPECT_EQ(mark.issuers().size(), 0u);
  EXPECT_EQ(mark.names_with(CaaFeature::kMalformed).names, 1u);
  const CaaUse tls = UseOf(set);
  EXPECT_EQ(tls.issuers().Sorted()[0].first, "a.example");
  EXPECT_EQ(tls.names_with(CaaFeature::kMalformed).names, 0u);
  EXPECT_EQ(tls.parameters().Sorted()[0].first, "a.example");
}

TEST(CaaUseTest, AllIssuersOfASetAreOneKey) {
  const CaaUse use =
      UseOf(Caa(0, "issue", "b.example") + "," + Caa(0, "issuewild", "A.example; x=y") + "," +
            Caa(0, "issue", "b.example; a=b") + "," + Caa(0, "issue", ";"));
  ASSERT_EQ(use.issuer_sets().size(), 1u);
  EXPECT_EQ(use.issuer_sets().Sorted()[0].first, "a.example, b.example");
  EXPECT_EQ(use.last_issuers(), (std::vector<std::string_view>{"a.example", "b.example"}));
  EXPECT_EQ(UseOf(Caa(0, "issue", ";")).issuer_sets().Sorted()[0].first, "");
}

TEST(CaaUseTest, CountsNamesThatDoNotExistApart) {
  CaaUse sum = UseOf(Caa(0, "issue", "ca.example; accounturi=urn:a"));
  sum.Merge(UseOf(Caa(0, "issue", "ca.example; accounturi=urn:a"), "gone.a.example", "a.example",
                  R"(,"nxdomain":true)"));
  EXPECT_EQ(sum.names().names, 2u);
  EXPECT_EQ(sum.names().missing, 1u);
  EXPECT_EQ(sum.at_depth(0).missing, 0u);
  EXPECT_EQ(sum.at_depth(1).missing, 1u);
  EXPECT_EQ(sum.behind_alias().missing, 0u);
  EXPECT_EQ(sum.names_with(CaaFeature::kIssue).missing, 1u);
  EXPECT_EQ(sum.issuers().Sorted()[0].second->missing, 1u);
  EXPECT_EQ(sum.issuer_sets().Sorted()[0].second->missing, 1u);
  EXPECT_EQ(sum.parameters().Sorted()[0].second->missing, 1u);
}

TEST(CaaUseTest, MergingAddsUp) {
  CaaUse sum = UseOf(Caa(0, "issue", "ca.example"));
  sum.Merge(UseOf(Caa(0, "iodef", "mailto:a@b.example"), "b.a.example", "a.example"));
  EXPECT_EQ(sum.names().names, 2u);
  EXPECT_EQ(sum.names_with(CaaFeature::kIssue).names, 1u);
  EXPECT_EQ(sum.names_with(CaaFeature::kIodef).names, 1u);
  EXPECT_EQ(sum.at_depth(0).names, 1u);
  EXPECT_EQ(sum.at_depth(1).names, 1u);
  EXPECT_EQ(sum.set_sizes().count(), 2u);
  EXPECT_EQ(sum.ttls_s().max(), 300u);
  EXPECT_EQ(sum.rows(), 5u) << "an issuer, two sets of issuers and two tags";
}

}  // namespace
}  // namespace caascan::counts
