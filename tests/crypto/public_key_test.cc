#include "scanner/crypto/public_key.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/decoded_key.h"
#include "scanner/crypto/rdata.h"
#include "scanner/crypto/table_store.h"
#include "scanner/dnssec/rrset.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::crypto {
namespace {

using dnssec::Chars;
using dnssec::NameOf;
using dnssec::Octets;
using dnssec::Rrset;
using dnssec::SignedMessage;
using dnssec::TestKey;

struct Sample {
  std::string data;
  std::string signature;
};

Sample SampleOf(uint8_t algorithm) {
  SignedMessage message("example.");
  message.Signed(dns::Section::kAnswer, {"example. CAA 0 issue \"ca\""},
                 {.key = &TestKey::Of(algorithm)});
  const Rrset set = dnssec::FindRrset(message.message(), dns::Section::kAnswer, NameOf("example"),
                                      dns::RRType::kCAA);
  const auto rrsig = ReadRrsig(set.signatures[0].rdata);
  return {dnssec::SignedData(set, dnssec::CanonicalRdata(set), *rrsig),
          std::string(Chars(rrsig->signature))};
}

class PublicKeyTest : public testing::TestWithParam<int> {};

TEST_P(PublicKeyTest, VerifiesWhatLdnsSigned) {
  const auto algorithm = static_cast<uint8_t>(GetParam());
  ASSERT_TRUE(IsSupported(algorithm));
  Sample sample = SampleOf(algorithm);
  PublicKey key(Octets(TestKey::Of(algorithm).Dnskey()));
  EXPECT_EQ(key.algorithm(), algorithm);
  EXPECT_EQ(key.tag(), TestKey::Of(algorithm).tag());
  EXPECT_TRUE(key.Verify(Octets(sample.data), Octets(sample.signature)));
  EXPECT_TRUE(key.Verify(Octets(sample.data), Octets(sample.signature))) << "and again";
  EXPECT_FALSE(key.Verify(Octets(sample.data + "x"), Octets(sample.signature)));
  for (size_t at = 0; at < sample.signature.size(); at += 7) {
    std::string spoilt = sample.signature;
    spoilt[at] = static_cast<char>(spoilt[at] ^ 0x10);
    EXPECT_FALSE(key.Verify(Octets(sample.data), Octets(spoilt))) << at;
  }
  for (size_t size = 0; size < sample.signature.size(); ++size) {
    EXPECT_FALSE(key.Verify(Octets(sample.data), Octets(sample.signature).first(size))) << size;
  }
  EXPECT_FALSE(key.Verify(Octets(sample.data), Octets(sample.signature + "x")));
  EXPECT_TRUE(key.Verify(Octets(sample.data), Octets(sample.signature))) << "errors leave no trace";
}

TEST_P(PublicKeyTest, AnotherKeyDoesNotVerify) {
  const auto algorithm = static_cast<uint8_t>(GetParam());
  const Sample sample = SampleOf(algorithm);
  PublicKey other(Octets(TestKey::Of(algorithm, 1).Dnskey()));
  EXPECT_FALSE(other.Verify(Octets(sample.data), Octets(sample.signature)));
}

TEST_P(PublicKeyTest, WhatIsNoKeyVerifiesNothing) {
  const auto algorithm = static_cast<uint8_t>(GetParam());
  const Sample sample = SampleOf(algorithm);
  const std::string rdata = TestKey::Of(algorithm).Dnskey();
  for (size_t size = 0; size < rdata.size(); ++size) {
    PublicKey cut(Octets(rdata).first(size));
    EXPECT_FALSE(cut.Verify(Octets(sample.data), Octets(sample.signature))) << size;
  }
  std::string changed = rdata;
  changed.back() = static_cast<char>(changed.back() ^ 1);  // Off the curve, or another number.
  PublicKey spoilt(Octets(changed));
  EXPECT_FALSE(spoilt.Verify(Octets(sample.data), Octets(sample.signature)));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, PublicKeyTest, testing::Values(5, 7, 8, 10, 13, 14, 15, 16));

// A key of P-256 that checks much is given a table, and says the same before and after.
TEST(BusyKeyTest, SaysTheSameWithItsTable) {
  const Sample sample = SampleOf(13);
  const std::string rdata = TestKey::Of(13).Dnskey();
  const PublicKey key(Octets(rdata));
  const auto dnskey = ReadDnskey(Octets(rdata));
  ASSERT_TRUE(dnskey);
  std::string spoilt = sample.signature;
  spoilt[40] = static_cast<char>(spoilt[40] ^ 1);
  const auto check = [&](int times) {
    for (int i = 0; i < times; ++i) {
      EXPECT_TRUE(key.Verify(Octets(sample.data), Octets(sample.signature)));
      EXPECT_FALSE(key.Verify(Octets(sample.data), Octets(spoilt)));
    }
  };
  check(200);
  TableStore::Shared().WaitUntilMade();
  EXPECT_FALSE(TableStore::Shared().Count(dnskey->key, 0).expired());
  check(200);
}

TEST(RsaKeyTest, CostlyNumbersAreRefused) {
  const std::string head("\1\1\3\x08", 4);
  const auto decodes = [&head](const std::string& key) {
    // A signature of 1 and an exponent of 1 would verify nothing either: what counts is the price.
    PublicKey made(Octets(head + key));
    return made.Verify(Octets("data"), Octets(std::string(512, '\1')));
  };
  EXPECT_FALSE(decodes(std::string("\0\2\0", 3) + std::string(512, '\xff') +
                       std::string(256, '\xff')));                // An exponent of 4096 bits.
  EXPECT_FALSE(decodes("\3\1\1\1" + std::string(8000, '\xff')));  // A modulus of 64,000 bits.
  EXPECT_FALSE(decodes(std::string("\0", 1)));
  EXPECT_FALSE(decodes(std::string("\0\xff\xff", 3)));
  EXPECT_FALSE(decodes("\3"));
}

/// A DNSKEY of algorithm 8 with an exponent of these octets and a modulus of so many.
std::string RsaDnskey(const std::string& exponent, size_t modulus_size) {
  return std::string("\1\1\3\x08", 4) + static_cast<char>(exponent.size()) + exponent +
         std::string(modulus_size, '\xff');
}

struct RsaRow {
  const char* name;
  std::string exponent;
  size_t modulus_size;
  bool usable;
};

class RsaLimitsTest : public testing::TestWithParam<RsaRow> {};

TEST_P(RsaLimitsTest, AreThoseOfWhatSignersUse) {
  const std::string rdata = RsaDnskey(GetParam().exponent, GetParam().modulus_size);
  EXPECT_EQ(PublicKey(Octets(rdata)).is_usable(), GetParam().usable);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RsaLimitsTest,
    testing::Values(RsaRow{"Exponent3", "\3", 256, true},
                    RsaRow{"Exponent65537", std::string("\1\0\1", 3), 256, true},
                    RsaRow{"FermatNumber5", std::string("\1\0\0\0\1", 5), 256, true},
                    RsaRow{"AboveIt", std::string("\1\0\0\0\2", 5), 256, false},
                    RsaRow{"WithZerosInFront", std::string("\0\0\0\0\0\0\0\1\0\1", 10), 256, true},
                    RsaRow{"Exponent64Bits", std::string(8, '\xff'), 256, false},
                    RsaRow{"ExponentZero", std::string(3, '\0'), 256, false},
                    RsaRow{"Modulus4096", std::string("\1\0\1", 3), 512, true},
                    RsaRow{"Modulus4104", std::string("\1\0\1", 3), 513, false},
                    RsaRow{"Modulus512", std::string("\1\0\1", 3), 64, true},
                    RsaRow{"Modulus504", std::string("\1\0\1", 3), 63, false}),
    [](const auto& row) { return row.param.name; });

TEST(RsaPriceTest, FollowsModulusAndExponent) {
  const auto price = [](const std::string& exponent, size_t modulus_size) {
    return PublicKey(Octets(RsaDnskey(exponent, modulus_size))).price();
  };
  const std::string usual("\1\0\1", 3);
  EXPECT_EQ(price("\3", 256), price(usual, 256));
  EXPECT_GT(price(usual, 512), 2 * price(usual, 256));
  EXPECT_GT(price(std::string(4, '\xff'), 512), 3 * price(usual, 512));
  EXPECT_LT(price(std::string(8, '\xff'), 512), price(usual, 256)) << "it is not checked";
}

// A key that gave way to others is decoded anew, and each verifies its own signatures only.
TEST(DecodedKeyCacheTest, KeepsThoseUsedLast) {
  constexpr std::array<uint8_t, 3> kAlgorithms{8, 13, 15};
  DecodedKeyCache cache(2);
  for (int round = 0; round < 2; ++round) {
    for (const uint8_t algorithm : kAlgorithms) {
      const Sample sample = SampleOf(algorithm);
      const std::string own = TestKey::Of(algorithm).Dnskey();
      const auto key = Octets(own);
      EXPECT_TRUE(cache.Get(key)->Verify(Octets(sample.data), Octets(sample.signature)));
      const std::string other = TestKey::Of(algorithm, 1).Dnskey();
      EXPECT_FALSE(cache.Get(Octets(other))->Verify(Octets(sample.data), Octets(sample.signature)));
      EXPECT_TRUE(cache.Get(key)->Verify(Octets(sample.data), Octets(sample.signature)));
      EXPECT_EQ(cache.size(), 2u);
    }
  }
}

TEST(AlgorithmTest, OnlyThoseThatCanBeCheckedAreSupported) {
  for (int number = 0; number < 256; ++number) {
    const bool known =
        number == 5 || number == 7 || number == 8 || number == 10 || (number >= 13 && number <= 16);
    EXPECT_EQ(IsSupported(static_cast<uint8_t>(number)), known) << number;
    EXPECT_EQ(IsSupportedDigest(static_cast<uint8_t>(number)),
              number == 1 || number == 2 || number == 4)
        << number;
    const Policy no_sha1{.accept_sha1 = false};
    EXPECT_EQ(IsSupported(static_cast<uint8_t>(number), no_sha1),
              known && number != 5 && number != 7)
        << number;
    EXPECT_EQ(IsSupportedDigest(static_cast<uint8_t>(number), no_sha1), number == 2 || number == 4)
        << number;
  }
  EXPECT_EQ(DigestOf(2, Octets("abc")).size(), 32u);
  EXPECT_EQ(DigestOf(3, Octets("abc")), "");
}

}  // namespace
}  // namespace caascan::crypto
