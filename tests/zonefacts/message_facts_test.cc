#include "scanner/zonefacts/message_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/dns/message_builder.h"

namespace caascan::zonefacts {
namespace {

using dns::MessageBuilder;
using dns::RRType;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint16_t kAnswer = 0x8400;    // QR and AA.
constexpr uint16_t kReferral = 0x8000;  // QR alone.

std::string Wire(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
  return std::string(name.view().bytes());
}

std::string U16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}
std::string U32(uint32_t value) { return U16(value >> 16) + U16(value & 0xffff); }

std::string Rrsig(RRType covered, uint32_t expiration, std::string_view signer) {
  return U16(static_cast<unsigned>(covered)) + std::string("\x0d\x02", 2) + U32(3600) +
         U32(expiration) + U32(1) + U16(4711) + Wire(signer) + std::string(64, 's');
}
std::string Soa(uint32_t serial) {
  return Wire("m.example") + Wire("h.example") + U32(serial) + U32(1) + U32(2) + U32(3) + U32(4);
}
/// NS SOA NSEC and CDS, or without CDS.
std::string Types(bool with_cds) {
  // Window 0: types 2 and 6, 47, 59.
  std::string bits(8, '\0');
  bits[0] = 0x22;
  bits[5] = 0x01;
  if (with_cds) bits[7] = 0x10;
  return std::string("\x00\x08", 2) + bits;
}

/// Takes messages as from a server of `apex`.
class MessageFactsTest : public testing::Test {
 protected:
  void Take(std::string_view apex, MessageBuilder& builder) {
    const auto bytes = builder.bytes();
    dns::Message message;
    ASSERT_EQ(dns::Message::Parse(bytes, &message).error, dns::ParseError::kNone);
    dns::Name name;
    ASSERT_EQ(dns::Name::FromText(apex, &name), dns::NameError::kNone);
    Facts* const facts = &zones_[name.view().ToLowerText()];
    Facts::Server* const server = facts->AddServer(async::Address::FromText("192.0.2.1", 53), -1);
    TakeMessage(message, {name, facts, server},
                [this](dns::NameView zone) { return &zones_[zone.ToLowerText()]; });
  }
  zonerecord::ZoneRecord Of(const std::string& zone) {
    zonerecord::ZoneRecord record;
    zones_[zone].time_ms = 1'795'305'248'123;
    zones_[zone].FillRecord(dns::NameView(), 53, nullptr, &record);
    return record;
  }

  std::map<std::string, Facts> zones_;
};

TEST_F(MessageFactsTest, AReferralTellsOfTheChildsDsAndTheParentsSignatures) {
  MessageBuilder builder(kReferral, {1, 0, 3, 0});
  builder.Question("www.example.com", RRType::kCAA)
      .Name("example.com")
      .Head(RRType::kNS, Wire("ns.example.com").size())
      .Name("ns.example.com");
  const std::string ds = U16(4711) + std::string("\x0d\x02", 2) + std::string(32, 'd');
  builder.Name("example.com").Head(RRType::kDS, ds.size()).Bytes(ds);
  const std::string rrsig = Rrsig(RRType::kDS, 1'800'000'000, "com");
  builder.Name("example.com").Head(RRType::kRRSIG, rrsig.size()).Bytes(rrsig);
  Take("com", builder);
  EXPECT_THAT(Of("example.com").ds, ElementsAre(zonerecord::ZoneDs{4711, 13, 2}));
  EXPECT_FALSE(Of("example.com").is_signed);
  EXPECT_THAT(Of("com").child_ns, IsEmpty()) << "the NS set is another zone's";
  const zonerecord::ZoneSignature first{1'800'000'000, "DS", 3600};
  EXPECT_EQ(Of("com").signature, first);
}

TEST_F(MessageFactsTest, ADenialTellsOfSerialNsecAndTypesAtTheApex) {
  MessageBuilder builder(kAnswer, {1, 0, 3, 0});
  builder.Question("example.com", RRType::kCAA);
  builder.Record(RRType::kSOA, Soa(2026))
      .Record(RRType::kNSEC, Wire("a.example.com") + Types(true));
  builder.Record(RRType::kRRSIG, Rrsig(RRType::kNSEC, 1'900'000'000, "example.com"));
  Take("example.com", builder);
  const zonerecord::ZoneRecord record = Of("example.com");
  ASSERT_TRUE(record.denial.has_value());
  EXPECT_FALSE(record.denial->nsec3);
  EXPECT_TRUE(record.is_signed);
  EXPECT_EQ(record.cds, true);
  EXPECT_EQ(record.cdnskey, false);
  EXPECT_EQ(record.servers[0].serial, 2026U);
}

TEST_F(MessageFactsTest, Nsec3Parameters) {
  for (const bool opt_out : {true, false}) {
    MessageBuilder builder(kAnswer, {1, 0, 2, 0});
    builder.Question("example.com", RRType::kCAA).Record(RRType::kSOA, Soa(1));
    std::string nsec3 = {'\x01', static_cast<char>(opt_out ? 1 : 0)};
    nsec3 += U16(12) + std::string("\x02zz\x14", 4) + std::string(20, 'h') + Types(false);
    builder.Record(RRType::kNSEC3, nsec3);
    Take("example.com", builder);
    const zonerecord::ZoneRecord record = Of("example.com");
    ASSERT_TRUE(record.denial.has_value());
    const zonerecord::ZoneDenial expected{true, 12, 2, true};
    EXPECT_EQ(*record.denial, expected) << "opt-out on any of them";
    EXPECT_EQ(record.cds, false);
  }
}

TEST_F(MessageFactsTest, AServerOfBothZonesSpeaksForTheLower) {
  MessageBuilder builder(kAnswer, {1, 0, 3, 0});
  builder.Question("www.sub.example.com", RRType::kCAA)
      .Name("sub.example.com")
      .Head(RRType::kSOA, Soa(5).size())
      .Bytes(Soa(5))
      .Name("www.sub.example.com");
  const std::string nsec = Wire("z.sub.example.com") + std::string("\x00\x01\x40", 3);
  builder.Head(RRType::kNSEC, nsec.size()).Bytes(nsec);
  const std::string rrsig = Rrsig(RRType::kNSEC, 1'900'000'000, "sub.example.com");
  builder.Name("www.sub.example.com").Head(RRType::kRRSIG, rrsig.size()).Bytes(rrsig);
  Take("example.com", builder);
  EXPECT_TRUE(Of("sub.example.com").denial.has_value());
  EXPECT_TRUE(Of("sub.example.com").is_signed);
  EXPECT_FALSE(Of("example.com").denial.has_value());
  EXPECT_FALSE(Of("example.com").servers[0].serial.has_value());
}

TEST_F(MessageFactsTest, WhatIsOutsideOrBesideTheQuestionDoesNotCount) {
  const std::string ds = U16(1) + std::string("\x0d\x02", 2) + std::string(32, 'd');
  for (const char* owner : {"example.net", "com", "beside.example.com", "below.www.example.com"}) {
    zones_.clear();
    MessageBuilder builder(kAnswer, {1, 0, 4, 0});
    builder.Question("www.example.com", RRType::kCAA);
    const std::string rrsig = Rrsig(RRType::kNSEC, 1'900'000'000, owner);
    const std::string nsec = Wire(owner) + Types(true);
    builder.Name(owner).Head(RRType::kDS, ds.size()).Bytes(ds);
    builder.Name(owner).Head(RRType::kRRSIG, rrsig.size()).Bytes(rrsig);
    builder.Name(owner).Head(RRType::kSOA, Soa(9).size()).Bytes(Soa(9));
    builder.Name(owner).Head(RRType::kNS, Wire("a").size()).Name("a");
    Take("example.com", builder);
    EXPECT_EQ(zones_.size(), 1U) << owner;
    EXPECT_FALSE(Of("example.com").is_signed) << owner;
    EXPECT_THAT(Of("example.com").child_ns, IsEmpty()) << owner;
    EXPECT_FALSE(Of("example.com").servers[0].serial.has_value()) << owner;
  }
}

TEST_F(MessageFactsTest, TheZonesOwnSetIsTheLastOneWithAuthority) {
  const auto answer = [this](uint16_t flags, std::string_view host) {
    MessageBuilder builder(flags, {1, 1, 0, 0});
    builder.Question("example.com", RRType::kNS).Record(RRType::kNS, Wire(host));
    Take("example.com", builder);
  };
  answer(kAnswer, "old.example");
  answer(kAnswer, "new.example");
  answer(kReferral, "cache.example");
  EXPECT_THAT(Of("example.com").child_ns, ElementsAre("new.example"));
}

TEST_F(MessageFactsTest, ReportChannel) {
  struct Row {
    std::string option;
    std::string agent;
  };
  const Row rows[] = {
      {U16(18) + U16(15) + Wire("Agent.Example"), "agent.example"},
      {U16(3) + U16(1) + "x" + U16(18) + U16(15) + Wire("agent.example"), "agent.example"},
      {U16(18) + U16(1) + std::string(1, '\0'), ""},  // RFC 9567 §6.1: the root turns it off.
      {U16(18) + U16(3) + "abc", ""},
      {U16(18) + U16(200) + "abc", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    zones_.clear();
    MessageBuilder builder(kAnswer, {1, 0, 0, 1});
    builder.Question("example.com", RRType::kCAA).Opt(row.option);
    Take("example.com", builder);
    EXPECT_EQ(Of("example.com").report_channel, row.agent);
  }
}

TEST(KeyBitsTest, ByAlgorithm) {
  const auto bits = [](uint8_t algorithm, const std::string& key) {
    return KeyBits(algorithm, {reinterpret_cast<const uint8_t*>(key.data()), key.size()});
  };
  const std::string exponent("\x03\x01\x00\x01", 4);
  struct Row {
    const char* what;
    uint8_t algorithm;
    std::string key;
    uint32_t bits;
  };
  const Row rows[] = {
      {"RSA 2048", 8, exponent + '\x80' + std::string(255, 'x'), 2048},
      {"RSA 1024, a zero in front", 5, exponent + '\0' + '\xff' + std::string(127, 'x'), 1024},
      {"RSA 1023", 10, exponent + '\x7f' + std::string(127, 'x'), 1023},
      {"long exponent", 8,
       std::string("\x00\x00\x03\x01\x00\x01", 6) + '\x80' + std::string(255, 'x'), 2048},
      {"RSA without a modulus", 8, exponent, 0},
      {"RSA whose exponent runs over", 8, "\xff\x01\x02", 0},
      {"RSA of nothing", 8, "", 0},
      {"P-256", 13, std::string(64, 'x'), 256},
      {"P-384", 14, std::string(96, 'x'), 384},
      {"Ed25519", 15, std::string(32, 'x'), 256},
      {"Ed448", 16, std::string(57, 'x'), 456},
      {"another", 253, std::string(64, 'x'), 0},
  };
  for (const Row& row : rows) EXPECT_EQ(bits(row.algorithm, row.key), row.bits) << row.what;
}

}  // namespace
}  // namespace caascan::zonefacts
