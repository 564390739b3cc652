#include "scanner/plan/shard_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/caa/counting_new.h"

namespace caascan::plan {
namespace {

dns::Name Name(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

struct Row {
  const char* name;
  const char* rule;
  std::string full;
  std::string want;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.full << " under " << row.rule; }

class ShardDomainTest : public testing::TestWithParam<Row> {};

TEST_P(ShardDomainTest, IsTheFirstThatIsNoPublicSuffix) {
  const dns::Name name = Name(GetParam().full);
  const dns::NameView domain = ShardDomain(name);
  EXPECT_EQ(domain.ToText(), GetParam().want);
  EXPECT_TRUE(name.view().IsAtOrBelow(domain));
}

INSTANTIATE_TEST_SUITE_P(PublicSuffixList, ShardDomainTest,
                         testing::ValuesIn(std::vector<Row>{
                             {"Below", "com", "a.b.www.example.com", "example.com"},
                             {"Itself", "com", "example.com", "example.com"},
                             {"Tld", "com", "com", "com"},
                             {"Root", "none", ".", "."},
                             {"TwoLabels", "co.uk", "www.example.co.uk", "example.co.uk"},
                             {"SuffixItself", "co.uk", "co.uk", "co.uk"},
                             {"WildcardRule", "*.ck", "a.b.c.ck", "b.c.ck"},
                             {"WildcardRuleItself", "*.ck", "c.ck", "c.ck"},
                             {"ExceptionRule", "!www.ck", "a.www.ck", "www.ck"},
                             {"PrivateSection", "github.io", "a.user.github.io", "user.github.io"},
                             {"IdnSuffix", "xn--55qx5d.cn", "a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn"},
                             {"UnknownTld", "*", "a.b.invalid-tld-x", "b.invalid-tld-x"},
                             {"UpperCase", "co.uk", "WWW.Example.CO.UK", "Example.CO.UK"},
                             {"DotInsideALabel", "com", "a\\.co\\.uk.com", "a\\.co\\.uk.com"},
                             {"NulInsideALabel", "com", "x.a\\000b.com", "a\\000b.com"},
                             {"GapInTheList", "compute.amazonaws.com",
                              "a.b.us-east-1.compute.amazonaws.com", "amazonaws.com"},
                             {"FiveLabelRule", "s3.cn-north-1.amazonaws.com.cn",
                              "a.b.s3.cn-north-1.amazonaws.com.cn", "amazonaws.com.cn"},
                             {"TwoLabelName", "none", "a.b", "a.b"},
                             {"ManyLabels", "com",
                              "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.example.com",
                              "example.com"},
                         }),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ShardKeyTest, IsThatOfTheShardDomain) {
  const uint64_t key = ShardKey(Name("example.co.uk"));
  EXPECT_EQ(ShardKey(Name("www.example.co.uk")), key);
  EXPECT_EQ(ShardKey(Name("A.B.Example.CO.UK")), key);
  EXPECT_NE(ShardKey(Name("example2.co.uk")), key);
  EXPECT_NE(ShardKey(Name("co.uk")), key);
}

/// `--shard` splits one list over machines: these figures never change. They are FNV-1a and
/// SplitMix64's finalizer over the lower-case wire form, worked out by another program.
TEST(ShardKeyTest, IsTheSameEverywhereAndForEver) {
  EXPECT_EQ(ShardKey(Name("www.example.com")), 15852296562556868714u);
  EXPECT_EQ(ShardKey(Name(".")), 2737183428366584608u);
}

TEST(ShardKeyTest, CostsNoAllocation) {
  const dns::Name name = Name("WWW.shop.Example.co.uk");
  ShardKey(name);  // libpsl's own initialization.
  const size_t before = AllocationCount();
  EXPECT_NE(ShardKey(name), 0u);
  EXPECT_EQ(AllocationCount(), before);
}

TEST(ShardKeyTest, SpreadsEvenlyOverShardsAndOverTheWorkersOfEach) {
  constexpr uint32_t kShards = 4;
  constexpr uint32_t kWorkers = 4;
  constexpr int kEach = 4000;
  std::vector<int> counts(size_t{kShards} * kWorkers);
  for (int i = 0; i < kEach * 16; ++i) {
    const uint64_t key = ShardKey(Name("n" + std::to_string(i) + ".example"));
    ASSERT_LT(ShardOf(key, kShards), kShards);
    ASSERT_LT(WorkerOf(key, kWorkers), kWorkers);
    ++counts[size_t{ShardOf(key, kShards)} * kWorkers + WorkerOf(key, kWorkers)];
  }
  for (const int count : counts) EXPECT_NEAR(count, kEach, 5 * 63);  // Five sigma.
}

TEST(ShardKeyTest, OneShardTakesAll) {
  for (const uint64_t key : {uint64_t{0}, UINT64_MAX}) {
    EXPECT_EQ(ShardOf(key, 1), 0u);
    EXPECT_EQ(WorkerOf(key, 1), 0u);
    EXPECT_LT(ShardOf(key, UINT32_MAX), UINT32_MAX);
  }
}

}  // namespace
}  // namespace caascan::plan
