#include "caascan/ca_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan {
namespace {

using testing::ElementsAre;

TEST(ParseCaSetTest, ReadsNamesQuotesAndComments) {
  const auto set = ParseCaSet(
      "\xef\xbb\xbf# comment\r\n"
      "\n"
      "  \t \n"
      "DigiCert  digicert.com\tcybertrust.ne.jp   # trailing comment\r\n"
      "\"Let's Encrypt\" letsencrypt.org\n"
      "C#\tca.example",
      "set.txt");
  ASSERT_TRUE(set.ok()) << set.status();
  ASSERT_EQ(set->size(), 3u);
  EXPECT_EQ((*set)[0].name, "DigiCert");
  EXPECT_THAT((*set)[0].issuer_domains, ElementsAre("digicert.com", "cybertrust.ne.jp"));
  EXPECT_EQ((*set)[1].name, "Let's Encrypt");
  EXPECT_THAT((*set)[1].issuer_domains, ElementsAre("letsencrypt.org"));
  EXPECT_EQ((*set)[2].name, "C#");
  EXPECT_THAT((*set)[2].issuer_domains, ElementsAre("ca.example"));
}

TEST(ParseCaSetTest, ANameAloneIsAKnownCa) {
  const auto set = ParseCaSet(
      "Sectigo\nLet's Encrypt\t # a comment\n\"Google Trust Services\"\n"
      "digicert digicert.example\n",
      "set.txt");
  ASSERT_TRUE(set.ok()) << set.status();
  ASSERT_EQ(set->size(), 4u);
  EXPECT_EQ((*set)[0].name, "Sectigo");
  EXPECT_THAT((*set)[0].issuer_domains, testing::Contains("comodoca.com"));
  EXPECT_EQ((*set)[1].name, "Let's Encrypt");
  EXPECT_THAT((*set)[1].issuer_domains, ElementsAre("letsencrypt.org"));
  EXPECT_EQ((*set)[2].name, "Google Trust Services");
  EXPECT_THAT((*set)[2].issuer_domains, ElementsAre("pki.goog"));
  // What stands there goes before what is known.
  EXPECT_THAT((*set)[3].issuer_domains, ElementsAre("digicert.example"));
}

struct ErrorRow {
  const char* name;
  std::string text;
  const char* message;
};

class CaSetErrorTest : public testing::TestWithParam<ErrorRow> {};

TEST_P(CaSetErrorTest, NamesFileAndLine) {
  const auto set = ParseCaSet(GetParam().text, "dir/set.txt");
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(set.status().message()), testing::StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CaSetErrorTest,
    testing::Values(
        ErrorRow{"Nothing", "", "dir/set.txt: no CA"},
        ErrorRow{"OnlyComments", "# a\n#b", "dir/set.txt: no CA"},
        ErrorRow{"NoDomain", "\nA\n", "dir/set.txt:2: \"A\" has no issuer domain name"},
        ErrorRow{"OnlyACommentBehind", "A # a.b", "dir/set.txt:1: \"A\" has no issuer"},
        ErrorRow{"UnquotedName", "A a.b\nLet's Encrypt a.b", "dir/set.txt:2: \"Encrypt\" is no"},
        ErrorRow{"FinalDot", "A a.b.", "dir/set.txt:1: \"a.b.\" is not an issuer"},
        ErrorRow{"Semicolon", "A a.b;", "dir/set.txt:1: \"a.b;\" is not an issuer"},
        ErrorRow{"QuotedDomain", "A \"a.b\"", "dir/set.txt:1: \"\"a.b\"\" is not an issuer"},
        ErrorRow{"OpenQuote", "\"A a.b", "dir/set.txt:1: a name in quotes"},
        ErrorRow{"EmptyQuotes", "\"\" a.b", "dir/set.txt:1: a name in quotes"},
        ErrorRow{"NoBlankBehindQuotes", "\"A\"a.b", "dir/set.txt:1: a name in quotes"},
        ErrorRow{"Twice", "A a.b\nB b.c\nA c.d", "dir/set.txt:3: \"A\" occurs twice"},
        ErrorRow{"ControlCharacter", "A\x1b[2J a.b", "dir/set.txt:1: the name holds control"},
        ErrorRow{"Nul", std::string("A\0 a.b", 6), "dir/set.txt:1: the name holds control"},
        ErrorRow{"TerminalEscapes", "A \x1b[2J", "dir/set.txt:1: \"?[2J\" is not an issuer"},
        ErrorRow{"LongLine", "A " + std::string(1 << 20, 'x'), "dir/set.txt:1: \"xxx"}),
    [](const auto& row) { return row.param.name; });

TEST(ParseCaSetTest, ShortensWhatItQuotes) {
  const auto set = ParseCaSet("A " + std::string(1 << 20, 'x'), "f");
  EXPECT_LT(set.status().message().size(), 200u);
}

}  // namespace
}  // namespace caascan
