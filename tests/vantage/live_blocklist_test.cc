#include "scanner/vantage/live_blocklist.h"

#include <string>

#include <gtest/gtest.h>

namespace caascan::vantage {
namespace {

async::Address At(const std::string& text) { return async::Address::FromText(text, 53).value(); }

TEST(LiveBlocklistTest, HasTheUsersListAndWhatWasAddedLast) {
  Blocklist own;
  ASSERT_TRUE(own.Add("192.0.2.1"));
  LiveBlocklist list(&own);
  EXPECT_TRUE(list.BlocksAddress(At("192.0.2.1")));
  EXPECT_FALSE(list.BlocksAddress(At("198.51.100.7")));
  EXPECT_EQ(list.SetAdded({"198.51.100.0/24", "192.0.2.0/33", "1.2.3"}), 2U);
  EXPECT_TRUE(list.BlocksAddress(At("198.51.100.7")));
  EXPECT_TRUE(list.BlocksAddress(At("192.0.2.1")));
  EXPECT_EQ(list.SetAdded({"203.0.113.1"}), 0U);
  EXPECT_FALSE(list.BlocksAddress(At("198.51.100.7")));
}

TEST(LiveBlocklistTest, WithoutAListOfTheUsers) {
  LiveBlocklist list;
  EXPECT_FALSE(list.BlocksAddress(At("192.0.2.1")));
  list.SetAdded({"192.0.2.0/24"});
  EXPECT_TRUE(list.BlocksAddress(At("192.0.2.1")));
}

}  // namespace
}  // namespace caascan::vantage
