// Each row signs a set for real, presents it in its own way, and says what must be found.
#include "scanner/dnssec/signature.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/dnssec/signature_memo.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using dns::Section;

const std::vector<std::string> kCaa = {"example. CAA 0 issue \"ca\""};

struct Looked {
  VerifiedSet set;
  Work work;
};

Looked Verify(SignedMessage* message, std::string_view owner, RRType type,
              const std::vector<std::string>& dnskeys, uint32_t now = kNow,
              std::string_view zone = "example.", SignatureMemo* memo = nullptr) {
  Looked out;
  KeySet keys = KeysOf(dnskeys);
  const Rrset set = FindRrset(message->message(), Section::kAnswer, NameOf(owner), type);
  EXPECT_FALSE(set.empty());
  out.set = VerifyRrset(set, NameOf(zone), &keys, {now, &out.work, memo});
  return out;
}

const std::string& Key13() {
  static const std::string key = TestKey::Of(13).Dnskey();
  return key;
}

/// "" for secure, "secure " and the code where it is remarkable.
std::string CodeOf(const VerifiedSet& set) {
  const std::string code = CodeText(set.verdict.finding);
  EXPECT_TRUE(set.verdict.is_secure() || !code.empty());
  return set.verdict.is_secure() && !code.empty() ? "secure " + code : code;
}

// RFC 4034 §6: every type whose RDATA holds names, sets of several records, letter case.

class CanonicalFormTest : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(CanonicalFormTest, IsLdnss) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, GetParam());
  const dns::RecordView first = *message.message().records(Section::kAnswer).begin();
  const std::string owner = first.owner.ToName().view().ToText();
  EXPECT_EQ(CodeOf(Verify(&message, owner, first.type, {Key13()}).set), "");
}

INSTANTIATE_TEST_SUITE_P(
    Sets, CanonicalFormTest,
    testing::Values(kCaa,
                    std::vector<std::string>{"eXample. CAA 0 issue \"CA\"",
                                             "eXample. CAA 0 iodef \"mailto:X\"",
                                             "eXample. CAA 128 issue \"\""},
                    std::vector<std::string>{"www.Example. A 192.0.2.9",
                                             "www.Example. A 192.0.2.10",
                                             "www.Example. A 10.0.0.1"},
                    std::vector<std::string>{"example. NS NS2.example.", "example. NS a.EXAMPLE."},
                    std::vector<std::string>{"example. SOA A.example. B.Example. 1 2 3 4 5"},
                    std::vector<std::string>{"x.example. CNAME TARGET.test."},
                    std::vector<std::string>{"x.example. DNAME TARGET.test."},
                    std::vector<std::string>{"example. NSEC Next.EXAMPLE. A CAA RRSIG NSEC"},
                    std::vector<std::string>{"*.example. CAA 0 issue \"ca\""},
                    std::vector<std::string>{"example. TXT \"B\"", "example. TXT \"a\" \"b\"",
                                             "example. TXT \"\""}));

TEST(CanonicalFormTest, CompressedNamesAndRepeatedRecordsAreSignedExpandedAndOnce) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, {"example. NS ns.example."});
  message.Record(Section::kAnswer, "example.", RRType::kNS, std::string("\2ns\xc0\x0c", 5));
  EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kNS, {Key13()}).set), "");
  SignedMessage soa("example.");
  const std::string numbers(20, '\1');
  const std::string example("\7example\0", 9);
  soa.SignedRecords(Section::kAnswer, "example.", RRType::kSOA,
                    {std::string("\1a") + example + "\1b" + example + numbers});
  soa.Record(Section::kAnswer, "example.", RRType::kSOA,
             std::string("\1a\xc0\x0c\1b\xc0\x0c", 8) + numbers);
  EXPECT_EQ(CodeOf(Verify(&soa, "example", RRType::kSOA, {Key13()}).set), "");
}

// Times: RFC 4034 §3.1.5, RFC 1982.

TEST(ComesBeforeTest, IsSerialArithmetic) {
  EXPECT_TRUE(ComesBefore(1, 2));
  EXPECT_FALSE(ComesBefore(2, 1));
  EXPECT_FALSE(ComesBefore(1, 1));
  EXPECT_TRUE(ComesBefore(0xfffffff0, 5)) << "over the end";
  EXPECT_FALSE(ComesBefore(5, 0xfffffff0));
  EXPECT_FALSE(ComesBefore(0, 0x80000000));
  EXPECT_FALSE(ComesBefore(0x80000000, 0)) << "neither, RFC 1982 §3.2";
}

struct TimeRow {
  const char* name;
  uint32_t inception;
  uint32_t expiration;
  uint32_t now;
  const char* code;
};

TEST(SignatureTimesTest, BoundsBelongToIt) {
  const TimeRow rows[] = {
      {"inside", kNow - 10, kNow + 10, kNow, ""},
      {"first second", kNow, kNow + 10, kNow, ""},
      {"last second", kNow - 10, kNow, kNow, ""},
      {"one second late", kNow - 10, kNow, kNow + 1, "dnssec_signature_expired"},
      {"too early", kNow, kNow + 10, kNow - 3'601, "dnssec_signature_future"},
      {"over the end of 32 bits", 0xffffff00, 0x100, 0x20, ""},
      {"over the end, late", 0xffffff00, 0x100, 0x120, "dnssec_signature_expired"},
      {"ends before it begins", kNow + 10, kNow - 10, kNow, "dnssec_signature_invalid"},
  };
  for (const TimeRow& row : rows) {
    SCOPED_TRACE(row.name);
    SignedMessage message("example.");
    message.Signed(Section::kAnswer, kCaa,
                   {.inception = row.inception, .expiration = row.expiration});
    const Looked looked = Verify(&message, "example", RRType::kCAA, {Key13()}, row.now);
    EXPECT_EQ(CodeOf(looked.set), row.code);
    if (*row.code != '\0') {
      const Evidence& evidence = looked.set.verdict.evidence;
      EXPECT_EQ(evidence.inception, row.inception);
      EXPECT_EQ(evidence.expiration, row.expiration);
      EXPECT_EQ(evidence.key_tag, TestKey::Of(13).tag());
      EXPECT_EQ(evidence.algorithm, 13);
      EXPECT_EQ(evidence.zone.view().ToText(), "example");
      EXPECT_EQ(evidence.owner.view().ToText(), "example");
      EXPECT_EQ(evidence.type, RRType::kCAA);
      EXPECT_EQ(looked.work.signature_checks(), 0u) << "no cryptography for it";
    }
  }
}

// Unbound's tolerance: a tenth of the validity, at least 3,600 and at most 86,400 seconds.

constexpr char kFuture[] = "dnssec_signature_future";
constexpr char kLetPass[] = "secure dnssec_signature_future";
constexpr uint32_t kLate = 0xffff'f000;  // Shortly before the 32 bits are used up.

struct ToleranceRow {
  const char* name;
  uint32_t now;
  uint32_t ahead_s;
  uint32_t validity_s;
  const char* code;
};

class ToleranceTest : public testing::TestWithParam<ToleranceRow> {};

TEST_P(ToleranceTest, OfInceptions) {
  const ToleranceRow& row = GetParam();
  const uint32_t inception = row.now + row.ahead_s;
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa,
                 {.inception = inception, .expiration = inception + row.validity_s});
  const Looked looked = Verify(&message, "example", RRType::kCAA, {Key13()}, row.now);
  EXPECT_EQ(CodeOf(looked.set), row.code);
  const Evidence& evidence = looked.set.verdict.evidence;
  const bool remarked = std::string_view(row.code) == kLetPass;
  EXPECT_EQ(evidence.ahead_s.has_value(), remarked);
  if (!remarked) return;
  EXPECT_EQ(evidence.ahead_s, row.ahead_s);
  EXPECT_EQ(evidence.inception, inception);
  EXPECT_EQ(evidence.key_tag, TestKey::Of(13).tag());
  EXPECT_EQ(evidence.zone.view().ToText(), "example");
  EXPECT_EQ(evidence.type, RRType::kCAA);
  EXPECT_NE(evidence.ToText().find("begins in " + std::to_string(row.ahead_s) + " s: "),
            std::string::npos)
      << evidence.ToText();
}

INSTANTIATE_TEST_SUITE_P(
    Borders, ToleranceTest,
    testing::Values(ToleranceRow{"NotAhead", kNow, 0, 30 * kDay, ""},
                    ToleranceRow{"OneSecond", kNow, 1, 30 * kDay, kLetPass},
                    ToleranceRow{"LastSecondOfTheHour", kNow, 3'600, 100, kLetPass},
                    ToleranceRow{"BeyondTheHour", kNow, 3'601, 100, kFuture},
                    ToleranceRow{"NoValidity", kNow, 3'600, 0, kLetPass},
                    ToleranceRow{"NoValidityBeyondTheHour", kNow, 3'601, 0, kFuture},
                    ToleranceRow{"LongestValidityOfTheHour", kNow, 3'601, 36'009, kFuture},
                    ToleranceRow{"MoreThanTheHour", kNow, 3'601, 36'010, kLetPass},
                    ToleranceRow{"TenthOfTheValidity", kNow, 10'000, 100'000, kLetPass},
                    ToleranceRow{"BeyondTheTenth", kNow, 10'001, 100'000, kFuture},
                    ToleranceRow{"ShortestValidityOfTheDay", kNow, 86'400, 864'000, kLetPass},
                    ToleranceRow{"LittleLessThanTheDay", kNow, 86'400, 863'999, kFuture},
                    ToleranceRow{"TheDay", kNow, 86'400, 30 * kDay, kLetPass},
                    ToleranceRow{"BeyondTheDay", kNow, 86'401, 30 * kDay, kFuture},
                    ToleranceRow{"OverTheEndOf32Bits", kLate, 8'000, 80'000, kLetPass},
                    ToleranceRow{"OverTheEndAndBeyond", kLate, 8'001, 80'000, kFuture},
                    ToleranceRow{"LongestValidity", kNow, 86'400, 0x7fffffff, kLetPass},
                    ToleranceRow{"HalfTheCircleAhead", kNow, 0x7fffffff, 100, kFuture},
                    ToleranceRow{"MoreThanHalfIsThePast", kNow, 0x80000001, 100,
                                 "dnssec_signature_expired"}),
    [](const auto& row) { return row.param.name; });

TEST(ToleranceTest, AnExpirationHasNone) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa, {.inception = kNow - 30 * kDay, .expiration = kNow - 1});
  EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_expired");
}

// SHA-1: RFC 9905.

struct Sha1Row {
  const char* name;
  std::vector<Signing> signings;
  bool accept;
  const char* code;
};

TEST(Sha1Test, IsUsedAndRemarkedUponWhereNothingElseIsGood) {
  const Signing by5{.key = &TestKey::Of(5)};
  const Signing by7{.key = &TestKey::Of(7)};
  const Signing by13{};
  const Signing wrong13{.spoilt = true};
  const Signing early5{.key = &TestKey::Of(5), .inception = kNow + 1};
  constexpr char kDeprecated[] = "secure dnssec_algorithm_deprecated";
  const Sha1Row rows[] = {
      {"algorithm 5", {by5}, true, kDeprecated},
      {"algorithm 7", {by7}, true, kDeprecated},
      {"another stands behind it", {by5, by13}, true, ""},
      {"another stands before it", {by13, by7}, true, ""},
      {"another is wrong", {wrong13, by5}, true, kDeprecated},
      {"from the future, which matters more", {early5}, true, kLetPass},
      {"does not count", {by5}, false, "dnssec_signature_missing"},
      {"does not count, another does", {by5, by13}, false, ""},
      {"does not count, another is wrong", {by7, wrong13}, false, "dnssec_signature_invalid"},
  };
  for (const Sha1Row& row : rows) {
    SCOPED_TRACE(row.name);
    SignedMessage message("example.");
    message.Unsigned(Section::kAnswer, kCaa);
    const Rrset plain =
        FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
    const std::string rdata(Chars(plain.records[0].rdata));
    for (const Signing& signing : row.signings) {
      message.Signature(Section::kAnswer, "example.", RRType::kCAA, {rdata}, signing,
                        plain.records[0].ttl);
    }
    KeySet keys = KeysOf({Key13(), TestKey::Of(5).Dnskey(), TestKey::Of(7).Dnskey()});
    const Rrset set =
        FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
    Work work;
    const Means means{kNow, &work, nullptr, {.accept_sha1 = row.accept}};
    EXPECT_EQ(CodeOf(VerifyRrset(set, NameOf("example"), &keys, means)), row.code);
  }
}

TEST(SignatureTtlTest, IsTheLeastOfAll) {  // RFC 4035 §5.3.3.
  const auto ttl_of = [](const Signing& signing, const char* line) {
    SignedMessage message("example.");
    message.Signed(Section::kAnswer, {line}, signing);
    const Looked looked = Verify(&message, "example", RRType::kCAA, {Key13()});
    EXPECT_EQ(CodeOf(looked.set), "");
    return looked.set.ttl_s;
  };
  EXPECT_EQ(ttl_of({}, "example. 100 CAA 0 issue \"ca\""), 100u);
  EXPECT_EQ(ttl_of({.original_ttl = 50}, "example. 100 CAA 0 issue \"ca\""), 50u);
  EXPECT_EQ(ttl_of({.original_ttl = 500}, "example. 100 CAA 0 issue \"ca\""), 100u);
  EXPECT_EQ(ttl_of({.original_ttl = 0x80000064}, "example. 100 CAA 0 issue \"ca\""), 0u)
      << "RFC 2181 §8";
  EXPECT_EQ(ttl_of({.expiration = kNow + 7}, "example. 100 CAA 0 issue \"ca\""), 7u);
}

// Who signs: RFC 4035 §5.3.1.

TEST(SignerTest, KeysThatMayNotSignDoNot) {
  const struct {
    const char* name;
    std::string dnskey;
    uint16_t flags;
    const char* code;
  } rows[] = {
      {"zone key", TestKey::Of(13).Dnskey(256), 256, ""},
      {"no zone key", TestKey::Of(13).Dnskey(1), 1, "dnssec_signature_invalid"},
      {"revoked", TestKey::Of(13).Dnskey(257 | 0x80), 257 | 0x80, "dnssec_signature_invalid"},
      {"other protocol", TestKey::Of(13).Dnskey(257, 2), 257, "dnssec_signature_invalid"},
      {"other key", TestKey::Of(13, 1).Dnskey(), 257, "dnssec_signature_invalid"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    SignedMessage message("example.");
    message.Signed(Section::kAnswer, kCaa, {.flags = row.flags});
    EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kCAA, {row.dnskey}).set), row.code);
  }
}

TEST(SignerTest, MustBeTheZone) {
  for (const char* signer : {".", "sub.example.", "test."}) {
    SCOPED_TRACE(signer);
    SignedMessage message("example.");
    message.Signed(Section::kAnswer, kCaa, {.signer = signer});
    EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kCAA, {Key13()}).set),
              "dnssec_signature_missing");
  }
  SignedMessage upper("example.");
  upper.Signed(Section::kAnswer, kCaa, {.signer = "EXAMPLE."});
  EXPECT_EQ(CodeOf(Verify(&upper, "example", RRType::kCAA, {Key13()}).set), "");
}

TEST(SignerTest, MustHoldTheOwner) {
  SignedMessage message("test.");
  message.Signed(Section::kAnswer, {"test. CAA 0 issue \"ca\""});
  EXPECT_EQ(CodeOf(Verify(&message, "test", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_invalid");
}

TEST(SignerTest, WhatIsNotSignedOrBySomethingUnknownIsMissing) {
  SignedMessage without("example.");
  without.Unsigned(Section::kAnswer, kCaa);
  EXPECT_EQ(CodeOf(Verify(&without, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_missing");
  std::string rrsig("\1\1\xc8\1\0\0\1\x2c\xff\xff\xff\xff\0\0\0\0\1\1\7example\0sig", 30);
  SignedMessage unknown("example.");
  unknown.Unsigned(Section::kAnswer, kCaa);
  unknown.Record(Section::kAnswer, "example.", RRType::kRRSIG, rrsig);
  EXPECT_EQ(CodeOf(Verify(&unknown, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_missing");
  SignedMessage malformed("example.");
  malformed.Unsigned(Section::kAnswer, kCaa);
  malformed.Record(Section::kAnswer, "example.", RRType::kRRSIG, rrsig.substr(0, 12));
  EXPECT_EQ(CodeOf(Verify(&malformed, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_invalid");
}

TEST(SignerTest, OneGoodSignatureIsEnough) {  // RFC 6840 §5.4.
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa, {.expiration = kNow - 1});
  message.Signed(Section::kAnswer, kCaa, {.spoilt = true});
  message.Signed(Section::kAnswer, kCaa, {.key = &TestKey::Of(8)});
  EXPECT_EQ(
      CodeOf(Verify(&message, "example", RRType::kCAA, {Key13(), TestKey::Of(8).Dnskey()}).set),
      "");
  EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_invalid")
      << "of several the one that came furthest tells";
}

TEST(SignerTest, OneRecordMoreOrLessIsNoticed) {
  SignedMessage more("example.");
  more.Signed(Section::kAnswer, kCaa).Unsigned(Section::kAnswer, {"example. CAA 0 issue \"x\""});
  EXPECT_EQ(CodeOf(Verify(&more, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_invalid");
}

// Wildcards: RFC 4035 §5.3.2, §5.3.4.

TEST(WildcardTest, ExpansionIsSeen) {
  SignedMessage message("a.b.example.");
  message.Signed(Section::kAnswer, {"a.b.example. CAA 0 issue \"ca\""},
                 {.signed_owner = "*.example."});
  const Looked looked = Verify(&message, "a.b.example", RRType::kCAA, {Key13()});
  EXPECT_EQ(CodeOf(looked.set), "");
  EXPECT_TRUE(looked.set.expanded);
  EXPECT_EQ(looked.set.labels, 1);
}

TEST(WildcardTest, TheWildcardItselfIsNoExpansion) {
  SignedMessage message("*.example.");
  message.Signed(Section::kAnswer, {"*.example. CAA 0 issue \"ca\""});
  const Looked looked = Verify(&message, "*.example", RRType::kCAA, {Key13()});
  EXPECT_EQ(CodeOf(looked.set), "");
  EXPECT_FALSE(looked.set.expanded);
}

TEST(WildcardTest, MoreLabelsThanTheOwnerIsInvalid) {  // RFC 4035 §5.3.1.
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, {"example. CAA 0 issue \"ca\""},
                 {.signed_owner = "a.b.example."});
  EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kCAA, {Key13()}).set),
            "dnssec_signature_invalid");
}

TEST(WildcardTest, AWildcardAboveTheZoneIsNone) {
  SignedMessage message("a.sub.example.");
  message.Signed(Section::kAnswer, {"a.sub.example. CAA 0 issue \"ca\""},
                 {.signer = "sub.example.", .signed_owner = "*.example."});
  EXPECT_EQ(
      CodeOf(Verify(&message, "a.sub.example", RRType::kCAA, {Key13()}, kNow, "sub.example.").set),
      "dnssec_signature_invalid");
}

// Bounded work (KeyTrap).

TEST(WorkTest, SignaturesPerSetAreBounded) {
  SignedMessage message("example.");
  for (int i = 0; i < 30; ++i) {
    message.Signed(Section::kAnswer, kCaa,
                   {.inception = kNow - kDay - static_cast<uint32_t>(i), .spoilt = true});
  }
  const Looked looked = Verify(&message, "example", RRType::kCAA, {Key13()});
  EXPECT_TRUE(looked.set.verdict.is_bogus());
  EXPECT_EQ(looked.work.signature_checks(), static_cast<uint32_t>(kMaxChecksPerSet));
}

TEST(WorkTest, CollidingKeysPerSignatureAreBounded) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa, {.key = &TestKey::Of(8), .spoilt = true});
  const std::vector<std::string> keys = Colliding(TestKey::Of(8).Dnskey(), 50);
  for (const std::string& key : keys) ASSERT_EQ(crypto::KeyTag(Octets(key)), TestKey::Of(8).tag());
  const Looked looked = Verify(&message, "example", RRType::kCAA, keys);
  EXPECT_TRUE(looked.set.verdict.is_bogus());
  EXPECT_EQ(looked.work.signature_checks(), static_cast<uint32_t>(kMaxKeysPerSignature));
  EXPECT_EQ(KeysOf(keys).keys().size(), KeySet::kMaxKeys);
}

TEST(WorkTest, TheSameKeyTwiceIsOneKey) { EXPECT_EQ(KeysOf({Key13(), Key13()}).keys().size(), 1u); }

TEST(WorkTest, GivesUpWhereThePriceIsTooHigh) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa);
  KeySet keys = KeysOf({Key13()});
  const Rrset set = FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
  Work work;
  work.limit = 50;
  const VerifiedSet out = VerifyRrset(set, NameOf("example"), &keys, {kNow, &work, nullptr});
  EXPECT_EQ(CodeOf(out), "dnssec_signature_invalid");
  EXPECT_TRUE(out.verdict.gave_up);
  EXPECT_EQ(work.signature_checks(), 0u);
  work.limit = 500;
  EXPECT_EQ(CodeOf(VerifyRrset(set, NameOf("example"), &keys, {kNow, &work, nullptr})), "");
}

TEST(WorkTest, ManySignaturesOverManyEqualRecordsAreBounded) {
  SignedMessage message("example.");
  for (int i = 0; i < 1000; ++i) message.Unsigned(Section::kAnswer, kCaa);
  for (int i = 0; i < 100; ++i) {
    message.Signed(Section::kAnswer, kCaa,
                   {.inception = kNow - kDay - static_cast<uint32_t>(i), .spoilt = true});
  }
  const Looked looked = Verify(&message, "example", RRType::kCAA, {Key13()});
  EXPECT_EQ(CodeOf(looked.set), "dnssec_signature_invalid");
  EXPECT_EQ(looked.work.signature_checks(), static_cast<uint32_t>(kMaxChecksPerSet));
  EXPECT_LT(looked.work.spent, 1000u) << "one canonical form, and eight checks";
  KeySet keys = KeysOf({Key13()});
  const Rrset set = FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
  Work work;
  work.limit = 50;
  EXPECT_TRUE(VerifyRrset(set, NameOf("example"), &keys, {kNow, &work, nullptr}).verdict.gave_up);
  EXPECT_EQ(work.spent, 0u) << "it is charged before it is done";
}

TEST(WorkTest, AKeyThatIsTooCostlyToUseProvesNothing) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa, {.key = &TestKey::Of(8)});
  std::string key = TestKey::Of(8).Dnskey();
  const std::string numbers = key.substr(4);
  key = key.substr(0, 4) + '\x09' + std::string(9, '\xff') + numbers.substr(4);
  const crypto::Rrsig signature = *crypto::ReadRrsig(
      FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA)
          .signatures[0]
          .rdata);
  // A key with the tag that the signature names.
  for (unsigned i = 0; i < 0x10000 && crypto::KeyTag(Octets(key)) != signature.key_tag; ++i) {
    key[key.size() - 2] = static_cast<char>(i >> 8);
    key[key.size() - 1] = static_cast<char>(i);
  }
  ASSERT_EQ(crypto::KeyTag(Octets(key)), signature.key_tag);
  const Looked looked = Verify(&message, "example", RRType::kCAA, {key});
  EXPECT_EQ(CodeOf(looked.set), "dnssec_signature_missing");
  EXPECT_EQ(looked.work.signature_checks(), 0u);
}

TEST(WorkTest, TheSameCheckIsMadeOnce) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, kCaa);
  SignedMessage bad("example.");
  bad.Signed(Section::kAnswer, kCaa, {.spoilt = true});
  SignatureMemo memo;
  for (const bool again : {false, true}) {
    const Looked good =
        Verify(&message, "example", RRType::kCAA, {Key13()}, kNow, "example.", &memo);
    EXPECT_EQ(CodeOf(good.set), "");
    const Looked wrong = Verify(&bad, "example", RRType::kCAA, {Key13()}, kNow, "example.", &memo);
    EXPECT_EQ(CodeOf(wrong.set), "dnssec_signature_invalid");
    EXPECT_EQ(good.work.signature_checks() + wrong.work.signature_checks(), again ? 0u : 2u);
  }
  EXPECT_EQ(CodeOf(Verify(&message, "example", RRType::kCAA, {Key13()}, kNow + 2 * kDay, "example.",
                          &memo)
                       .set),
            "dnssec_signature_expired")
      << "times are checked each time";
}

}  // namespace
}  // namespace caascan::dnssec
