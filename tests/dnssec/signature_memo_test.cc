#include "scanner/dnssec/signature_memo.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {
namespace {

SignatureMemo::Id IdOf(std::string_view data, std::string_view signature, std::string_view key) {
  const auto id = SignatureMemo::IdOf(Octets(data), Octets(signature), Octets(key));
  EXPECT_TRUE(id);
  return *id;
}

TEST(SignatureMemoTest, RemembersRightAndWrong) {
  SignatureMemo memo;
  EXPECT_FALSE(memo.Find(IdOf("d", "s", "k")));
  memo.Add(IdOf("d", "s", "k"), true);
  memo.Add(IdOf("d", "t", "k"), false);
  EXPECT_EQ(memo.Find(IdOf("d", "s", "k")), true);
  EXPECT_EQ(memo.Find(IdOf("d", "t", "k")), false);
}

TEST(SignatureMemoTest, BoundariesBetweenPartsCount) {
  EXPECT_NE(IdOf("ab", "c", "k"), IdOf("a", "bc", "k"));
  EXPECT_NE(IdOf("a", "bc", "k"), IdOf("a", "b", "ck"));
}

TEST(SignatureMemoTest, ForgetsWhatHasNotBeenAskedForLongest) {
  SignatureMemo memo(10);
  const auto number = [](int i) { return IdOf(std::to_string(i), "s", "k"); };
  for (int i = 0; i < 35; ++i) {
    memo.Add(number(i), true);
    EXPECT_TRUE(memo.Find(number(0))) << "what is used stays";
  }
  EXPECT_FALSE(memo.Find(number(1)));
  EXPECT_TRUE(memo.Find(number(34)));
}

}  // namespace
}  // namespace caascan::dnssec
