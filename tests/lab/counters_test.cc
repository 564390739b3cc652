// Queries counted by server, type and second.
#include "tools/caalab/serve/counters.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

void Count(Counters* counters, std::string_view server, dns::RRType type, uint64_t second,
           Transport transport = Transport::kUdp, Reply::Kind kind = Reply::Kind::kSend) {
  Query query;
  query.server = AddressOfText(server);
  query.transport = transport;
  Reply reply;
  reply.kind = kind;
  reply.type = type;
  counters->Add(query, reply, second);
}

TEST(CountersTest, StartEmpty) {
  EXPECT_EQ(
      Counters().ToJson(),
      R"({"queries":0,"tcp":0,"unanswered":0,"types":{},"seconds":[],"servers_asked":0,"servers":{}})"
      "\n");
}

TEST(CountersTest, ListServersByQueries) {
  Counters counters;
  Count(&counters, "127.0.0.2", dns::RRType::kA, 0);
  Count(&counters, "127.0.0.1", dns::RRType::kCAA, 2);
  Count(&counters, "127.0.0.1", dns::RRType::kUnassigned, 2, Transport::kTcp);
  Count(&counters, "::1", dns::RRType::kCAA, 3, Transport::kUdp, Reply::Kind::kDrop);
  EXPECT_EQ(
      counters.ToJson(),
      R"({"queries":4,"tcp":1,"unanswered":1,"types":{"CAA":2,"A":1,"other":1},"seconds":[1,0,2,1],)"
      R"("servers_asked":3,"servers":{"127.0.0.1":{"CAA":1,"other":1},"127.0.0.2":{"A":1},"::1":{"CAA":1}}})"
      "\n");
}

TEST(CountersTest, ShowAThousandServersAtMost) {
  Counters counters;
  for (int i = 0; i < 1200; ++i) {
    Count(&counters, "127.1." + std::to_string(i / 200) + "." + std::to_string(i % 200),
          dns::RRType::kCAA, 0);
  }
  simdjson::dom::parser parser;
  const std::string text = counters.ToJson();
  simdjson::dom::element json;
  ASSERT_EQ(parser.parse(text).get(json), simdjson::SUCCESS);
  EXPECT_EQ(json["servers_asked"].get_uint64().value(), 1200u);
  EXPECT_EQ(json["servers"].get_object().value().size(), 1000u);
}

}  // namespace
}  // namespace caascan::lab
