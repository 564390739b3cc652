#include "caascan/reason_meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan {
namespace {

/// The table goes by the enumeration's order: some rows of each outcome pin it down.
TEST(ReasonMeaningTest, IsThatOfTheReason) {
  for (size_t i = 0; i < kReasonCount; ++i) {
    const std::string_view meaning = ReasonMeaning(static_cast<Reason>(i));
    EXPECT_TRUE(meaning.ends_with('.')) << meaning;
  }
  EXPECT_THAT(ReasonMeaning(Reason::kNoCaa), testing::HasSubstr("any CA may issue"));
  EXPECT_THAT(ReasonMeaning(Reason::kMalformedProperty), testing::HasSubstr("malformed"));
  EXPECT_THAT(ReasonMeaning(Reason::kServfail), testing::HasSubstr("SERVFAIL"));
  EXPECT_THAT(ReasonMeaning(Reason::kTooSlow), testing::HasSubstr("longer"));
  EXPECT_THAT(ReasonMeaning(Reason::kUnresolvableServers), testing::HasSubstr("no address"));
  EXPECT_THAT(ReasonMeaning(Reason::kTruncated), testing::HasSubstr("TCP"));
  EXPECT_THAT(ReasonMeaning(kLastReason), testing::HasSubstr("IP family"));
}

}  // namespace
}  // namespace caascan
