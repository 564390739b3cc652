// Whole messages: aliases, wildcards, delegations, and zones that nobody has told of. What a lab's
// servers send, with each fault of signing, is in lab_judge_test.cc.
#include "scanner/dnssec/judge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using dns::Section;

std::string TextOf(const Verdict& verdict, const Missing& missing) {
  std::string out = verdict.is_secure() ? "secure" : verdict.is_bogus() ? "bogus" : "insecure";
  if (verdict.finding != Finding::kNone) out += " " + CodeText(verdict.finding);
  if (missing.kind == Missing::Kind::kKeys) out += ", keys of " + missing.name.view().ToText();
  if (missing.kind == Missing::Kind::kCut) out += ", cut at " + missing.name.view().ToText();
  return out;
}

/// example. is secure; sub.example. is known too where told so.
class JudgeTest : public testing::Test {
 protected:
  enum class Sub : uint8_t { kUnknown, kSecure, kInsecure };

  std::string Answer(SignedMessage* message, const char* name, const char* end, Claim claim,
                     RRType type = RRType::kCAA) {
    const dns::Name first = NameOf(name);
    const dns::Name last = NameOf(end);
    const Judgement judged = JudgeAnswer(message->message(), {first, type, last, claim}, Zones(),
                                         {kNow, &work_, nullptr});
    ttl_s_ = judged.ttl_s;
    return TextOf(judged.verdict, judged.missing);
  }

  std::string Delegation(SignedMessage* message, const char* cut) {
    const DelegationJudgement judged =
        JudgeDelegation(message->message(), NameOf(cut), Zones(), {kNow, &work_, nullptr});
    switch (judged.kind) {
      case DelegationJudgement::Kind::kSigned:
        EXPECT_TRUE(judged.verdict.is_secure());
        EXPECT_TRUE(judged.ds.IsUsable());
        return "signed";
      case DelegationJudgement::Kind::kInsecure:
        EXPECT_EQ(judged.verdict.security, Security::kInsecure);
        return "insecure cut " + CodeText(judged.verdict.finding);
      case DelegationJudgement::Kind::kNoCut:
        return "no cut";
      case DelegationJudgement::Kind::kBogus:
        break;
    }
    return TextOf(judged.verdict, judged.missing);
  }

  std::vector<KnownZone> Zones() {
    std::vector<KnownZone> zones = {{example_, Security::kSecure, &keys_}};
    if (sub_ == Sub::kSecure) zones.push_back({sub_name_, Security::kSecure, &sub_keys_});
    if (sub_ == Sub::kInsecure) zones.push_back({sub_name_, Security::kInsecure, nullptr});
    return zones;
  }

  Sub sub_ = Sub::kUnknown;
  const Signing by_sub_{.key = &TestKey::Of(8), .signer = "sub.example."};
  const dns::Name example_ = NameOf("example");
  const dns::Name sub_name_ = NameOf("sub.example");
  KeySet keys_ = KeysOf({TestKey::Of(13).Dnskey()});
  KeySet sub_keys_ = KeysOf({TestKey::Of(8).Dnskey()});
  Work work_;
  uint32_t ttl_s_ = 0;
};

constexpr char kUnproven[] = "bogus dnssec_signature_invalid";

TEST_F(JudgeTest, PositiveAnswer) {
  SignedMessage message("example.");
  message.Signed(Section::kAnswer, {"example. 77 CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&message, "example", "example", Claim::kAnswer), "secure");
  EXPECT_EQ(ttl_s_, 77u);
  EXPECT_EQ(Answer(&message, "www.example", "www.example", Claim::kAnswer), kUnproven)
      << "what is not there is not proven";
}

TEST_F(JudgeTest, AnUnsignedAnswerAtTheApexIsBogusForGood) {
  SignedMessage message("example.");
  message.Unsigned(Section::kAnswer, {"example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&message, "example", "example", Claim::kAnswer),
            "bogus dnssec_signature_missing");
}

TEST_F(JudgeTest, WildcardAnswerNeedsItsProof) {
  SignedMessage message("m.example.");
  message.Signed(Section::kAnswer, {"m.example. CAA 0 issue \"ca\""},
                 {.signed_owner = "*.example."});
  EXPECT_EQ(Answer(&message, "m.example", "m.example", Claim::kAnswer),
            "bogus dnssec_denial_missing");
  message.Signed(Section::kAuthority, {"a.example. NSEC x.example. A"});
  EXPECT_EQ(Answer(&message, "m.example", "m.example", Claim::kAnswer), "secure");
}

TEST_F(JudgeTest, AliasesAreCheckedStepByStep) {
  const auto message_of = [](bool first_spoilt, bool second_spoilt) {
    SignedMessage message("a.example.");
    message.Signed(Section::kAnswer, {"a.example. CNAME b.example."}, {.spoilt = first_spoilt})
        .Signed(Section::kAnswer, {"b.example. CNAME c.example."}, {.spoilt = second_spoilt})
        .Signed(Section::kAnswer, {"c.example. CAA 0 issue \"ca\""});
    return message;
  };
  SignedMessage good = message_of(false, false);
  EXPECT_EQ(Answer(&good, "a.example", "c.example", Claim::kAnswer), "secure");
  EXPECT_EQ(Answer(&good, "a.example", "b.example", Claim::kAlias), "secure");
  EXPECT_EQ(Answer(&good, "a.example", "d.example", Claim::kAlias), kUnproven);
  SignedMessage first = message_of(true, false);
  EXPECT_EQ(Answer(&first, "a.example", "c.example", Claim::kAnswer), kUnproven);
  SignedMessage second = message_of(false, true);
  EXPECT_EQ(Answer(&second, "a.example", "c.example", Claim::kAnswer), kUnproven);
}

TEST_F(JudgeTest, AliasOutOfTheZone) {
  SignedMessage message("a.example.");
  message.Signed(Section::kAnswer, {"a.example. CNAME b.test."});
  EXPECT_EQ(Answer(&message, "a.example", "b.test", Claim::kAlias), "secure");
}

TEST_F(JudgeTest, WildcardAliasNeedsItsProof) {
  SignedMessage message("m.example.");
  message.Signed(Section::kAnswer, {"m.example. CNAME b.test."}, {.signed_owner = "*.example."});
  EXPECT_EQ(Answer(&message, "m.example", "b.test", Claim::kAlias), "bogus dnssec_denial_missing");
}

// RFC 6672 §5.3.

TEST_F(JudgeTest, AliasMadeFromADname) {
  SignedMessage message("x.d.example.");
  message.Signed(Section::kAnswer, {"d.example. DNAME e.example."})
      .Unsigned(Section::kAnswer, {"x.d.example. CNAME x.e.example."})
      .Signed(Section::kAnswer, {"x.e.example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&message, "x.d.example", "x.e.example", Claim::kAnswer), "secure");
}

TEST_F(JudgeTest, DnameWithoutItsAlias) {
  SignedMessage message("x.d.example.");
  message.Signed(Section::kAnswer, {"d.example. DNAME e.test."});
  EXPECT_EQ(Answer(&message, "x.d.example", "x.e.test", Claim::kAlias), "secure");
}

TEST_F(JudgeTest, AliasThatDoesNotFollowFromTheDname) {
  SignedMessage message("x.d.example.");
  message.Signed(Section::kAnswer, {"d.example. DNAME e.test."})
      .Unsigned(Section::kAnswer, {"x.d.example. CNAME evil.test."});
  EXPECT_EQ(Answer(&message, "x.d.example", "evil.test", Claim::kAlias), kUnproven);
}

TEST_F(JudgeTest, UnsignedDnameProvesNothing) {
  SignedMessage message("x.d.example.");
  message.Unsigned(Section::kAnswer, {"d.example. DNAME e.test."})
      .Unsigned(Section::kAnswer, {"x.d.example. CNAME x.e.test."});
  EXPECT_EQ(Answer(&message, "x.d.example", "x.e.test", Claim::kAlias),
            "bogus dnssec_signature_missing, cut at d.example");
}

TEST_F(JudgeTest, DnameOfAWildcardIsNone) {
  SignedMessage message("x.m.example.");
  message.Signed(Section::kAnswer, {"m.example. DNAME e.test."}, {.signed_owner = "*.example."})
      .Signed(Section::kAuthority, {"a.example. NSEC x.example. A"});
  EXPECT_EQ(Answer(&message, "x.m.example", "x.e.test", Claim::kAlias), kUnproven);
}

// Empty answers.

TEST_F(JudgeTest, EmptyAnswer) {
  SignedMessage message("www.example.");
  message.Signed(Section::kAuthority, {"example. 90 SOA a. b. 1 2 3 4 5"})
      .Signed(Section::kAuthority, {"www.example. 60 NSEC x.example. A"});
  EXPECT_EQ(Answer(&message, "www.example", "www.example", Claim::kNoData), "secure");
  EXPECT_EQ(ttl_s_, 60u);
  EXPECT_EQ(Answer(&message, "m.example", "m.example", Claim::kNxDomain),
            "bogus dnssec_denial_invalid");
}

TEST_F(JudgeTest, EmptyAnswerWithABadSoa) {
  SignedMessage message("www.example.");
  message.Signed(Section::kAuthority, {"example. SOA a. b. 1 2 3 4 5"}, {.expiration = kNow - 1})
      .Signed(Section::kAuthority, {"www.example. NSEC x.example. A"});
  EXPECT_EQ(Answer(&message, "www.example", "www.example", Claim::kNoData),
            "bogus dnssec_signature_expired");
}

TEST_F(JudgeTest, WhatIsRemarkableIsToldThoughTheAnswerIsSecure) {
  const Signing early{.inception = kNow + 60};
  constexpr char kLetPass[] = "secure dnssec_signature_future";
  SignedMessage records("www.example.");
  records.Signed(Section::kAnswer, {"www.example. CAA 0 issue \"ca\""}, early);
  EXPECT_EQ(Answer(&records, "www.example", "www.example", Claim::kAnswer), kLetPass);
  SignedMessage soa("www.example.");
  soa.Signed(Section::kAuthority, {"example. SOA a. b. 1 2 3 4 5"}, early)
      .Signed(Section::kAuthority, {"www.example. NSEC x.example. A"});
  EXPECT_EQ(Answer(&soa, "www.example", "www.example", Claim::kNoData), kLetPass);
  SignedMessage denial("www.example.");
  denial.Signed(Section::kAuthority, {"example. SOA a. b. 1 2 3 4 5"})
      .Signed(Section::kAuthority, {"www.example. NSEC x.example. A"}, early);
  EXPECT_EQ(Answer(&denial, "www.example", "www.example", Claim::kNoData), kLetPass);
  SignedMessage plain("a.example.");
  plain.Signed(Section::kAnswer, {"a.example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&plain, "a.example", "a.example", Claim::kAnswer), "secure")
      << "nothing of an earlier message";
}

TEST_F(JudgeTest, ADenialThatProvesNothingStaysBogus) {
  SignedMessage message("m.example.");
  message.Signed(Section::kAuthority, {"www.example. NSEC x.example. A"}, {.inception = kNow + 60});
  EXPECT_EQ(Answer(&message, "m.example", "m.example", Claim::kNoData),
            "bogus dnssec_denial_invalid");
}

TEST_F(JudgeTest, EmptyAnswerBehindAnAlias) {
  SignedMessage message("a.example.");
  message.Signed(Section::kAnswer, {"a.example. CNAME www.example."})
      .Signed(Section::kAuthority, {"example. SOA a. b. 1 2 3 4 5"})
      .Signed(Section::kAuthority, {"www.example. NSEC x.example. A"});
  EXPECT_EQ(Answer(&message, "a.example", "www.example", Claim::kNoData), "secure");
  EXPECT_EQ(Answer(&message, "a.example", "a.example", Claim::kNoData),
            "bogus dnssec_denial_invalid")
      << "a name that is an alias is not empty";
}

// A server that serves zones below the one asked.

TEST_F(JudgeTest, ASignerBelowShowsAZone) {
  SignedMessage message("a.sub.example.");
  message.Signed(Section::kAnswer, {"a.sub.example. CAA 0 issue \"ca\""}, by_sub_);
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer),
            "bogus dnssec_signature_missing, keys of sub.example");
  sub_ = Sub::kSecure;
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer), "secure");
}

TEST_F(JudgeTest, WhatIsUnsignedMayLieInAnInsecureZone) {
  SignedMessage message("a.sub.example.");
  message.Unsigned(Section::kAnswer, {"a.sub.example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer),
            "bogus dnssec_signature_missing, cut at a.sub.example");
  sub_ = Sub::kInsecure;
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer), "insecure");
  sub_ = Sub::kSecure;
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer),
            "bogus dnssec_signature_missing, cut at a.sub.example");
}

TEST_F(JudgeTest, AnEmptyAnswerWithTheZonesProofIsTheZonesOwn) {
  constexpr char kSoaBelow[] = "a.sub.example. SOA a. b. 1 2 3 4 5";
  SignedMessage below("a.sub.example.");
  below.Unsigned(Section::kAuthority, {kSoaBelow});
  EXPECT_EQ(Answer(&below, "a.sub.example", "a.sub.example", Claim::kNoData),
            "bogus dnssec_signature_missing, cut at a.sub.example");
  for (const bool spoilt : {false, true}) {
    SignedMessage message("a.sub.example.");
    message.Unsigned(Section::kAuthority, {kSoaBelow})
        .Signed(Section::kAuthority, {"example. NSEC x.example. A"}, {.spoilt = spoilt});
    EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kNoData),
              "bogus dnssec_signature_missing");
  }
  SignedMessage sibling("a.sub.example.");  // Another zone's proof says nothing here.
  sibling.Unsigned(Section::kAuthority, {kSoaBelow})
      .Signed(Section::kAuthority, {"test. NSEC x.test. A"}, {.signer = "test."});
  EXPECT_EQ(Answer(&sibling, "a.sub.example", "a.sub.example", Claim::kNoData),
            "bogus dnssec_signature_missing, cut at a.sub.example");
}

TEST_F(JudgeTest, TheParentsKeyDoesNotSignForTheChild) {
  SignedMessage message("a.sub.example.");
  message.Signed(Section::kAnswer, {"a.sub.example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer), "secure");
  sub_ = Sub::kSecure;
  EXPECT_EQ(Answer(&message, "a.sub.example", "a.sub.example", Claim::kAnswer),
            "bogus dnssec_signature_missing");
}

TEST_F(JudgeTest, EmptyAnswersOfZonesBelow) {
  SignedMessage signed_below("a.sub.example.");
  signed_below.Signed(Section::kAuthority, {"sub.example. SOA a. b. 1 2 3 4 5"}, by_sub_)
      .Signed(Section::kAuthority, {"a.sub.example. NSEC x.sub.example. A"}, by_sub_);
  EXPECT_EQ(Answer(&signed_below, "a.sub.example", "a.sub.example", Claim::kNoData),
            "bogus dnssec_signature_missing, keys of sub.example");
  sub_ = Sub::kSecure;
  EXPECT_EQ(Answer(&signed_below, "a.sub.example", "a.sub.example", Claim::kNoData), "secure");
  sub_ = Sub::kUnknown;
  SignedMessage unsigned_below("a.sub.example.");
  unsigned_below.Unsigned(Section::kAuthority, {"sub.example. SOA a. b. 1 2 3 4 5"});
  EXPECT_EQ(Answer(&unsigned_below, "a.sub.example", "a.sub.example", Claim::kNoData),
            "bogus dnssec_signature_missing, cut at sub.example");
  sub_ = Sub::kInsecure;
  EXPECT_EQ(Answer(&unsigned_below, "a.sub.example", "a.sub.example", Claim::kNoData), "insecure");
}

TEST_F(JudgeTest, AliasIntoAnInsecureZoneIsInsecure) {
  sub_ = Sub::kInsecure;
  SignedMessage message("a.example.");
  message.Signed(Section::kAnswer, {"a.example. CNAME b.sub.example."})
      .Unsigned(Section::kAnswer, {"b.sub.example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&message, "a.example", "b.sub.example", Claim::kAnswer), "insecure");
  SignedMessage spoilt("a.example.");
  spoilt.Signed(Section::kAnswer, {"a.example. CNAME b.sub.example."}, {.spoilt = true})
      .Unsigned(Section::kAnswer, {"b.sub.example. CAA 0 issue \"ca\""});
  EXPECT_EQ(Answer(&spoilt, "a.example", "b.sub.example", Claim::kAnswer), kUnproven);
}

// Delegations: RFC 4035 §5.2.

TEST_F(JudgeTest, DelegationWithADs) {
  const std::string ds = TestKey::Of(8).Ds("sub.example.");
  for (const Section section : {Section::kAnswer, Section::kAuthority}) {
    SignedMessage message("sub.example.", RRType::kDS);
    message.SignedRecords(section, "sub.example.", RRType::kDS, {ds});
    EXPECT_EQ(Delegation(&message, "sub.example"), "signed");
  }
  SignedMessage spoilt("sub.example.", RRType::kDS);
  spoilt.SignedRecords(Section::kAuthority, "sub.example.", RRType::kDS, {ds}, {.spoilt = true});
  EXPECT_EQ(Delegation(&spoilt, "sub.example"), kUnproven);
  SignedMessage own("sub.example.", RRType::kDS);
  own.SignedRecords(Section::kAuthority, "sub.example.", RRType::kDS, {ds}, by_sub_);
  sub_ = Sub::kSecure;
  EXPECT_EQ(Delegation(&own, "sub.example"), "bogus dnssec_signature_missing")
      << "a zone does not sign its own DS";
}

TEST_F(JudgeTest, DelegationFromTheFuture) {
  const Signing early{.inception = kNow + 60};
  SignedMessage with("sub.example.", RRType::kDS);
  with.SignedRecords(Section::kAuthority, "sub.example.", RRType::kDS,
                     {TestKey::Of(8).Ds("sub.example.")}, early);
  EXPECT_EQ(Delegation(&with, "sub.example"), "signed");
  SignedMessage without("sub.example.");
  without.Signed(Section::kAuthority, {"sub.example. NSEC x.example. NS"}, early);
  EXPECT_EQ(Delegation(&without, "sub.example"), "insecure cut dnssec_signature_future");
}

TEST_F(JudgeTest, DelegationWithAnUnknownDs) {
  std::string ds = TestKey::Of(8).Ds("sub.example.");
  ds[2] = '\xc8';
  SignedMessage message("sub.example.", RRType::kDS);
  message.SignedRecords(Section::kAuthority, "sub.example.", RRType::kDS, {ds});
  EXPECT_EQ(Delegation(&message, "sub.example"), "insecure cut dnssec_algorithm_unsupported");
}

TEST_F(JudgeTest, DelegationWithoutDs) {
  SignedMessage message("sub.example.");
  message.Unsigned(Section::kAuthority, {"sub.example. NS ns.sub.example."});
  EXPECT_EQ(Delegation(&message, "sub.example"), "bogus dnssec_denial_missing, cut at sub.example");
  message.Signed(Section::kAuthority, {"sub.example. NSEC x.example. NS"});
  EXPECT_EQ(Delegation(&message, "sub.example"), "insecure cut ");
}

TEST_F(JudgeTest, DelegationFromAZoneThatNobodyHasToldOf) {
  const std::string ds = TestKey::Of(13, 2).Ds("c.sub.example.");
  SignedMessage message("c.sub.example.");
  message.SignedRecords(Section::kAuthority, "c.sub.example.", RRType::kDS, {ds}, by_sub_);
  EXPECT_EQ(Delegation(&message, "c.sub.example"),
            "bogus dnssec_signature_missing, keys of sub.example");
  sub_ = Sub::kSecure;
  EXPECT_EQ(Delegation(&message, "c.sub.example"), "signed");
  sub_ = Sub::kInsecure;
  EXPECT_EQ(Delegation(&message, "c.sub.example"), "insecure cut ");
  sub_ = Sub::kUnknown;
  SignedMessage denial("c.sub.example.");
  denial.Signed(Section::kAuthority, {"c.sub.example. NSEC x.sub.example. NS"}, by_sub_);
  EXPECT_EQ(Delegation(&denial, "c.sub.example"),
            "bogus dnssec_signature_missing, keys of sub.example");
  sub_ = Sub::kSecure;
  EXPECT_EQ(Delegation(&denial, "c.sub.example"), "insecure cut ");
}

TEST_F(JudgeTest, NoDelegationAtAnAlias) {
  SignedMessage message("a.example.", RRType::kDS);
  message.Signed(Section::kAnswer, {"a.example. CNAME b.test."});
  EXPECT_EQ(Delegation(&message, "a.example"), "no cut");
  SignedMessage spoilt("a.example.", RRType::kDS);
  spoilt.Signed(Section::kAnswer, {"a.example. CNAME b.test."}, {.spoilt = true});
  EXPECT_EQ(Delegation(&spoilt, "a.example"), kUnproven);
}

}  // namespace
}  // namespace caascan::dnssec
