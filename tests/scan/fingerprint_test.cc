#include "scanner/scan/fingerprint.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace caascan::scan {
namespace {

TEST(FingerprintTest, EveryMemberCounts) {
  Fingerprinter secret = *Fingerprinter::Create(1, 2);
  const Fingerprint whole = secret.Of("a.example", "A.example", Purpose::kTls, "1", "2");
  EXPECT_EQ(whole, secret.Of("a.example", "A.example", Purpose::kTls, "1", "2"));
  EXPECT_NE(whole, secret.Of("a.example", "A.example", Purpose::kSmime, "1", "2"));
  EXPECT_NE(whole, secret.Of("a.example", "A.example", Purpose::kTls, "1", "2", 0));
  EXPECT_NE(secret.Of("a.example", "", Purpose::kTls, "", "", 1),
            secret.Of("a.example", "", Purpose::kTls, "", "", 2));
  EXPECT_NE(whole,
            Fingerprinter::Create(1, 3)->Of("a.example", "A.example", Purpose::kTls, "1", "2"));
  std::set<Fingerprint> others;
  const std::string texts[] = {"",
                               "a",
                               "b",
                               "ab",
                               std::string(1, '\0'),
                               std::string(8, '\0'),
                               std::string(9, 'x'),
                               std::string(300, 'x')};
  for (const std::string& name : texts) {
    for (const std::string& input : texts) {
      for (const std::string& id : texts) {
        for (const std::string& order : texts)
          others.insert(secret.Of(name, input, Purpose::kTls, id, order));
      }
    }
  }
  EXPECT_EQ(others.size(), 8u * 8 * 8 * 8) << "texts run into each other";
}

TEST(FingerprintTest, IsWhatOtherProgramsCompute) {
  // By `openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 SIPHASH`.
  Fingerprinter secret = *Fingerprinter::Create(0x0706050403020100, 0x0F0E0D0C0B0A0908);
  const Fingerprint nothing{0xF6A305E578BA68DE, 0x2BBBB4378DC1F258};
  const Fingerprint whole{0xE7DBDD2FA492E55C, 0xAC46E9C0FD2E08DA};
  EXPECT_EQ(secret.Of("", "", Purpose::kTls, "", ""), nothing);
  EXPECT_EQ(secret.Of("www.example.com", "WWW.example.com", Purpose::kTls, "1", "\"a\""), whole);
  EXPECT_EQ(secret.Of("", "", Purpose::kTls, "", ""), nothing)
      << "a line depends on the one before";
}

TEST(FingerprintTest, HalvesAreEvenlySpread) {
  Fingerprinter secret = *Fingerprinter::Create(0x1234, 0x5678);
  size_t high[64] = {};
  size_t low[64] = {};
  constexpr size_t kNames = 64'000;
  for (size_t i = 0; i < kNames; ++i) {
    const Fingerprint print =
        secret.Of("name" + std::to_string(i) + ".example", "", Purpose::kTls, "", "");
    ++high[print.high >> 58];
    ++low[print.low % 64];
  }
  for (size_t i = 0; i < 64; ++i) {
    EXPECT_NEAR(static_cast<double>(high[i]), 1000, 200) << i;
    EXPECT_NEAR(static_cast<double>(low[i]), 1000, 200) << i;
  }
}

TEST(FingerprintSetTest, TakesLittleMemoryAtAnyTime) {
  constexpr uint64_t kElements = 1'000'000;
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;  // Spreads them as a hash does.
  FingerprintSet set;
  for (uint64_t i = 1; i <= kElements; ++i) {
    set.Add({(i * kOdd) >> 8, i});
    if (i % 100'000 == 0) {
      EXPECT_LE(set.heap_bytes(), 21 * i);
    }
  }
  set.Seal();
  EXPECT_LE(set.heap_bytes(), 21 * kElements);
  EXPECT_TRUE(set.Take({kOdd >> 8, 1}));
  EXPECT_FALSE(set.Take({kOdd >> 8, 1}));
}

TEST(FingerprintSetTest, IsAMultiset) {
  FingerprintSet set;
  for (const uint64_t i : {3u, 1u, 2u, 3u, 3u}) set.Add({i, i});
  set.Seal();
  EXPECT_EQ(set.size(), 5u);
  EXPECT_FALSE(set.Take({4, 4}));
  EXPECT_FALSE(set.Take({3, 1}));
  EXPECT_TRUE(set.Take({1, 1}));
  EXPECT_FALSE(set.Take({1, 1}));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(set.Take({3, 3}));
  EXPECT_FALSE(set.Take({3, 3}));
  EXPECT_EQ(set.size(), 1u);
  FingerprintSet empty;
  empty.Seal();
  EXPECT_FALSE(empty.Take({0, 0}));
}

}  // namespace
}  // namespace caascan::scan
