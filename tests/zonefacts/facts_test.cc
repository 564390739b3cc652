#include "scanner/zonefacts/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::zonefacts {
namespace {

using testing::ElementsAre;

constexpr int64_t kTimeMs = 1'795'305'248'123;

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

std::optional<async::Address> AddressOf(std::string_view text) {
  return async::Address::FromText(text, 53);
}

zonerecord::ZoneRecord RecordOf(const Facts& facts) {
  zonerecord::ZoneRecord record;
  facts.FillRecord(NameOf("Example.COM"), 53, nullptr, &record);
  return record;
}

TEST(FactsTest, BothNsSetsAreApart) {
  Facts facts;
  facts.time_ms = kTimeMs;
  facts.AddHost(NameOf("NS2.example.net"), true, false);
  facts.AddHost(NameOf("ns1.example.net"), true, false);
  EXPECT_FALSE(facts.has_child_set());
  facts.AddHost(NameOf("ns3.example.net"), false, true);
  facts.BeginChildSet();
  facts.AddHost(NameOf("ns1.Example.net"), false, true);
  EXPECT_TRUE(facts.has_child_set());
  const zonerecord::ZoneRecord record = RecordOf(facts);
  EXPECT_EQ(record.zone, "example.com");
  EXPECT_THAT(record.parent_ns, ElementsAre("ns1.example.net", "ns2.example.net"));
  EXPECT_THAT(record.child_ns, ElementsAre("ns1.example.net"));
}

TEST(FactsTest, ServersAndWhatTheyDid) {
  Facts facts;
  facts.time_ms = kTimeMs;
  const int8_t host = facts.AddHost(NameOf("ns.example.net"), true, false);
  Facts::Server* server = facts.AddServer(AddressOf("192.0.2.1"), host);
  facts.NoteResult(ServerResult::kTimeout, 0, server);
  facts.NoteResult(ServerResult::kRcode, 9, server);
  server = facts.AddServer(AddressOf("192.0.2.1"), -1);
  facts.NoteResult(ServerResult::kReferral, 0, server);
  server->serial = 7;
  (void)facts.AddServer(AddressOf("[2001:db8::1]:5300"), host);
  server = facts.AddServer(std::nullopt, facts.AddHost(NameOf("gone.example"), true, false));
  facts.NoteResult(ServerResult::kUnresolved, 0, server);
  const std::vector<zonerecord::ZoneServer> expected = {
      {.host = "gone.example", .fails = {"unresolved"}},
      {.host = "ns.example.net",
       .address = "192.0.2.1",
       .asked = true,
       .answers = true,
       .fails = {"rcode_9", "timeout"},
       .serial = 7},
      {.host = "ns.example.net", .address = "[2001:db8::1]:5300"},
  };
  EXPECT_EQ(RecordOf(facts).servers, expected);
}

TEST(FactsTest, TheSignatureThatEndsFirst) {
  struct Row {
    const char* what;
    int64_t now_s;
    std::vector<int64_t> ends_s;
    int64_t first_s;
  };
  const Row rows[] = {
      {"one", 1'800'000'000, {1'800'000'060}, 1'800'000'060},
      {"the past counts", 1'800'000'000, {1'800'000'060, 1'799'000'000}, 1'799'000'000},
      {"beyond 2106", 4'294'967'000, {4'294'967'400, 4'294'967'300}, 4'294'967'300},
  };
  for (const Row& row : rows) {
    Facts facts;
    facts.time_ms = row.now_s * 1000;
    for (const int64_t end : row.ends_s) {
      facts.NoteSignature({static_cast<uint32_t>(end), 300, dns::RRType::kSOA});
    }
    const auto signature = RecordOf(facts).signature;
    ASSERT_TRUE(signature.has_value());
    EXPECT_EQ(signature->ends_s, row.first_s) << row.what;
    EXPECT_EQ(signature->type, "SOA");
  }
}

TEST(FactsTest, WhatIsHostileIsBounded) {
  Facts facts;
  facts.time_ms = kTimeMs;
  for (unsigned i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    facts.AddHost(NameOf("ns" + number + "." + std::string(60, 'x') + ".example"), true, true);
    (void)facts.AddServer(
        AddressOf("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)), -1);
    facts.AddDs({static_cast<uint16_t>(i), 13, 2});
    facts.AddKey({static_cast<uint16_t>(i), 13, 256, 257});
  }
  const zonerecord::ZoneRecord record = RecordOf(facts);
  EXPECT_EQ(record.parent_ns.size(), Facts::kMaxServers);
  EXPECT_EQ(record.servers.size(), Facts::kMaxServers);
  EXPECT_EQ(record.ds.size(), Facts::kMaxKeys);
  EXPECT_EQ(record.dnskey.size(), Facts::kMaxKeys);
  EXPECT_LT(facts.HeapBytes(), size_t{32} << 10);
}

TEST(FactsTest, FindingsBecomeCodes) {
  Facts facts;
  facts.time_ms = kTimeMs;
  facts.findings.set(static_cast<size_t>(FindingCode::kSingleNetwork));
  facts.findings.set(static_cast<size_t>(FindingCode::kGlueMismatch));
  facts.findings.set(static_cast<size_t>(kLastFindingCode));
  EXPECT_THAT(RecordOf(facts).findings, ElementsAre(std::string(FindingCodeText(kLastFindingCode)),
                                                    "glue_mismatch", "single_network"));
}

}  // namespace
}  // namespace caascan::zonefacts
