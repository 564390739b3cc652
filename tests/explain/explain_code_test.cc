// What codes mean, without a record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "caascan/explain.h"
#include "caascan/finding_kind.h"
#include "caascan/known_cas.h"

namespace caascan {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Explained(std::string_view code, const ExplainOptions& options = {}) {
  const auto text = ExplainCode(code, options);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

size_t WidestLine(const std::string& text) {
  size_t widest = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    widest = std::max(widest, end - at);
    at = end + 1;
  }
  return widest;
}

TEST(ExplainCodeTest, AFindingHasItsWholeRow) {
  const std::string text = Explained("notimp_on_caa");
  EXPECT_THAT(text, StartsWith("Finding notimp_on_caa: the server answers NOTIMP"));
  EXPECT_THAT(text, HasSubstr("  severity      error\n"));
  EXPECT_THAT(text, HasSubstr("  who can act   DNS provider\n"));
  EXPECT_THAT(text, HasSubstr("  EDE           21 (RFC 8914)\n"));
  EXPECT_THAT(text, HasSubstr("  leads to      notimp\n"));
  EXPECT_THAT(text, HasSubstr("To send to the DNS provider\n"));
}

TEST(ExplainCodeTest, AReasonHasItsFindings) {
  const std::string text = Explained("refused");
  EXPECT_THAT(text, StartsWith("Reason refused, outcome lame: The servers"));
  EXPECT_THAT(text, HasSubstr("What to do\n  Set the registrar's"));
  EXPECT_THAT(text, HasSubstr("\n  lame_refused"));
  EXPECT_THAT(Explained("no_caa"), Not(HasSubstr("What to do")));
}

TEST(ExplainCodeTest, ACodeThatIsBothHasBoth) {
  const std::string text = Explained("caa_dropped");
  EXPECT_THAT(text, HasSubstr("Reason caa_dropped, outcome timeout"));
  EXPECT_THAT(text, HasSubstr("Finding caa_dropped"));
}

TEST(ExplainCodeTest, WhatIsNoCodeIsSaid) {
  for (const char* code : {"", "NOTIMP", "notimp_on_ca", "a\nb"}) {
    const auto text = ExplainCode(code, {});
    EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument) << code;
    EXPECT_EQ(text.status().message().find('\n'), absl::string_view::npos);
  }
}

TEST(ExplainCodeTest, EveryCodeFitsTheTerminal) {
  for (const size_t width : {60u, 80u, 100u}) {
    ExplainOptions options;
    options.width = width;
    for (const FindingKind& kind : FindingKinds()) {
      EXPECT_LE(WidestLine(Explained(FindingCodeText(kind.code), options)), width);
    }
    EXPECT_LE(WidestLine(ExplainAllCodes(options)), width);
    EXPECT_LE(WidestLine(ExplainKnownCas(options)), width);
  }
}

TEST(ExplainCodeTest, AllCodesAndAllCasAreThere) {
  const std::string codes = ExplainAllCodes({});
  for (size_t i = 0; i < kReasonCount; ++i) {
    EXPECT_THAT(codes, HasSubstr("  " + std::string(ReasonCode(static_cast<Reason>(i))) + " "));
  }
  for (const FindingKind& kind : FindingKinds()) {
    EXPECT_THAT(codes, HasSubstr("  " + std::string(FindingCodeText(kind.code)) + " "));
  }
  const std::string cas = ExplainKnownCas({});
  for (const KnownCa& ca : KnownCas()) EXPECT_THAT(cas, HasSubstr("\n" + std::string(ca.name)));
  EXPECT_THAT(cas, HasSubstr("after a failure refuses (boulder"));
  EXPECT_THAT(cas, HasSubstr("after a failure unknown; assumed to refuse"));
}

}  // namespace
}  // namespace caascan
