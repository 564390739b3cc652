#include "scanner/scan/notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::scan {
namespace {

using resolve::ResolverWays;
using testing::ElementsAre;
using testing::IsEmpty;

class NoticesTest : public testing::Test {
 protected:
  std::vector<std::string> said_;
  const std::function<void(const std::string&)> say_ = [this](const std::string& notice) {
    said_.push_back(notice);
  };
  const ScanOptions options_ = {};
  const telemetry::Telemetry telemetry_{options_, [] { return telemetry::ProgressSnapshot(); },
                                        [] { return std::string(); }};
  Notices notices_{say_, telemetry_};
};

TEST_F(NoticesTest, WhatIsKeptIsSaidOnceAndInOrder) {
  notices_.Keep("a");
  notices_.Say("now");
  notices_.Keep("b");
  EXPECT_THAT(said_, ElementsAre("now"));
  notices_.SayKept();
  notices_.SayKept();
  EXPECT_THAT(said_, ElementsAre("now", "a", "b"));
}

TEST_F(NoticesTest, OfEachResolverOverTcpOnce) {
  const std::vector<stream::Endpoint> resolvers = {*async::Address::FromText("192.0.2.1", 53),
                                                   *async::Address::FromText("192.0.2.2", 53)};
  ResolverWays ways(resolvers.size());
  ways.Note(0, ResolverWays::Way::kUdp);
  notices_.SayOfResolvers(resolvers, ways);
  EXPECT_THAT(said_, IsEmpty());
  ways.Note(1, ResolverWays::Way::kStreams);
  notices_.SayOfResolvers(resolvers, ways);
  notices_.SayOfResolvers(resolvers, ways);
  EXPECT_THAT(said_, ElementsAre("the resolver 192.0.2.2:53 is silent over UDP and answers over "
                                 "TCP: it is asked over TCP alone"));
  EXPECT_THAT(notices_.resolvers_over_tcp(), ElementsAre("192.0.2.2:53"));
}

TEST_F(NoticesTest, WithoutListenerNothingIsSaid) {
  const std::function<void(const std::string&)> none;
  Notices notices(none, telemetry_);
  notices.Keep("a");
  notices.SayKept();
  EXPECT_THAT(said_, IsEmpty());
}

}  // namespace
}  // namespace caascan::scan
