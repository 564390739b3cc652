#include "scanner/input/ndjson_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace caascan::input {
namespace {

NameJob Parse(std::string_view line, bool wildcard = false) {
  NdjsonParser parser;
  NameJob job;
  parser.Parse(line, wildcard, &job);
  return job;
}

std::string NameText(const NameJob& job) { return job.name.view().ToText(); }

TEST(NdjsonParserTest, NameAlone) {
  const NameJob job = Parse(R"({"name":"www.example.com"})");
  EXPECT_TRUE(job.valid);
  EXPECT_FALSE(job.wildcard);
  EXPECT_EQ(NameText(job), "www.example.com");
  EXPECT_EQ(job.details().input, "");
  EXPECT_EQ(job.details().id.text, "");
  EXPECT_EQ(job.details().order.text, "");
  EXPECT_TRUE(job.details().account_uris.empty());
  EXPECT_TRUE(job.details().validation_methods.empty());
}

TEST(NdjsonParserTest, AllMembers) {
  const NameJob job = Parse(
      R"( {"order" : 7 , "account_uri":"https://ca.example/acct/1","wildcard":true,)"
      R"("validation_method":"dns-01","other":[{"name":"no"}],"id":"a-1","name":"B\u00dcCHER.example"})");
  EXPECT_TRUE(job.valid);
  EXPECT_TRUE(job.wildcard);
  EXPECT_EQ(NameText(job), "xn--bcher-kva.example");
  EXPECT_EQ(job.details().input, "BÜCHER.example");
  EXPECT_EQ(job.details().id.text, R"("a-1")");
  EXPECT_EQ(job.details().order.text, "7");
  EXPECT_THAT(job.details().account_uris, testing::ElementsAre("https://ca.example/acct/1"));
  EXPECT_THAT(job.details().validation_methods, testing::ElementsAre("dns-01"));
}

struct RawRow {
  const char* name;
  std::string raw;
};

void PrintTo(const RawRow& row, std::ostream* out) { *out << row.raw; }

class RawJsonTest : public testing::TestWithParam<RawRow> {};

/// `id` and `order` come back to the byte, wherever they stand.
TEST_P(RawJsonTest, PassesUntouched) {
  const std::string& raw = GetParam().raw;
  for (const std::string& line : {
           R"({"id":)" + raw + R"(,"name":"a.example"})",
           R"({"name":"a.example","id":)" + raw + "}",
           R"({ "name" : "a.example" , "id" : )" + raw + " \t }",
           R"({"name":"not a name","id":)" + raw + R"(,"order":1})",
       }) {
    EXPECT_EQ(Parse(line).details().id.text, raw) << line;
  }
  EXPECT_EQ(Parse(R"({"name":"a.example","order":)" + raw + "}").details().order.text, raw);
}

INSTANTIATE_TEST_SUITE_P(Values, RawJsonTest,
                         testing::ValuesIn(std::vector<RawRow>{
                             {"Integer", "17"},
                             {"BeyondUint64", "123456789012345678901234567890"},
                             {"Decimals", "1.50"},
                             {"Exponent", "-1E+400"},
                             {"True", "true"},
                             {"Null", "null"},
                             {"Text", R"("a b\tc\u00fc\/")"},
                             {"EmptyText", R"("")"},
                             {"BracketsInText", R"("]}\"[{")"},
                             {"LoneSurrogate", R"("\ud800")"},
                             {"Utf8", "\"Zürich 😀\""},
                             {"Object", R"({ "b" : [1, 2,  {}] , "a": null })"},
                             {"Array", R"([ "x" , [[]] ])"},
                             {"EmptyObject", "{}"},
                             {"EmptyArray", "[ ]"},
                         }),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(NdjsonParserTest, SaysWhyALineGivesNoName) {
  for (const auto& [line, why] : std::vector<std::pair<std::string, std::string>>{
           {R"({"name":"a.example")", "JSON object that breaks off"},
           {R"({"name":"a.example" 1})", "JSON object that is broken at byte 21"},
           {R"(["name"])", "no JSON object"},
           {R"({"id":1})", "no member that is a name"},
           {R"({"name":7})", "no member that is a name"},
           {R"({"name":"a","wildcard":1})", "wildcard is not a boolean"},
           {R"({"name":"a","for":"code"})", "for is not tls, smime or mark"},
           {R"({"name":"a","account_uri":1})",
            "account_uri is neither a string nor an array of strings"},
           {R"({"name":"a","validation_method":[]})",
            "validation_method is neither a string nor an array of strings"},
           {R"({"name":"a","for":"smime","wildcard":true})",
            "a wildcard, which only TLS certificates are for"},
           {R"({"name":"a..b"})", "empty label"},
           {R"({"name":"192.0.2.1"})", "IP address"}}) {
    const NameJob job = Parse(line);
    EXPECT_FALSE(job.valid) << line;
    EXPECT_EQ(job.details().detail, why) << line;
  }
  const std::string longest = std::string(63, 'a') + "." + std::string(63, 'a') + "." +
                              std::string(63, 'a') + "." + std::string(60, 'a');
  EXPECT_EQ(Parse("{\"name\":\"" + longest + "\"}", true).details().detail, "name over 255 octets");
  EXPECT_EQ(Parse(R"({"name":"a.example","id":1})").details().detail, "");
}

struct WildcardRow {
  const char* name;
  std::string line;
  bool option;
  bool want;
  std::string want_input;
};

/// The line's own word counts for more than the option; `*.` counts always.
TEST(NdjsonParserTest, Wildcards) {
  const std::vector<WildcardRow> rows = {
      {"neither", R"({"name":"a.example"})", false, false, ""},
      {"option", R"({"name":"a.example"})", true, true, "a.example"},
      {"line", R"({"name":"a.example","wildcard":true})", false, true, "a.example"},
      {"line against option", R"({"name":"a.example","wildcard":false})", true, false, ""},
      {"null is absent", R"({"name":"a.example","wildcard":null})", true, true, "a.example"},
      {"typed", R"({"name":"*.a.example"})", false, true, ""},
      {"typed and line", R"({"name":"*.a.example","wildcard":true})", false, true, ""},
      {"typed against line", R"({"name":"*.a.example","wildcard":false})", false, true, ""},
  };
  for (const WildcardRow& row : rows) {
    SCOPED_TRACE(row.name);
    const NameJob job = Parse(row.line, row.option);
    EXPECT_TRUE(job.valid);
    EXPECT_EQ(job.wildcard, row.want);
    EXPECT_EQ(NameText(job), "a.example");
    EXPECT_EQ(job.details().input, row.want_input);
  }
}

struct BadRow {
  const char* name;
  std::string line;
  std::optional<std::string> want_text;  // Unset: the line.
  std::string want_id;
};

void PrintTo(const BadRow& row, std::ostream* out) { *out << row.line.substr(0, 200); }

class BadLineTest : public testing::TestWithParam<BadRow> {};

TEST_P(BadLineTest, IsAnInvalidJob) {
  const BadRow& row = GetParam();
  const NameJob job = Parse(row.line);
  EXPECT_FALSE(job.valid);
  EXPECT_EQ(job.details().invalid_name, EscapeTypedText(row.want_text.value_or(row.line)));
  EXPECT_EQ(job.details().id.text, row.want_id);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadLineTest,
    testing::ValuesIn(std::vector<BadRow>{
        {"NotJson", "www.example.com", {}, ""},
        {"Comment", "# comment", {}, ""},
        {"Array", R"(["a.example"])", {}, ""},
        {"Empty", "{}", {}, ""},
        {"Cut", R"({"id":1,"name":"a.example")", {}, ""},
        {"Trailing", R"({"id":1,"name":"a.example"} x)", {}, ""},
        {"TwoObjects", R"({"id":1,"name":"a.example"}{"name":"b.example"})", {}, ""},
        {"BadUnusedMember", R"({"id":1,"name":"a.example","x":nope})", {}, ""},
        {"BadInsideId", R"({"name":"a.example","id":{"a":[1,}})", {}, ""},
        {"Latin1",
         "{\"id\":1,\"name\":\"b\xFC"
         "cher.example\"}",
         {},
         ""},
        {"RawNul", std::string("{\"name\":\"a\0b.example\"}", 22), {}, ""},
        {"NoName", R"({"id":1,"ip":"a.example"})", {}, "1"},
        {"NameNumber", R"({"id":1,"name":7})", {}, "1"},
        {"NameNull", R"({"id":1,"name":null})", {}, "1"},
        {"NameObject", R"({"id":1,"name":{"name":"a.example"}})", {}, "1"},
        {"NameLoneSurrogate", R"({"id":1,"name":"\ud800"})", {}, "1"},
        {"NameNoName", R"({"id":1,"name":"not a name"})", "not a name", "1"},
        {"NameEmpty", R"({"id":1,"name":""})", "", "1"},
        {"NameRoot", R"({"id":1,"name":"."})", ".", "1"},
        {"NameWithNul", R"({"id":1,"name":"a\u0000b"})", std::string("a\0b", 3), "1"},
        {"NameWithLineFeed", R"({"id":1,"name":"a.example\n"})", "a.example\n", "1"},
        {"WildcardText", R"({"id":1,"name":"a.example","wildcard":"true"})", "a.example", "1"},
        {"WildcardNumber", R"({"wildcard":1,"name":"a.example","id":2})", "a.example", "2"},
        {"AccountNumber", R"({"account_uri":1,"name":"a.example","id":2})", "a.example", "2"},
        {"AccountListOfOthers",
         R"({"account_uri":["x:y",{"a":[1,{"id":9}]}],"name":"a.example","id":2})", "a.example",
         "2"},
        {"AccountListEmpty", R"({"account_uri":[],"name":"a.example","id":2})", "a.example", "2"},
        {"MethodObject", R"({"validation_method":{"a":"dns-01"},"name":"a.example"})", "a.example",
         ""},
        {"PurposeNumber", R"({"for":1,"name":"a.example","id":2})", "a.example", "2"},
        {"PurposeCapitals", R"({"for":"TLS","name":"a.example","id":2})", "a.example", "2"},
        {"WildcardForMail", R"({"for":"smime","name":"*.a.example","id":2})", "*.a.example", "2"},
        {"TooDeep", R"({"name":"a.example","x":)" + std::string(60000, '[') + "}", {}, ""},
    }),
    [](const auto& row) { return std::string(row.param.name); });

TEST(NdjsonParserTest, OfAMemberGivenTwiceTheLastCounts) {
  const NameJob job = Parse(R"({"name":"a.example","id":1,"name":"b.example","id":2})");
  EXPECT_EQ(NameText(job), "b.example");
  EXPECT_EQ(job.details().id.text, "2");
  EXPECT_FALSE(Parse(R"({"name":"a.example","name":1})").valid);
}

TEST(NdjsonParserTest, KeysMayBeEscaped) {
  EXPECT_EQ(NameText(Parse(R"({"n\u0061me":"a.example"})")), "a.example");
  EXPECT_EQ(NameText(Parse(R"({"\ud800":1,"name":"a.example"})")), "a.example");
}

TEST(NdjsonParserTest, SeveralAccountsAndMethods) {
  const NameJob job = Parse(R"({"account_uri":["https://ca.example/1","urn:a"],"name":"a.example",)"
                            R"("validation_method":["dns-01","ca-tbr-7"]})");
  ASSERT_TRUE(job.valid);
  EXPECT_THAT(job.details().account_uris, testing::ElementsAre("https://ca.example/1", "urn:a"));
  EXPECT_THAT(job.details().validation_methods, testing::ElementsAre("dns-01", "ca-tbr-7"));
}

/// The line's own purpose counts, else that of the scan.
TEST(NdjsonParserTest, Purposes) {
  NdjsonParser parser;
  NameJob job;
  const auto parse = [&](const char* line, Purpose of_scan, bool wildcard = false) {
    parser.Parse(line, wildcard, &job, of_scan);
    return job.valid ? std::string(PurposeCode(job.purpose)) : "invalid";
  };
  EXPECT_EQ(parse(R"({"name":"a.example"})", Purpose::kTls), "tls");
  EXPECT_EQ(parse(R"({"name":"a.example"})", Purpose::kSmime), "smime");
  EXPECT_EQ(parse(R"({"name":"a.example","for":null})", Purpose::kMark), "mark");
  EXPECT_EQ(parse(R"({"for":"tls","name":"a.example"})", Purpose::kSmime), "tls");
  EXPECT_EQ(parse(R"({"name":"a@a.example","for":"smime"})", Purpose::kTls), "smime");
  EXPECT_EQ(NameText(job), "a.example");
  EXPECT_EQ(parse(R"({"name":"a@a.example"})", Purpose::kTls), "invalid");
  EXPECT_EQ(parse(R"({"name":"a.example","for":"mark"})", Purpose::kTls, /*wildcard=*/true),
            "mark");
  EXPECT_FALSE(job.wildcard) << "--wildcard is for TLS";
  EXPECT_EQ(parse(R"({"name":7,"for":"smime"})", Purpose::kTls), "invalid");
  EXPECT_EQ(job.purpose, Purpose::kSmime) << "its record says so";
}

TEST(NdjsonParserTest, NullIsAbsent) {
  const NameJob job =
      Parse(R"({"name":"a.example","account_uri":null,"validation_method":null,"id":null})");
  EXPECT_TRUE(job.valid);
  EXPECT_TRUE(job.details().account_uris.empty());
  EXPECT_TRUE(job.details().validation_methods.empty());
  EXPECT_EQ(job.details().id.text, "null");
}

/// One parser and one job serve for all lines: nothing of the line before may show.
TEST(NdjsonParserTest, LeavesNothingOfTheLineBefore) {
  NdjsonParser parser;
  NameJob job;
  parser.Parse(
      R"({"name":"*.A.example","id":1,"order":2,"account_uri":"x:y","validation_method":"z"})",
      false, &job);
  parser.Parse(R"({"name":"b.example"})", false, &job);
  EXPECT_TRUE(job.valid);
  EXPECT_FALSE(job.wildcard);
  EXPECT_EQ(job.details().input + job.details().id.text + job.details().order.text +
                job.details().invalid_name,
            "");
  EXPECT_TRUE(job.details().account_uris.empty());
  EXPECT_TRUE(job.details().validation_methods.empty());
  parser.Parse(R"({"name":"c d","id":5})", false, &job);
  parser.Parse("{", false, &job);
  EXPECT_EQ(job.details().invalid_name, "{");
  EXPECT_EQ(job.details().id.text, "");
}

/// A valid line cut at every length, and with every byte replaced: a job comes out, nothing breaks.
TEST(NdjsonParserTest, SurvivesCutsAndFlips) {
  const std::string line =
      R"({"name":"b\u00fccher.example","id":{"a":[1,"x"]},"wildcard":true,"order":-1.5e3})";
  NdjsonParser parser;
  NameJob job;
  for (size_t size = 0; size < line.size(); ++size) {
    parser.Parse(std::string_view(line).substr(0, size), false, &job);
    EXPECT_FALSE(job.valid) << size;
  }
  for (size_t i = 0; i < line.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string flipped = line;
      flipped[i] = static_cast<char>(c);
      parser.Parse(flipped, false, &job);
      EXPECT_EQ(job.valid, !job.name.view().is_root());
    }
  }
}

}  // namespace
}  // namespace caascan::input
