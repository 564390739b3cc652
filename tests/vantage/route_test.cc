// What the kernel's routes say, of this machine's loopback.
#include "scanner/vantage/route.h"

#include <gtest/gtest.h>

namespace caascan::vantage {
namespace {

std::string SourceFor(const char* server, const std::string& interface = "") {
  return SourceByRoute(async::Address::FromText(server, 53).value(), interface);
}

TEST(SourceByRouteTest, OfLoopbackIsLoopback) {
  EXPECT_EQ(SourceFor("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(SourceFor("127.70.0.1", "lo"), "127.0.0.1");
}

TEST(SourceByRouteTest, NoneWhereThereIsNoWay) {
  EXPECT_EQ(SourceFor("255.255.255.255"), "") << "that is no server's";
  EXPECT_EQ(SourceFor("127.0.0.1", "nosuch0"), "");
}

}  // namespace
}  // namespace caascan::vantage
