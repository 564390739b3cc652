#include "scanner/dnssec/order.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace caascan::dnssec {
namespace {

dns::Name NameOf(std::string_view text) {
  dns::Name out;
  EXPECT_EQ(dns::Name::FromText(text, &out), dns::NameError::kNone) << text;
  return out;
}

TEST(OrderTest, IsThatOfRfc4034Section61) {
  const std::vector<std::string> sorted = {
      ".",           "example",        "a.example", "yljkjljk.a.example",
      "Z.a.example", "zABC.a.EXAMPLE", "z.example", "\\001.z.example",
      "*.z.example", "\\200.z.example"};
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) {
      const int order = CompareNames(NameOf(sorted[i]), NameOf(sorted[j]));
      EXPECT_EQ((order > 0) - (order < 0), (i > j) - (i < j)) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST(OrderTest, LetterCaseDoesNotCount) {
  EXPECT_EQ(CompareNames(NameOf("WWW.Example"), NameOf("www.example")), 0);
}

TEST(OrderTest, TakesNamesOfTheMostLabels) {
  std::string text;
  for (int i = 0; i < 127; ++i) text += "a.";
  EXPECT_EQ(CompareNames(NameOf(text), NameOf(text)), 0);
  EXPECT_GT(CompareNames(NameOf(text), NameOf(text.substr(2))), 0);
  EXPECT_FALSE(WildcardOf(NameOf(text)));
}

TEST(CommonAncestorTest, IsTheDeepestNameAboveBoth) {
  const auto of = [](std::string_view a, std::string_view b) {
    return CommonAncestor(NameOf(a), NameOf(b)).ToText();
  };
  EXPECT_EQ(of("a.b.example", "x.B.example"), "b.example");
  EXPECT_EQ(of("a.b.example", "b.example"), "b.example");
  EXPECT_EQ(of("a.b.example", "a.b.example"), "a.b.example");
  EXPECT_EQ(of("example", "test"), ".");
}

}  // namespace
}  // namespace caascan::dnssec
