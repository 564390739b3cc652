#include "caascan/finding_code.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace caascan {
namespace {

TEST(FindingCodeTest, EachHasATextOfItsOwnThatLeadsBack) {
  std::set<std::string_view> texts;
  for (size_t i = 0; i <= static_cast<size_t>(kLastFindingCode); ++i) {
    const auto code = static_cast<FindingCode>(i);
    const std::string_view text = FindingCodeText(code);
    EXPECT_TRUE(texts.insert(text).second) << text;
    EXPECT_EQ(FindFindingCode(text), code) << text;
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    })) << text;
  }
}

TEST(FindingCodeTest, TextsAreThoseOfTheContract) {
  EXPECT_EQ(FindingCodeText(FindingCode::kNotimpOnCaa), "notimp_on_caa");
  EXPECT_EQ(FindingCodeText(FindingCode::kNxdomainAboveExisting), "nxdomain_above_existing");
  EXPECT_EQ(FindingCodeText(FindingCode::kDnssecNsec3Iterations), "dnssec_nsec3_iterations");
  EXPECT_EQ(FindingCodeText(kLastFindingCode), "caa_method_unknown");
}

TEST(FindingCodeTest, OtherTextsAreNoCodes) {
  for (const std::string_view text :
       {"", "no_such_code", "Notimp_on_caa", "notimp_on_ca", "notimp_on_caa "}) {
    EXPECT_EQ(FindFindingCode(text), std::nullopt) << text;
  }
}

// 0 is "Other", which says nothing; IANA has given out those up to 30.
TEST(FindingEdeTest, IsRegistered) {
  for (const FindingCodeRow& row : kFindingCodes) {
    const uint16_t ede = FindingEde(row.code).value_or(1);
    EXPECT_GE(ede, 1) << row.text;
    EXPECT_LE(ede, 30) << row.text;
  }
}

TEST(FindingEdeTest, IsWhatAResolverTells) {
  EXPECT_EQ(FindingEde(FindingCode::kDnssecSignatureExpired), 7);
  EXPECT_EQ(FindingEde(FindingCode::kDnssecDsMismatch), 9);
  EXPECT_EQ(FindingEde(FindingCode::kServerSilent), 23);
  EXPECT_EQ(FindingEde(FindingCode::kDnssecExpiring), std::nullopt) << "it still validates";
  EXPECT_EQ(FindingEde(FindingCode::kCaaTagUnknown), std::nullopt);
}

}  // namespace
}  // namespace caascan
