#include "scanner/persist/persist_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "tests/net/client.h"

namespace caascan::persist {
namespace {

using query::LookupStatus;
using query::TextAnswer;
using std::chrono::seconds;
using std::chrono::system_clock;
using testing::ElementsAre;
using testing::IsEmpty;

/// Gives the scripted answers, the last one for ever, for one query each.
class ScriptedResolver : public resolve::Resolver {
 public:
  explicit ScriptedResolver(std::deque<TextAnswer> answers) : answers_(std::move(answers)) {}

  const std::vector<std::string>& asked() const { return asked_; }
  const std::vector<query::Look>& looks() const { return looks_; }

  async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView, query::Account*,
                                                         query::WhenBusy) override {
    ADD_FAILURE() << "only texts are looked up";
    co_return async::MakePooled<query::CaaAnswer>();
  }
  async::Task<TextAnswer> LookupTexts(dns::NameView name, query::Account* account) override {
    asked_.push_back(name.ToText());
    looks_.push_back(account->look);
    ++account->budget.queries;
    TextAnswer answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    co_return answer;
  }

 private:
  std::deque<TextAnswer> answers_;
  std::vector<std::string> asked_;
  std::vector<query::Look> looks_;
};

TextAnswer Texts(std::vector<std::string> texts) {
  TextAnswer answer;
  answer.status = texts.empty() ? LookupStatus::kEmpty : LookupStatus::kRecords;
  answer.texts = std::move(texts);
  answer.ttl_s = 60;
  answer.dnssec = DnssecStatus::kSecure;
  return answer;
}

TextAnswer Failure(Reason reason) {
  TextAnswer answer;
  answer.failure = reason;
  return answer;
}

dns::Name ToName(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

async::Task<> LookUpTask(net::Network* network, resolve::Resolver* resolver, std::string name,
                         LookupLimits limits, PersistLookup* out) {
  size_t resting = 0;
  const dns::Name at = ToName(name);
  *out = co_await LookUpPersist(network, resolver, at, limits, &resting);
  EXPECT_EQ(resting, 0u);
}

PersistLookup LookUp(ScriptedResolver* resolver, const std::string& name = "www.a.example",
                     unsigned recheck = 1) {
  net::Client client;
  PersistLookup lookup;
  LookupLimits limits;
  limits.recheck = recheck;
  limits.recheck_after = std::chrono::milliseconds(5);
  client.Run(LookUpTask(client.network(), resolver, name, limits, &lookup));
  return lookup;
}

TEST(LookUpPersistTest, AsksOnceForTheLabelBeforeTheName) {
  ScriptedResolver resolver({Texts({"x"})});
  const PersistLookup lookup = LookUp(&resolver);
  EXPECT_THAT(resolver.asked(), ElementsAre("_validation-persist.www.a.example"));
  EXPECT_THAT(lookup.answer.texts, ElementsAre("x"));
  EXPECT_EQ(lookup.queries, 1u);
}

TEST(LookUpPersistTest, AFailureIsLookedAtAgainPatiently) {
  ScriptedResolver resolver({Failure(Reason::kNoResponse), Texts({"x"})});
  const PersistLookup lookup = LookUp(&resolver);
  EXPECT_THAT(resolver.looks(), ElementsAre(query::Look::kFirst, query::Look::kPatient));
  EXPECT_EQ(lookup.answer.status, LookupStatus::kRecords);
  EXPECT_EQ(lookup.queries, 2u);
}

TEST(LookUpPersistTest, AFailureThatStaysIsLookedAtAsOftenAsIsSaid) {
  for (const unsigned recheck : {0u, 1u, 3u}) {
    ScriptedResolver resolver({Failure(Reason::kServfail)});
    EXPECT_EQ(LookUp(&resolver, "a.example", recheck).answer.failure, Reason::kServfail);
    EXPECT_EQ(resolver.asked().size(), 1 + recheck);
    EXPECT_EQ(resolver.looks()[0] == query::Look::kOnly, recheck == 0);
  }
}

TEST(LookUpPersistTest, WhatOurLimitsEndedIsNotLookedAtAgain) {
  TextAnswer cut = Failure(Reason::kTooManyQueries);
  cut.ended_by_us = true;
  for (const TextAnswer& answer : {cut, Failure(Reason::kBlocklisted)}) {
    ScriptedResolver resolver({answer});
    LookUp(&resolver);
    EXPECT_EQ(resolver.asked().size(), 1u);
  }
}

TEST(LookUpPersistTest, ANameThatIsTooLongHasNone) {
  const std::string label(60, 'a');
  const std::string name = label + "." + label + "." + label + "." + label;
  ScriptedResolver resolver({Texts({"x"})});
  const PersistLookup lookup = LookUp(&resolver, name);
  EXPECT_THAT(resolver.asked(), IsEmpty());
  EXPECT_EQ(lookup.answer.status, LookupStatus::kEmpty);
  const PersistReport report = ReportOf(ToName(name), lookup.answer, {}, system_clock::now());
  EXPECT_EQ(report.name, "");
  EXPECT_EQ(report.result, PersistResult::kNone);
}

TEST(ReportOfTest, JudgesEachTextAtTheTime) {
  IssuanceRequest request;
  request.issuer_domains = {"ca.example"};
  const TextAnswer answer =
      Texts({"other.example; accounturi=urn:a", "ca.example; accounturi=urn:a; persistUntil=1000"});
  const auto report_at = [&](int64_t time_s) {
    return ReportOf(ToName("WWW.a.example"), answer, request,
                    system_clock::time_point(seconds(time_s)));
  };
  const PersistReport report = report_at(1000);
  EXPECT_EQ(report.name, "_validation-persist.www.a.example");
  EXPECT_EQ(report.result, PersistResult::kValid);
  EXPECT_EQ(report.dnssec, DnssecStatus::kSecure);
  EXPECT_EQ(report.ttl_s, 60u);
  ASSERT_EQ(report.records.size(), 2u);
  EXPECT_EQ(report.records[0].result, PersistResult::kIssuerNotAuthorized);
  EXPECT_EQ(report_at(1001).result, PersistResult::kExpired);
}

TEST(ReportOfTest, SaysHowTheLookUpEnded) {
  const auto report_of = [](const TextAnswer& answer) {
    return ReportOf(ToName("a.example"), answer, {}, system_clock::time_point());
  };
  const PersistReport failed = report_of(Failure(Reason::kDnssecBogus));
  EXPECT_EQ(failed.result, PersistResult::kFailed);
  EXPECT_EQ(failed.failure, Reason::kDnssecBogus);
  EXPECT_EQ(report_of(Texts({})).result, PersistResult::kNone);
}

}  // namespace
}  // namespace caascan::persist
