#include "scanner/record/json_text.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::record {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::sys_days;
using std::chrono::system_clock;

/// What a JSON reader makes of the string; fails the test where it is none.
std::string ReadBack(const std::string& json) {
  simdjson::dom::parser parser;
  std::string_view text;
  EXPECT_EQ(parser.parse(json).get_string().get(text), simdjson::SUCCESS) << json;
  return std::string(text);
}

std::string JsonString(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

std::string JsonPresentation(std::string_view bytes) {
  std::string out;
  AppendJsonPresentation(bytes, &out);
  return out;
}

TEST(OneLineJsonTest, NothingEndsALineForAnybody) {
  const auto one_line = [](std::string_view json) {
    std::string out;
    AppendOneLineJson(json, &out);
    return out;
  };
  EXPECT_EQ(one_line("{\"a\":\r1,\n\"b\": [2,\r\n3]}"), R"({"a": 1, "b": [2,  3]})");
  EXPECT_EQ(one_line("\"\xe2\x80\xa8\xe2\x80\xa9\xc2\x85\xc2\x9b\x7f\""),
            R"("\u2028\u2029\u0085\u009b\u007f")");
  // Neighbours stay as they are: U+2027, U+202A, U+00A0, what is escaped already.
  for (const char* same : {"\"\xe2\x80\xa7\xe2\x80\xaa\xc2\xa0\"", R"("\r\n\u2028")", "17", "\"\"",
                           ("\"b\xc3\xbc"
                            "cher \xe2\x82\xac\"")}) {
    EXPECT_EQ(one_line(same), same);
  }
  const std::string value = "\"x\xe2\x80\xa8y\xc2\x85\"";
  EXPECT_EQ(ReadBack(one_line(value)), ReadBack(value)) << "the value is the same";
}

struct StringRow {
  const char* name;
  std::string text;
  std::string want;
};

void PrintTo(const StringRow& row, std::ostream* out) { *out << row.name; }

class JsonStringTest : public testing::TestWithParam<StringRow> {};

TEST_P(JsonStringTest, Writes) { EXPECT_EQ(JsonString(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(Rfc8259Section7, JsonStringTest,
                         testing::ValuesIn(std::vector<StringRow>{
                             {"Empty", "", R"("")"},
                             {"Plain", "www.example.com", R"("www.example.com")"},
                             {"Quote", "a\"b", R"("a\"b")"},
                             {"Backslash", "a\\b", R"("a\\b")"},
                             {"ShortEscapes", "\n\r\t", R"("\n\r\t")"},
                             {"Controls", std::string("\0\x01\x1F\x1B", 4),
                              R"("\u0000\u0001\u001f\u001b")"},
                             {"Delete", "\x7F", R"("\u007f")"},
                             {"TwoBytes",
                              "b\xC3\xBC"
                              "cher",
                              R"("b\u00fccher")"},
                             {"ThreeBytes", "\xE2\x82\xAC", R"("\u20ac")"},
                             {"SurrogatePair", "\xF0\x9F\x98\x80", R"("\ud83d\ude00")"},
                             {"LineSeparator", "\xE2\x80\xA8", R"("\u2028")"},
                             {"C1Control", "\xC2\x9B", R"("\u009b")"},
                             {"Latin1",
                              "\xFC"
                              "ber",
                              R"("\ufffdber")"},
                             {"CutCharacter", "a\xE2\x82", R"("a\ufffd")"},
                             {"TwoBadBytes", "\xFF\xFE", R"("\ufffd\ufffd")"},
                         }),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(JsonStringTest, SurvivesEveryPairOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      const std::string json = JsonString(text);
      for (const char c : json) ASSERT_TRUE(c >= 0x20 && c < 0x7F) << a << ' ' << b;
      const std::string back = ReadBack(json);
      if (a < 0x80 && b < 0x80) {
        ASSERT_EQ(back, text);
      }
    }
  }
}

TEST(JsonPresentationTest, FollowsTheContract) {
  EXPECT_EQ(JsonPresentation("letsencrypt.org; a=b"), R"("letsencrypt.org; a=b")");
  EXPECT_EQ(JsonPresentation("a\\b"), R"("a\\\\b")");
  EXPECT_EQ(JsonPresentation("\"x\""), R"("\"x\"")");
  EXPECT_EQ(JsonPresentation(std::string_view("\0\xFF\n", 3)), R"("\\000\\255\\010")");
  EXPECT_EQ(JsonPresentation("<script>"), R"("<script>")");
}

TEST(JsonPresentationTest, LosesNoByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const std::string shown = ReadBack(JsonPresentation(all));
  std::string back;
  for (size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] != '\\') {
      back.push_back(shown[i]);
    } else if (shown[i + 1] == '\\') {
      back.push_back('\\');
      ++i;
    } else {
      back.push_back(static_cast<char>(std::stoi(shown.substr(i + 1, 3))));
      i += 3;
    }
  }
  EXPECT_EQ(back, all);
}

TEST(JsonNumberTest, WritesMillisecondsExactly) {
  const std::vector<std::pair<int64_t, std::string>> rows = {
      {0, "0"},      {1, "0.001"},    {40, "0.04"},  {999, "0.999"},          {1000, "1"},
      {1100, "1.1"}, {31700, "31.7"}, {10000, "10"}, {12345678, "12345.678"}, {-5, "0"},
  };
  for (const auto& [us, want] : rows) {
    std::string out;
    AppendMilliseconds(microseconds(us), &out);
    EXPECT_EQ(out, want);
  }
}

TEST(JsonNumberTest, WritesUnsigned) {
  std::string out;
  AppendUnsigned(0, &out);
  out += ' ';
  AppendUnsigned(18446744073709551615ull, &out);
  EXPECT_EQ(out, "0 18446744073709551615");
}

std::string Time(system_clock::time_point time) {
  std::string out;
  AppendJsonTime(time, &out);
  return out;
}

TEST(JsonTimeTest, WritesRfc3339) {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  const sys_days day = std::chrono::year(2026) / 11 / 21;
  EXPECT_EQ(Time(day + hours(23) + minutes(54) + seconds(8) + milliseconds(123)),
            R"("2026-11-21T23:54:08.123Z")");
  EXPECT_EQ(Time(system_clock::time_point{}), R"("1970-01-01T00:00:00.000Z")");
  EXPECT_EQ(Time(system_clock::time_point{} - milliseconds(1)), R"("1969-12-31T23:59:59.999Z")");
  const sys_days leap = std::chrono::year(2028) / 2 / 29;
  EXPECT_EQ(Time(leap + microseconds(1999)), R"("2028-02-29T00:00:00.001Z")");
}

/// The cached second must never leak into another one, in whatever order times come.
TEST(JsonTimeTest, IsTheSameCachedOrNot) {
  const system_clock::time_point base = sys_days(std::chrono::year(2026) / 12 / 31);
  const std::vector<int> offsets = {0, 86399, 0, 86400, 1, 86399, 86400, 0, 0, 28800, 0};
  for (const int offset : offsets) {
    const system_clock::time_point time = base + std::chrono::seconds(offset);
    const bool next_day = offset == 86400;
    const std::string got = Time(time);
    EXPECT_EQ(got.substr(1, 10), next_day ? "2027-01-01" : "2026-12-31") << offset;
    const int rest = offset % 86400;
    EXPECT_EQ(std::stoi(got.substr(12, 2)), rest / 3600);
    EXPECT_EQ(std::stoi(got.substr(15, 2)), rest / 60 % 60);
    EXPECT_EQ(std::stoi(got.substr(18, 2)), rest % 60);
  }
}

}  // namespace
}  // namespace caascan::record
