// Every answer is compared with OpenSSL's, with a table and without.
#include "scanner/crypto/p256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/crypto/crafted_signature.h"

namespace caascan::crypto {
namespace {

/// A key with its table.
class Checker {
 public:
  explicit Checker(TestPoint point)
      : point_(std::move(point)),
        key_(P256Key::Read(point_.octets())),
        table_(P256Table::Make(point_.octets())) {
    EXPECT_NE(key_, nullptr);
    EXPECT_NE(table_, nullptr);
  }

  const TestPoint& point() const { return point_; }

  /// What all three ways say.
  bool Verify(const Crafted& crafted) const {
    const bool good = point_.OpensslVerifies(crafted.hash, crafted.signature);
    EXPECT_EQ(key_->Verify(crafted.hash, crafted.signature, nullptr), good);
    EXPECT_EQ(key_->Verify(crafted.hash, crafted.signature, table_.get()), good);
    return good;
  }

  bool VerifyCut(const Crafted& crafted, std::span<const uint8_t> signature) const {
    return key_->Verify(crafted.hash, signature, nullptr) ||
           key_->Verify(crafted.hash, signature, table_.get());
  }

 private:
  TestPoint point_;
  std::unique_ptr<const P256Key> key_;
  std::shared_ptr<const P256Table> table_;
};

Number RandomBelowOrder(std::mt19937_64* random) {
  Number out = FromWord(0);
  for (int i = 0; i < 4; ++i) {
    BN_lshift(out.get(), out.get(), 64);
    out = Plus(out.get(), FromWord((*random)()).get());
  }
  return Times(out.get(), FromWord(1).get());
}

Number OrderLess(uint64_t number) { return Minus(Order(), FromWord(number).get()); }

/// Secrets of keys: the point is the generator, its negative, their doubles, any other.
std::vector<Number> Secrets() {
  std::mt19937_64 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  std::vector<Number> out;
  out.push_back(FromWord(1));
  out.push_back(FromWord(2));
  out.push_back(OrderLess(1));
  out.push_back(OrderLess(2));
  out.push_back(RandomBelowOrder(&random));
  return out;
}

/// Factors at the edges: what tables of multiples and their windows meet there.
std::vector<Number> Factors() {
  std::vector<Number> out;
  for (const unsigned small : {0u, 1u, 2u, 3u, 63u, 64u, 65u, 127u, 128u, 129u}) {
    out.push_back(FromWord(small));
    if (small != 0) out.push_back(OrderLess(small));
  }
  for (const int shift : {7, 64, 128, 192, 252, 255}) {
    Number power = FromWord(1);
    BN_lshift(power.get(), power.get(), shift);
    out.push_back(Times(power.get(), FromWord(1).get()));
  }
  Number half = OrderLess(1);
  BN_rshift1(half.get(), half.get());
  out.push_back(std::move(half));
  return out;
}

TEST(P256Test, FactorsAtTheEdges) {
  const std::vector<Number> factors = Factors();
  size_t crafted_ones = 0;
  for (const Number& secret : Secrets()) {
    const Checker checker(TestPoint::Of(secret.get()));
    for (const Number& of_g : factors) {
      for (const Number& of_key : factors) {
        auto crafted = checker.point().Craft(of_g.get(), of_key.get());
        if (!crafted) continue;
        ++crafted_ones;
        EXPECT_TRUE(checker.Verify(*crafted));
        crafted->hash[31] ^= 1;
        EXPECT_FALSE(checker.Verify(*crafted));
      }
    }
  }
  EXPECT_GT(crafted_ones, 2'000u);
}

// u1 G = u2 Q has to be doubled, not added; with u1 G = -u2 Q the sum is at infinity.
TEST(P256Test, BothMultiplesAreTheSamePointOrOpposite) {
  std::mt19937_64 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (const Number& secret : Secrets()) {
    const Checker checker(TestPoint::Of(secret.get()));
    for (int i = 0; i < 20; ++i) {
      const Number of_key = RandomBelowOrder(&random);
      const Number of_g = Times(of_key.get(), secret.get());
      const auto doubled = checker.point().Craft(of_g.get(), of_key.get());
      ASSERT_TRUE(doubled);
      EXPECT_TRUE(checker.Verify(*doubled));

      // hash / s = -(r / s) * secret, whatever r and s are.
      const Number r = RandomBelowOrder(&random);
      Crafted infinite{.hash = ToOctets(Minus(Order(), Times(r.get(), secret.get()).get()).get())};
      infinite.SetR(r.get());
      infinite.SetS(RandomBelowOrder(&random).get());
      EXPECT_FALSE(checker.Verify(infinite));
    }
  }
}

TEST(P256Test, NumbersOutsideTheirRange) {
  std::mt19937_64 random(13);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  const Number secret = RandomBelowOrder(&random);
  const Checker checker(TestPoint::Of(secret.get()));
  const Number one = FromWord(1);
  std::vector<Number> edges;
  edges.push_back(FromWord(0));
  edges.push_back(FromWord(1));
  edges.push_back(OrderLess(1));
  edges.push_back(OrderLess(0));
  edges.push_back(Plus(Order(), one.get()));
  edges.push_back(Minus(Prime(), one.get()));
  edges.push_back(Minus(Prime(), FromWord(0).get()));
  edges.push_back(FromHex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"));
  const auto good = checker.point().Craft(RandomBelowOrder(&random).get(), one.get());
  ASSERT_TRUE(good);
  for (const Number& edge : edges) {
    for (const Number& other : edges) {
      Crafted both = *good;
      both.SetR(edge.get());
      both.SetS(other.get());
      EXPECT_FALSE(checker.Verify(both));
      both.hash = ToOctets(other.get());
      (void)checker.Verify(both);  // All say the same.
    }
    Crafted r_alone = *good;
    r_alone.SetR(edge.get());
    EXPECT_FALSE(checker.Verify(r_alone));
    Crafted s_alone = *good;
    s_alone.SetS(edge.get());
    EXPECT_FALSE(checker.Verify(s_alone));
  }
}

// A digest counts modulo the order.
TEST(P256Test, HashesFromTheOrderUp) {
  std::mt19937_64 random(17);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  const Number secret = RandomBelowOrder(&random);
  const Checker checker(TestPoint::Of(secret.get()));
  const auto zero = checker.point().Craft(FromWord(0).get(), RandomBelowOrder(&random).get());
  ASSERT_TRUE(zero);
  EXPECT_TRUE(checker.Verify(*zero));
  Crafted order = *zero;
  order.hash = ToOctets(Order());
  EXPECT_TRUE(checker.Verify(order));
  order.hash = ToOctets(Plus(Order(), FromWord(1).get()).get());
  EXPECT_FALSE(checker.Verify(order));
}

// Where x is not below the order, r is x less the order.
TEST(P256Test, XBetweenOrderAndPrime) {
  std::mt19937_64 random(19);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  const Number of_g = RandomBelowOrder(&random);
  const Number of_key = RandomBelowOrder(&random);
  int found = 0;
  for (uint64_t above = 1; above < 60; ++above) {
    const Number r = FromWord(above);
    const Number x = Plus(Order(), r.get());
    auto point = TestPoint::Towards(x.get(), of_g.get(), of_key.get());
    if (!point) continue;
    ++found;
    const Checker checker(std::move(*point));
    const auto crafted = checker.point().Craft(of_g.get(), of_key.get());
    ASSERT_TRUE(crafted);
    const auto expected = ToOctets(r.get());
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), crafted->signature.begin()));
    EXPECT_TRUE(checker.Verify(*crafted));
    Crafted unreduced = *crafted;
    unreduced.SetR(x.get());
    EXPECT_FALSE(checker.Verify(unreduced));
    Crafted next = *crafted;
    next.SetR(FromWord(above + 1).get());
    EXPECT_FALSE(checker.Verify(next));
  }
  EXPECT_GT(found, 10);
  // And where x itself is as small.
  for (uint64_t x = 0; x < 20; ++x) {
    auto point = TestPoint::Towards(FromWord(x).get(), of_g.get(), of_key.get());
    if (!point) continue;
    const Checker checker(std::move(*point));
    const auto crafted = checker.point().Craft(of_g.get(), of_key.get());
    EXPECT_EQ(crafted.has_value(), x != 0);
    EXPECT_TRUE(!crafted || checker.Verify(*crafted));
  }
}

TEST(P256Test, RandomSignaturesGoodAndBad) {
  std::mt19937_64 random(23);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (int keys = 0; keys < 5; ++keys) {
    const Checker checker(TestPoint::Of(RandomBelowOrder(&random).get()));
    for (int i = 0; i < 1'000; ++i) {
      const auto good =
          checker.point().Craft(RandomBelowOrder(&random).get(), RandomBelowOrder(&random).get());
      ASSERT_TRUE(good);
      EXPECT_TRUE(checker.Verify(*good));
      Crafted bad = *good;
      const size_t bit = random() % 768;  // Of the hash, or of the signature.
      uint8_t& octet = bit < 256 ? bad.hash[bit / 8] : bad.signature[bit / 8 - 32];
      octet = static_cast<uint8_t>(octet ^ 1 << bit % 8);
      EXPECT_FALSE(checker.Verify(bad)) << "bit " << bit;
      Crafted negated = *good;  // (r, -s) is as good as (r, s).
      const Number s(BN_bin2bn(good->signature.data() + 32, 32, nullptr));
      negated.SetS(Minus(Order(), s.get()).get());
      EXPECT_TRUE(checker.Verify(negated));
    }
  }
}

TEST(P256Test, AnotherSizeIsNoSignature) {
  const Checker checker(TestPoint::Of(FromWord(5).get()));
  const auto crafted = checker.point().Craft(FromWord(3).get(), FromWord(4).get());
  ASSERT_TRUE(crafted);
  std::vector<uint8_t> longer(crafted->signature.begin(), crafted->signature.end());
  longer.push_back(0);
  EXPECT_FALSE(checker.VerifyCut(*crafted, longer));
  for (size_t size = 0; size < 64; ++size) {
    EXPECT_FALSE(checker.VerifyCut(*crafted, std::span(longer).first(size))) << size;
  }
  EXPECT_TRUE(checker.Verify(*crafted));
}

TEST(P256KeyTest, IsAPointOfTheCurve) {
  const TestPoint point = TestPoint::Of(FromWord(9).get());
  const std::vector<uint8_t> octets(point.octets().begin(), point.octets().end());
  EXPECT_NE(P256Key::Read(octets), nullptr);
  for (size_t size = 0; size < octets.size(); ++size) {
    EXPECT_EQ(P256Key::Read(std::span(octets).first(size)), nullptr) << size;
  }
  std::vector<uint8_t> longer = octets;
  longer.push_back(0);
  EXPECT_EQ(P256Key::Read(longer), nullptr);
  for (size_t at = 0; at < octets.size(); ++at) {
    std::vector<uint8_t> off = octets;
    off[at] ^= 1;
    EXPECT_EQ(P256Key::Read(off), nullptr) << at;
    EXPECT_EQ(P256Table::Make(off), nullptr) << at;
  }
  EXPECT_EQ(P256Key::Read(std::vector<uint8_t>(64, 0)), nullptr);
  EXPECT_EQ(P256Key::Read(std::vector<uint8_t>(64, 0xff)), nullptr);
}

// x + prime is another way to write x, which nothing accepts.
TEST(P256KeyTest, CoordinatesAreBelowThePrime) {
  const Number one = FromWord(1);
  int found = 0;
  for (uint64_t x = 1; x < 20; ++x) {
    // 0 * G + 1 * key is the key, so it has this x.
    const auto point = TestPoint::Towards(FromWord(x).get(), FromWord(0).get(), one.get());
    if (!point) continue;
    ++found;
    std::vector<uint8_t> octets(point->octets().begin(), point->octets().end());
    EXPECT_NE(P256Key::Read(octets), nullptr);
    const auto above = ToOctets(Plus(Prime(), FromWord(x).get()).get());
    std::copy(above.begin(), above.end(), octets.begin());
    EXPECT_EQ(P256Key::Read(octets), nullptr);
  }
  EXPECT_GT(found, 3);
}

}  // namespace
}  // namespace caascan::crypto
