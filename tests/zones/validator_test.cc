#include "scanner/zones/validator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/dns/name.h"
#include "tests/dnssec/signed_message.h"
#include "tests/zones/trust_fixture.h"

namespace caascan::zones {
namespace {

using dns::RRType;
using dns::Section;
using dnssec::NameOf;
using dnssec::SignedMessage;
using dnssec::Signing;
using dnssec::TestKey;

// A scan may ask the root so rarely that everything else is used more recently.
TEST(ValidatorTest, KeepsTheTrustAnchorHoweverManyZonesItMeets) {
  ValidatorOptions options;
  options.trust_capacity = 2;
  options.anchors = BuiltInTrustAnchors();
  Validator validator(options);
  for (int i = 0; i < 10; ++i) {
    dns::Name zone;
    ASSERT_EQ(dns::Name::FromText("zone" + std::to_string(i) + ".test", &zone),
              dns::NameError::kNone);
    validator.FindOrInsert(zone);
  }
  ASSERT_TRUE(validator.Find(dns::NameView()));
  EXPECT_TRUE(validator.Find(dns::NameView())->has_ds);
  EXPECT_TRUE(validator.FindOrInsert(dns::NameView())->has_ds);
}

TEST(ValidatorTest, KeepsTheTrustAnchorHoweverLargeItIs) {
  ValidatorOptions options;
  options.trust_bytes = 1000;
  options.anchors = BuiltInTrustAnchors();
  Validator validator(options);
  EXPECT_GT(validator.Find(dns::NameView())->HeapBytes(), 0u) << "its DS records count";
  validator.Weigh(validator.Find(dns::NameView()));
  ASSERT_TRUE(validator.Find(dns::NameView()));
  EXPECT_TRUE(validator.Find(dns::NameView())->has_ds);
}

class ShareRootTest : public TrustFixture {};

TEST_F(ShareRootTest, AnotherValidatorBeginsWithTheRootsKeys) {
  EXPECT_FALSE(validator_.ShareRoot().has_value()) << "nothing is known";
  ASSERT_TRUE(TakeRootKeys({TestKey::Of(8).Dnskey()}));
  ValidatorOptions options = Options({});
  options.root = validator_.ShareRoot();
  ASSERT_TRUE(options.root.has_value());
  EXPECT_EQ(options.root->dnskeys.size(), 2u);
  Validator other(options);
  const TrustCache::Handle root = other.Find(dns::NameView());
  EXPECT_TRUE(other.IsFresh(*root, query::Look::kFirst, now_));
  EXPECT_TRUE(root->verdict.is_secure());
  EXPECT_EQ(root->expires, validator_.Find(dns::NameView())->expires);
  EXPECT_FALSE(other.IsFresh(*root, query::Look::kFirst, root->expires)) << "no longer than that";
  SignedMessage message("www.example.");
  message.SignedRecords(Section::kAuthority, "example.", RRType::kDS,
                        {TestKey::Of(13).Ds("example.")}, {.key = &TestKey::Of(8), .signer = "."});
  EXPECT_EQ(other
                .JudgeDelegation(message.message(), NameOf("example."), Zone(), dns::NameView(),
                                 now_, &work_)
                .delegation,
            dnssec::DelegationJudgement::Kind::kSigned);
  // Without an anchor nothing is validated, whatever is shared.
  options.anchors.clear();
  EXPECT_FALSE(Validator(options).enabled());
}

/// The root, then "example" and "sub.example" with what the test says.
class ChainOfTrustTest : public TrustFixture {
 protected:
  using TrustFixture::TrustFixture;

  /// The findings of an answer, in order: "code zone".
  std::vector<std::string> Remarks(const std::string& zone, const Signing& signing) {
    SignedMessage message("www." + zone);
    message.Signed(Section::kAnswer, {"www." + zone + " CAA 0 issue \"ca\""}, signing);
    Zone settled;
    settled.trust = Zone::Trust::kSeeTrusts;
    const dns::Name apex = NameOf(zone);
    const dns::Name name = NameOf("www." + zone);
    const ReplyVerdict reply = validator_.JudgeAnswer(
        message.message(), {name, RRType::kCAA, name, dnssec::Claim::kAnswer}, settled, apex, now_,
        &work_);
    status_ = reply.verdict.security;
    std::vector<std::string> found;
    for (const dnssec::Verdict& remark : reply.remarks) found.push_back(TextOf(remark));
    if (reply.verdict.finding != dnssec::Finding::kNone) found.push_back(TextOf(reply.verdict));
    return found;
  }

  static std::string TextOf(const dnssec::Verdict& verdict) {
    const Finding finding = FindingOf(verdict);
    return std::string(FindingCodeText(finding.code)) + " " + finding.zone;
  }

  dnssec::Security status_ = dnssec::Security::kBogus;
};

const Signing kByRoot{.signer = "."};
using Texts = std::vector<std::string>;

TEST_F(ChainOfTrustTest, NothingIsRemarkableOfAnOrdinaryOne) {
  ASSERT_TRUE(TakeRootKeys());
  Refer(".", "example.", TestKey::Of(8).Ds("example."), kByRoot);
  const Signing by8{.key = &TestKey::Of(8)};
  ASSERT_TRUE(TakeKeys("example.", {TestKey::Of(8).Dnskey()}, by8));
  EXPECT_EQ(Remarks("example.", by8), Texts());
  EXPECT_EQ(status_, dnssec::Security::kSecure);
}

TEST_F(ChainOfTrustTest, WhatRestsOnSha1IsSaidOnceAZoneAndBelowIt) {
  ASSERT_TRUE(TakeRootKeys());
  Refer(".", "example.", TestKey::Of(7).Ds("example."), kByRoot);
  const Signing by7{.key = &TestKey::Of(7)};
  ASSERT_TRUE(TakeKeys("example.", {TestKey::Of(7).Dnskey()}, by7));
  const Texts once = {"dnssec_algorithm_deprecated example"};
  const Texts answer = Remarks("example.", by7);
  ASSERT_FALSE(answer.empty());
  EXPECT_EQ(answer.front(), once.front());
  EXPECT_EQ(Texts(answer.begin(), answer.begin() + 1), once);
  Refer("example.", "sub.example.", TestKey::Of(13, 1).Ds("sub.example.", 1), by7);
  const Signing by_sub{.key = &TestKey::Of(13, 1), .signer = "sub.example."};
  ASSERT_TRUE(TakeKeys("sub.example.", {TestKey::Of(13, 1).Dnskey()}, by_sub));
  const Texts both = {"dnssec_algorithm_deprecated example",
                      "dnssec_algorithm_deprecated sub.example"};
  EXPECT_EQ(Remarks("sub.example.", by_sub), both);
  ASSERT_TRUE(TakeKeys("sub.example.", {TestKey::Of(13, 1).Dnskey()}, by_sub)) << "once more";
  EXPECT_EQ(Remarks("sub.example.", by_sub), both) << "fetched anew, not said anew";
  EXPECT_EQ(status_, dnssec::Security::kSecure);
}

TEST_F(ChainOfTrustTest, InceptionsThatLieAheadAreSaidWhereverTheyAre) {
  ASSERT_TRUE(TakeRootKeys());
  Refer(".", "example.", TestKey::Of(8).Ds("example."),
        {.signer = ".", .inception = dnssec::kNow + 60});
  const Signing by8{.key = &TestKey::Of(8)};
  const Signing early{.key = &TestKey::Of(8), .inception = dnssec::kNow + 60};
  ASSERT_TRUE(TakeKeys("example.", {TestKey::Of(8).Dnskey()}, by8));
  EXPECT_EQ(Remarks("example.", by8), Texts({"dnssec_signature_future ."}));
  EXPECT_EQ(Remarks("example.", early),
            Texts({"dnssec_signature_future .", "dnssec_signature_future example"}));
  EXPECT_EQ(status_, dnssec::Security::kSecure);
}

class WithoutSha1Test : public ChainOfTrustTest {
 protected:
  WithoutSha1Test() : ChainOfTrustTest({.accept_sha1 = false}) {}
};

TEST_F(WithoutSha1Test, ZonesThatHaveNothingElseAreInsecureAndSaidToBe) {
  ASSERT_TRUE(TakeRootKeys());
  Refer(".", "example.", TestKey::Of(7).Ds("example."), kByRoot);
  EXPECT_EQ(Remarks("example.", {.key = &TestKey::Of(7)}),
            Texts({"dnssec_algorithm_deprecated example"}));
  EXPECT_EQ(status_, dnssec::Security::kInsecure);
}

// Keys of the root that no trust anchor names.

struct RootRow {
  const char* name;
  std::vector<std::string> others;
  std::vector<uint16_t> unnamed;
};

TEST_F(ChainOfTrustTest, AZoneWeighsItsKeys) {
  const size_t before = validator_.Find(dns::NameView())->HeapBytes();
  ASSERT_TRUE(TakeRootKeys({TestKey::Of(13, 1).Dnskey()}));
  EXPECT_GE(validator_.Find(dns::NameView())->HeapBytes(),
            before + 2 * (sizeof(crypto::PublicKey) + TestKey::Of(13).Dnskey().size()));
}

TEST_F(ChainOfTrustTest, RootKeysThatNoAnchorNames) {
  EXPECT_EQ(validator_.UnnamedRootKeys(), std::vector<uint16_t>()) << "none is known yet";
  const TestKey& other = TestKey::Of(13, 1);
  constexpr uint16_t kZoneKey = 256;
  constexpr uint16_t kRevoked = 257 | 0x80;
  const RootRow rows[] = {
      {"the anchor's alone", {}, {}},
      {"a zone signing key beside it", {other.Dnskey(kZoneKey)}, {}},
      {"a new key signing key", {other.Dnskey()}, {other.tag()}},
      {"both", {TestKey::Of(8).Dnskey(kZoneKey), other.Dnskey()}, {other.tag()}},
      {"a revoked one, RFC 5011", {other.Dnskey(kRevoked)}, {}},
  };
  for (const RootRow& row : rows) {
    SCOPED_TRACE(row.name);
    ASSERT_TRUE(TakeRootKeys(row.others));
    EXPECT_EQ(validator_.UnnamedRootKeys(), row.unnamed);
  }
  EXPECT_FALSE(TakeKeys(".", {other.Dnskey()}, {.key = &other, .signer = "."}));
  EXPECT_EQ(validator_.UnnamedRootKeys(), std::vector<uint16_t>())
      << "what does not validate changes nothing";
}

}  // namespace
}  // namespace caascan::zones
