#include "scanner/record/record_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "scanner/record/json_text.h"

namespace caascan::record {
namespace {

TEST(ParseJsonTimeTest, ReadsWhatIsWritten) {
  for (const int64_t ms : {int64_t{0}, int64_t{1}, int64_t{951782400000}, int64_t{1795305248123},
                           int64_t{4133980799999}}) {
    std::string text;
    AppendJsonTime(std::chrono::system_clock::time_point(std::chrono::milliseconds(ms)), &text);
    int64_t read = -1;
    EXPECT_TRUE(ParseJsonTime(std::string_view(text).substr(1, text.size() - 2), &read)) << text;
    EXPECT_EQ(read, ms) << text;
  }
}

TEST(ParseJsonTimeTest, TakesAnyNumberOfDecimals) {
  int64_t ms = 0;
  EXPECT_TRUE(ParseJsonTime("1970-01-01T00:00:01Z", &ms));
  EXPECT_EQ(ms, 1000);
  EXPECT_TRUE(ParseJsonTime("1970-01-01T00:00:01.5Z", &ms));
  EXPECT_EQ(ms, 1500);
  EXPECT_TRUE(ParseJsonTime("1970-01-01T00:00:01.123456789012Z", &ms));
  EXPECT_EQ(ms, 1123);
  EXPECT_TRUE(ParseJsonTime("1998-12-31T23:59:60Z", &ms)) << "a leap second";
  EXPECT_EQ(ms, 915148800000);
}

TEST(ParseJsonTimeTest, RefusesEverythingElse) {
  int64_t ms = 0;
  for (const char* text : {"",
                           "Z",
                           "2026-11-21",
                           "2026-11-21T23:54:08",
                           "2026-11-21T23:54:08.Z",
                           "2026-11-21T23:54:08.1",
                           "2026-11-21T23:54:08+00:00",
                           "2026-11-21 23:54:08Z",
                           "2026-11-21t23:54:08z",
                           "2026-11-21T23:54:08ZZ",
                           " 2026-11-21T23:54:08Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T23:60:00Z",
                           "2026-11-21T23:54:61Z",
                           "1969-12-31T23:59:59Z",
                           "2101-01-01T00:00:00Z",
                           "-026-11-21T23:54:08Z",
                           "2026-1-21T23:54:08Z",
                           "20261121T235408Z"}) {
    EXPECT_FALSE(ParseJsonTime(text, &ms)) << text;
  }
}

/// JSON's own escaping undone, which is not this function's part.
std::string Presentation(const std::string& bytes) {
  std::string json;
  AppendJsonPresentation(bytes, &json);
  std::string text;
  for (size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] == '\\') ++i;
    text.push_back(json[i]);
  }
  return text;
}

TEST(UndoPresentationTest, UndoesEveryByte) {
  std::string all_bytes;
  for (int c = 0; c < 256; ++c) {
    const std::string one(1, static_cast<char>(c));
    std::string back;
    EXPECT_TRUE(UndoPresentation(Presentation(one), &back));
    EXPECT_EQ(back, one);
    all_bytes += one;
  }
  std::string back = "what was there";
  EXPECT_TRUE(UndoPresentation(Presentation(all_bytes), &back));
  EXPECT_EQ(back, all_bytes);
}

TEST(UndoPresentationTest, FollowsZoneFiles) {
  const std::vector<std::pair<const char*, const char*>> rows = {
      {"", ""},
      {"plain", "plain"},
      {R"(\\)", "\\"},
      {R"(\\009)", "\\009"},
      {R"(\065\066)", "AB"},
      {R"(\;\")", ";\""},
      {R"(a\032b)", "a b"},
      {"\xC3\xA4", "\xC3\xA4"},
  };
  for (const auto& [text, bytes] : rows) {
    std::string back;
    EXPECT_TRUE(UndoPresentation(text, &back)) << text;
    EXPECT_TRUE(IsPresentation(text)) << text;
    EXPECT_EQ(back, bytes);
  }
}

TEST(UndoPresentationTest, RefusesWhatBreaksOff) {
  std::string bytes;
  for (const char* text : {"\\", "a\\", "\\1", "\\12", "\\256", "\\999", "\\1a2", "\\\\\\"}) {
    EXPECT_FALSE(UndoPresentation(text, &bytes)) << text;
    EXPECT_FALSE(IsPresentation(text)) << text;
  }
}

}  // namespace
}  // namespace caascan::record
