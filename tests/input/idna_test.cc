#include "scanner/input/idna.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/caa/counting_new.h"

namespace caascan::input {

// What a failed row prints.
void PrintTo(TypedNameError error, std::ostream* out) { *out << TypedNameErrorText(error); }

namespace {

using Error = TypedNameError;

std::string Repeat(std::string_view part, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

std::string LongLabel(size_t size) { return std::string(size, 'a'); }

/// A name of `octets` octets in wire form.
std::string NameOfSize(size_t octets) {
  std::string text = Repeat(LongLabel(63) + ".", 3);  // 192 octets.
  const size_t rest = octets - 192 - 1;               // With its length octet; the root's is one.
  if (rest <= 64) return text + LongLabel(rest - 1);
  return text + LongLabel(1) + "." + LongLabel(rest - 3);
}

struct GoodRow {
  const char* name;
  const char* section;
  std::string typed;
  std::string want;
  bool verbatim = false;
  bool wildcard = false;
};

void PrintTo(const GoodRow& row, std::ostream* out) { *out << row.section << ": " << row.typed; }

class GoodNameTest : public testing::TestWithParam<GoodRow> {};

TEST_P(GoodNameTest, IsTaken) {
  const GoodRow& row = GetParam();
  const TypedName got = ParseTypedName(row.typed);
  ASSERT_EQ(got.error, Error::kNone);
  EXPECT_EQ(got.name.view().ToText(), row.want);
  EXPECT_EQ(got.verbatim, row.verbatim);
  EXPECT_EQ(got.wildcard, row.wildcard);
}

/// What comes out goes in again unchanged.
TEST_P(GoodNameTest, IsItsOwnALabelForm) {
  const TypedName again = ParseTypedName(GetParam().want);
  ASSERT_EQ(again.error, Error::kNone);
  EXPECT_TRUE(again.verbatim);
  EXPECT_EQ(again.name.view().ToText(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Ascii, GoodNameTest,
    testing::ValuesIn(std::vector<GoodRow>{
        {"Plain", "RFC 1035 §2.3.1", "www.example.com", "www.example.com", true},
        {"OneLabel", "RFC 1035 §2.3.1", "com", "com", true},
        {"UpperCase", "RFC 4343 §3", "WWW.Example.COM", "www.example.com"},
        {"FinalDot", "RFC 1034 §3.1", "example.com.", "example.com"},
        {"Digits", "RFC 1123 §2.1", "3com.com", "3com.com", true},
        {"AllDigitLabel", "RFC 1123 §2.1", "123.example", "123.example", true},
        {"FiveNumbers", "not an address", "1.2.3.4.5", "1.2.3.4.5", true},
        {"ThreeNumbers", "not an address", "10.0.1", "10.0.1", true},
        {"ReverseName", "RFC 1035 §3.5", "2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", true},
        {"Underscore", "RFC 8552", "_dmarc.example.com", "_dmarc.example.com", true},
        {"UnderscoreInside", "RFC 2181 §11", "a_b.example", "a_b.example", true},
        {"HyphenInFront", "RFC 2181 §11", "-a.example", "-a.example", true},
        {"HyphenBehind", "RFC 2181 §11", "a-.example", "a-.example", true},
        {"ThirdAndFourthHyphen", "RFC 5891 §4.2.3.1", "r3---sn-x.example", "r3---sn-x.example",
         true},
        {"ALabel", "RFC 5890 §2.3.2.1", "xn--bcher-kva.example", "xn--bcher-kva.example", true},
        {"ALabelUpperCase", "RFC 4343 §3", "XN--BCHER-KVA.example", "xn--bcher-kva.example"},
        {"NoPunycode", "RFC 3492 §6.2", "xn--999999999.example", "xn--999999999.example", true},
        {"EmptyPunycode", "RFC 3492 §6.2", "xn--.example", "xn--.example", true},
        {"Label63", "RFC 1035 §2.3.4", LongLabel(63) + ".example", LongLabel(63) + ".example",
         true},
        {"Name254", "RFC 1035 §2.3.4", NameOfSize(254), NameOfSize(254), true},
        {"Name255", "RFC 1035 §2.3.4", NameOfSize(255), NameOfSize(255), true},
        {"Name255FinalDot", "RFC 1035 §2.3.4", NameOfSize(255) + ".", NameOfSize(255)},
        {"Labels127", "RFC 1035 §2.3.4", Repeat("a.", 126) + "a", Repeat("a.", 126) + "a", true},
        {"Wildcard", "RFC 8659 §3", "*.example.com", "example.com", true, true},
        {"WildcardTld", "RFC 8659 §3", "*.com", "com", true, true},
        {"WildcardMixed", "RFC 8659 §3", "*.Shop.Example.NET.", "shop.example.net", false, true},
        {"Wildcard255", "RFC 1035 §2.3.4", "*." + NameOfSize(253), NameOfSize(253), true, true},
    }),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Unicode, GoodNameTest,
    testing::ValuesIn(std::vector<GoodRow>{
        {"ULabel", "RFC 5891 §5", "bücher.example", "xn--bcher-kva.example"},
        {"UpperCase", "UTS #46 §4", "BÜCHER.example", "xn--bcher-kva.example"},
        {"Decomposed", "UTS #46 §4",
         "bu\xCC\x88"
         "cher.example",
         "xn--bcher-kva.example"},
        {"SharpS", "UTS #46 §4 non-transitional", "faß.de", "xn--fa-hia.de"},
        {"FinalSigma", "UTS #46 §4 non-transitional", "βόλος.com", "xn--nxasmm1c.com"},
        {"TldToo", "RFC 5891 §5", "пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"},
        {"Chinese", "RFC 5891 §5", "例え.テスト", "xn--r8jz45g.xn--zckzah"},
        {"Hebrew", "RFC 5893", "דוגמה.example", "xn--6dbbec0c.example"},
        {"IdeographicDot", "UTS #46 §2.3", "www。example．com｡", "www.example.com"},
        {"FullWidth", "UTS #46 §4", "ｅｘａｍｐｌｅ.com", "example.com"},
        {"SoftHyphen", "UTS #46 §4", "exam\xC2\xADple.com", "example.com"},
        {"UnderscoreBeside", "RFC 8552", "_dmarc.bücher.example", "_dmarc.xn--bcher-kva.example"},
        {"NoPunycodeBeside", "RFC 3492 §6.2", "xn--999999999.bücher.example",
         "xn--999999999.xn--bcher-kva.example"},
        {"Wildcard", "RFC 8659 §3", "*.bücher.example", "xn--bcher-kva.example", false, true},
    }),
    [](const auto& row) { return std::string(row.param.name); });

struct BadRow {
  const char* name;
  const char* section;
  std::string typed;
  Error want;
};

void PrintTo(const BadRow& row, std::ostream* out) { *out << row.section; }

class BadNameTest : public testing::TestWithParam<BadRow> {};

TEST_P(BadNameTest, IsRefused) {
  const TypedName got = ParseTypedName(GetParam().typed);
  EXPECT_EQ(got.error, GetParam().want);
  EXPECT_TRUE(got.name.view().is_root());
  EXPECT_FALSE(got.ok());
}

INSTANTIATE_TEST_SUITE_P(
    Shape, BadNameTest,
    testing::ValuesIn(std::vector<BadRow>{
        {"Empty", "RFC 1035 §2.3.1", "", Error::kEmpty},
        {"Root", "RFC 8659 §3", ".", Error::kRoot},
        {"WildcardOfRoot", "RFC 8659 §3", "*.", Error::kEmpty},
        {"WildcardOfDot", "RFC 8659 §3", "*..", Error::kEmptyLabel},
        {"TwoDots", "RFC 1035 §3.1", "a..example", Error::kEmptyLabel},
        {"DotInFront", "RFC 1035 §3.1", ".example", Error::kEmptyLabel},
        {"OnlyDots", "RFC 1035 §3.1", "..", Error::kEmptyLabel},
        {"TwoFinalDots", "RFC 1035 §3.1", "example..", Error::kEmptyLabel},
        {"Label64", "RFC 1035 §2.3.4", LongLabel(64) + ".example", Error::kLabelTooLong},
        {"Name256", "RFC 1035 §2.3.4", NameOfSize(256), Error::kNameTooLong},
        {"Labels128", "RFC 1035 §2.3.4", Repeat("a.", 127) + "a", Error::kNameTooLong},
        {"Wildcard256", "RFC 1035 §2.3.4", "*." + NameOfSize(254), Error::kNameTooLong},
        {"TenMegabytes", "RFC 1035 §2.3.4", Repeat("a.", 5'000'000), Error::kNameTooLong},
        {"LongLine", "RFC 1035 §2.3.4", std::string(65536, 'a'), Error::kNameTooLong},
    }),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Characters, BadNameTest,
    testing::ValuesIn(std::vector<BadRow>{
        {"Blanks", "RFC 1035 §2.3.1", "not a name", Error::kBadCharacter},
        {"BlankInFront", "the caller trims", " example.com", Error::kBadCharacter},
        {"Tab", "RFC 1035 §2.3.1", "a\tb.example", Error::kBadCharacter},
        {"Nul", "RFC 1035 §2.3.1", std::string("a\0b.example", 11), Error::kBadCharacter},
        {"NulAtEnd", "RFC 1035 §2.3.1", std::string("example\0", 8), Error::kBadCharacter},
        {"Escape", "escapes are for zone files", "a\\.b.example", Error::kBadCharacter},
        {"DecimalEscape", "escapes are for zone files", "\\097.example", Error::kBadCharacter},
        {"Star", "RFC 4592 §2.1.1", "*", Error::kBadCharacter},
        {"StarInside", "RFC 4592 §2.1.1", "a.*.example", Error::kBadCharacter},
        {"StarInLabel", "RFC 4592 §2.1.1", "a*.example", Error::kBadCharacter},
        {"TwoStars", "RFC 4592 §2.1.1", "*.*.example", Error::kBadCharacter},
        {"Url", "RFC 3986", "https://example.com/", Error::kUrl},
        {"Port", "RFC 3986 §3.2", "example.com:443", Error::kUrl},
        {"Mail", "RFC 5322 §3.4.1", "user@example.com", Error::kUrl},
        {"UrlOfNoName", "RFC 3986 §3.2", "https://exa$mple.com/", Error::kBadCharacter},
        {"UrlOfAnAddress", "RFC 3986 §3.2", "https://192.0.2.1/", Error::kIpAddress},
        {"UrlOfALiteral", "RFC 3986 §3.2", "https://[2001:db8::1]:443/", Error::kIpAddress},
        {"LongUrl", "RFC 3986", "https://example.com/" + std::string(5000, 'x'), Error::kUrl},
        {"ManyPorts", "no port", "a.example" + Repeat(":1", 30000), Error::kNameTooLong},
        {"Markup", "no name", "<b>.example", Error::kBadCharacter},
        {"Ipv4", "no name", "192.0.2.1", Error::kIpAddress},
        {"Ipv4FinalDot", "no name", "192.0.2.1.", Error::kIpAddress},
        {"Ipv6", "no name", "2001:db8::1", Error::kIpAddress},
        {"Ipv6InBrackets", "no name", "[2001:db8::1]", Error::kIpAddress},
        {"Ipv4Prefix", "no name", "192.0.2.0/24", Error::kIpAddress},
        {"Ipv6Prefix", "no name", "2001:db8::/32", Error::kIpAddress},
        {"PrefixOfAName", "no name", "example.com/24", Error::kUrl},
        {"PrefixWithoutSize", "no name", "192.0.2.0/", Error::kIpAddress},
        {"Ipv6Port", "no name", "[2001:db8::1]:53", Error::kIpAddress},
        {"Ipv6Nul", "no name", std::string("2001:db8::1\0", 12), Error::kBadCharacter},
        {"Delete", "RFC 1035 §2.3.1", "a\x7F.example", Error::kBadCharacter},
    }),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Unicode, BadNameTest,
    testing::ValuesIn(std::vector<BadRow>{
        {"Latin1", "RFC 3629 §3",
         "b\xFC"
         "cher.example",
         Error::kBadUtf8},
        {"CutCharacter", "RFC 3629 §3", "b\xC3", Error::kBadUtf8},
        {"Surrogate", "RFC 3629 §3", "\xED\xA0\x80.example", Error::kBadUtf8},
        {"BytesFE", "RFC 3629 §3",
         "\xFF\xFE"
         "e.x",
         Error::kBadUtf8},
        {"Emoji", "RFC 5892 §2.6", "☃.example", Error::kBadIdn},
        {"NulInULabel", "RFC 5891 §5", std::string("b\xC3\xBC\0r.example", 13),
         Error::kBadCharacter},
        {"BlankInULabel", "RFC 5891 §5", "b\xC3\xBC r.example", Error::kBadCharacter},
        {"NoBreakSpace", "UTS #46 §4",
         "a\xC2\xA0"
         "b.example",
         Error::kBadIdn},
        {"MappedToSlash", "UTS #46 §4", "a℀b.example", Error::kBadIdn},
        {"OnlySoftHyphen", "UTS #46 §4", "\xC2\xAD.example", Error::kEmptyLabel},
        {"CombiningInFront", "RFC 5891 §4.2.3.2",
         "\xCC\x88"
         "a.example",
         Error::kBadIdn},
        {"TwoIdeographicDots", "UTS #46 §2.3", "a。。example", Error::kEmptyLabel},
        {"LongULabel", "RFC 5890 §2.3.2.1", Repeat("ü", 64) + ".example", Error::kLabelTooLong},
        {"FarTooLong", "RFC 1035 §2.3.4", Repeat("ü", 30000), Error::kNameTooLong},
    }),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ParseTypedNameTest, AsciiCostsNoAllocation) {
  const std::string typed = "*.WWW.some-rather-long-label-indeed.Example.COM.";
  const size_t before = AllocationCount();
  const TypedName got = ParseTypedName(typed);
  EXPECT_EQ(AllocationCount(), before);
  EXPECT_TRUE(got.ok());
}

/// Every pair of bytes, alone and inside a name: a well-formed name comes out, or an error.
TEST(ParseTypedNameTest, SurvivesEveryPairOfBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string pair = {static_cast<char>(a), static_cast<char>(b)};
      for (const std::string& text : {pair, "x" + pair + ".example", "x." + pair}) {
        const TypedName got = ParseTypedName(text);
        if (!got.ok()) continue;
        ASSERT_TRUE(dns::NameView::FromWire(got.name.view().wire()).has_value()) << a << ' ' << b;
        ASSERT_FALSE(got.name.view().is_root());
      }
    }
  }
}

}  // namespace
}  // namespace caascan::input
