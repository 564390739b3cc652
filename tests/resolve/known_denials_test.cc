// What a zone has denied before answers for it; nothing is sent. Records that were put there to
// mislead cost a question at most.
#include "scanner/resolve/known_denials.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
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

const char kSoa[] = "example. 300 SOA ns.example. host.example. 1 2 3 4 300";
const char kGap[] = "b.example. NSEC m.example. A RRSIG NSEC";
const char kApex[] = "example. NSEC b.example. NS SOA RRSIG NSEC DNSKEY";

/// example. is secure.
class KnownDenialsTest : public zones::TrustFixture {
 protected:
  KnownDenialsTest() {
    EXPECT_TRUE(TakeRootKeys());
    zone_ = zones_.FindOrInsert(NameOf("example."));
    *zone_ = Refer(".", "example.", TestKey::Of(8).Ds("example."), {.signer = "."});
    EXPECT_TRUE(TakeKeys("example.", {TestKey::Of(8).Dnskey()}, by_example_));
  }

  /// As if a server of the zone had denied something with these records.
  void Store(const std::vector<std::string>& lines, const Signing& signing) {
    SignedMessage message("x.example.");
    message.Signed(Section::kAuthority, {kSoa}, by_example_);
    for (const std::string& line : lines) message.Signed(Section::kAuthority, {line}, signing);
    validator_.denials()->Add(message.message(), NameOf("example."), now_);
  }

  Walk WalkTo(const dns::Name& name, RRType type = RRType::kDS, Purpose purpose = Purpose::kDs) {
    Walk walk(name, type, purpose);
    walk.zone = zone_;
    walk.BeginVisit();
    return walk;
  }

  const Signing by_example_{.key = &TestKey::Of(8)};
  zones::ZoneCache zones_{100, 1 << 20};
  zones::Delegations::Handle zone_;
  query::Account account_;
  const ReplyJudge judge_{&validator_};
  const KnownDenials denials_{&validator_, &judge_};
};

TEST_F(KnownDenialsTest, AnswersWhatIsProven) {
  Store({kApex, kGap}, by_example_);
  for (const char* text : {"b.example.", "c.example.", "www.c.example."}) {
    SCOPED_TRACE(text);
    const dns::Name name = NameOf(text);
    Walk walk = WalkTo(name);
    ASSERT_TRUE(denials_.Answer(&walk, &account_, now_));
    EXPECT_TRUE(walk.ok);
    EXPECT_TRUE(walk.reply->verdict.is_secure());
    EXPECT_EQ(walk.reply->delegation, dnssec::DelegationJudgement::Kind::kNoCut);
    EXPECT_EQ(account_.budget.queries, 0u);
    // A server of the zone may serve another one there, whose data are bogus then.
    Walk data = WalkTo(name, RRType::kCAA, Purpose::kData);
    EXPECT_FALSE(denials_.Answer(&data, &account_, now_));
  }
}

TEST_F(KnownDenialsTest, AnswersForADelegation) {
  Store({"b.example. NSEC m.example. NS RRSIG NSEC"}, by_example_);
  const dns::Name cut = NameOf("b.example.");
  Walk walk = WalkTo(cut);
  ASSERT_TRUE(denials_.Answer(&walk, &account_, now_));
  EXPECT_EQ(walk.reply->delegation, dnssec::DelegationJudgement::Kind::kInsecure);
}

TEST_F(KnownDenialsTest, KeepsWhatServersProve) {
  const dns::Name name = NameOf("c.example.");
  SignedMessage reply("c.example.", RRType::kDS, dns::RCode::kNXDomain);
  for (const char* line : {kSoa, kApex, kGap}) {
    reply.Signed(Section::kAuthority, {line}, by_example_);
  }
  Walk walk = WalkTo(name);
  walk.asked = async::MakePooled<query::Asked>();
  walk.asked->replied = true;
  walk.asked->message = reply.message();
  judge_.Read(&walk, &account_, now_);
  ASSERT_TRUE(walk.ok);
  denials_.Keep(walk, now_);
  const dns::Name other = NameOf("d.example.");
  Walk next = WalkTo(other);
  const uint32_t checks = account_.budget.work.signature_checks();
  EXPECT_TRUE(denials_.Answer(&next, &account_, now_));
  EXPECT_EQ(account_.budget.work.signature_checks(), checks) << "they were checked before";
}

TEST_F(KnownDenialsTest, TellsTheStoreWhatIsGood) {
  Store({kApex, kGap}, by_example_);
  const dns::Name name = NameOf("c.example.");
  const auto known = [&] {
    const auto denial = validator_.Deny(NameOf("example."), name, RRType::kDS, now_);
    return denial ? denial->known_good.size() : 99;
  };
  EXPECT_EQ(known(), 0u);
  const uint32_t before = account_.budget.work.signature_checks();
  for (int i = 0; i < 3; ++i) {
    Walk walk = WalkTo(name);
    ASSERT_TRUE(denials_.Answer(&walk, &account_, now_));
    EXPECT_EQ(known(), 1u) << "the gap, which alone proves it";
    EXPECT_EQ(account_.budget.work.signature_checks(), before + 1);
  }
  // The same record once more changes nothing; another one is checked, and then it is known again.
  Store({kGap}, by_example_);
  EXPECT_EQ(known(), 1u);
  now_ += std::chrono::seconds(200);
  Store({"b.example. NSEC m.example. TXT RRSIG NSEC"}, by_example_);
  EXPECT_EQ(known(), 0u);
  Walk walk = WalkTo(name);
  ASSERT_TRUE(denials_.Answer(&walk, &account_, now_));
  EXPECT_EQ(known(), 1u);
  EXPECT_EQ(account_.budget.work.signature_checks(), before + 2);
}

struct Poison {
  const char* what;
  std::vector<std::string> lines;
  Signing signing;
};

TEST_F(KnownDenialsTest, WhatDoesNotHoldCostsAQuestionAndIsForgotten) {
  const dns::Name name = NameOf("c.example.");
  const Signing good = by_example_;
  Signing spoilt = good, expired = good, early = good, other_key = good, other_zone = good;
  spoilt.spoilt = true;
  expired.inception = dnssec::kNow - 3 * dnssec::kDay;
  expired.expiration = dnssec::kNow - dnssec::kDay;
  early.inception = dnssec::kNow + 3 * dnssec::kDay;
  early.expiration = dnssec::kNow + 4 * dnssec::kDay;
  other_key.key = &TestKey::Of(13, 7);
  other_zone.signer = "other.";
  Signing wildcard = good;
  wildcard.signed_owner = "*.example.";
  const Poison poisons[] = {
      {"a wrong signature", {kApex, kGap}, spoilt},
      {"replayed after its time", {kApex, kGap}, expired},
      {"not valid yet", {kApex, kGap}, early},
      {"a key that the zone does not have", {kApex, kGap}, other_key},
      {"another zone's", {kApex, kGap}, other_zone},
      {"made from a wildcard", {kApex, kGap}, wildcard},
      {"the span of another zone", {kApex, "b.example. NSEC m.other. A RRSIG NSEC"}, good},
  };
  for (const Poison& poison : poisons) {
    SCOPED_TRACE(poison.what);
    Store(poison.lines, poison.signing);
    Walk walk = WalkTo(name);
    EXPECT_FALSE(denials_.Answer(&walk, &account_, now_));
    EXPECT_EQ(walk.asked, nullptr);
    EXPECT_EQ(walk.reply, nullptr);
    EXPECT_FALSE(walk.ok);
    EXPECT_EQ(walk.proof.bogus, nullptr);
    EXPECT_TRUE(walk.proof.findings.empty());
    EXPECT_EQ(walk.chain.current(), name.view());
    EXPECT_FALSE(validator_.Deny(NameOf("example."), name, RRType::kCAA, now_)) << "forgotten";
  }
  Store({kApex, kGap}, good);
  Walk walk = WalkTo(name);
  EXPECT_TRUE(denials_.Answer(&walk, &account_, now_));
}

struct NeverRow {
  const char* what;
  std::function<void(Walk*, query::Account*)> change;
};

TEST_F(KnownDenialsTest, NeverWhereServersAreToBeHeard) {
  Store({kApex, kGap}, by_example_);
  const dns::Name name = NameOf("b.example.");
  const NeverRow rows[] = {
      {"all servers", [](Walk*, query::Account* account) { account->keep_all_attempts = true; }},
      {"a second look",
       [](Walk*, query::Account* account) { account->look = query::Look::kPatient; }},
      {"an insecure zone",
       [](Walk* walk, query::Account*) { walk->zone->trust = zones::Zone::Trust::kInsecure; }},
  };
  for (const NeverRow& row : rows) {
    SCOPED_TRACE(row.what);
    query::Account account;
    Walk walk = WalkTo(name);
    row.change(&walk, &account);
    EXPECT_FALSE(denials_.Answer(&walk, &account, now_));
  }
  const dns::Name apex = NameOf("example.");
  Walk of_apex = WalkTo(apex);
  EXPECT_FALSE(denials_.Answer(&of_apex, &account_, now_)) << "that is the parent's to say";
  Walk address = WalkTo(name, RRType::kAAAA, Purpose::kAddress);
  EXPECT_FALSE(denials_.Answer(&address, &account_, now_)) << "addresses are not validated";
}

}  // namespace
}  // namespace caascan::resolve
