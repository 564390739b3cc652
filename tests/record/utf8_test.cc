#include "scanner/record/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::record {
namespace {

struct Row {
  const char* name;
  const char* section;
  std::string_view bytes;
  Utf8Character want;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name << " (" << row.section << ")"; }

class DecodeTest : public testing::TestWithParam<Row> {};

TEST_P(DecodeTest, ReadsTheFirstCharacter) {
  const Row& row = GetParam();
  const Utf8Character got = DecodeUtf8(row.bytes, 0);
  EXPECT_EQ(got.valid, row.want.valid);
  EXPECT_EQ(got.size, row.want.size);
  EXPECT_EQ(got.code_point, row.want.code_point);
}

constexpr Utf8Character Valid(char32_t c, size_t size) { return {c, size, true}; }
constexpr Utf8Character Bad(size_t size) { return {kReplacementCharacter, size, false}; }

INSTANTIATE_TEST_SUITE_P(Utf8, DecodeTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"Nul", "RFC 3629 §3", std::string_view("\0", 1), Valid(0, 1)},
                             {"Ascii", "RFC 3629 §3", "\x7F", Valid(0x7F, 1)},
                             {"FirstOfTwo", "RFC 3629 §3", "\xC2\x80", Valid(0x80, 2)},
                             {"LastOfTwo", "RFC 3629 §3", "\xDF\xBF", Valid(0x7FF, 2)},
                             {"FirstOfThree", "RFC 3629 §3", "\xE0\xA0\x80", Valid(0x800, 3)},
                             {"LastOfThree", "RFC 3629 §3", "\xEF\xBF\xBF", Valid(0xFFFF, 3)},
                             {"FirstOfFour", "RFC 3629 §3", "\xF0\x90\x80\x80", Valid(0x10000, 4)},
                             {"LastOfAll", "RFC 3629 §3", "\xF4\x8F\xBF\xBF", Valid(0x10FFFF, 4)},
                             {"BeforeSurrogates", "RFC 3629 §3", "\xED\x9F\xBF", Valid(0xD7FF, 3)},
                             {"Surrogate", "RFC 3629 §3", "\xED\xA0\x80", Bad(1)},
                             {"BeyondUnicode", "RFC 3629 §3", "\xF4\x90\x80\x80", Bad(1)},
                             {"OverlongTwo", "RFC 3629 §10", "\xC0\x80", Bad(1)},
                             {"OverlongThree", "RFC 3629 §10", "\xE0\x9F\xBF", Bad(1)},
                             {"OverlongFour", "RFC 3629 §10", "\xF0\x8F\xBF\xBF", Bad(1)},
                             {"LoneContinuation", "RFC 3629 §3", "\x80", Bad(1)},
                             {"LeadF5", "RFC 3629 §4", "\xF5\x80\x80\x80", Bad(1)},
                             {"LeadFF", "RFC 3629 §4", "\xFF", Bad(1)},
                             {"CutAfterOne", "Unicode §3.9", "\xE2", Bad(1)},
                             {"CutAfterTwo", "Unicode §3.9", "\xE2\x82", Bad(2)},
                             {"CutAfterThree", "Unicode §3.9", "\xF0\x9F\x98", Bad(3)},
                             {"BrokenByAscii", "Unicode §3.9",
                              "\xE2\x82"
                              "A",
                              Bad(2)},
                             {"Latin1", "Unicode §3.9",
                              "\xFC"
                              "ber",
                              Bad(1)},
                         }),
                         [](const auto& row) { return std::string(row.param.name); });

/// Every character there is comes back from its own encoding.
TEST(Utf8Test, RoundTripsAllOfUnicode) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string bytes;
    AppendUtf8(c, &bytes);
    const Utf8Character got = DecodeUtf8(bytes, 0);
    ASSERT_TRUE(got.valid) << static_cast<uint32_t>(c);
    ASSERT_EQ(got.code_point, c);
    ASSERT_EQ(got.size, bytes.size());
  }
}

}  // namespace
}  // namespace caascan::record
