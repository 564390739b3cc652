// Each zone is settled once, from the top, and what says nothing of a zone is not kept. The servers
// are scripts; keys and signatures are real.
#include "scanner/resolve/trust_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scanner/async/wait_list.h"
#include "tests/zones/trust_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RRType;
using dns::Section;
using dnssec::NameOf;
using dnssec::SignedMessage;
using dnssec::TestKey;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = dnssec::DelegationJudgement::Kind;

constexpr const char* kZone = "example.";

dnssec::Verdict Bogus(bool gave_up = false) {
  dnssec::Verdict verdict;
  verdict.security = dnssec::Security::kBogus;
  verdict.finding = dnssec::Finding::kSignatureInvalid;
  verdict.gave_up = gave_up;
  return verdict;
}

class TrustBuilderTest : public zones::TrustFixture, private TrustBuilder::Source {
 protected:
  using Script = std::function<void(Walk*)>;

  TrustBuilderTest() {
    EXPECT_TRUE(TakeRootKeys());
    account_.budget.max_queries = 100;
  }

  // What comes of asking for a DS.
  static Script Judged(Kind kind, dnssec::Verdict verdict = {}) {
    return [kind, verdict](Walk* walk) {
      walk->ok = true;
      walk->asked = async::MakePooled<query::Asked>();
      walk->asked->classified.kind = query::ResponseKind::kNoData;
      walk->reply = async::MakePooled<zones::ReplyVerdict>();
      walk->reply->delegation = kind;
      walk->reply->verdict = verdict;
      walk->reply->ttl_s = 3600;
    };
  }
  static Script Failing(Reason reason) {
    return [reason](Walk* walk) { walk->Fail(reason); };
  }
  static Script BogusReply(bool gave_up = false) {
    return [gave_up](Walk* walk) {
      walk->Fail(Reason::kDnssecBogus);
      walk->proof.bogus = std::make_unique<dnssec::Verdict>(Bogus(gave_up));
    };
  }
  static Script Referral() {
    return [](Walk* walk) {
      walk->ok = true;
      walk->asked = async::MakePooled<query::Asked>();
      walk->asked->classified.kind = query::ResponseKind::kReferral;
    };
  }
  /// The DNSKEY set with this key alone.
  Script Keys(const std::string& zone, const TestKey& key) {
    return [this, zone, &key](Walk* walk) {
      walk->ok = true;
      walk->asked = async::MakePooled<query::Asked>();
      walk->asked->classified.kind = query::ResponseKind::kAnswer;
      SignedMessage message = KeysReply(zone, {key.Dnskey()}, {.key = &key, .signer = zone});
      EXPECT_TRUE(validator_.TakeKeys(message.message(), NameOf(zone), walk->trust, now_, &work_)
                      .is_secure());
    };
  }

  TrustBuilder::ZoneHandle ZoneOf(const std::string& apex) {
    return zones_.FindOrInsert(NameOf(apex));
  }
  void Settle(const std::string& apex) {
    async::Spawn(builder_.Settle(ZoneOf(apex), &account_, nullptr));
  }
  static dnssec::DsSet DsOf(const std::string& apex, const TestKey& key) {
    dnssec::DsSet ds;
    ds.Add(dnssec::Octets(key.Ds(apex)));
    return ds;
  }
  /// The referral to example. came with a DS.
  void ReferToExample() {
    *ZoneOf(kZone) = Refer(".", kZone, TestKey::Of(8).Ds(kZone), {.signer = "."});
    scripts_["DNSKEY example."] = Keys(kZone, TestKey::Of(8));
  }
  bool IsSettled(const std::string& apex) {
    return builder_.IsSettled(ZoneOf(apex), account_.look);
  }
  DnssecStatus Status(const std::string& apex) {
    return validator_.StatusOf(*ZoneOf(apex), NameOf(apex));
  }

  query::Account account_;
  zones::ZoneCache zones_{100, 1 << 20};
  ReplyJudge judge_{&validator_};
  TrustBuilder builder_{this, &validator_, &judge_};
  std::map<std::string, Script> scripts_;  // By "TYPE name".
  std::vector<std::string> asked_;         // Likewise; from the top with a '^'.
  bool servers_wait_ = false;              // Until server_ is notified.
  async::WaitList server_;

 private:
  async::Task<> Play(Walk* walk, const char* from) {
    const char* type = walk->type == RRType::kDS       ? "DS "
                       : walk->type == RRType::kDNSKEY ? "DNSKEY "
                                                       : "SOA ";
    const std::string question = type + walk->chain.start().ToText() + ".";
    asked_.push_back(from + question);
    if (servers_wait_) co_await async::WaitList::Waiter(&server_);
    const auto script = scripts_.find(question);
    if (script == scripts_.end()) {
      walk->Fail(Reason::kServfail);
    } else {
      script->second(walk);
    }
  }
  async::Task<> Lookup(Walk* walk, query::Account* /*account*/,
                       zones::Host* /*on_behalf_of*/) override {
    return Play(walk, "^");
  }
  async::Task<> AskZone(Walk* walk, query::Account* /*account*/,
                        zones::Host* /*on_behalf_of*/) override {
    return Play(walk, "");
  }
  std::chrono::nanoseconds now() const override { return now_; }
};

TEST_F(TrustBuilderTest, TheFirstNameFetchesTheKeysAndTheOthersWait) {
  ReferToExample();
  servers_wait_ = true;
  for (int i = 0; i < 3; ++i) Settle(kZone);
  EXPECT_FALSE(IsSettled(kZone));
  server_.NotifyAll();
  EXPECT_TRUE(IsSettled(kZone));
  EXPECT_THAT(asked_, ElementsAre("DNSKEY example."));
  EXPECT_EQ(Status(kZone), DnssecStatus::kSecure);
}

TEST_F(TrustBuilderTest, ADsThatCameWithNoReferralIsLookedUpFromTheTop) {
  scripts_["DS example."] = [](Walk* walk) {
    Judged(Kind::kSigned)(walk);
    walk->reply->ds.Add(dnssec::Octets(TestKey::Of(8).Ds(kZone)));
  };
  scripts_["DNSKEY example."] = Keys(kZone, TestKey::Of(8));
  Settle(kZone);
  EXPECT_THAT(asked_, ElementsAre("^DS example.", "DNSKEY example."));
  EXPECT_EQ(Status(kZone), DnssecStatus::kSecure);
}

TEST_F(TrustBuilderTest, APlainlyInsecureZoneNeedsNoKeys) {
  dnssec::Verdict insecure;
  insecure.security = dnssec::Security::kInsecure;
  scripts_["DS example."] = Judged(Kind::kInsecure, insecure);
  Settle(kZone);
  EXPECT_THAT(asked_, ElementsAre("^DS example."));
  EXPECT_EQ(ZoneOf(kZone)->trust, zones::Zone::Trust::kInsecure);
  now_ += std::chrono::hours(24 * 365);
  EXPECT_TRUE(IsSettled(kZone)) << "as long as the delegation is kept";
}

TEST_F(TrustBuilderTest, WhatIsKeptOfAZone) {
  const struct {
    const char* name;
    Script ds;    // Null: it came with the referral.
    Script keys;  // Null: the servers fail.
    bool kept;
    DnssecStatus status;
    std::optional<Reason> unreachable;
  } rows[] = {
      {"servers that fail", nullptr, nullptr, true, DnssecStatus::kSecure, Reason::kServfail},
      {"silent servers", nullptr, Failing(Reason::kNoResponse), true, DnssecStatus::kSecure,
       Reason::kNoResponse},
      {"bogus keys", nullptr, BogusReply(), true, DnssecStatus::kBogus, std::nullopt},
      {"keys that are too much work", nullptr, BogusReply(true), false, DnssecStatus::kSecure,
       std::nullopt},
      {"our own limit, for the keys", nullptr, Failing(Reason::kTooManyQueries), false,
       DnssecStatus::kSecure, std::nullopt},
      {"a referral for the keys", nullptr, Referral(), false, DnssecStatus::kSecure, std::nullopt},
      {"a parent that fails", Failing(Reason::kServfail), nullptr, true,
       DnssecStatus::kIndeterminate, Reason::kServfail},
      {"a bogus answer for the DS", BogusReply(), nullptr, true, DnssecStatus::kBogus,
       std::nullopt},
      {"one that is too much work", BogusReply(true), nullptr, false, DnssecStatus::kIndeterminate,
       std::nullopt},
      {"a parent that denies its own delegation", Judged(Kind::kNoCut), nullptr, true,
       DnssecStatus::kBogus, std::nullopt},
      {"our own limit, for the DS", Failing(Reason::kTooSlow), nullptr, false,
       DnssecStatus::kIndeterminate, std::nullopt},
      {"a referral for the DS", Referral(), nullptr, false, DnssecStatus::kIndeterminate,
       std::nullopt},
  };
  int count = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string zone = "z" + std::to_string(count++) + ".";
    if (row.ds == nullptr) {
      *ZoneOf(zone) = Refer(".", zone, TestKey::Of(8).Ds(zone), {.signer = "."});
    } else {
      scripts_["DS " + zone] = row.ds;
    }
    if (row.keys != nullptr) scripts_["DNSKEY " + zone] = row.keys;
    Settle(zone);
    EXPECT_EQ(builder_.WasSettled(ZoneOf(zone)), row.kept);
    EXPECT_EQ(Status(zone), row.status);
    EXPECT_EQ(validator_.UnreachableReason(*ZoneOf(zone), NameOf(zone)), row.unreachable);
    asked_.clear();
    Settle(zone);
    EXPECT_EQ(asked_.empty(), row.kept) << "what is not kept is asked for anew";
  }
}

TEST_F(TrustBuilderTest, AFailureIsKeptForThirtySecondsButNotFromAPatientLook) {
  ReferToExample();
  scripts_["DNSKEY example."] = Failing(Reason::kNoResponse);
  Settle(kZone);
  account_.look = query::Look::kPatient;
  EXPECT_TRUE(IsSettled(kZone)) << "it has just failed";
  now_ += milliseconds(1100);
  EXPECT_FALSE(IsSettled(kZone));
  account_.look = query::Look::kOnly;
  EXPECT_TRUE(IsSettled(kZone));
  now_ += seconds(29);
  EXPECT_FALSE(IsSettled(kZone));
  EXPECT_TRUE(builder_.WasSettled(ZoneOf(kZone)));
}

/// example. is secure. Its servers answer for sub.example. too, whose key is another one.
class ZonesBetweenTest : public TrustBuilderTest {
 protected:
  static constexpr const char* kBelow = "sub.example.";

  ZonesBetweenTest()
      : answer_("www.sub.example."), walk_(asked_for_, RRType::kCAA, Walk::Purpose::kData) {
    ReferToExample();
    Settle(kZone);
    asked_.clear();
    answer_.Signed(Section::kAnswer, {"www.sub.example. CAA 0 issue \"ca\""},
                   {.key = &TestKey::Of(13, 1), .signer = kBelow});
    scripts_["DS sub.example."] = [](Walk* walk) {
      Judged(Kind::kSigned)(walk);
      walk->reply->ds.Add(dnssec::Octets(TestKey::Of(13, 1).Ds(kBelow)));
    };
    scripts_["DNSKEY sub.example."] = Keys(kBelow, TestKey::Of(13, 1));
  }

  /// As AskZone() does with the servers' reply.
  void Read() {
    walk_.zone = ZoneOf(kZone);
    walk_.asked = async::MakePooled<query::Asked>();
    walk_.asked->replied = true;
    walk_.asked->message = answer_.message();
    judge_.Read(&walk_, &account_, now_);
    ASSERT_TRUE(walk_.lacks_proof());
    async::Spawn(builder_.FindMissing(&walk_, &account_, nullptr));
  }

  const dns::Name asked_for_ = NameOf("www.sub.example.");
  SignedMessage answer_;
  Walk walk_;
};

TEST_F(ZonesBetweenTest, AreFoundOnTheSameServers) {
  Read();
  EXPECT_THAT(asked_, ElementsAre("DS sub.example.", "DNSKEY sub.example."));
  EXPECT_TRUE(walk_.reply->verdict.is_secure());
  EXPECT_FALSE(walk_.lacks_proof());
  asked_.clear();
  walk_.chain.Rewind(walk_.hops);
  walk_.asked->message = answer_.message();
  judge_.Read(&walk_, &account_, now_);
  EXPECT_TRUE(walk_.reply->verdict.is_secure()) << "the next reply needs no further query";
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(ZonesBetweenTest, ThatGiveNoKeysMakeTheirFailureTheReplys) {
  scripts_["DNSKEY sub.example."] = Failing(Reason::kRefused);
  Read();
  EXPECT_TRUE(walk_.reply->verdict.is_bogus());
  EXPECT_EQ(walk_.reply->verdict.finding, dnssec::Finding::kNoDnskey);
  EXPECT_EQ(walk_.proof.unreachable, Reason::kRefused);
}

TEST_F(ZonesBetweenTest, AreNotLookedForWhenTheBudgetIsSpent) {
  account_.budget.max_queries = 0;
  Read();
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_TRUE(walk_.lacks_proof());
}

TEST_F(TrustBuilderTest, APositiveAnswerThatValidatesShowsThatTheSignerIsAtFault) {
  ReferToExample();
  Settle(kZone);
  const struct {
    const char* name;
    query::ResponseKind kind;
    DnssecStatus weakest;
    bool found;
  } rows[] = {
      {"it validates", query::ResponseKind::kAnswer, DnssecStatus::kSecure, true},
      {"it does not", query::ResponseKind::kAnswer, DnssecStatus::kInsecure, false},
      {"there is none", query::ResponseKind::kNoData, DnssecStatus::kSecure, false},
  };
  const dns::Name name = NameOf("www.example.");
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    scripts_["SOA example."] = [&row](Walk* walk) {
      walk->ok = true;
      walk->asked = async::MakePooled<query::Asked>();
      walk->asked->classified.kind = row.kind;
      walk->proof.weakest = row.weakest;
    };
    Walk walk(name, RRType::kCAA, Walk::Purpose::kData);
    walk.zone = ZoneOf(kZone);
    walk.Fail(Reason::kDnssecBogus);
    async::Spawn(builder_.CompareWithPositive(&walk, &account_));
    ASSERT_EQ(walk.proof.findings.size(), row.found ? 1u : 0u);
    for (const Finding& finding : walk.proof.findings) {
      EXPECT_EQ(finding.code, FindingCode::kDnssecEmptyAnswersOnly);
    }
  }
}

/// What a zone file says of the DS, which the zone's keys do not fit any more, or do.
TEST_F(TrustBuilderTest, AnOldFilesDsIsAskedForOnceMore) {
  for (const bool is_old : {false, true}) {
    SCOPED_TRACE(is_old);
    const std::string apex = is_old ? "old." : "new.";
    ZoneOf(apex)->file_proof = std::make_unique<std::string>("proof");
    asked_.clear();
    account_ = query::Account();
    account_.budget.max_queries = 100;
    scripts_["DS " + apex] = [&](Walk* walk) {
      Judged(Kind::kSigned)(walk);
      walk->from_file = walk->file_proof != nullptr;
      walk->reply->ds =
          walk->from_file && is_old ? DsOf(apex, TestKey::Of(13)) : DsOf(apex, TestKey::Of(8));
    };
    scripts_["DNSKEY " + apex] = [&](Walk* walk) {
      const bool fits = !is_old || !walk->trust->ds_of_file;
      if (fits) return Keys(apex, TestKey::Of(8))(walk);
      account_.attempts.emplace_back();
      BogusReply()(walk);
    };
    Settle(apex);
    EXPECT_EQ(Status(apex), DnssecStatus::kSecure);
    EXPECT_TRUE(account_.attempts.empty()) << "no server is blamed";
    EXPECT_EQ(ZoneOf(apex)->file_proof, nullptr);
    if (is_old) {
      EXPECT_THAT(asked_, ElementsAre("^DS old.", "DNSKEY old.", "^DS old.", "DNSKEY old."));
    } else {
      EXPECT_THAT(asked_, ElementsAre("^DS new.", "DNSKEY new."));
    }
  }
}

}  // namespace
}  // namespace caascan::resolve
