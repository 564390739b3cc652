#include "scanner/vantage/prefix.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::vantage {
namespace {

async::Address Address(const std::string& text) {
  return async::Address::FromText(text, 53).value();
}

TEST(PrefixTest, OtherTextsAreRefused) {
  for (const char* text : {"", "/", "192.0.2", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1",
                           "2001:db8::/129", "2001:db8::/x", "name.example", "192.0.2.1 "}) {
    EXPECT_FALSE(ParsePrefix(text).has_value()) << text;
  }
}

TEST(PrefixTest, BitsBehindItDoNotCount) {
  EXPECT_EQ(ParsePrefix("192.0.2.77/24"), ParsePrefix("192.0.2.0/24"));
  EXPECT_EQ(ParsePrefix("::ffff:192.0.2.1"), ParsePrefix("192.0.2.1"));
  EXPECT_NE(ParsePrefix("192.0.2.0/24"), ParsePrefix("192.0.2.0/25"));
}

TEST(PrefixMapTest, TheLongestPrefixCounts) {
  PrefixMap<int> map;
  map.Set(*ParsePrefix("0.0.0.0/0"), 1);
  map.Set(*ParsePrefix("192.0.2.0/24"), 2);
  map.Set(*ParsePrefix("192.0.2.7"), 3);
  map.Set(*ParsePrefix("2001:db8::/32"), 4);
  EXPECT_EQ(*map.Find(Address("198.51.100.1")), 1);
  EXPECT_EQ(*map.Find(Address("192.0.2.1")), 2);
  EXPECT_EQ(*map.Find(Address("192.0.2.7")), 3);
  EXPECT_EQ(*map.Find(Address("2001:db8::1")), 4);
  EXPECT_EQ(map.Find(Address("2001:db9::1")), nullptr);
}

}  // namespace
}  // namespace caascan::vantage
