// What validation makes of a look-up's replies. Keys and signatures are real; nothing is sent.
#include "scanner/resolve/reply_judge.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/zones/trust_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RRType;
using dns::Section;
using dnssec::NameOf;
using dnssec::SignedMessage;
using dnssec::Signing;
using dnssec::TestKey;
using Purpose = Walk::Purpose;

/// example. is secure, and a server of it is asked.
class ReplyJudgeTest : public zones::TrustFixture {
 protected:
  ReplyJudgeTest() {
    EXPECT_TRUE(TakeRootKeys());
    zone_ = zones_.FindOrInsert(NameOf("example."));
    *zone_ = Refer(".", "example.", TestKey::Of(8).Ds("example."), {.signer = "."});
    EXPECT_TRUE(TakeKeys("example.", {TestKey::Of(8).Dnskey()}, by_example_));
    walk_.zone = zone_;
  }

  void Receive(Walk* walk, SignedMessage* message) {
    walk->chain.Rewind(0);
    walk->asked = async::MakePooled<query::Asked>();
    walk->asked->replied = true;
    walk->asked->message = message->message();
    judge_.Read(walk, &account_, now_);
  }
  void Receive(SignedMessage* message) { Receive(&walk_, message); }
  /// With AA clear.
  void ReceiveLame(SignedMessage* message) {
    const auto octets = message->message().bytes();
    lame_.assign(octets.begin(), octets.end());
    lame_[2] = static_cast<uint8_t>(lame_[2] & ~(dns::kFlagAA >> 8));
    walk_.chain.Rewind(0);
    walk_.asked = async::MakePooled<query::Asked>();
    walk_.asked->replied = true;
    ASSERT_EQ(dns::Message::Parse(lame_, &walk_.asked->message).error, dns::ParseError::kNone);
    judge_.Read(&walk_, &account_, now_);
  }
  static SignedMessage Data() { return SignedMessage("www.example."); }
  const std::string kRecord = "www.example. CAA 0 issue \"ca\"";

  const Signing by_example_{.key = &TestKey::Of(8)};
  zones::ZoneCache zones_{100, 1 << 20};
  zones::Delegations::Handle zone_;
  const dns::Name name_ = NameOf("www.example.");
  Walk walk_{name_, RRType::kCAA, Purpose::kData};
  query::Account account_;
  std::vector<uint8_t> lame_;
  ReplyJudge judge_{&validator_};
};

TEST_F(ReplyJudgeTest, WhatIsSignedIsSecureAndWhatIsNotLacksAProof) {
  SignedMessage good = Data();
  good.Signed(Section::kAnswer, {kRecord}, by_example_);
  Receive(&good);
  ASSERT_TRUE(walk_.ok);
  EXPECT_TRUE(walk_.reply->verdict.is_secure());
  EXPECT_FALSE(walk_.lacks_proof());
  EXPECT_GT(account_.budget.work.spent, 0u);

  SignedMessage unsigned_data = Data();
  unsigned_data.Unsigned(Section::kAnswer, {kRecord});
  Receive(&unsigned_data);
  ASSERT_TRUE(walk_.ok);
  EXPECT_TRUE(walk_.lacks_proof()) << "there may be an insecure zone between";

  SignedMessage spoilt = Data();
  spoilt.Signed(Section::kAnswer, {kRecord}, {.key = &TestKey::Of(8), .spoilt = true});
  Receive(&spoilt);
  EXPECT_TRUE(walk_.reply->verdict.is_bogus());
  EXPECT_FALSE(walk_.lacks_proof()) << "no other zone makes it better";
}

TEST_F(ReplyJudgeTest, AddressesOfServersAreNotJudged) {
  Walk walk(name_, RRType::kA, Purpose::kAddress);
  walk.zone = zone_;
  SignedMessage reply("www.example.", RRType::kA);
  reply.Unsigned(Section::kAnswer, {"www.example. A 192.0.2.1"});
  Receive(&walk, &reply);
  EXPECT_TRUE(walk.ok);
  EXPECT_EQ(walk.reply, nullptr);
}

TEST_F(ReplyJudgeTest, ADsSetIsTakenAndItsAbsenceIsNoData) {
  const dns::Name sub = NameOf("sub.example.");
  Walk walk(sub, RRType::kDS, Purpose::kDs);
  walk.zone = zone_;
  SignedMessage reply("sub.example.", RRType::kDS);
  reply.SignedRecords(Section::kAnswer, "sub.example.", RRType::kDS,
                      {TestKey::Of(13, 1).Ds("sub.example.")}, by_example_);
  Receive(&walk, &reply);
  ASSERT_TRUE(walk.ok);
  EXPECT_EQ(walk.reply->delegation, dnssec::DelegationJudgement::Kind::kSigned);
  EXPECT_EQ(walk.asked->classified.kind, query::ResponseKind::kNoData);
}

// RFC 4035 §5.4: a proof needs neither AA nor a SOA beside it.
TEST_F(ReplyJudgeTest, AWholeProofMakesALameReplyAnAnswer) {
  const auto denial = [](const Signing& signing) {
    SignedMessage message = Data();
    message.Signed(Section::kAuthority, {"www.example. NSEC z.example. A RRSIG NSEC"}, signing);
    return message;
  };
  SignedMessage proven = denial(by_example_);
  ReceiveLame(&proven);
  EXPECT_TRUE(walk_.ok);
  EXPECT_EQ(walk_.asked->classified.kind, query::ResponseKind::kNoData);
  EXPECT_TRUE(walk_.asked->classified.without_authority);
  ASSERT_NE(walk_.reply, nullptr);
  EXPECT_TRUE(walk_.reply->verdict.is_secure());
  SignedMessage spoilt = denial({.key = &TestKey::Of(8), .spoilt = true});
  ReceiveLame(&spoilt);
  EXPECT_FALSE(walk_.ok);
  EXPECT_EQ(walk_.asked->classified.kind, query::ResponseKind::kNotAuthoritative);
  EXPECT_EQ(walk_.reply, nullptr);
}

TEST_F(ReplyJudgeTest, ABogusReplyIsRefusedAndTheFirstOneIsKept) {
  SignedMessage spoilt = Data();
  spoilt.Signed(Section::kAnswer, {kRecord}, {.key = &TestKey::Of(8), .spoilt = true});
  Receive(&spoilt);
  query::Attempt attempt;
  RefuseBogus(&walk_, &attempt);
  EXPECT_TRUE(attempt.bogus);
  EXPECT_FALSE(walk_.proof.empty_was_bogus);
  ASSERT_NE(walk_.proof.bogus, nullptr);
  EXPECT_EQ(walk_.proof.bogus->finding, dnssec::Finding::kSignatureInvalid);
  Receive(&spoilt);
  walk_.proof.unreachable = Reason::kNoResponse;
  RefuseBogus(&walk_, &attempt);
  EXPECT_FALSE(attempt.bogus) << "other servers did not give the keys";
}

TEST_F(ReplyJudgeTest, OnceAReplyIsUsedTheBogusOnesAreForgotten) {
  walk_.proof.bogus = std::make_unique<dnssec::Verdict>();
  SignedMessage good = Data();
  good.Signed(Section::kAnswer, {kRecord}, by_example_);
  Receive(&good);
  judge_.NoteProof(&walk_);
  EXPECT_EQ(walk_.proof.bogus, nullptr);
  EXPECT_EQ(walk_.proof.weakest, DnssecStatus::kSecure);
  EXPECT_FALSE(walk_.proof.all_insecure);
  query::CaaAnswer answer;
  judge_.FillProof(&walk_, &answer);
  EXPECT_EQ(answer.dnssec, DnssecStatus::kSecure);
}

TEST_F(ReplyJudgeTest, AnInsecureZoneMakesTheLookUpInsecure) {
  zone_->trust = zones::Zone::Trust::kInsecure;
  SignedMessage reply = Data();
  reply.Unsigned(Section::kAnswer, {kRecord});
  Receive(&reply);
  judge_.NoteProof(&walk_);
  EXPECT_EQ(walk_.proof.weakest, DnssecStatus::kInsecure);
  EXPECT_TRUE(walk_.proof.all_insecure);
}

TEST_F(ReplyJudgeTest, AFailedLookUpHasTheStateOfItsZone) {
  walk_.Fail(Reason::kServfail);
  query::CaaAnswer answer;
  judge_.FillProof(&walk_, &answer);
  EXPECT_EQ(answer.dnssec, DnssecStatus::kSecure);
  EXPECT_FALSE(answer.all_insecure);
  zone_->trust = zones::Zone::Trust::kInsecure;
  judge_.FillProof(&walk_, &answer);
  EXPECT_TRUE(answer.all_insecure) << "BR 4.2.2.1: then it may be permission";
  walk_.Fail(Reason::kDnssecBogus);
  walk_.proof.bogus = std::make_unique<dnssec::Verdict>(
      NoDelegationProof(NameOf("example."), "no server says whether the zone is signed"));
  judge_.FillProof(&walk_, &answer);
  EXPECT_EQ(answer.dnssec, DnssecStatus::kBogus);
  EXPECT_FALSE(answer.all_insecure);
  ASSERT_EQ(answer.findings.size(), 1u);
  EXPECT_EQ(answer.findings[0].code, FindingCode::kDnssecDenialMissing);
}

TEST_F(ReplyJudgeTest, ABogusZoneEndsTheLookUp) {
  EXPECT_FALSE(judge_.EndsBogus(&walk_));
  const zones::TrustCache::Handle trust = validator_.Find(NameOf("example."));
  trust->verdict = NoDelegationProof(NameOf("example."), "the parent denies it");
  EXPECT_TRUE(judge_.EndsBogus(&walk_));
  EXPECT_EQ(walk_.failure, Reason::kDnssecBogus);
  ASSERT_NE(walk_.proof.bogus, nullptr);
  trust->unreachable = Reason::kNoResponse;
  EXPECT_FALSE(judge_.EndsBogus(&walk_)) << "silence is nothing bogus";
  EXPECT_TRUE(judge_.KeysAreUnheard(walk_));
}

TEST_F(ReplyJudgeTest, AServersAnswerInASurveyIsBogusOrNothingIsSaid) {
  const struct {
    const char* name;
    std::function<void(SignedMessage*)> fill;
    bool found;
  } rows[] = {
      {"it validates",
       [this](SignedMessage* m) { m->Signed(Section::kAnswer, {kRecord}, by_example_); }, false},
      {"its signature is wrong",
       [this](SignedMessage* m) {
         m->Signed(Section::kAnswer, {kRecord}, {.key = &TestKey::Of(8), .spoilt = true});
       },
       true},
      {"it may be of a zone between",
       [this](SignedMessage* m) { m->Unsigned(Section::kAnswer, {kRecord}); }, false},
  };
  const dns::Name apex = NameOf("example.");
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    SignedMessage message = Data();
    row.fill(&message);
    const std::optional<Finding> found =
        judge_.FindBogus(message.message(), *zone_, apex, name_, &work_, now_);
    EXPECT_EQ(found.has_value(), row.found);
  }
}

}  // namespace
}  // namespace caascan::resolve
