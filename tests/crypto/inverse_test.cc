#include "scanner/crypto/inverse.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>
#include <random>

namespace caascan::crypto {
namespace {

constexpr Number256 kP256Order = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                  0xffffffff00000000};
constexpr Number256 kP256Prime = {0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001};
constexpr Number256 kHighest = {0xffffffffffffff43, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}};
constexpr Number256 kSmall = {1'000'003};

struct FreeBig {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Big = std::unique_ptr<BIGNUM, FreeBig>;

Big ToBig(const Number256& number) {
  return Big(BN_lebin2bn(reinterpret_cast<const unsigned char*>(number.data()), 32, nullptr));
}

/// As OpenSSL has it; zero where there is none.
Number256 OpensslInverse(const Number256& value, const Number256& modulus) {
  BN_CTX* const context = BN_CTX_new();
  const Big inverse(BN_mod_inverse(nullptr, ToBig(value).get(), ToBig(modulus).get(), context));
  BN_CTX_free(context);
  Number256 out{};
  if (inverse != nullptr) {
    BN_bn2lebinpad(inverse.get(), reinterpret_cast<unsigned char*>(out.data()), 32);
  }
  return out;
}

void ExpectInverse(const Number256& value, const Number256& modulus) {
  const Number256 expected = OpensslInverse(value, modulus);
  if (expected == Number256{}) return;
  EXPECT_EQ(Inverse(value, modulus), expected)
      << std::hex << value[3] << ' ' << value[2] << ' ' << value[1] << ' ' << value[0];
}

struct Row {
  const char* name;
  Number256 modulus;
};

class InverseTest : public testing::TestWithParam<Row> {
 protected:
  const Number256& modulus() const { return GetParam().modulus; }
  bool IsBelow(const Number256& value) const {
    return BN_cmp(ToBig(value).get(), ToBig(modulus()).get()) < 0;
  }
};

TEST_P(InverseTest, OfTheLowestAndTheHighest) {
  for (uint64_t i = 1; i < 300; ++i) {
    ExpectInverse({i}, modulus());
    Number256 high = modulus();
    high[0] -= i;  // No borrow: the lowest word of each modulus is above 300.
    ExpectInverse(high, modulus());
  }
}

TEST_P(InverseTest, OfPowersOfTwoAndTheirNeighbours) {
  for (size_t bit = 0; bit < 256; ++bit) {
    for (const uint64_t low : {uint64_t{0}, uint64_t{1}, uint64_t{3}}) {
      Number256 value{low};
      value[bit / 64] |= uint64_t{1} << bit % 64;
      if (IsBelow(value)) ExpectInverse(value, modulus());
      Number256 ones{};
      for (size_t i = 0; i <= bit; ++i) ones[i / 64] |= uint64_t{1} << i % 64;
      if (IsBelow(ones)) ExpectInverse(ones, modulus());
    }
  }
}

TEST_P(InverseTest, OfRandomNumbers) {
  std::mt19937_64 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (int i = 0; i < 20'000; ++i) {
    Number256 value{random(), random(), random(), random()};
    for (size_t word = 4; word-- > 1 + static_cast<size_t>(i) % 4;) value[word] = 0;
    if (value != Number256{} && IsBelow(value)) ExpectInverse(value, modulus());
  }
}

INSTANTIATE_TEST_SUITE_P(Moduli, InverseTest,
                         testing::Values(Row{"P256Order", kP256Order}, Row{"P256Prime", kP256Prime},
                                         Row{"Highest", kHighest}, Row{"Small", kSmall}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace caascan::crypto
