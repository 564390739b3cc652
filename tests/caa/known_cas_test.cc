#include "caascan/known_cas.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/caa/embedded.h"
#include "scanner/caa/property.h"
#include "scanner/caa/table_text.h"

namespace caascan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TableTextTest, ReadsRowsAndSkipsComments) {
  const auto rows = caa::ReadTable("# a\tb\n\nx\t\ty\nz\n\t");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0], ElementsAre("x", "", "y"));
  EXPECT_THAT(rows[1], ElementsAre("z"));
  EXPECT_THAT(rows[2], ElementsAre("", ""));
  EXPECT_THAT(caa::ReadTable(""), IsEmpty());
  EXPECT_THAT(caa::SplitWords(" a b,, c ,", ','), ElementsAre("a b", "c"));
  EXPECT_THAT(caa::SplitWords("", ','), IsEmpty());
}

TEST(KnownCasTest, EveryRowIsSound) {
  // None was left out for its form.
  EXPECT_EQ(KnownCas().size(), caa::ReadTable(caa::KnownCasText()).size());
  EXPECT_GE(KnownCas().size(), 40u);
  for (const caa::TableRow& row : caa::ReadTable(caa::KnownCasText())) {
    EXPECT_THAT(row[5], testing::AnyOf("CDLA-Permissive-2.0", "Apache-2.0")) << row[0];
  }
  std::map<std::string_view, std::string_view> owners;
  for (const KnownCa& ca : KnownCas()) {
    SCOPED_TRACE(ca.name);
    EXPECT_FALSE(ca.name.empty());
    EXPECT_FALSE(ca.source.empty());
    EXPECT_THAT(std::string(ca.date), testing::MatchesRegex("20[0-9][0-9](-[01][0-9])?"));
    ASSERT_FALSE(ca.issuer_domains.empty());
    for (const std::string_view domain : ca.issuer_domains) {
      EXPECT_TRUE(caa::IsIssuerDomain(domain)) << domain;
      EXPECT_TRUE(
          std::none_of(domain.begin(), domain.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
      EXPECT_TRUE(owners.emplace(domain, ca.name).second) << domain << " has two owners";
      EXPECT_TRUE(IsKnownIssuer(domain)) << domain;
    }
    EXPECT_EQ(ca.after_failure == AfterFailure::kUnknown, ca.failure_source.empty());
    if (ca.after_failure != AfterFailure::kUnknown) {
      EXPECT_THAT(std::string(ca.failure_date), testing::MatchesRegex("20[0-9][0-9]-[01][0-9]"));
    }
    EXPECT_EQ(FindKnownCa(ca.name), &ca);
    for (const std::string_view name : ca.other_names) EXPECT_EQ(FindKnownCa(name), &ca) << name;
  }
}

TEST(KnownCasTest, WhatItDoesAfterAFailureIsFoundByTheIssuer) {
  const KnownCa* lets_encrypt = FindCaOfIssuer("LetsEncrypt.ORG");
  ASSERT_NE(lets_encrypt, nullptr);
  EXPECT_EQ(lets_encrypt->after_failure, AfterFailure::kRefuses);
  EXPECT_TRUE(lets_encrypt->runs_boulder);
  const KnownCa* sectigo = FindCaOfIssuer("comodoca.com");
  ASSERT_NE(sectigo, nullptr);
  EXPECT_EQ(sectigo->after_failure, AfterFailure::kUnknown);
  EXPECT_FALSE(sectigo->runs_boulder);
  EXPECT_EQ(FindCaOfIssuer("letsencrypt.com"), nullptr);
  EXPECT_EQ(FindCaOfIssuer(""), nullptr);
}

TEST(KnownCasTest, ANameIsFoundHoweverItIsWritten) {
  for (const char* name :
       {"Let's Encrypt", "letsencrypt", "LETS ENCRYPT", "let-s_encrypt", "isrg"}) {
    const KnownCa* ca = FindKnownCa(name);
    ASSERT_NE(ca, nullptr) << name;
    EXPECT_THAT(AsCertificationAuthority(*ca).issuer_domains, ElementsAre("letsencrypt.org"));
    EXPECT_EQ(AsCertificationAuthority(*ca).name, "Let's Encrypt");
  }
  for (const char* name : {"", " ", "'", "Let", "Let's Encrypt Inc", "no such CA"}) {
    EXPECT_EQ(FindKnownCa(name), nullptr) << name;
  }
}

TEST(KnownCasTest, AnIssuerIsComparedWholeAndWithoutCase) {
  EXPECT_TRUE(IsKnownIssuer("letsencrypt.org"));
  EXPECT_TRUE(IsKnownIssuer("LetsEncrypt.ORG"));
  for (const std::string& domain :
       {std::string(), std::string("letsencrypt.org."), std::string("www.letsencrypt.org"),
        std::string("etsencrypt.org"), std::string("org"), std::string(300, 'a')}) {
    EXPECT_FALSE(IsKnownIssuer(domain)) << domain;
  }
}

struct NearestRow {
  const char* typed;
  const char* nearest;
};

class NearestTest : public testing::TestWithParam<NearestRow> {};

TEST_P(NearestTest, IsWhatWasProbablyMeant) {
  EXPECT_EQ(NearestKnownIssuer(GetParam().typed), GetParam().nearest) << GetParam().typed;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NearestTest,
    testing::Values(NearestRow{"letsencrpyt.org", "letsencrypt.org"},  // Swapped.
                    NearestRow{"letsencrypt.og", "letsencrypt.org"},   // Left out.
                    NearestRow{"lettsencrypt.orgg", "letsencrypt.org"},
                    NearestRow{"letsecrypt.org", "letsencrypt.org"},
                    NearestRow{"lenscrypt.org", "letsencrypt.org"},
                    // Three slips in a name of twelve letters are another one.
                    NearestRow{"digits.cert", ""}, NearestRow{"LETSENCRIPT.ORG", "letsencrypt.org"},
                    NearestRow{"www.letsencrypt.org", "letsencrypt.org"},
                    NearestRow{"letsencrypt.com", "letsencrypt.org"},
                    NearestRow{"letsencrypt", "letsencrypt.org"},
                    NearestRow{"digicert", "digicert.com"},
                    NearestRow{"letsencrpyt", "letsencrypt.org"},
                    NearestRow{"letsencryt.net", "letsencrypt.org"},
                    NearestRow{"google.com", "pki.goog"},  // By the CA's name.
                    NearestRow{"globalsign.co", "globalsign.com"},
                    // Two slips in a short name are another name.
                    NearestRow{"ssl.de", ""}, NearestRow{"ca.example", ""},
                    NearestRow{"no-such-ca.example", ""}, NearestRow{"", ""},
                    NearestRow{"example.com", ""}));

TEST(NearestKnownIssuerTest, FindsEachSingleSlipInEachIssuer) {
  for (const KnownCa& ca : KnownCas()) {
    for (const std::string_view issuer : ca.issuer_domains) {
      for (size_t i = 0; i < issuer.size(); ++i) {
        std::string left_out(issuer);
        left_out.erase(i, 1);
        EXPECT_NE(NearestKnownIssuer(left_out), "") << left_out;
        std::string changed(issuer);
        changed[i] = changed[i] == 'q' ? 'z' : 'q';
        EXPECT_NE(NearestKnownIssuer(changed), "") << changed;
        std::string added(issuer);
        added.insert(i, 1, 'q');
        EXPECT_NE(NearestKnownIssuer(added), "") << added;
      }
    }
  }
}

TEST(NearestKnownIssuerTest, TakesAnyLength) {
  EXPECT_EQ(NearestKnownIssuer(std::string(253, 'x')), "");
  EXPECT_EQ(NearestKnownIssuer(std::string(4000, 'x')), "");
}

}  // namespace
}  // namespace caascan
