// Recursive resolvers that validate, fail and lie, and what forwarding mode makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scanner/resolve/forwarding.h"
#include "tests/net/client.h"
#include "tests/net/fake_server.h"
#include "tests/net/reply.h"
#include "tests/query/names.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using dns::RRType;
using net::Arrival;
using net::CaaBytes;
using net::Outbox;
using net::Reply;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kFirst = "127.60.1.1";
constexpr const char* kSecond = "127.60.1.2";
constexpr uint16_t kRecursive = dns::kFlagQR | dns::kFlagRA;

bool CheckingDisabled(const Arrival& query) {
  return (net::ParseQuery(query.bytes).flags() & dns::kFlagCD) != 0;
}

/// `reply` with an OPT record of these extended errors at its end.
std::vector<uint8_t> WithErrors(Reply reply, const std::vector<query::ToldError>& errors) {
  std::vector<uint8_t> bytes = reply.Opt().bytes();
  std::vector<uint8_t> options;
  for (const query::ToldError& error : errors) {
    const auto size = static_cast<uint8_t>(error.text.size() + 2);
    options.insert(options.end(), {0, 15, 0, size, 0, static_cast<uint8_t>(error.info_code)});
    options.insert(options.end(), error.text.begin(), error.text.end());
  }
  bytes.back() = static_cast<uint8_t>(options.size());
  bytes.insert(bytes.end(), options.begin(), options.end());
  return bytes;
}

/// How a resolver behaves to one question.
struct Conduct {
  enum class Kind : uint8_t { kAnswer, kEmpty, kNxDomain, kServfail, kRefused, kSilence };
  Kind kind = Kind::kAnswer;
  bool authenticated = false;
  bool edns = true;
  std::vector<query::ToldError> errors = {};
};

void Behave(const Arrival& query, const Conduct& conduct, Outbox* out) {
  using Kind = Conduct::Kind;
  if (conduct.kind == Kind::kSilence) return;
  RCode rcode = RCode::kNoError;
  if (conduct.kind == Kind::kServfail) rcode = RCode::kServFail;
  if (conduct.kind == Kind::kRefused) rcode = RCode::kRefused;
  if (conduct.kind == Kind::kNxDomain) rcode = RCode::kNXDomain;
  const uint16_t flags = conduct.authenticated ? kRecursive | dns::kFlagAD : kRecursive;
  Reply reply(query.bytes, flags, rcode);
  if (conduct.kind == Kind::kAnswer) {
    reply.Answer(net::QuestionText(query.bytes), RRType::kCAA, CaaBytes(0, "issue", "ca"));
  }
  out->Send(conduct.edns ? WithErrors(reply, conduct.errors) : reply.bytes());
}

constexpr Conduct::Kind kAnswer = Conduct::Kind::kAnswer;
constexpr Conduct::Kind kEmpty = Conduct::Kind::kEmpty;
constexpr Conduct::Kind kServfail = Conduct::Kind::kServfail;
constexpr Conduct::Kind kRefused = Conduct::Kind::kRefused;
constexpr Conduct::Kind kSilence = Conduct::Kind::kSilence;

/// A resolver, as it is asked for the root's SOA, and for CAA with and without CD.
struct Resolving {
  Conduct checked;
  Conduct unchecked;
  Conduct root = {kEmpty, true};

  void operator()(const Arrival& query, Outbox* out) const {
    if (net::QuestionText(query.bytes) == ".") return Behave(query, root, out);
    Behave(query, CheckingDisabled(query) ? unchecked : checked, out);
  }
};

/// Says what it is told to, and notes that it was asked.
class OwnResolver : public Resolver {
 public:
  explicit OwnResolver(query::CaaAnswer answer) : answer_(std::move(answer)) {}
  async::Task<async::Pooled<query::CaaAnswer>> LookupCaa(dns::NameView, query::Account* account,
                                                         query::WhenBusy) override {
    ++account->budget.queries;
    query::Attempt referral;
    referral.host = query::ZoneNamed("a.nic.test");
    referral.result = ServerResult::kReferral;
    query::Attempt last = referral;
    last.host = query::ZoneNamed("ns1.example.net");
    last.result = ServerResult::kAnswer;
    if (account->keep_all_attempts) account->attempts = {referral, last};
    async::Pooled<query::CaaAnswer> answer = async::MakePooled<query::CaaAnswer>();
    *answer = answer_;
    co_return answer;
  }
  async::Task<query::TextAnswer> LookupTexts(dns::NameView, query::Account*) override {
    ADD_FAILURE() << "failures of CAA alone are explained";
    co_return query::TextAnswer();
  }

 private:
  query::CaaAnswer answer_;
};

struct Looked {
  query::CaaAnswer answer;
  query::Account account;
};

async::Task<> LookupTask(Resolver* resolver, Looked* out) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText("www.example.com", &name), dns::NameError::kNone);
  out->answer =
      std::move(*co_await resolver->LookupCaa(name, &out->account, query::WhenBusy::kWait));
  if (out->answer.status == query::LookupStatus::kFailed) {
    co_await resolver->Explain(name, &out->account, &out->answer);
  }
}

class ForwardingExplainTest : public testing::Test {
 protected:
  using Handler = net::FakeServer::Handler;

  ForwardingExplainTest() {
    options_.ask.timeout = std::chrono::milliseconds(100);
    options_.retries = 1;
  }
  ~ForwardingExplainTest() override {
    resolver_.reset();
    client_.reset();
    server_.reset();
  }

  void Validate() { options_.validate = options_.ask.dnssec_ok = true; }

  Looked Look(Handler first, Handler second = nullptr, std::unique_ptr<Resolver> own = nullptr) {
    const bool two = second != nullptr;
    server_ = std::make_unique<net::FakeServer>(
        [first = std::move(first), second = std::move(second)](const Arrival& query, Outbox* out) {
          (query.server.ToText() == kSecond ? second : first)(query, out);
        });
    resolver_.reset();
    if (client_ != nullptr) earlier_.push_back(std::move(client_));
    client_ = std::make_unique<net::Client>();
    std::vector<stream::Endpoint> resolvers = {server_->At(kFirst)};
    if (two) resolvers.push_back(server_->At(kSecond));
    resolver_ = std::make_unique<ForwardingResolver>(client_->network(), options_, resolvers,
                                                     std::move(own));
    return LookAgain();
  }
  Looked LookAgain() {
    Looked looked;
    looked.account.budget.max_queries = max_queries_;
    client_->Run(LookupTask(resolver_.get(), &looked));
    return looked;
  }

  static std::vector<std::string> Codes(const query::CaaAnswer& answer) {
    std::vector<std::string> codes;
    for (const Finding& finding : answer.findings) {
      codes.emplace_back(FindingCodeText(finding.code));
    }
    return codes;
  }

  ForwardingOptions options_;
  uint32_t max_queries_ = 50;
  std::unique_ptr<net::FakeServer> server_;
  std::unique_ptr<net::Client> client_;
  /// What earlier look-ups gave refers to the peers of these.
  std::vector<std::unique_ptr<net::Client>> earlier_;
  std::unique_ptr<ForwardingResolver> resolver_;
};

struct StatusRow {
  const char* name;
  Conduct conduct;
  Conduct root;
  DnssecStatus status;
};

class StatusTest : public ForwardingExplainTest, public testing::WithParamInterface<StatusRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, StatusTest,
    testing::Values(
        // RFC 4035 §3.2.3: AD where all of it is authentic.
        StatusRow{"Authenticated", {kAnswer, true}, {kEmpty, true}, DnssecStatus::kSecure},
        StatusRow{"AuthenticatedDenial", {kEmpty, true}, {kEmpty, true}, DnssecStatus::kSecure},
        StatusRow{"NotAuthenticated", {kAnswer, false}, {kEmpty, true}, DnssecStatus::kInsecure},
        // Whether a resolver validates at all must be known before its silence means anything.
        StatusRow{"NobodyChecks", {kAnswer, false}, {kEmpty, false}, DnssecStatus::kUnchecked},
        StatusRow{"RootFails", {kAnswer, false}, {kServfail, true}, DnssecStatus::kUnchecked},
        StatusRow{"RootSilent", {kAnswer, false}, {kSilence}, DnssecStatus::kUnchecked},
        // Without EDNS there is no DO, and so no AD (RFC 6840 §5.8).
        StatusRow{"NoEdns", {kAnswer, false, false}, {kEmpty, true}, DnssecStatus::kUnchecked}),
    [](const auto& row) { return row.param.name; });

TEST_P(StatusTest, IsWhatTheResolverVouchesFor) {
  Validate();
  const Looked looked = Look(Resolving{GetParam().conduct, {}, GetParam().root});
  EXPECT_NE(looked.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(DnssecStatusCode(looked.answer.dnssec), DnssecStatusCode(GetParam().status));
  EXPECT_EQ(looked.account.budget.queries, 1u) << "what was learnt of the resolver is no name's";
}

TEST_F(ForwardingExplainTest, AResolverIsAskedOnceWhetherItValidates) {
  Validate();
  (void)Look(Resolving{{kAnswer}, {}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(LookAgain().answer.dnssec, DnssecStatus::kInsecure);
  EXPECT_EQ(server_->CountSeen(kFirst, "."), 1u);
}

TEST_F(ForwardingExplainTest, WithoutValidatingNothingIsSaidAndNobodyAsked) {
  const Looked looked = Look(Resolving{{kAnswer, true}, {}});
  EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kUnchecked);
  EXPECT_EQ(server_->CountSeen(kFirst, "."), 0u);
}

TEST_F(ForwardingExplainTest, WhatCdLetsThroughIsBogusAndTheErrorNamesTheCause) {
  for (const Conduct::Kind kind : {kAnswer, kEmpty, Conduct::Kind::kNxDomain}) {
    const Looked looked =
        Look(Resolving{{kServfail, false, true, {{7, "too old"}, {22, ""}}}, {kind}});
    ASSERT_EQ(looked.answer.status, query::LookupStatus::kFailed);
    EXPECT_EQ(looked.answer.failure, Reason::kDnssecBogus);
    EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kBogus);
    EXPECT_FALSE(looked.answer.all_insecure);
    EXPECT_THAT(Codes(looked.answer), ElementsAre("dnssec_signature_expired"));
    EXPECT_EQ(looked.answer.findings[0].evidence,
              std::string("resolver ") + kFirst + ": EDE 7 (Signature Expired): too old");
    EXPECT_EQ(looked.account.attempts.back().detail,
              "EDE 7 (Signature Expired): too old; EDE 22 (No Reachable Authority)");
  }
}

TEST_F(ForwardingExplainTest, BogusWithoutAnErrorHasNoFinding) {
  const Looked looked = Look(Resolving{{kServfail}, {kAnswer}});
  EXPECT_EQ(looked.answer.failure, Reason::kDnssecBogus);
  EXPECT_THAT(looked.answer.findings, IsEmpty());
}

TEST_F(ForwardingExplainTest, AFailureThatHasPassedIsNotBogus) {
  Validate();
  auto asked = std::make_shared<std::atomic<int>>(0);
  const Looked looked = Look([asked](const Arrival& query, Outbox* out) {
    // SERVFAIL to both tries, and then, once CD has been asked for, an answer.
    const bool passed = CheckingDisabled(query) || *asked >= 2;
    if (net::QuestionText(query.bytes) != ".") ++*asked;
    Behave(query, {passed ? kAnswer : kServfail, passed}, out);
  });
  ASSERT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kSecure);
  EXPECT_THAT(looked.answer.findings, IsEmpty());
}

TEST_F(ForwardingExplainTest, WhatFailsWithCdTooIsNoMatterOfValidation) {
  Validate();
  const Looked looked = Look(Resolving{{kServfail, false, true, {{7, ""}}}, {kServfail}});
  EXPECT_EQ(looked.answer.failure, Reason::kServfail);
  EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kIndeterminate);
  EXPECT_FALSE(looked.answer.all_insecure);
  EXPECT_THAT(looked.answer.findings, IsEmpty());
  EXPECT_EQ(looked.answer.attempts[0].detail, "EDE 7 (Signature Expired)");
}

TEST_F(ForwardingExplainTest, ErrorsTellWhenNobodyWasReached) {
  const Looked looked = Look(Resolving{{kServfail, false, true, {{22, ""}}}, {kServfail}});
  EXPECT_EQ(looked.answer.failure, Reason::kNoResponse);
  const Looked torn = Look(Resolving{{kServfail, false, true, {{22, ""}}}, {kServfail}},
                           Resolving{{kServfail}, {kServfail}});
  EXPECT_EQ(torn.answer.failure, Reason::kServfail) << "one of the two does not say so";
}

TEST_F(ForwardingExplainTest, AResolverThatRefusesTheRootTooProvesNothing) {
  for (const bool validate : {false, true}) {
    options_.validate = validate;
    const Looked looked = Look(Resolving{{kServfail}, {kAnswer}, {kServfail}});
    EXPECT_EQ(looked.answer.failure, Reason::kServfail);
    EXPECT_NE(looked.answer.dnssec, DnssecStatus::kBogus);
  }
}

TEST_F(ForwardingExplainTest, AResolverThatDoesNotAnswerWithCdProvesNothing) {
  const Looked looked = Look(Resolving{{kServfail}, {kSilence}});
  EXPECT_EQ(looked.answer.failure, Reason::kServfail);
}

TEST_F(ForwardingExplainTest, TheBudgetHoldsForQuestionsWithCdToo) {
  max_queries_ = 3;
  const Looked looked = Look(Resolving{{kServfail}, {kAnswer}});
  EXPECT_EQ(looked.account.budget.queries, 3u);
  EXPECT_EQ(looked.answer.failure, Reason::kServfail);
}

TEST_F(ForwardingExplainTest, OneThatWasNotAskedYetIsAskedForItsView) {
  options_.retries = 0;
  const Looked looked = Look(Resolving{{kServfail}, {kAnswer}}, Resolving{{kAnswer}, {kAnswer}});
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_EQ(looked.account.budget.queries, 2u);
}

TEST_F(ForwardingExplainTest, WhoDoesNotValidateIsNotBelievedAgainstOneThatDoes) {
  Validate();
  const Resolving blind{{kAnswer}, {kAnswer}, {kEmpty, false}};
  const Looked bogus = Look(Resolving{{kServfail}, {kAnswer}}, blind);
  ASSERT_EQ(bogus.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(bogus.answer.failure, Reason::kDnssecBogus);
  // One that validates too is.
  const Looked seen = Look(Resolving{{kServfail}, {kAnswer}}, Resolving{{kAnswer, true}, {}});
  EXPECT_EQ(seen.answer.status, query::LookupStatus::kRecords);
  EXPECT_EQ(seen.answer.dnssec, DnssecStatus::kSecure);
}

TEST_F(ForwardingExplainTest, RemarksOnAnswersBecomeFindings) {
  Validate();
  const Looked looked = Look(Resolving{{kAnswer, false, true, {{27, ""}, {3, ""}, {7, ""}}}, {}});
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kRecords);
  EXPECT_THAT(Codes(looked.answer), ElementsAre("dnssec_nsec3_iterations"));
}

query::CaaAnswer OwnFailure(Reason reason, DnssecStatus dnssec) {
  query::CaaAnswer answer;
  answer.failure = reason;
  answer.dnssec = dnssec;
  answer.zone = query::ZoneNamed("example.com");
  answer.all_insecure = dnssec == DnssecStatus::kInsecure;
  answer.retried = true;
  answer.attempts.resize(1);
  answer.attempts[0].host = query::ZoneNamed("ns1.example.com");
  return answer;
}

TEST_F(ForwardingExplainTest, OurOwnFailureNamesMoreThanTheResolvers) {
  Validate();
  const Looked looked =
      Look(Resolving{{kServfail}, {kServfail}}, nullptr,
           std::make_unique<OwnResolver>(OwnFailure(Reason::kRefused, DnssecStatus::kInsecure)));
  EXPECT_EQ(looked.answer.failure, Reason::kRefused);
  EXPECT_EQ(query::NameText(looked.answer.zone), "example.com");
  EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kInsecure);
  EXPECT_TRUE(looked.answer.all_insecure) << "proven by ourselves";
}

TEST_F(ForwardingExplainTest, WhatAResolverCalledBogusStaysSo) {
  const Looked looked =
      Look(Resolving{{kServfail, false, true, {{7, ""}}}, {kAnswer}}, nullptr,
           std::make_unique<OwnResolver>(OwnFailure(Reason::kNoResponse, DnssecStatus::kInsecure)));
  EXPECT_EQ(looked.answer.failure, Reason::kDnssecBogus);
  EXPECT_EQ(looked.answer.dnssec, DnssecStatus::kBogus);
  EXPECT_FALSE(looked.answer.all_insecure);
  EXPECT_EQ(query::NameText(looked.answer.zone), "example.com");
  EXPECT_THAT(Codes(looked.answer), ElementsAre("dnssec_signature_expired"));
}

TEST_F(ForwardingExplainTest, OurOwnFindingsAreMoreExact) {
  query::CaaAnswer own = OwnFailure(Reason::kDnssecBogus, DnssecStatus::kBogus);
  own.findings.emplace_back(FindingCode::kDnssecDsMismatch).zone = "example.com";
  const Looked looked = Look(Resolving{{kServfail, false, true, {{7, ""}}}, {kAnswer}}, nullptr,
                             std::make_unique<OwnResolver>(own));
  EXPECT_EQ(looked.answer.failure, Reason::kDnssecBogus);
  EXPECT_THAT(Codes(looked.answer), ElementsAre("dnssec_ds_mismatch"));
}

TEST_F(ForwardingExplainTest, WhereWeFindAnAnswerTheFailureIsTheResolvers) {
  query::CaaAnswer own;
  own.status = query::LookupStatus::kEmpty;
  const Looked looked =
      Look(Resolving{{kServfail}, {kServfail}}, nullptr, std::make_unique<OwnResolver>(own));
  EXPECT_EQ(looked.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(looked.answer.failure, Reason::kServfail);
  EXPECT_EQ(query::NameText(looked.answer.zone), "");
  ASSERT_FALSE(looked.account.attempts.empty());
  EXPECT_EQ(query::NameText(looked.account.attempts.back().host), "ns1.example.net")
      << "who answers is shown";
}

struct DownRow {
  const char* name;
  Conduct::Kind checked;
  Conduct::Kind root;
  const char* evidence;  // nullptr: no resolver is down.
  bool has_answered;
};

class ResolverDownTest : public ForwardingExplainTest,
                         public testing::WithParamInterface<DownRow> {};

TEST_P(ResolverDownTest, IsObservedWhereNotEvenTheRootIsAnswered) {
  const DownRow& row = GetParam();
  const Looked looked = Look(Resolving{{row.checked}, {row.checked}, {row.root}});
  std::vector<std::string> evidence;
  for (const query::Observation& observation : looked.account.observations) {
    if (observation.kind == query::Observation::Kind::kResolverDown) {
      evidence.push_back(observation.evidence);
    }
  }
  if (row.evidence == nullptr) {
    EXPECT_THAT(evidence, testing::IsEmpty());
  } else {
    EXPECT_THAT(evidence, ElementsAre(row.evidence));
  }
  EXPECT_EQ(resolver_->has_answered(), row.has_answered);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ResolverDownTest,
    testing::Values(DownRow{"Silent", kSilence, kSilence, "SOA of the root: no answer", false},
                    DownRow{"RefusesUs", kRefused, kRefused, "SOA of the root: REFUSED", false},
                    // The name's own servers are silent, so the resolver is too.
                    DownRow{"SilentForTheName", kSilence, kEmpty, nullptr, true},
                    DownRow{"RefusesTheName", kRefused, kEmpty, nullptr, true},
                    // It answers, and says that it fails.
                    DownRow{"Servfail", kServfail, kServfail, nullptr, true},
                    DownRow{"SilentForTheRootAlone", kServfail, kSilence, nullptr, true},
                    DownRow{"Answers", kAnswer, kEmpty, nullptr, true}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(ForwardingExplainTest, OneOfTwoResolversIsDown) {
  const Looked looked =
      Look(Resolving{{kSilence}, {kSilence}, {kSilence}}, Resolving{{kServfail}, {kServfail}});
  size_t down = 0;
  for (const query::Observation& observation : looked.account.observations) {
    if (observation.kind != query::Observation::Kind::kResolverDown) continue;
    ++down;
    EXPECT_EQ(observation.peer->address().ToText(), kFirst);
  }
  EXPECT_EQ(down, 1u);
  EXPECT_TRUE(resolver_->has_answered());
}

TEST_F(ForwardingExplainTest, OurOwnLimitsSayNothing) {
  for (const Reason reason : {Reason::kTooManyQueries, Reason::kLocalFault, Reason::kBlocklisted}) {
    const Looked looked =
        Look(Resolving{{kServfail}, {kServfail}}, nullptr,
             std::make_unique<OwnResolver>(OwnFailure(reason, DnssecStatus::kIndeterminate)));
    EXPECT_EQ(looked.answer.failure, Reason::kServfail);
  }
}

}  // namespace
}  // namespace caascan::resolve
