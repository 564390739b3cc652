#include "scanner/guide/reason_remedy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::guide {
namespace {

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
