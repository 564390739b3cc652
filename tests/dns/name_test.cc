#include "scanner/dns/name.h"

#include <string>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

namespace caascan::dns {
namespace {

Name N(std::string_view text) {
  Name name;
  EXPECT_EQ(Name::FromText(text, &name), NameError::kNone) << text;
  return name;
}

std::vector<uint8_t> Wire(std::string_view bytes) { return {bytes.begin(), bytes.end()}; }

const std::string k63(63, 'a');
const std::string k62(62, 'a');
const std::string k61(61, 'a');
/// 255 octets on the wire: three labels of 63, one of 61.
const std::string kLongest = k63 + "." + k63 + "." + k63 + "." + k61;

struct TextRow {
  const char* name;
  std::string text;
  NameError error;
  std::string back;  // What ToText() gives, where there is no error.
};

class NameTextTest : public testing::TestWithParam<TextRow> {};

TEST_P(NameTextTest, ReadsAndWritesBack) {
  const TextRow& row = GetParam();
  Name name = N("unchanged.example");
  ASSERT_EQ(Name::FromText(row.text, &name), row.error) << NameErrorText(row.error);
  if (row.error != NameError::kNone) {
    EXPECT_EQ(name.view().ToText(), "unchanged.example");
    return;
  }
  EXPECT_EQ(name.view().ToText(), row.back);
  EXPECT_TRUE(NameView::FromWire(name.view().wire()).has_value());
  Name again;
  ASSERT_EQ(Name::FromText(name.view().ToText(), &again), NameError::kNone);
  EXPECT_TRUE(again.view().IdenticalTo(name));
}

INSTANTIATE_TEST_SUITE_P(
    Rfc1035Section5, NameTextTest,
    testing::Values(TextRow{"Plain", "www.example.com", NameError::kNone, "www.example.com"},
                    TextRow{"FinalDot", "www.example.com.", NameError::kNone, "www.example.com"},
                    TextRow{"CaseKept", "WwW.Example", NameError::kNone, "WwW.Example"},
                    TextRow{"Root", ".", NameError::kNone, "."},
                    TextRow{"Wildcard", "*.example", NameError::kNone, "*.example"},
                    TextRow{"EscapedDot", R"(a\.b.c)", NameError::kNone, R"(a\.b.c)"},
                    TextRow{"EscapedBackslash", R"(a\\b)", NameError::kNone, R"(a\\b)"},
                    TextRow{"DecimalDot", R"(a\046b)", NameError::kNone, R"(a\.b)"},
                    TextRow{"DecimalLetter", R"(\065b)", NameError::kNone, "Ab"},
                    TextRow{"EscapedLetter", R"(\a\b)", NameError::kNone, "ab"},
                    TextRow{"Nul", R"(a\000b)", NameError::kNone, R"(a\000b)"},
                    TextRow{"HighOctet", R"(\255\127)", NameError::kNone, R"(\255\127)"},
                    TextRow{"RawHighOctet", "\xff", NameError::kNone, R"(\255)"},
                    TextRow{"Blank", "a b", NameError::kNone, R"(a\032b)"},
                    TextRow{"Longest", kLongest, NameError::kNone, kLongest},
                    TextRow{"LongestFinalDot", kLongest + ".", NameError::kNone, kLongest},
                    TextRow{"LabelOf63Escapes",
                            [] {
                              std::string text;
                              for (int i = 0; i < 63; ++i) text += "\\001";
                              return text;
                            }(),
                            NameError::kNone,
                            [] {
                              std::string text;
                              for (int i = 0; i < 63; ++i) text += "\\001";
                              return text;
                            }()}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refused, NameTextTest,
    testing::Values(TextRow{"Empty", "", NameError::kEmpty, ""},
                    TextRow{"TwoDots", "..", NameError::kEmptyLabel, ""},
                    TextRow{"LeadingDot", ".a", NameError::kEmptyLabel, ""},
                    TextRow{"InnerTwoDots", "a..b", NameError::kEmptyLabel, ""},
                    TextRow{"FinalTwoDots", "a..", NameError::kEmptyLabel, ""},
                    TextRow{"Label64", k63 + "a.b", NameError::kLabelTooLong, ""},
                    TextRow{"Size256", k63 + "." + k63 + "." + k63 + "." + k62,
                            NameError::kNameTooLong, ""},
                    TextRow{"Size256FinalDot", k63 + "." + k63 + "." + k63 + "." + k62 + ".",
                            NameError::kNameTooLong, ""},
                    TextRow{"LongestAndLabel", kLongest + ".b", NameError::kNameTooLong, ""},
                    TextRow{"FourLabelsOf63", k63 + "." + k63 + "." + k63 + "." + k63,
                            NameError::kNameTooLong, ""},
                    TextRow{"BackslashAtEnd", "a\\", NameError::kBadEscape, ""},
                    TextRow{"OneDigit", "a\\1", NameError::kBadEscape, ""},
                    TextRow{"TwoDigits", "a\\12", NameError::kBadEscape, ""},
                    TextRow{"DigitsBroken", "a\\1x2", NameError::kBadEscape, ""},
                    TextRow{"Over255", "a\\256", NameError::kBadEscape, ""}),
    [](const auto& row) { return row.param.name; });

TEST(NameTest, ManyShortLabelsFillANameToTheLimit) {
  std::string text;
  for (int i = 0; i < 127; ++i) text += "a.";
  EXPECT_EQ(N(text).size(), 255u);
  EXPECT_EQ(N(text).view().label_count(), 127u);
  Name name;
  EXPECT_EQ(Name::FromText(text + "a", &name), NameError::kNameTooLong);
}

TEST(NameViewTest, FromWireTakesWholeNamesOnly) {
  const auto sound = Wire(std::string_view("\1a\2bc\0", 6));
  ASSERT_TRUE(NameView::FromWire(sound).has_value());
  EXPECT_EQ(NameView::FromWire(sound)->ToText(), "a.bc");
  for (const std::string_view bytes :
       {std::string_view(""), std::string_view("\1a"), std::string_view("\1"),
        std::string_view("\1a\0x", 4), std::string_view("\0\0", 2), std::string_view("\3a\0", 3),
        std::string_view("\xc0\x00", 2), std::string_view("\x40\0", 2)}) {
    EXPECT_FALSE(NameView::FromWire(Wire(bytes)).has_value()) << bytes.size();
  }
  const Name name = N(kLongest);
  std::vector<uint8_t> longest(name.view().data(), name.view().data() + name.size());
  EXPECT_TRUE(NameView::FromWire(longest).has_value());
  longest.insert(longest.begin(), {1, 'b'});
  EXPECT_FALSE(NameView::FromWire(longest).has_value());
}

/// RFC 4343: ASCII letters fold, nothing else does; checked for every pair of octets, at every
/// place in the eight-octet words that the comparison reads.
TEST(NameViewTest, ComparesEveryOctetCaseInsensitively) {
  for (size_t place = 0; place < 9; ++place) {
    for (unsigned a = 0; a < 256; ++a) {
      for (unsigned b = 0; b < 256; ++b) {
        std::vector<uint8_t> left = {9, 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 0};
        std::vector<uint8_t> right = left;
        left[1 + place] = static_cast<uint8_t>(a);
        right[1 + place] = static_cast<uint8_t>(b);
        const NameView l = NameView::FromTrusted(left.data(), left.size());
        const NameView r = NameView::FromTrusted(right.data(), right.size());
        const bool equal =
            LowerOctet(static_cast<uint8_t>(a)) == LowerOctet(static_cast<uint8_t>(b));
        ASSERT_EQ(l == r, equal) << a << " " << b << " at " << place;
        ASSERT_EQ(l.IdenticalTo(r), a == b);
        if (equal) {
          ASSERT_EQ(HashName(l), HashName(r));
        }
      }
    }
  }
}

TEST(NameViewTest, EqualityAsksForTheSameLabels) {
  EXPECT_EQ(N("WWW.example.COM"), N("www.EXAMPLE.com."));
  EXPECT_FALSE(N("a.b") == N(R"(a\.b)"));
  EXPECT_FALSE(N("a.b") == N("a.b.c"));
  EXPECT_FALSE(N("ab.c") == N("a.bc"));
  EXPECT_FALSE(N("@") == N("`")) << "neighbours of the capitals do not fold";
  EXPECT_FALSE(N("[") == N("{"));
}

TEST(NameViewTest, HashServesAMap) {
  std::unordered_set<Name, NameHash, NameEqual> names;
  for (int i = 0; i < 1000; ++i) names.insert(N("host" + std::to_string(i) + ".example.com"));
  EXPECT_EQ(names.size(), 1000u);
  EXPECT_TRUE(names.contains(N("HOST999.Example.COM").view()));
  EXPECT_FALSE(names.contains(N("host1000.example.com").view()));
  EXPECT_NE(HashName(N("a.example"), 1), HashName(N("a.example"), 2)) << "the seed counts";
  std::unordered_set<uint64_t> hashes;
  for (const Name& name : names) hashes.insert(HashName(name));
  EXPECT_EQ(hashes.size(), 1000u);
}

TEST(NameViewTest, WalksUpToTheRoot) {
  const Name name = N("a.bc.def");
  NameView view = name;
  EXPECT_EQ(view.label_count(), 3u);
  EXPECT_EQ(view.first_label(), "a");
  view = view.parent();
  EXPECT_EQ(view.ToText(), "bc.def");
  view = view.parent().parent();
  EXPECT_TRUE(view.is_root());
  EXPECT_EQ(view.label_count(), 0u);
  EXPECT_EQ(view.first_label(), "");
  EXPECT_EQ(NameView().ToText(), ".");
  EXPECT_EQ(name.view().suffix(3).ToText(), "a.bc.def");
  EXPECT_EQ(name.view().suffix(1).ToText(), "def");
  EXPECT_TRUE(name.view().suffix(0).is_root());
  EXPECT_EQ(name.view().suffix(4).ToText(), "a.bc.def") << "it has no more";
  EXPECT_TRUE(dns::NameView().parent().is_root());
  EXPECT_TRUE(dns::NameView().suffix(1).is_root());
}

TEST(NameViewTest, KnowsAncestors) {
  const Name name = N("www.Example.com");
  EXPECT_TRUE(name.view().IsAtOrBelow(N("eXample.COM")));
  EXPECT_TRUE(name.view().IsBelow(N("com")));
  EXPECT_TRUE(name.view().IsAtOrBelow(NameView()));
  EXPECT_TRUE(name.view().IsAtOrBelow(name));
  EXPECT_FALSE(name.view().IsBelow(name));
  EXPECT_FALSE(name.view().IsAtOrBelow(N("ample.com"))) << "labels are whole";
  EXPECT_FALSE(name.view().IsAtOrBelow(N("a.www.example.com")));
  // The octets of a suffix inside a label are no labels.
  EXPECT_FALSE(N(R"(x\003com)").view().IsAtOrBelow(N("com")));
}

TEST(NameViewTest, TellsWildcards) {
  EXPECT_TRUE(N("*.example").view().is_wildcard());
  EXPECT_TRUE(N("*").view().is_wildcard());
  EXPECT_FALSE(N("**.example").view().is_wildcard());
  EXPECT_FALSE(N("a.*.example").view().is_wildcard());
  EXPECT_FALSE(NameView().is_wildcard());
}

TEST(NameTest, PrependsLabels) {
  Name name = N("example");
  EXPECT_TRUE(name.Prepend("*"));
  EXPECT_EQ(name.view().ToText(), "*.example");
  EXPECT_FALSE(name.Prepend(""));
  EXPECT_FALSE(name.Prepend(k63 + "a"));
  EXPECT_EQ(name.view().ToText(), "*.example");
  Name root;
  EXPECT_TRUE(root.Prepend(k63));
  EXPECT_EQ(root.view().ToText(), k63);
  Name long_name = N(k63 + "." + k63 + "." + k63 + "." + std::string(59, 'a'));
  EXPECT_FALSE(long_name.Prepend("ab"));
  EXPECT_TRUE(long_name.Prepend("a"));
  EXPECT_EQ(long_name.size(), 255u);
  EXPECT_FALSE(long_name.Prepend("a"));
}

TEST(NameTest, SubstitutesSuffixes) {
  const auto renamed =
      Name::Substitute(N("a.B.old.example"), N("OLD.example"), N("new.example.net"));
  ASSERT_TRUE(renamed.has_value());
  EXPECT_EQ(renamed->view().ToText(), "a.B.new.example.net");
  EXPECT_EQ(Name::Substitute(N("a.example"), N("example"), NameView())->view().ToText(), "a");
  // RFC 6672 §2.2: a result of more than 255 octets is an error (YXDOMAIN).
  const Name long_target = N(k63 + "." + k63 + "." + k63 + "." + std::string(59, 'a'));
  EXPECT_TRUE(Name::Substitute(N("a.example"), N("example"), long_target).has_value());
  EXPECT_FALSE(Name::Substitute(N("aa.example"), N("example"), long_target).has_value());
}

TEST(NameTest, CopiesAndLowers) {
  Name name = N("WwW.ExAmple.\\200[");
  const Name copy(name);
  name.ToLower();
  EXPECT_EQ(name.view().ToText(), "www.example.\\200[");
  EXPECT_EQ(copy.view().ToText(), "WwW.ExAmple.\\200[");
  name = name.view().parent();  // A view of its own bytes.
  EXPECT_EQ(name.view().ToText(), "example.\\200[");
  EXPECT_EQ(Name().view().ToText(), ".");
}

TEST(NameErrorTest, EveryErrorHasWords) {
  for (const NameError error :
       {NameError::kNone, NameError::kEmpty, NameError::kEmptyLabel, NameError::kLabelTooLong,
        NameError::kNameTooLong, NameError::kBadEscape}) {
    EXPECT_NE(NameErrorText(error), "unknown error");
  }
}

}  // namespace
}  // namespace caascan::dns
