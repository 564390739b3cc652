#include "scanner/crypto/rdata.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/dnssec/signed_message.h"

namespace caascan::crypto {
namespace {

using dns::RRType;
using dnssec::Chars;
using dnssec::Octets;
using dnssec::TestKey;

std::string Bytes(std::initializer_list<int> octets) {
  std::string out;
  for (const int octet : octets) out.push_back(static_cast<char>(octet));
  return out;
}

const std::string kExample = Bytes({7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0});
const std::string kBitmap = Bytes({0, 1, 0x40, 1, 1, 0x40});  // A, CAA.
const std::string kRrsig =
    Bytes({1, 1, 13, 2, 0, 0, 1, 44, 0, 0, 0, 9, 0, 0, 0, 8, 0x12, 0x34}) + kExample + "sig";

TEST(RrsigTest, HasTheFieldsOfRfc4034Section31) {
  const auto rrsig = ReadRrsig(Octets(kRrsig));
  ASSERT_TRUE(rrsig);
  EXPECT_EQ(rrsig->covered, RRType::kCAA);
  EXPECT_EQ(rrsig->algorithm, 13);
  EXPECT_EQ(rrsig->labels, 2);
  EXPECT_EQ(rrsig->original_ttl, 300u);
  EXPECT_EQ(rrsig->expiration, 9u);
  EXPECT_EQ(rrsig->inception, 8u);
  EXPECT_EQ(rrsig->key_tag, 0x1234);
  EXPECT_EQ(rrsig->signer.ToText(), "example");
  EXPECT_EQ(Chars(rrsig->signature), "sig");
}

TEST(RrsigTest, IsRefusedWhereItIsCutOrCompressed) {
  for (size_t size = 0; size < 18 + kExample.size(); ++size) {
    EXPECT_FALSE(ReadRrsig(Octets(kRrsig).first(size))) << size;
  }
  const std::string compressed = kRrsig.substr(0, 18) + Bytes({0xc0, 12}) + "sig";
  EXPECT_FALSE(ReadRrsig(Octets(compressed)));
}

TEST(DsTest, HasTheFieldsOfRfc4034Section51) {
  const std::string rdata = Bytes({0x12, 0x34, 8, 2, 'd'});
  const auto ds = ReadDs(Octets(rdata));
  ASSERT_TRUE(ds);
  EXPECT_EQ(ds->key_tag, 0x1234);
  EXPECT_EQ(ds->algorithm, 8);
  EXPECT_EQ(ds->digest_type, 2);
  EXPECT_EQ(Chars(ds->digest), "d");
  for (size_t size = 0; size < 4; ++size) EXPECT_FALSE(ReadDs(Octets(rdata).first(size)));
}

TEST(DnskeyTest, SaysWhichKeysMaySign) {
  const auto may_sign = [](int flags, int protocol) {
    const auto key = ReadDnskey(Octets(Bytes({flags >> 8, flags & 0xff, protocol, 8, 'k'})));
    return key && key->MaySign();
  };
  EXPECT_TRUE(may_sign(256, 3));
  EXPECT_TRUE(may_sign(257, 3));
  EXPECT_FALSE(may_sign(1, 3)) << "RFC 4034 §2.1.1: no zone key";
  EXPECT_FALSE(may_sign(257 | 0x80, 3)) << "RFC 5011 §2.1: revoked";
  EXPECT_FALSE(may_sign(257, 2)) << "RFC 4034 §2.1.2";
  EXPECT_FALSE(ReadDnskey(Octets(std::string("\1\1\3"))));
}

TEST(DnskeyTest, KeyTagsAreLdnss) {
  for (const uint8_t algorithm : {uint8_t{8}, uint8_t{13}, uint8_t{15}}) {
    const std::string rdata = TestKey::Of(algorithm).Dnskey();
    EXPECT_EQ(KeyTag(Octets(rdata)), TestKey::Of(algorithm).tag());
  }
  EXPECT_EQ(KeyTag({}), 0);
}

TEST(NsecRdataTest, HasTheFieldsOfRfc4034Section41) {
  const std::string rdata = kExample + kBitmap;
  const auto nsec = ReadNsec(Octets(rdata));
  ASSERT_TRUE(nsec);
  EXPECT_EQ(nsec->next.ToText(), "example");
  EXPECT_TRUE(nsec->types.Has(RRType::kCAA));
  for (size_t size = 0; size < kExample.size(); ++size) {
    EXPECT_FALSE(ReadNsec(Octets(rdata).first(size))) << size;
  }
}

TEST(Nsec3RdataTest, HasTheFieldsOfRfc5155Section32) {
  const std::string rdata = Bytes({1, 1, 0, 10, 2, 0xaa, 0xbb, 3, 'n', 'x', 't'}) + kBitmap;
  const auto nsec3 = ReadNsec3(Octets(rdata));
  ASSERT_TRUE(nsec3);
  EXPECT_EQ(nsec3->hash_algorithm, 1);
  EXPECT_EQ(nsec3->flags, 1);
  EXPECT_EQ(nsec3->iterations, 10);
  EXPECT_EQ(Chars(nsec3->salt), "\xaa\xbb");
  EXPECT_EQ(Chars(nsec3->next_hash), "nxt");
  EXPECT_TRUE(nsec3->types.Has(RRType::kA));
  for (size_t size = 0; size < 11; ++size) {
    EXPECT_FALSE(ReadNsec3(Octets(rdata).first(size))) << size;
  }
}

TEST(TypeBitmapTest, FindsTypes) {
  const auto types = TypeBitmap::Read(Octets(kBitmap));
  ASSERT_TRUE(types);
  EXPECT_TRUE(types->Has(RRType::kA));
  EXPECT_TRUE(types->Has(RRType::kCAA));
  EXPECT_FALSE(types->Has(RRType::kNS));
  EXPECT_FALSE(types->Has(RRType::kUnassigned));
  EXPECT_FALSE(types->Has(static_cast<RRType>(256 + 15)));
  EXPECT_FALSE(TypeBitmap().Has(RRType::kA));
}

TEST(TypeBitmapTest, RefusesWhatBreaksItsForm) {
  const struct {
    const char* name;
    std::string bytes;
  } rows[] = {
      {"window without size", Bytes({0})},
      {"empty window", Bytes({0, 0})},
      {"window too long", Bytes({0, 33}) + std::string(33, '\1')},
      {"window cut", Bytes({0, 2, 1})},
      {"windows falling", Bytes({1, 1, 1, 0, 1, 1})},
      {"window twice", Bytes({1, 1, 1, 1, 1, 1})},
  };
  for (const auto& row : rows) EXPECT_FALSE(TypeBitmap::Read(Octets(row.bytes))) << row.name;
  EXPECT_TRUE(TypeBitmap::Read({}));
}

}  // namespace
}  // namespace caascan::crypto
