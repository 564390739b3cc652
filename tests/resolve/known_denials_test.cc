// What a zone has denied before answers for it; nothing is sent. Records that were put there to
// mislead cost a query at most.
#include "scanner/resolve/known_denials.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/dnssec/denial_rows.h"
#include "tests/zones/trust_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RRType;
using dns::Section;
using dnssec::NameOf;
using dnssec::SignedMessage;
using dnssec::Signing;
using dnssec::TestKey;
using Kind = dnssec::DelegationJudgement::Kind;
using Purpose = Walk::Purpose;
using zones::Zone;

const char kSoa[] = "example. 300 SOA ns.example. host.example. 1 2 3 4 300";
const char kApex[] = "{example.}.example. NSEC3 1 0 3 AABB {example.}+ NS SOA RRSIG DNSKEY";
const char kOptOut[] = "{m.example.}-.example. NSEC3 1 1 3 AABB {m.example.}+ A";
const char kGap[] = "{m.example.}-.example. NSEC3 1 0 3 AABB {m.example.}+ A";
const char kHost[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ A RRSIG";
const char kCut[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS";
const char kNsecCut[] = "m.example. NSEC p.example. NS RRSIG NSEC";
const char kNsecGap[] = "c.example. NSEC p.example. A RRSIG NSEC";
const char kSignedCut[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS DS RRSIG";

/// example. is secure.
class KnownDenialsTest : public zones::TrustFixture {
 protected:
  KnownDenialsTest() {
    EXPECT_TRUE(TakeRootKeys());
    zone_ = zones_.FindOrInsert(NameOf("example."));
    *zone_ = Refer(".", "example.", TestKey::Of(8).Ds("example."), {.signer = "."});
    EXPECT_TRUE(TakeKeys("example.", {TestKey::Of(8).Dnskey()}, by_example_));
  }

  Walk WalkTo(const dns::Name& name, RRType type = RRType::kDS, Purpose purpose = Purpose::kDs) {
    Walk walk(name, type, purpose);
    walk.zone = zone_;
    walk.BeginVisit();
    return walk;
  }

  /// A server of the zone denies the DS of m.example. with these records.
  void Reply(const std::vector<std::string>& lines, const Signing& signing) {
    const dns::Name name = NameOf("m.example.");
    SignedMessage reply("m.example.", RRType::kDS, dns::RCode::kNXDomain);
    reply.Signed(Section::kAuthority, {kSoa}, by_example_);
    for (const std::string& line : lines) {
      reply.Signed(Section::kAuthority, {dnssec::Expand(line)}, signing);
    }
    Walk walk = WalkTo(name);
    walk.asked = async::MakePooled<query::Asked>();
    walk.asked->replied = true;
    walk.asked->message = reply.message();
    judge_.Read(&walk, &account_, now_);
    ASSERT_TRUE(walk.ok);
    denials_.Keep(walk, &account_, now_);
  }

  bool Settles(Zone* zone) {
    return denials_.Settle(zone, NameOf("m.example."), *zone_, zone_.name(), &account_, now_);
  }

  const Signing by_example_{.key = &TestKey::Of(8)};
  zones::ZoneCache zones_{100, 1 << 20};
  zones::Delegations::Handle zone_;
  query::Account account_;
  const ReplyJudge judge_{&validator_};
  const KnownDenials denials_{&validator_, &judge_};
};

struct KnownRow {
  const char* what;
  std::vector<std::string> lines;
  Kind kind;  // kBogus: nothing is known.
  bool settles;
};

TEST_F(KnownDenialsTest, AnswersWhatIsProven) {
  const KnownRow rows[] = {
      {"an opt-out span", {kApex, kOptOut}, Kind::kInsecure, true},
      {"a delegation", {kCut}, Kind::kInsecure, true},
      {"no such name", {kApex, kGap}, Kind::kNoCut, false},
      {"no delegation", {kHost}, Kind::kNoCut, false},
      {"a delegation, by NSEC", {kNsecCut}, Kind::kInsecure, true},
      {"no such name, by NSEC", {kNsecGap}, Kind::kNoCut, false},
  };
  for (const KnownRow& row : rows) {
    SCOPED_TRACE(row.what);
    now_ += std::chrono::hours(1);  // What was known before has ended.
    ASSERT_TRUE(TakeKeys("example.", {TestKey::Of(8).Dnskey()}, by_example_));
    Reply(row.lines, by_example_);
    const uint32_t checks = account_.budget.work.signature_checks();
    const dns::Name name = NameOf("m.example.");
    Walk walk = WalkTo(name);
    ASSERT_TRUE(denials_.Answer(&walk, &account_, now_));
    EXPECT_TRUE(walk.ok);
    EXPECT_TRUE(walk.from_known_denials);
    EXPECT_EQ(walk.reply->delegation, row.kind);
    EXPECT_EQ(walk.reply->verdict.is_secure(), row.kind == Kind::kNoCut);
    EXPECT_EQ(walk.reply->verdict.finding, dnssec::Finding::kNone);
    EXPECT_LE(walk.reply->ttl_s, 300u);
    Zone zone;
    EXPECT_EQ(Settles(&zone), row.settles);
    EXPECT_EQ(zone.trust, row.settles ? Zone::Trust::kInsecure : Zone::Trust::kUnknown);
    EXPECT_EQ(account_.budget.work.signature_checks(), checks) << "they were checked before";
    EXPECT_EQ(account_.budget.queries, 0u);
    // A server of the zone may serve another one there, whose data are bogus then.
    Walk data = WalkTo(name, RRType::kCAA, Purpose::kData);
    EXPECT_FALSE(denials_.Answer(&data, &account_, now_));
  }
}

TEST_F(KnownDenialsTest, SettlesOnlyWhatIsOpen) {
  Reply({kApex, kOptOut}, by_example_);
  Zone zone;
  zone.trust = Zone::Trust::kSeeTrusts;
  EXPECT_FALSE(Settles(&zone));
  zone.trust = Zone::Trust::kUnknown;
  validator_.FindOrInsert(NameOf("m.example."))->has_ds = true;
  EXPECT_FALSE(Settles(&zone));
}

TEST_F(KnownDenialsTest, AZoneBetweenAnswersForItself) {
  Reply({kApex, kOptOut}, by_example_);
  const dns::Name name = NameOf("a.m.example.");
  const zones::TrustCache::Handle between = validator_.FindOrInsert(NameOf("m.example."));
  Walk walk = WalkTo(name);
  EXPECT_FALSE(denials_.Answer(&walk, &account_, now_));
  between->no_cut = true;
  EXPECT_TRUE(denials_.Answer(&walk, &account_, now_));
}

TEST_F(KnownDenialsTest, NotByKeysThatHaveExpired) {
  Reply({kApex, kOptOut}, by_example_);
  now_ += std::chrono::hours(48);
  Zone zone;
  EXPECT_FALSE(Settles(&zone));
}

struct Poison {
  const char* what;
  std::vector<std::string> lines;
  Signing signing;
};

TEST_F(KnownDenialsTest, WhatDoesNotHoldIsNotKept) {
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
      {"a wrong signature", {kApex, kOptOut}, spoilt},
      {"replayed after its time", {kApex, kOptOut}, expired},
      {"not valid yet", {kApex, kOptOut}, early},
      {"a key that the zone does not have", {kApex, kOptOut}, other_key},
      {"another zone's", {kApex, kOptOut}, other_zone},
      {"made from a wildcard", {kApex, kOptOut}, wildcard},
      {"a DS is there", {kSignedCut}, good},
      {"NSEC, a wrong signature", {kNsecCut}, spoilt},
      {"NSEC, replayed after its time", {kNsecCut}, expired},
      {"NSEC, not valid yet", {kNsecGap}, early},
      {"NSEC, a key that the zone does not have", {kNsecCut}, other_key},
      {"NSEC, another zone's", {kNsecGap}, other_zone},
      {"NSEC, made from a wildcard", {kNsecCut}, wildcard},
      {"NSEC, a DS is there", {"m.example. NSEC p.example. NS DS RRSIG NSEC"}, good},
      {"NSEC at the child's apex", {"m.example. NSEC a.m.example. NS SOA RRSIG NSEC"}, good},
      {"NSEC of a delegation above", {"example. NSEC p.other. NS SOA RRSIG NSEC"}, good},
  };
  for (const Poison& poison : poisons) {
    SCOPED_TRACE(poison.what);
    Reply(poison.lines, poison.signing);
    const dns::Name name = NameOf("m.example.");
    Walk walk = WalkTo(name);
    EXPECT_FALSE(denials_.Answer(&walk, &account_, now_));
    EXPECT_EQ(walk.asked, nullptr);
    EXPECT_EQ(walk.reply, nullptr);
    EXPECT_FALSE(walk.ok);
    Zone zone;
    EXPECT_FALSE(Settles(&zone));
    EXPECT_EQ(zone.trust, Zone::Trust::kUnknown);
  }
  Reply({kApex, kOptOut}, good);
  Zone zone;
  EXPECT_TRUE(Settles(&zone));
}

struct NeverRow {
  const char* what;
  std::function<void(Zone* above, query::Account*)> change;
};

TEST_F(KnownDenialsTest, NeverWhereServersAreToBeHeard) {
  Reply({kApex, kOptOut}, by_example_);
  const dns::Name name = NameOf("m.example.");
  const NeverRow rows[] = {
      {"all servers", [](Zone*, query::Account* account) { account->keep_all_attempts = true; }},
      {"a second look",
       [](Zone*, query::Account* account) { account->look = query::Look::kPatient; }},
      {"an insecure zone",
       [](Zone* above, query::Account*) { above->trust = Zone::Trust::kInsecure; }},
  };
  const Zone::Trust trust = zone_->trust;
  for (const NeverRow& row : rows) {
    SCOPED_TRACE(row.what);
    account_ = query::Account();
    row.change(&*zone_, &account_);
    Walk walk = WalkTo(name);
    EXPECT_FALSE(denials_.Answer(&walk, &account_, now_));
    Zone zone;
    EXPECT_FALSE(Settles(&zone));
    zone_->trust = trust;
  }
  account_ = query::Account();
  const dns::Name apex = NameOf("example.");
  Walk of_apex = WalkTo(apex);
  EXPECT_FALSE(denials_.Answer(&of_apex, &account_, now_)) << "that is the parent's to say";
  Walk address = WalkTo(name, RRType::kAAAA, Purpose::kAddress);
  EXPECT_FALSE(denials_.Answer(&address, &account_, now_)) << "addresses are not validated";
}

}  // namespace
}  // namespace caascan::resolve
