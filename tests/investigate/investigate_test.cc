// The climb of RFC 8659 §3, the decision's request, and what names share.
#include "scanner/investigate/investigate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/investigate/investigate_fixture.h"
#include "tests/query/names.h"

namespace caascan::investigate {
namespace {

using testing::ElementsAre;

using InvestigateTest = InvestigateFixture;

// RFC 8659 §3: "the search for a CAA RRset climbs the DNS name tree from the specified label up to,
// but not including, the DNS root '.'".

TEST_F(InvestigateTest, AsksTheNameAndEachParentUpToTheTldAndNeverTheRoot) {
  const Line line = Run("www.example.co.uk");
  EXPECT_THAT(resolver_.asked(), ElementsAre("www.example.co.uk", "example.co.uk", "co.uk", "uk"));
  EXPECT_EQ(line["outcome"], "permit");
  EXPECT_EQ(line["reason"], "no_caa");
  EXPECT_EQ(line["may_issue"], "true");
  EXPECT_EQ(line["would_issue"], "true");
  EXPECT_EQ(line["name"], "www.example.co.uk");
  EXPECT_EQ(line["queries"], "4");
}

TEST_F(InvestigateTest, ATldIsAskedForItself) {
  resolver_.Script("uk", Issue(";"));
  const Line line = Run("uk");
  EXPECT_THAT(resolver_.asked(), ElementsAre("uk"));
  EXPECT_EQ(line["reason"], "issuance_forbidden");
}

TEST_F(InvestigateTest, TheTldsRecordsCount) {
  resolver_.Script("uk", Issue("ca.example"));
  const Line line = Run("www.example.co.uk");
  EXPECT_EQ(line["reason"], "issuer_not_authorized");
  EXPECT_EQ(line["caa.owner"], "uk");
}

TEST_F(InvestigateTest, TheClosestWinsWhateverStandsAbove) {
  resolver_.Script("www.example.com", Issue("letsencrypt.org"));
  resolver_.Script("example.com", Issue(";"));
  EXPECT_EQ(Run("www.example.com")["reason"], "issuer_authorized");
  EXPECT_THAT(resolver_.asked(), ElementsAre("www.example.com")) << "and nothing above is asked";

  resolver_.Script("www.example.net", Issue(";"));
  resolver_.Script("example.net", Issue("letsencrypt.org"));
  EXPECT_EQ(Run("www.example.net")["reason"], "issuance_forbidden");
}

TEST_F(InvestigateTest, ASetWithoutIssueEndsTheClimbToo) {
  resolver_.Script("www.example.com", Records({{0, "iodef", "mailto:x@example.com"}}));
  resolver_.Script("example.com", Issue(";"));
  EXPECT_EQ(Run("www.example.com")["reason"], "no_issue_property");
}

TEST_F(InvestigateTest, AParentsSetIsFoundAndReported) {
  resolver_.Script("example.com", Issue("letsencrypt.org"));
  const Line line = Run("a.b.example.com");
  EXPECT_THAT(resolver_.asked(), ElementsAre("a.b.example.com", "b.example.com", "example.com"));
  EXPECT_EQ(line["outcome"], "permit");
  EXPECT_EQ(line["caa.owner"], "example.com");
  EXPECT_EQ(line["caa.ttl"], "300");
  EXPECT_EQ(line["caa.records.0.value"], "letsencrypt.org");
}

// Wildcards (RFC 8659 §3: "*.X" is looked up as X; §4.3).

TEST_F(InvestigateTest, AWildcardIsLookedUpWithoutItsAsterisk) {
  const Line line = Run(Job("example.com", /*wildcard=*/true));
  EXPECT_THAT(resolver_.asked(), ElementsAre("example.com", "com"));
  EXPECT_EQ(line["name"], "*.example.com");
}

TEST_F(InvestigateTest, AParentsIssuewildHoldsForAWildcardOfAChild) {
  resolver_.Script("example.com",
                   Records({{0, "issue", "letsencrypt.org"}, {0, "issuewild", ";"}}));
  input::NameJob jobs[] = {Job("shop.example.com", true), Job("shop.example.com", false)};
  const std::vector<Line> lines = RunAll(jobs);
  EXPECT_EQ(lines[0]["reason"], "issuance_forbidden");
  EXPECT_EQ(lines[1]["reason"], "issuer_authorized");
}

TEST_F(InvestigateTest, AScanForWildcardsKeepsWhatANameSaysOfItself) {
  options_.request.wildcard = true;
  resolver_.Script("example.com",
                   Records({{0, "issue", "letsencrypt.org"}, {0, "issuewild", ";"}}));
  EXPECT_EQ(Run(Job("example.com", true))["reason"], "issuance_forbidden");
  EXPECT_EQ(Run(Job("example.com", false))["reason"], "issuer_authorized");
}

// Failures: below the first non-empty answer they decide, above it they never matter.

/// What the Baseline Requirements allow is one thing, what the CA does another.
TEST_F(InvestigateTest, AfterAFailureTheCaMayRefuseAllTheSame) {
  query::CaaAnswer failed = Failed(Reason::kNoResponse);
  failed.all_insecure = true;
  failed.retried = true;
  for (const bool uses_exception : {false, true}) {
    options_.request.uses_exception = uses_exception;
    resolver_.Script("example.com", failed);
    Begin();
    const Line line = Run("example.com");
    EXPECT_EQ(line["may_issue"], "true");
    EXPECT_EQ(line["would_issue"], uses_exception ? "true" : "false");
  }
  failed.all_insecure = false;
  resolver_.Script("signed.example", failed);
  const Line line = Run("signed.example");
  EXPECT_EQ(line["may_issue"], "false");
  EXPECT_EQ(line["would_issue"], "false") << "no CA may";
}

TEST_F(InvestigateTest, AFailureBelowTheFirstSetDecides) {
  resolver_.Script("b.example.com", Failed(Reason::kServfail));
  resolver_.Script("example.com", Issue("letsencrypt.org"));
  const Line line = Run("a.b.example.com");
  EXPECT_EQ(line["outcome"], "servfail");
  EXPECT_EQ(line["reason"], "servfail");
  EXPECT_EQ(line["may_issue"], "false");
  EXPECT_EQ(line["would_issue"], "false");
  EXPECT_EQ(line["failed_at"], "b.example.com");
  EXPECT_EQ(resolver_.CountAsked("example.com"), 0u) << "records that forbid could be hidden below";
}

TEST_F(InvestigateTest, AFailureAboveTheFirstSetNeverMatters) {
  resolver_.Script("b.example.com", Issue("letsencrypt.org"));
  resolver_.Script("example.com", Failed(Reason::kServfail));
  resolver_.Script("com", Failed(Reason::kNoResponse));
  EXPECT_EQ(Run("a.b.example.com")["outcome"], "permit");
}

TEST_F(InvestigateTest, AFailureOfTheTldDecidesWhereNothingWasFound) {
  resolver_.Script("com", Failed(Reason::kNoResponse));
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["outcome"], "timeout");
  EXPECT_EQ(line["failed_at"], "com");
}

TEST_F(InvestigateTest, TheScannersOwnErrorsNameNoPlace) {
  resolver_.Script("www.example.com", Failed(Reason::kLocalFault));
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["outcome"], "error");
  EXPECT_EQ(line["reason"], "local_fault");
  EXPECT_EQ(line["failed_at"], "");
}

// Aliases (§3: the target's parents are never climbed; RFC 6844 erratum 5065).

TEST_F(InvestigateTest, AnAliasWithoutRecordsGoesOnToTheParentOfTheOriginalName) {
  query::CaaAnswer alias = Empty();
  alias.cname = query::NamesOf({"web.hoster.example"});
  resolver_.Script("www.example.com", alias);
  resolver_.Script("example.com", Issue("letsencrypt.org"));
  resolver_.Script("hoster.example", Issue(";"));
  const Line line = Run("www.example.com");
  EXPECT_THAT(resolver_.asked(), ElementsAre("www.example.com", "example.com"));
  EXPECT_EQ(line["outcome"], "permit");
  EXPECT_EQ(line["cname"], R"(["web.hoster.example"])");
}

TEST_F(InvestigateTest, AnAliasTargetsOwnRecordsDecide) {
  query::CaaAnswer alias = Issue(";");
  alias.cname = query::NamesOf({"web.hoster.example"});
  alias.rrset.owner = "web.hoster.example";
  resolver_.Script("www.example.com", alias);
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["reason"], "issuance_forbidden");
  EXPECT_EQ(line["caa.owner"], "web.hoster.example");
}

TEST_F(InvestigateTest, AParentMayBeAnAliasAsWell) {
  query::CaaAnswer alias = Issue("ca.example");
  alias.cname = query::NamesOf({"other.example"});
  alias.rrset.owner = "other.example";
  resolver_.Script("example.com", alias);
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["reason"], "issuer_not_authorized");
  EXPECT_EQ(line["caa.owner"], "other.example");
  EXPECT_EQ(line["cname"], R"(["other.example"])");
}

// The request.

TEST_F(InvestigateTest, ANamesOwnAccountAndMethodTakeTheScansPlace) {
  options_.request.account_uris = {"https://ca.example/acct/1"};
  resolver_.Script(
      "example.com",
      Records({{0, "issue", "letsencrypt.org; accounturi=https://ca.example/acct/2"}}));
  EXPECT_EQ(Run("example.com")["reason"], "account_uri_mismatch");
  input::NameJob job = Job("example.com");
  job.mutable_details()->account_uris = {"https://ca.example/acct/2"};
  EXPECT_EQ(Run(std::move(job))["reason"], "issuer_authorized");
  EXPECT_EQ(Run("example.com")["reason"], "account_uri_mismatch") << "for that name alone";
}

TEST_F(InvestigateTest, ACaSetIsDecidedForEach) {
  options_.ca_set = {{"Let's Encrypt", {"letsencrypt.org"}}, {"Other", {"a.example", "b.example"}}};
  resolver_.Script("example.com", Issue("b.example"));
  const Line line = Run("example.com");
  EXPECT_EQ(line["reason"], "issuer_not_authorized");
  EXPECT_EQ(line["decisions"], R"({"Let's Encrypt":"deny","Other":"permit"})");
  const Line none = Run("example.net");
  EXPECT_EQ(none["decisions"], R"({"Let's Encrypt":"permit","Other":"permit"})");
}

TEST_F(InvestigateTest, IdsComeBackUntouched) {
  input::NameJob job = Job("example.com");
  job.mutable_details()->id.text = R"({"a": [1, 2]})";
  job.mutable_details()->input = "EXAMPLE.com";
  const Line line = Run(std::move(job));
  EXPECT_NE(line.text().find(R"("id":{"a": [1, 2]})"), std::string::npos) << line.text();
  EXPECT_EQ(line["input"], "EXAMPLE.com");
}

// One record is reused for all names of a worker: nothing of one may show in the next.
TEST_F(InvestigateTest, NothingOfOneNameShowsInTheNext) {
  query::CaaAnswer rich = Issue(";");
  rich.cname = query::NamesOf({"other.example"});
  rich.zone = query::ZoneNamed("rich.example");
  resolver_.Script("rich.example", rich);
  resolver_.Script("bad.example", Failed(Reason::kServfail));
  options_.ca_set = {{"One", {"one.example"}}};
  Run("rich.example");
  Run("bad.example");
  const Line line = Run("plain.test");
  for (const char* member : {"caa", "cname", "zone", "failed_at", "servers", "findings"}) {
    EXPECT_EQ(line[member], "") << member;
  }
  EXPECT_EQ(line["decisions"], R"({"One":"permit"})");
}

// Sharing.

TEST_F(InvestigateTest, ParentsAreAskedOnceForManyNames) {
  std::vector<input::NameJob> jobs;
  jobs.reserve(100);
  for (int i = 0; i < 100; ++i) jobs.push_back(Job("n" + std::to_string(i) + ".example.com"));
  resolver_.Script("com", Issue("letsencrypt.org"));
  for (const Line& line : RunAll(jobs)) EXPECT_EQ(line["caa.owner"], "com");
  EXPECT_EQ(resolver_.CountAsked("example.com"), 1u);
  EXPECT_EQ(resolver_.CountAsked("com"), 1u);
  Run("other.example.com");
  Run("example.com");
  EXPECT_EQ(resolver_.CountAsked("example.com"), 1u) << "as a name of its own too";
  EXPECT_EQ(resolver_.CountAsked("com"), 1u);
}

TEST_F(InvestigateTest, AParentsFailureIsSharedWithItsServers) {
  query::CaaAnswer failed = Failed(Reason::kRefused);
  failed.zone = query::ZoneNamed("com");
  query::Attempt attempt;
  attempt.host = query::ZoneNamed("ns.com");
  attempt.result = ServerResult::kRefused;
  attempt.peer = client_.network()->PeerFor(async::Address::FromText("192.0.2.1", 53).value());
  failed.attempts = {attempt};
  resolver_.Script("com", failed);
  options_.diagnose = DiagnoseMode::kOff;
  for (const ServersInRecord servers : {ServersInRecord::kFailures, ServersInRecord::kAll}) {
    options_.servers = servers;
    Begin();
    query::CaaAnswer fine = Empty();
    query::Attempt answered = attempt;
    answered.host = query::ZoneNamed("ns.fine.com");
    answered.result = ServerResult::kAnswer;
    answered.peer = client_.network()->PeerFor(async::Address::FromText("192.0.2.2", 53).value());
    const bool all = servers == ServersInRecord::kAll;
    if (all) fine.attempts = {answered};
    const std::vector<std::string> names = {all ? "a.com" : "c.com", all ? "b.com" : "d.com"};
    for (const std::string& name : names) resolver_.Script(name, fine);
    input::NameJob jobs[] = {Job(names[0]), Job(names[1])};
    for (const Line& line : RunAll(jobs)) {
      EXPECT_EQ(line["reason"], "refused");
      EXPECT_EQ(line["zone"], "com");
      EXPECT_NE(line["servers"].find("ns.com"), std::string::npos) << line.text();
      EXPECT_EQ(line["servers"].find("ns.com"), line["servers"].rfind("ns.com")) << "once";
    }
  }
}

TEST_F(InvestigateTest, WhatOneNamesLimitsCutShortIsNotShared) {
  for (const Reason own :
       {Reason::kTooManyQueries, Reason::kTooSlow, Reason::kLocalFault, Reason::kBlocklisted}) {
    const std::string tld = "tld" + std::to_string(static_cast<int>(own));
    resolver_.Script(tld, Failed(own));
    resolver_.Script(tld, Issue("letsencrypt.org"));
    input::NameJob jobs[] = {Job("a." + tld), Job("b." + tld), Job("c." + tld), Job("d." + tld)};
    const std::vector<Line> lines = RunAll(jobs);
    int cut = 0;
    for (const Line& line : lines) {
      if (line["reason"] == ReasonCode(own)) {
        ++cut;
      } else {
        EXPECT_EQ(line["reason"], "issuer_authorized");
      }
    }
    EXPECT_EQ(cut, 1) << "the one that asked";
    EXPECT_EQ(resolver_.CountAsked(tld), 2u) << "the next in line asked again";
  }
}

TEST_F(InvestigateTest, AParentsHugeSetServesWhoWaitedAndIsNotKept) {
  options_.parent_bytes = 1 << 20;
  for (const size_t count : {size_t{20}, size_t{4000}}) {
    const std::string parent = "p" + std::to_string(count) + ".com";
    resolver_.Script(parent, Records(std::vector<CaaRecord>(count, {0, "issue", ";"})));
    input::NameJob jobs[] = {Job("a." + parent), Job("b." + parent), Job("c." + parent)};
    for (const Line& line : RunAll(jobs)) EXPECT_EQ(line["outcome"], "deny");
    EXPECT_EQ(Run("d." + parent)["outcome"], "deny");
    EXPECT_EQ(resolver_.CountAsked(parent), count == 20 ? 1u : 2u) << count;
  }
}

TEST_F(InvestigateTest, ATinyCacheOnlyCostsQueries) {
  options_.parent_capacity = 1;
  std::vector<input::NameJob> jobs;
  jobs.reserve(60);
  for (int i = 0; i < 60; ++i) {
    jobs.push_back(Job("n.z" + std::to_string(i % 7) + ".t" + std::to_string(i % 3)));
  }
  resolver_.Script("t1", Issue(";"));
  for (const Line& line : RunAll(jobs)) {
    EXPECT_EQ(line["outcome"], line["name"].ends_with("t1") ? "deny" : "permit");
  }
}

TEST_F(InvestigateTest, ACancelledScanStopsEveryName) {
  Begin();
  std::vector<input::NameJob> jobs;
  jobs.reserve(20);
  for (int i = 0; i < 20; ++i) jobs.push_back(Job("n" + std::to_string(i) + ".example.com"));
  client_.AtNextTurn([this] { client_.network()->CancelAll(); });
  for (const Line& line : RunAll(jobs)) {
    EXPECT_EQ(line["outcome"], "error");
    EXPECT_EQ(line["reason"], "stopped");
  }
}

// Further passes over a name whose look-up failed.

TEST_F(InvestigateTest, AFailureIsLookedAtAgain) {
  options_.recheck = 1;
  resolver_.Script("www.example.com", Failed(Reason::kServfail));
  resolver_.Script("www.example.com", Issue("letsencrypt.org"));
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["outcome"], "permit");
  EXPECT_EQ(line["attempts"], "2");
  EXPECT_EQ(line["failed_at"], "");
}

TEST_F(InvestigateTest, AFailureThatStaysIsWrittenAfterTheLastPass) {
  options_.recheck = 2;
  resolver_.Script("www.example.com", Failed(Reason::kServfail));
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["reason"], "servfail");
  EXPECT_EQ(line["attempts"], "3");
  EXPECT_EQ(line["queries"], "3");
}

TEST_F(InvestigateTest, NamesThatAreLookedUpAgainAreCounted) {
  options_.recheck = 2;
  resolver_.Script("www.example.com", Failed(Reason::kServfail));
  std::vector<size_t> rechecking;
  resolver_.WatchLookups([&] { rechecking.push_back(investigator_->rechecking()); });
  Run("www.example.com");
  EXPECT_THAT(rechecking, ElementsAre(0u, 1u, 1u));
  EXPECT_EQ(investigator_->rechecking(), 0u);
}

// Each name looks again, but a parent that failed for all of them is asked again once.
TEST_F(InvestigateTest, AParentThatFailedIsAskedAgainOnceForAll) {
  options_.recheck = 1;
  resolver_.Script("com", Failed(Reason::kServfail));
  std::vector<input::NameJob> jobs;
  jobs.reserve(50);
  for (int i = 0; i < 50; ++i) jobs.push_back(Job("n" + std::to_string(i) + ".com"));
  for (const Line& line : RunAll(jobs)) EXPECT_EQ(line["reason"], "servfail");
  EXPECT_EQ(resolver_.CountAsked("com"), 2u);
}

// What another name met at first sight accuses nobody: who looks again asks for himself.
TEST_F(InvestigateTest, ALookThatAccusesTakesOverNoFailureOfAFirstLook) {
  options_.recheck = 1;
  resolver_.Script("one.com", Failed(Reason::kServfail));
  resolver_.Script("one.com", Empty());
  resolver_.Script("com", Failed(Reason::kServfail));
  resolver_.Script("com", Issue("letsencrypt.org"));
  // As "one" is looked up again, "two" comes by, and asks "com" before it does.
  input::NameJob two = Job("two.com");
  std::string line_of_two;
  resolver_.WatchLookups([&] {
    if (resolver_.CountAsked("one.com") != 2 || resolver_.CountAsked("two.com") != 0) return;
    client_.Start(InvestigateTask(investigator_.get(), &two, &line_of_two));
  });
  EXPECT_EQ(Run("one.com")["reason"], "issuer_authorized");
  EXPECT_EQ(Line(line_of_two)["reason"], "issuer_authorized");
  EXPECT_EQ(resolver_.CountAsked("com"), 2u);
}

TEST_F(InvestigateTest, AParentThatHasRecoveredServesAll) {
  options_.recheck = 1;
  resolver_.Script("com", Failed(Reason::kServfail));
  resolver_.Script("com", Issue("letsencrypt.org"));
  std::vector<input::NameJob> jobs;
  jobs.reserve(50);
  for (int i = 0; i < 50; ++i) jobs.push_back(Job("n" + std::to_string(i) + ".com"));
  for (const Line& line : RunAll(jobs)) EXPECT_EQ(line["reason"], "issuer_authorized");
  EXPECT_EQ(resolver_.CountAsked("com"), 2u);
}

// Names whose servers are busy.

TEST_F(InvestigateTest, ANameThatIsPutOffIsBegunAgainWithItsQueriesCounted) {
  const net::PeerRef busy = client_.network()->PeerFor(*async::Address::FromText("192.0.2.1", 53));
  query::CaaAnswer put_off;
  put_off.status = query::LookupStatus::kPutOff;
  put_off.busy = busy;
  resolver_.Script("www.example.com", put_off);
  resolver_.Script("www.example.com", Issue("letsencrypt.org"));
  Begin();
  input::NameJob job = Job("www.example.com");
  client_.Run(
      [](Investigator* investigator, input::NameJob* name, net::PeerRef expected) -> async::Task<> {
        const auto* result = co_await investigator->Investigate(name, query::WhenBusy::kPutOff);
        EXPECT_EQ(result->record, nullptr);
        EXPECT_EQ(result->busy, expected);
      }(investigator_.get(), &job, busy));
  EXPECT_EQ(job.times_put_off, 1);
  EXPECT_EQ(resolver_.when_busy(), query::WhenBusy::kPutOff);
  const Line line = Run(std::move(job));
  EXPECT_EQ(resolver_.when_busy(), query::WhenBusy::kWait);
  EXPECT_EQ(line["reason"], "issuer_authorized");
  EXPECT_EQ(line["queries"], "2") << "both looks count";
  EXPECT_THAT(resolver_.asked(), ElementsAre("www.example.com", "www.example.com"));
}

TEST_F(InvestigateTest, OnlyTheNameItselfIsPutOff) {
  Begin();
  input::NameJob job = Job("www.example.com");
  std::vector<query::WhenBusy> when_busy;
  resolver_.WatchLookups([&] { when_busy.push_back(resolver_.when_busy()); });
  client_.Run([](Investigator* investigator, input::NameJob* name) -> async::Task<> {
    const auto* result = co_await investigator->Investigate(name, query::WhenBusy::kPutOff);
    EXPECT_NE(result->record, nullptr);
  }(investigator_.get(), &job));
  using enum query::WhenBusy;
  EXPECT_THAT(when_busy, ElementsAre(kPutOff, kWait, kWait)) << "its parents are for many names";
}

TEST_F(InvestigateTest, AStopWhileANameRestsGivesItBack) {
  options_.recheck = 1;
  options_.recheck_after = std::chrono::seconds(20);
  resolver_.Script("www.example.com", Failed(Reason::kServfail));
  Begin();
  class Canceller : public async::Timer {
   public:
    explicit Canceller(net::Network* network) : network_(network) {}

   private:
    void OnTimer() override { network_->CancelAll(); }
    net::Network* const network_;
  } canceller(client_.network());
  client_.loop()->Arm(&canceller, std::chrono::milliseconds(50));
  EXPECT_EQ(Run("www.example.com")["reason"], "stopped");
}

}  // namespace
}  // namespace caascan::investigate
