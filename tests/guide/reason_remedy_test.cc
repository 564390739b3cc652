#include "scanner/guide/reason_remedy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::guide {
namespace {

/// The table goes by the enumeration's order: some rows of each outcome pin it down.
TEST(ReasonMeaningTest, IsThatOfTheReason) {
  for (size_t i = 0; i < kReasonCount; ++i) {
    const std::string_view meaning = ReasonMeaning(static_cast<Reason>(i));
    EXPECT_TRUE(meaning.ends_with('.')) << meaning;
  }
  EXPECT_THAT(ReasonMeaning(Reason::kNoCaa), testing::HasSubstr("any CA may issue"));
  EXPECT_THAT(ReasonMeaning(Reason::kMalformedProperty), testing::HasSubstr("cannot be read"));
  EXPECT_THAT(ReasonMeaning(Reason::kServfail), testing::HasSubstr("SERVFAIL"));
  EXPECT_THAT(ReasonMeaning(Reason::kTooSlow), testing::HasSubstr("longer"));
  EXPECT_THAT(ReasonMeaning(Reason::kUnresolvableServers), testing::HasSubstr("no address"));
  EXPECT_THAT(ReasonMeaning(Reason::kTruncated), testing::HasSubstr("TCP"));
  EXPECT_THAT(ReasonMeaning(kLastReason), testing::HasSubstr("IP family"));
}

struct DigRow {
  Reason reason;
  Dig dig;
};

class ReasonDigTest : public testing::TestWithParam<DigRow> {};

TEST_P(ReasonDigTest, AsksWhatShowsTheFailure) {
  EXPECT_EQ(DigOf(GetParam().reason), GetParam().dig);
}

INSTANTIATE_TEST_SUITE_P(Rows, ReasonDigTest,
                         testing::Values(DigRow{Reason::kServfail, Dig::kCaa},
                                         DigRow{Reason::kRefused, Dig::kCaa},
                                         DigRow{Reason::kNoResponse, Dig::kCaa},
                                         DigRow{Reason::kRefusedCaa, Dig::kCaaAndSoa},
                                         DigRow{Reason::kCaaDropped, Dig::kCaaAndSoa},
                                         DigRow{Reason::kTruncated, Dig::kCaaOverTcp},
                                         DigRow{Reason::kDnssecBogus, Dig::kValidation},
                                         DigRow{Reason::kUnresolvableServers, Dig::kHostAddresses}),
                         [](const auto& row) { return std::string(ReasonCode(row.param.reason)); });

}  // namespace
}  // namespace caascan::guide
