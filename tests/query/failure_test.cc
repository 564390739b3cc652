#include "scanner/query/failure.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/query/names.h"
#include "tests/query/offline_fixture.h"

namespace caascan::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Attempt Ended(ServerResult result) {
  Attempt attempt;
  attempt.result = result;
  return attempt;
}

struct ReasonRow {
  const char* name;
  ServerResult result;
  Reason reason;
};

// The contract: servfail, then lame, then timeout. Most telling first within each; that a server's
// name has no address decides only where no server was reached at all.
const std::vector<ReasonRow> kByRank = {
    {"Notimp", ServerResult::kNotimp, Reason::kNotimp},
    {"Formerr", ServerResult::kFormerr, Reason::kFormerr},
    {"Rcode", ServerResult::kRcode, Reason::kRcode},
    {"Malformed", ServerResult::kMalformed, Reason::kMalformedResponse},
    {"Servfail", ServerResult::kServfail, Reason::kServfail},
    {"Refused", ServerResult::kRefused, Reason::kRefused},
    {"UpwardReferral", ServerResult::kUpwardReferral, Reason::kUpwardReferral},
    {"NotAuthoritative", ServerResult::kNotAuthoritative, Reason::kNotAuthoritative},
    {"Truncated", ServerResult::kTruncated, Reason::kTruncated},
    {"Unreachable", ServerResult::kUnreachable, Reason::kUnreachable},
    {"Timeout", ServerResult::kTimeout, Reason::kNoResponse},
    {"Mismatched", ServerResult::kMismatched, Reason::kNoResponse},
    {"Unresolved", ServerResult::kUnresolved, Reason::kUnresolvableServers},
    {"Blocked", ServerResult::kBlocked, Reason::kUnresolvableServers},
};

class PlainReasonTest : public testing::TestWithParam<ReasonRow> {};

INSTANTIATE_TEST_SUITE_P(Results, PlainReasonTest, testing::ValuesIn(kByRank),
                         [](const auto& row) { return row.param.name; });

TEST_P(PlainReasonTest, AloneGivesItsReason) {
  const std::vector<Attempt> one = {Ended(GetParam().result)};
  EXPECT_EQ(PlainReason(one, /*recursive=*/false), GetParam().reason);
  const std::vector<Attempt> three(3, Ended(GetParam().result));
  EXPECT_EQ(PlainReason(three, /*recursive=*/false), GetParam().reason);
}

TEST_P(PlainReasonTest, LosesToAnAnswerThatDoesNotValidate) {
  Attempt bogus = Ended(ServerResult::kAnswer);
  bogus.bogus = true;
  const std::vector<Attempt> both = {Ended(GetParam().result), bogus};
  EXPECT_EQ(PlainReason(both, /*recursive=*/false), Reason::kDnssecBogus);
}

TEST_P(PlainReasonTest, LosesToAllBeforeItWhateverTheOrder) {
  for (const ReasonRow& other : kByRank) {
    if (other.reason == GetParam().reason) return;
    std::vector<Attempt> both = {Ended(GetParam().result), Ended(other.result)};
    EXPECT_EQ(PlainReason(both, false), other.reason) << other.name;
    std::reverse(both.begin(), both.end());
    EXPECT_EQ(PlainReason(both, false), other.reason) << other.name << ", the other way round";
  }
}

TEST(PlainReasonTest, EveryOutcomeOfTheOrderIsTheContracts) {
  std::vector<Outcome> outcomes;
  for (const ReasonRow& row : kByRank) {
    if (row.reason == Reason::kUnresolvableServers) break;
    if (outcomes.empty() || outcomes.back() != OutcomeOf(row.reason)) {
      outcomes.push_back(OutcomeOf(row.reason));
    }
  }
  EXPECT_THAT(outcomes, ElementsAre(Outcome::kServfail, Outcome::kLame, Outcome::kTimeout));
}

TEST(PlainReasonTest, NoServerAtAllIsUnresolvable) {
  EXPECT_EQ(PlainReason({}, false), Reason::kUnresolvableServers);
}

TEST(PlainReasonTest, AResolverThatRefusesIsNotLame) {
  const std::vector<Attempt> refused = {Ended(ServerResult::kRefused)};
  EXPECT_EQ(PlainReason(refused, /*recursive=*/true), Reason::kRcode);
}

TEST(PlainReasonTest, AResolverThatRefersIsNotLame) {
  for (const ServerResult result :
       {ServerResult::kUpwardReferral, ServerResult::kNotAuthoritative}) {
    EXPECT_EQ(PlainReason(std::vector{Ended(result)}, /*recursive=*/true),
              Reason::kMalformedResponse);
  }
}

// Addresses of a family that is not used, or not there, are nobody's fault; but who failed at an
// address that could be asked has failed.
TEST(PlainReasonTest, AddressesOfTheOtherFamilySayNothingOfAnyServer) {
  Attempt unresolved = Ended(ServerResult::kUnresolved);
  unresolved.other_family = true;
  Attempt unsent = Ended(ServerResult::kUnreachable);
  unsent.local_fault = unsent.other_family = true;
  EXPECT_EQ(PlainReason(std::vector{unresolved, unsent}, false), Reason::kFamilyUnavailable);
  EXPECT_EQ(PlainReason(std::vector{unresolved, Ended(ServerResult::kUnresolved)}, false),
            Reason::kFamilyUnavailable);
  EXPECT_EQ(PlainReason(std::vector{unresolved, Ended(ServerResult::kRefused)}, false),
            Reason::kRefused);
  EXPECT_EQ(PlainReason(std::vector{Ended(ServerResult::kTimeout), unsent}, false),
            Reason::kNoResponse);
}

TEST(PlainReasonTest, OurOwnFaultAccusesNobody) {
  Attempt local = Ended(ServerResult::kUnreachable);
  local.local_fault = true;
  EXPECT_EQ(PlainReason(std::vector{local, local}, false), Reason::kLocalFault);
  EXPECT_EQ(PlainReason(std::vector{local, Ended(ServerResult::kTimeout)}, false),
            Reason::kNoResponse);
  EXPECT_EQ(PlainReason(std::vector{Ended(ServerResult::kRefused), local}, false),
            Reason::kRefused);
}

// Where the rest of the servers have no address, what stays is that we could not send.
TEST(PlainReasonTest, OurOwnFaultBesideUnresolvedServersIsStillOurs) {
  Attempt local = Ended(ServerResult::kUnreachable);
  local.local_fault = true;
  EXPECT_EQ(PlainReason(std::vector{local, Ended(ServerResult::kUnresolved)}, false),
            Reason::kLocalFault);
}

struct ResultRow {
  const char* name;
  ResponseKind kind;
  dns::RCode rcode;
  ServerResult result;
  bool usable;
};

class ServerResultTest : public testing::TestWithParam<ResultRow> {};

TEST_P(ServerResultTest, IsWhatTheResponseWas) {
  Classified classified;
  classified.kind = GetParam().kind;
  classified.rcode = GetParam().rcode;
  EXPECT_EQ(ResultOf(classified), GetParam().result);
  EXPECT_EQ(IsUsable(classified.kind), GetParam().usable);
}

using Kind = ResponseKind;
using dns::RCode;

INSTANTIATE_TEST_SUITE_P(
    Kinds, ServerResultTest,
    testing::Values(
        ResultRow{"Answer", Kind::kAnswer, RCode::kNoError, ServerResult::kAnswer, true},
        ResultRow{"Alias", Kind::kAlias, RCode::kNoError, ServerResult::kAnswer, true},
        ResultRow{"AliasFailed", Kind::kAliasFailed, RCode::kNoError, ServerResult::kAnswer, true},
        ResultRow{"NoData", Kind::kNoData, RCode::kNoError, ServerResult::kAnswer, true},
        ResultRow{"NxDomain", Kind::kNxDomain, RCode::kNXDomain, ServerResult::kAnswer, true},
        ResultRow{"Referral", Kind::kReferral, RCode::kNoError, ServerResult::kReferral, true},
        ResultRow{"NotAuthoritative", Kind::kNotAuthoritative, RCode::kNoError,
                  ServerResult::kNotAuthoritative, false},
        ResultRow{"UpwardReferral", Kind::kUpwardReferral, RCode::kNoError,
                  ServerResult::kUpwardReferral, false},
        ResultRow{"OtherRecords", Kind::kOtherRecords, RCode::kNoError, ServerResult::kMalformed,
                  false},
        ResultRow{"ServFail", Kind::kError, RCode::kServFail, ServerResult::kServfail, false},
        ResultRow{"NotImp", Kind::kError, RCode::kNotImp, ServerResult::kNotimp, false},
        ResultRow{"Refused", Kind::kError, RCode::kRefused, ServerResult::kRefused, false},
        ResultRow{"FormErr", Kind::kError, RCode::kFormErr, ServerResult::kFormerr, false},
        ResultRow{"NotAuth", Kind::kError, RCode::kNotAuth, ServerResult::kRcode, false},
        ResultRow{"BadVers", Kind::kError, RCode::kBadVers, ServerResult::kRcode, false},
        ResultRow{"Unassigned", Kind::kError, static_cast<RCode>(3000), ServerResult::kRcode,
                  false}),
    [](const auto& row) { return row.param.name; });

// An error without question lies in the Asked itself.
TEST(AskedTest, ACopyReadsItsOwnOctets) {
  Asked copy;
  Asked copied_later;
  {
    const auto asked = std::make_unique<Asked>();
    asked->bare = {0, 0, 0x80, 0x05};
    ASSERT_EQ(dns::Message::Parse(asked->bare, &asked->message).error, dns::ParseError::kNone);
    copy = *asked;
    copied_later = Asked(*asked);
  }
  for (const Asked* each : {&copy, &copied_later}) {
    EXPECT_EQ(each->message.bytes().data(), each->bare.data());
    EXPECT_EQ(each->message.rcode(), RCode::kRefused);
  }
}

TEST(MakeAttemptTest, SaysWhereAMessageIsMalformed) {
  Asked asked;
  asked.status = net::ExchangeStatus::kReply;
  asked.result = ServerResult::kMalformed;
  asked.parse_failure = {dns::ParseError::kRecordTruncated, dns::Section::kAnswer, 42};
  const Attempt attempt = MakeAttempt(asked, nullptr, ZoneNamed("ns.example"));
  EXPECT_EQ(attempt.detail, "record truncated, answer section, octet 42");
  EXPECT_TRUE(attempt.answered) << "with something";
  EXPECT_EQ(NameText(attempt.host), "ns.example");
}

TEST(MakeAttemptTest, OnlyWhatWeCouldNotSendIsLocal) {
  for (const auto status : {net::ExchangeStatus::kTimeout, net::ExchangeStatus::kUnreachable,
                            net::ExchangeStatus::kClosed, net::ExchangeStatus::kSendFailed}) {
    Asked asked;
    asked.status = status;
    asked.result = ServerResult::kUnreachable;
    const Attempt attempt = MakeAttempt(asked, nullptr, std::nullopt);
    EXPECT_EQ(attempt.local_fault, status == net::ExchangeStatus::kSendFailed);
    EXPECT_FALSE(attempt.answered);
  }
}

using ObservedKind = Observation::Kind;

std::vector<ObservedKind> Observed(const Asked& asked, const Classified* classified) {
  Account account;
  Observe(asked, classified, MakeAttempt(asked, nullptr, ZoneNamed("ns.example")), &account);
  std::vector<ObservedKind> kinds;
  for (const Observation& observation : account.observations) {
    EXPECT_EQ(NameText(observation.host), "ns.example");
    kinds.push_back(observation.kind);
  }
  return kinds;
}

TEST(ObserveTest, AnUnremarkableAnswerShowsNothing) {
  Asked asked;
  asked.replied = true;
  const Classified classified;
  EXPECT_THAT(Observed(asked, &classified), IsEmpty());
}

TEST(ObserveTest, MismatchesCountOnlyWhereTheServerAnsweredAfterAll) {
  Asked asked;
  asked.mismatches = {.source = 1, .letter_case = 3};
  asked.result = ServerResult::kMismatched;
  EXPECT_THAT(Observed(asked, nullptr), IsEmpty()) << "anybody may have sent them";
  asked.replied = true;
  asked.result = ServerResult::kAnswer;
  EXPECT_THAT(Observed(asked, nullptr), testing::UnorderedElementsAre(ObservedKind::kSourceChanged,
                                                                      ObservedKind::kCaseChanged));
}

class ChangedQuestionTest : public OfflineFixture {
 protected:
  /// What is observed of an answer that came after so many to other questions.
  bool Changed(uint16_t others, bool over_tcp) {
    Asked asked;
    asked.replied = true;
    asked.result = ServerResult::kAnswer;
    asked.over_tcp = over_tcp;
    asked.mismatches.question = others;
    Account account;
    Observe(asked, nullptr, MakeAttempt(asked, peer_.get(), std::nullopt), &account);
    return !account.observations.empty();
  }

  const net::PeerRef peer_ = network_.PeerFor(*async::Address::FromText("192.0.2.1", 53));
};

// It may be the late answer to another query of ours, whose ID came round.
TEST_F(ChangedQuestionTest, OneShowsNothing) {
  EXPECT_FALSE(Changed(1, /*over_tcp=*/true));
  EXPECT_FALSE(Changed(0, /*over_tcp=*/false));
  EXPECT_FALSE(Changed(1, /*over_tcp=*/true)) << "it has answered well in between";
}

TEST_F(ChangedQuestionTest, TwoInTurnAreTheServersFault) {
  EXPECT_FALSE(Changed(1, /*over_tcp=*/true));
  EXPECT_FALSE(Changed(0, /*over_tcp=*/true)) << "that is another way";
  EXPECT_TRUE(Changed(1, /*over_tcp=*/true));
  EXPECT_TRUE(Changed(1, /*over_tcp=*/true));
  EXPECT_FALSE(Changed(0, /*over_tcp=*/false));
  EXPECT_FALSE(Changed(1, /*over_tcp=*/true));
}

TEST(ObserveTest, EdnsThatHadToBeLeftOut) {
  Asked asked;
  asked.replied = true;
  asked.fell_back_from_edns = true;
  EXPECT_THAT(Observed(asked, nullptr), ElementsAre(ObservedKind::kEdnsFormerr));
  asked.edns_badvers = true;
  EXPECT_THAT(Observed(asked, nullptr), ElementsAre(ObservedKind::kEdnsBadvers));
}

TEST(ObserveTest, EdnsThatWasNotUnderstood) {
  Asked asked;
  asked.replied = true;
  asked.edns_not_echoed = true;
  EXPECT_THAT(Observed(asked, nullptr), ElementsAre(ObservedKind::kEdnsNotEchoed));
  asked.edns_not_echoed = false;
  asked.edns_option_rejected = true;
  EXPECT_THAT(Observed(asked, nullptr), ElementsAre(ObservedKind::kEdnsOptionRejected));
}

TEST(ObserveTest, ResultsThatAreFindings) {
  Asked asked;
  asked.result = ServerResult::kTruncated;
  EXPECT_THAT(Observed(asked, nullptr), IsEmpty()) << "TCP may have been silent by chance";
  asked.status = net::ExchangeStatus::kUnreachable;
  EXPECT_THAT(Observed(asked, nullptr), ElementsAre(ObservedKind::kTruncatedNoTcp));
  asked.result = ServerResult::kBlocked;
  EXPECT_THAT(Observed(asked, nullptr), ElementsAre(ObservedKind::kSpecialAddress));
}

TEST(ObserveTest, DeparturesOfAUsableAnswer) {
  Asked asked;
  asked.replied = true;
  Classified classified;
  classified.without_authority = true;
  classified.without_soa = true;
  classified.soa_wrong_zone = true;
  EXPECT_THAT(Observed(asked, &classified),
              ElementsAre(ObservedKind::kDataWithoutAuthority, ObservedKind::kNegativeWithoutSoa,
                          ObservedKind::kNegativeSoaWrongZone));
}

}  // namespace
}  // namespace caascan::query
