#include "scanner/record/json_check.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::record {
namespace {

struct Row {
  const char* name;
  const char* section;
  std::string text;
  bool want;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name << " (" << row.section << ")"; }

class JsonCheckTest : public testing::TestWithParam<Row> {};

TEST_P(JsonCheckTest, Holds) { EXPECT_EQ(IsJsonObject(GetParam().text), GetParam().want); }

/// A text that is one object is none when cut anywhere: no object is the beginning of another.
TEST_P(JsonCheckTest, IsNothingWhenCut) {
  const Row& row = GetParam();
  if (!row.want) return;
  const std::string trimmed = row.text.substr(0, row.text.find_last_of('}') + 1);
  for (size_t size = 0; size < trimmed.size(); ++size) {
    EXPECT_FALSE(IsJsonObject(std::string_view(trimmed).substr(0, size))) << size;
  }
}

TEST(FindJsonFaultTest, IsWhereTheTextStopsBeingOne) {
  struct FaultRow {
    std::string text;
    std::optional<size_t> want;
  };
  for (const FaultRow& row : std::vector<FaultRow>{{R"({"a":1})", std::nullopt},
                                                   {"", 0},
                                                   {"a.example", 0},
                                                   {R"({"a":1)", 6},
                                                   {R"({"a":"x)", 7},
                                                   {R"({"a" 1})", 5},
                                                   {R"({"a":1} x)", 8},
                                                   {R"({"a":tru})", 5}}) {
    EXPECT_EQ(FindJsonFault(row.text), row.want) << row.text;
    EXPECT_EQ(IsJsonObject(row.text), !row.want.has_value()) << row.text;
  }
}

/// More brackets than any stack has room for.
std::string Endless() {
  std::string text = R"({"a":)";
  text.resize(10'000'000, '[');
  return text;
}

std::string Nested(int depth) {  // `depth` counts the outer object.
  return R"({"a":)" + std::string(static_cast<size_t>(depth - 1), '[') +
         std::string(static_cast<size_t>(depth - 1), ']') + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Valid, JsonCheckTest,
    testing::ValuesIn(std::vector<Row>{
        {"Empty", "RFC 8259 §4", "{}", true},
        {"SpaceEverywhere", "RFC 8259 §2", " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } ", true},
        {"Literals", "RFC 8259 §3", R"({"a":true,"b":false,"c":null})", true},
        {"Numbers", "RFC 8259 §6", R"({"a":[0,-0,10,1.5,-1.5e10,1E+2,2e-3,0.0]})", true},
        {"HugeNumber", "RFC 8259 §6", R"({"a":123456789012345678901234567890.5})", true},
        {"Escapes", "RFC 8259 §7", R"({"a":"\"\\\/\b\f\n\r\t\u00fC"})", true},
        {"LoneSurrogateEscape", "RFC 8259 §8.2", R"({"a":"\ud800"})", true},
        {"Utf8", "RFC 8259 §8.1", "{\"\xC3\xBC\":\"\xF0\x9F\x98\x80\"}", true},
        {"DuplicateKey", "RFC 8259 §4", R"({"a":1,"a":2})", true},
        {"DeepestAllowed", "RFC 8259 §9", Nested(kMaxJsonDepth), true},
        {"Delete", "RFC 8259 §7", "{\"a\":\"\x7F\"}", true},
    }),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(Invalid, JsonCheckTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"Nothing", "RFC 8259 §2", "", false},
                             {"Array", "an object is asked for", "[]", false},
                             {"String", "an object is asked for", "\"a\"", false},
                             {"Two", "RFC 8259 §2", "{}{}", false},
                             {"Trailing", "RFC 8259 §2", "{} x", false},
                             {"TrailingNul", "RFC 8259 §2", std::string("{}\0", 3), false},
                             {"Unclosed", "RFC 8259 §4", R"({"a":1)", false},
                             {"WrongBracket", "RFC 8259 §4", R"({"a":[1})", false},
                             {"NoColon", "RFC 8259 §4", R"({"a" 1})", false},
                             {"NoValue", "RFC 8259 §4", R"({"a":})", false},
                             {"NoKey", "RFC 8259 §4", "{:1}", false},
                             {"BareKey", "RFC 8259 §4", "{a:1}", false},
                             {"NumberKey", "RFC 8259 §4", "{1:1}", false},
                             {"SingleQuotes", "RFC 8259 §7", "{'a':1}", false},
                             {"CommaAtEnd", "RFC 8259 §4", R"({"a":1,})", false},
                             {"CommaInFront", "RFC 8259 §4", R"({,"a":1})", false},
                             {"CommaInArray", "RFC 8259 §5", R"({"a":[1,]})", false},
                             {"Capitals", "RFC 8259 §3", R"({"a":True})", false},
                             {"NaN", "RFC 8259 §6", R"({"a":NaN})", false},
                             {"LongLiteral", "RFC 8259 §3", R"({"a":nullx})", false},
                             {"LeadingZero", "RFC 8259 §6", R"({"a":01})", false},
                             {"Plus", "RFC 8259 §6", R"({"a":+1})", false},
                             {"BarePoint", "RFC 8259 §6", R"({"a":.5})", false},
                             {"PointAtEnd", "RFC 8259 §6", R"({"a":1.})", false},
                             {"EmptyExponent", "RFC 8259 §6", R"({"a":1e})", false},
                             {"BareMinus", "RFC 8259 §6", R"({"a":-})", false},
                             {"Hex", "RFC 8259 §6", R"({"a":0x1})", false},
                             {"UnknownEscape", "RFC 8259 §7", R"({"a":"\x41"})", false},
                             {"ShortUnicodeEscape", "RFC 8259 §7", R"({"a":"\u12"})", false},
                             {"RawNul", "RFC 8259 §7", std::string("{\"a\":\"\0\"}", 9), false},
                             {"RawLineFeed", "RFC 8259 §7", "{\"a\":\"\n\"}", false},
                             {"Latin1", "RFC 8259 §8.1", "{\"a\":\"\xFC\"}", false},
                             {"Latin1OutsideStrings", "RFC 8259 §2", "{\"a\":1,\xFC}", false},
                             {"ByteOrderMark", "RFC 8259 §8.1", "\xEF\xBB\xBF{}", false},
                             {"Comment", "RFC 8259 §2", "{/**/}", false},
                             {"TooDeep", "RFC 8259 §9", Nested(kMaxJsonDepth + 1), false},
                             {"FarTooDeep", "RFC 8259 §9", Endless(), false},
                         }),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace caascan::record
