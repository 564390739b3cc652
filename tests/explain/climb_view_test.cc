// The climb and the chain of trust of a record, as docs/record.schema.json describes them.
#include "scanner/explain/climb_view.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace caascan::explain {
namespace {

TEST(ReadClimbTest, ReadsEachMember) {
  const ClimbView view = ReadClimb(
      R"({"name":"www.example.com","climb":[{"name":"www.example.com","result":"none",)"
      R"("zone":"example.com","dnssec":"secure","cname":["a.test","b.test"],"host":"ns1.test",)"
      R"("address":"192.0.2.1","transport":"tcp","rtt_ms":11.5},{"name":"com","result":"none"}],)"
      R"("chain":[{"zone":".","dnssec":"secure"},{"zone":"com","dnssec":"bogus","detail":"x"}]})");
  ASSERT_EQ(view.climb.size(), 2u);
  const ClimbStepView& step = view.climb[0];
  EXPECT_EQ(step.name, "www.example.com");
  EXPECT_EQ(step.result, "none");
  EXPECT_EQ(step.zone, "example.com");
  EXPECT_EQ(step.dnssec, "secure");
  EXPECT_EQ(step.cname, (std::vector<std::string>{"a.test", "b.test"}));
  EXPECT_EQ(step.host, "ns1.test");
  EXPECT_EQ(step.address, "192.0.2.1");
  EXPECT_EQ(step.transport, "tcp");
  EXPECT_EQ(step.rtt_ms, 11.5);
  EXPECT_EQ(view.climb[1].name, "com");
  EXPECT_EQ(view.climb[1].rtt_ms, std::nullopt);
  ASSERT_EQ(view.chain.size(), 2u);
  EXPECT_EQ(view.chain[0].zone, ".");
  EXPECT_EQ(view.chain[0].detail, "");
  EXPECT_EQ(view.chain[1].dnssec, "bogus");
  EXPECT_EQ(view.chain[1].detail, "x");
}

struct NoClimbRow {
  const char* name;
  const char* record;
};

// Records are files, and files may hold anything.
TEST(ReadClimbTest, IsEmptyWhereThereIsNone) {
  for (const NoClimbRow& row :
       {NoClimbRow{"nothing", ""}, NoClimbRow{"no JSON", "{"}, NoClimbRow{"no object", "[]"},
        NoClimbRow{"neither member", R"({"name":"a"})"},
        NoClimbRow{"other types", R"({"climb":{},"chain":"x"})"},
        NoClimbRow{"empty lists", R"({"climb":[],"chain":[]})"}}) {
    const ClimbView view = ReadClimb(row.record);
    EXPECT_TRUE(view.climb.empty()) << row.name;
    EXPECT_TRUE(view.chain.empty()) << row.name;
  }
}

TEST(ReadClimbTest, MembersOfAnotherTypeAreMissing) {
  const ClimbView view =
      ReadClimb(R"({"climb":[{"name":1,"cname":"x","rtt_ms":"y"},7],"chain":[null]})");
  ASSERT_EQ(view.climb.size(), 2u);
  EXPECT_EQ(view.climb[0].name, "");
  EXPECT_TRUE(view.climb[0].cname.empty());
  EXPECT_EQ(view.climb[0].rtt_ms, std::nullopt);
  EXPECT_EQ(view.climb[1].result, "");
  ASSERT_EQ(view.chain.size(), 1u);
  EXPECT_EQ(view.chain[0].zone, "");
}

}  // namespace
}  // namespace caascan::explain
