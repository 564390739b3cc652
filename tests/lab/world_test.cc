// A description put together: delegations, glue, hosts' addresses, and who answers for what.
#include "tools/caalab/world/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RRType;
using dns::Section;
using testing::ElementsAre;
using testing::IsEmpty;

std::string Apex(const Place& place) { return place.zone == nullptr ? "-" : place.apex.ToText(); }

constexpr char kTree[] = R"({"zones":[
  {"zone":".","servers":[{"host":"a.root.","addresses":["127.0.0.1","::1"]}]},
  {"zone":"test","servers":[{"host":"a.nic","addresses":["127.0.0.2"]}]},
  {"zone":"one.test","servers":[{"addresses":["127.0.0.10"]},{"addresses":["127.0.0.11"]}]},
  {"zone":"deep.one.test","servers":[{"addresses":["127.0.0.10"]}]},
  {"zone":"other.test","servers":[{"host":"ns1.one.test."},{"host":"ns.elsewhere.example.","addresses":["127.0.0.12"]}]},
  {"zone":"differs.test","servers":[{"host":"p","addresses":["127.0.0.20"],"listed":"parent"},
                                    {"host":"c","addresses":["127.0.0.21"],"listed":"child"}]},
  {"zone":"glued.test","servers":[{"addresses":["127.0.0.30"],"glue":["127.0.0.31"]}]},
  {"zone":"unglued.test","glue":"none","servers":[{"addresses":["127.0.0.40"]}]},
  {"zone":"hidden.test","delegated":false,"servers":[{"addresses":["127.0.0.50"]}]},
  {"zone":"nowhere.test","servers":[{"host":"no.such.test.","addresses":[]}]}
]})";

class WorldTest : public testing::Test {
 protected:
  std::unique_ptr<Answer> AskAt(std::string_view server, std::string_view name,
                                RRType type = RRType::kCAA) {
    return AskResponder(&responder_, {.name = name, .type = type, .server = server});
  }

  const std::unique_ptr<World> world_ = WorldOf(kTree);
  Responder responder_{*world_};
};

TEST_F(WorldTest, LocatesTheDeepestZoneOfTheServer) {
  const auto at = [this](std::string_view server, std::string_view name,
                         RRType type = RRType::kCAA) {
    const dns::Name question = NameOf(name);
    return Apex(world_->Locate(AddressOfText(server), question, type));
  };
  EXPECT_EQ(at("127.0.0.1", "www.one.test"), ".");
  EXPECT_EQ(at("127.0.0.2", "www.one.test"), "test");
  EXPECT_EQ(at("127.0.0.10", "www.one.test"), "one.test");
  EXPECT_EQ(at("127.0.0.10", "www.deep.one.test"), "deep.one.test");
  EXPECT_EQ(at("127.0.0.11", "www.deep.one.test"), "one.test");
  EXPECT_EQ(at("127.0.0.10", "www.other.test"), "other.test") << "a host described elsewhere";
  EXPECT_EQ(at("127.0.0.11", "www.other.test"), "-");
  EXPECT_EQ(at("127.0.0.10", "deep.one.test", RRType::kDS), "one.test") << "RFC 4035 §3.1.4.1";
  EXPECT_EQ(at("127.0.0.2", "test", RRType::kDS), "test") << "the parent is elsewhere";
}

TEST_F(WorldTest, RefersWithNsAndGlue) {
  const auto answer = AskAt("127.0.0.2", "www.one.test");
  EXPECT_FALSE(answer->message.authoritative());
  EXPECT_THAT(answer->Records(Section::kAnswer), IsEmpty());
  EXPECT_THAT(answer->Records(Section::kAuthority),
              ElementsAre("one.test 3600 NS ns1.one.test", "one.test 3600 NS ns2.one.test"));
  EXPECT_THAT(answer->Records(Section::kAdditional),
              ElementsAre("ns1.one.test 3600 A 127.0.0.10", "ns2.one.test 3600 A 127.0.0.11"));
}

TEST_F(WorldTest, GlueIsInBailiwickOfTheParent) {
  const auto answer = AskAt("127.0.0.2", "other.test");
  EXPECT_THAT(
      answer->Records(Section::kAuthority),
      ElementsAre("other.test 3600 NS ns1.one.test", "other.test 3600 NS ns.elsewhere.example"));
  EXPECT_THAT(answer->Records(Section::kAdditional), ElementsAre("ns1.one.test 3600 A 127.0.0.10"));
}

TEST_F(WorldTest, ParentAndChildMayDiffer) {
  EXPECT_THAT(AskAt("127.0.0.2", "differs.test")->Records(Section::kAuthority),
              ElementsAre("differs.test 3600 NS p.differs.test"));
  EXPECT_THAT(AskAt("127.0.0.20", "differs.test", RRType::kNS)->Records(Section::kAnswer),
              ElementsAre("differs.test 3600 NS c.differs.test"));
}

TEST_F(WorldTest, GlueMayDiffer) {
  EXPECT_THAT(AskAt("127.0.0.2", "glued.test")->Records(Section::kAdditional),
              ElementsAre("ns1.glued.test 3600 A 127.0.0.31"));
  EXPECT_THAT(AskAt("127.0.0.31", "ns1.glued.test", RRType::kA)->Records(Section::kAnswer),
              ElementsAre("ns1.glued.test 3600 A 127.0.0.30"));
}

TEST_F(WorldTest, GlueMayBeMissing) {
  const auto answer = AskAt("127.0.0.2", "unglued.test");
  EXPECT_THAT(answer->Records(Section::kAuthority),
              ElementsAre("unglued.test 3600 NS ns1.unglued.test"));
  EXPECT_THAT(answer->Records(Section::kAdditional), IsEmpty());
}

TEST_F(WorldTest, AZoneMayBeUndelegated) {
  EXPECT_EQ(AskAt("127.0.0.2", "hidden.test")->rcode(), dns::RCode::kNXDomain);
}

TEST_F(WorldTest, AHostMayHaveNoAddress) {
  EXPECT_THAT(AskAt("127.0.0.2", "nowhere.test")->Records(Section::kAuthority),
              ElementsAre("nowhere.test 3600 NS no.such.test"));
  EXPECT_EQ(AskAt("127.0.0.2", "no.such.test", RRType::kA)->rcode(), dns::RCode::kNXDomain);
}

TEST_F(WorldTest, HostsHaveTheirAddressesInTheZoneAroundThem) {
  EXPECT_THAT(AskAt("127.0.0.1", "ns.elsewhere.example", RRType::kA)->Records(Section::kAnswer),
              ElementsAre("ns.elsewhere.example 3600 A 127.0.0.12"))
      << "no other zone is around it";
}

TEST_F(WorldTest, WritesHints) {
  EXPECT_EQ(world_->hints(),
            ".\t3600000\tIN\tNS\ta.root.\n"
            "a.root.\t3600000\tIN\tA\t127.0.0.1\n"
            "a.root.\t3600000\tIN\tAAAA\t::1\n");
}

TEST(WorldBuildTest, MakesARootWhereThereIsNone) {
  const auto world = WorldOf(R"({"zones":[{"zone":"example.com"}]})");
  EXPECT_EQ(world->zone_count(), 2u);
  EXPECT_NE(world->hints().find("a.root-servers.test."), std::string::npos);
}

TEST(WorldBuildTest, ChosenAddressesNeverCollide) {
  const auto world = WorldOf(R"({"zones":[
    {"zone":"a.test","servers":[{"addresses":["127.64.0.1"]},{}]},{"zone":"b.test"}]})");
  // Two of a.test, two of b.test, one of the root that is added.
  EXPECT_EQ(world->server_count(), 5u);
}

TEST(WorldBuildTest, RefusesAZoneDescribedTwice) {
  const auto scenario = ParseScenario(R"({"zones":[{"zone":"a.test"},{"zone":"A.TEST"}]})", "t");
  ASSERT_TRUE(scenario.ok());
  EXPECT_EQ(std::string(World::Build(*scenario).status().message()),
            "zone a.test is described twice");
}

TEST(WorldBuildTest, RefusesABadHost) {
  const auto scenario =
      ParseScenario(R"({"zones":[{"zone":"a.test","servers":[{"host":"x..y"}]}]})", "t");
  ASSERT_TRUE(scenario.ok());
  EXPECT_NE(std::string(World::Build(*scenario).status().message()).find("host \"x..y.a.test\""),
            std::string::npos);
}

}  // namespace
}  // namespace caascan::lab
