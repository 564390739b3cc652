#include "scanner/diagnose/findings.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/net/network.h"
#include "tests/query/names.h"

namespace caascan::diagnose {
namespace {

using query::Account;
using query::Attempt;
using query::N;
using query::NamesOf;
using query::Observation;
using query::ZoneNamed;
using testing::ElementsAre;
using testing::IsEmpty;

class FindingsTest : public testing::Test {
 protected:
  ~FindingsTest() override { network_.Close(); }

  net::PeerRef Peer(std::string_view address) {
    return network_.PeerFor(async::Address::FromText(address, 53).value());
  }
  void Observe(Observation::Kind kind, std::string_view host = "ns1.example",
               std::string_view address = "192.0.2.1") {
    account_.observations.push_back({kind, query::ZoneNamed(host), Peer(address)});
  }
  Attempt* Try(ServerResult result, std::string_view host = "ns1.example",
               std::string_view address = "192.0.2.1") {
    Attempt attempt;
    attempt.host = query::ZoneNamed(host);
    attempt.peer = address.empty() ? net::PeerRef() : Peer(address);
    attempt.result = result;
    account_.attempts.push_back(attempt);
    return &account_.attempts.back();
  }
  /// "code host address evidence" each.
  std::vector<std::string> Findings() const {
    std::vector<Finding> findings;
    AddFindings(account_, &findings);
    std::vector<std::string> lines;
    for (const Finding& finding : findings) {
      std::string line(FindingCodeText(finding.code));
      for (const std::string* part : {&finding.host, &finding.address, &finding.evidence}) {
        if (!part->empty()) line += " " + *part;
      }
      lines.push_back(line);
    }
    return lines;
  }

  async::Loop loop_;
  pacing::SharedLimits limits_{pacing::LimitOptions()};
  net::Network network_{&loop_, &limits_, {}};
  Account account_;
};

// --tcp: a connection that is refused says nothing of UDP.
TEST_F(FindingsTest, WithoutUdpWhatCannotBeReachedLacksTcp) {
  Attempt* attempt = Try(ServerResult::kUnreachable);
  attempt->peer->UseStreamsOnly();
  Try(ServerResult::kUnreachable, "ns2.example", "192.0.2.2");
  EXPECT_THAT(Findings(), ElementsAre("tcp_unavailable ns1.example 192.0.2.1",
                                      "server_unreachable ns2.example 192.0.2.2"));
}

struct ObservationRow {
  Observation::Kind kind;
  const char* code;
};

class ObservationTest : public FindingsTest, public testing::WithParamInterface<ObservationRow> {};

TEST_P(ObservationTest, HasTheCodeOfTheList) {
  Observe(GetParam().kind);
  EXPECT_THAT(Findings(), ElementsAre(std::string(GetParam().code) + " ns1.example 192.0.2.1"));
}

using Kind = Observation::Kind;

INSTANTIATE_TEST_SUITE_P(
    Rows, ObservationTest,
    testing::Values(ObservationRow{Kind::kDataWithoutAuthority, "lame_not_authoritative"},
                    ObservationRow{Kind::kNegativeWithoutSoa, "negative_without_soa"},
                    ObservationRow{Kind::kNegativeSoaWrongZone, "negative_soa_wrong_zone"},
                    ObservationRow{Kind::kEdnsFormerr, "edns_formerr"},
                    ObservationRow{Kind::kEdnsBadvers, "edns_badvers"},
                    ObservationRow{Kind::kEdnsNotEchoed, "edns_not_echoed"},
                    ObservationRow{Kind::kEdnsOptionRejected, "edns_option_rejected"},
                    ObservationRow{Kind::kCnameWithOtherData, "cname_with_other_data"},
                    ObservationRow{Kind::kQuestionChanged, "question_changed"},
                    ObservationRow{Kind::kCaseChanged, "case_changed"},
                    ObservationRow{Kind::kSourceChanged, "id_or_port_changed"},
                    ObservationRow{Kind::kTruncatedNoTcp, "truncated_no_tcp"},
                    ObservationRow{Kind::kSpecialAddress, "server_address_special"},
                    ObservationRow{Kind::kRateLimited, "rate_limited"}),
    [](const auto& row) { return row.param.code; });

TEST_F(FindingsTest, AServerThatAnswersOverTcpLaterDoesNotLackIt) {
  Observe(Kind::kTruncatedNoTcp);
  Peer("192.0.2.1")->NoteAnswerOverTcp();
  EXPECT_THAT(Findings(), IsEmpty());
}

struct ResultRow {
  ServerResult result;
  const char* code;  // Empty: no finding by itself.
};

class ResultTest : public FindingsTest, public testing::WithParamInterface<ResultRow> {};

TEST_P(ResultTest, IsAFindingOnlyWhereItProvesSomething) {
  Try(GetParam().result);
  const std::string code = GetParam().code;
  if (code.empty()) {
    EXPECT_THAT(Findings(), IsEmpty());
  } else {
    EXPECT_THAT(Findings(), ElementsAre(code + " ns1.example 192.0.2.1"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ResultTest,
    testing::Values(ResultRow{ServerResult::kMalformed, "response_malformed"},
                    ResultRow{ServerResult::kNotAuthoritative, "lame_not_authoritative"},
                    ResultRow{ServerResult::kUpwardReferral, "lame_upward_referral"},
                    ResultRow{ServerResult::kUnresolved, "server_unresolvable"},
                    ResultRow{ServerResult::kUnreachable, "server_unreachable"},
                    // One lost packet, or a busy server, explains these as well.
                    ResultRow{ServerResult::kAnswer, ""}, ResultRow{ServerResult::kReferral, ""},
                    ResultRow{ServerResult::kServfail, ""}, ResultRow{ServerResult::kNotimp, ""},
                    ResultRow{ServerResult::kRefused, ""}, ResultRow{ServerResult::kFormerr, ""},
                    ResultRow{ServerResult::kRcode, ""}, ResultRow{ServerResult::kTimeout, ""},
                    ResultRow{ServerResult::kTruncated, ""},
                    ResultRow{ServerResult::kMismatched, ""},
                    ResultRow{ServerResult::kBlocked, ""}),
    [](const auto& row) { return std::string(ServerResultCode(row.param.result)); });

TEST_F(FindingsTest, NothingGivesNothing) { EXPECT_THAT(Findings(), IsEmpty()); }

TEST_F(FindingsTest, EachCodeAndServerStandsOnce) {
  for (int i = 0; i < 3; ++i) {
    Observe(Kind::kCaseChanged);
    Try(ServerResult::kUnreachable);
    Try(ServerResult::kUnreachable, "ns2.example", "192.0.2.2");
  }
  Observe(Kind::kDataWithoutAuthority);
  Try(ServerResult::kNotAuthoritative);
  EXPECT_THAT(Findings(), ElementsAre("case_changed ns1.example 192.0.2.1",
                                      "lame_not_authoritative ns1.example 192.0.2.1",
                                      "server_unreachable ns1.example 192.0.2.1",
                                      "server_unreachable ns2.example 192.0.2.2"));
}

TEST_F(FindingsTest, TheSameServerAtTwoAddressesIsTwo) {
  Try(ServerResult::kUnreachable, "ns1.example", "192.0.2.1");
  Try(ServerResult::kUnreachable, "ns1.example", "2001:db8::1");
  EXPECT_EQ(Findings().size(), 2u);
}

TEST_F(FindingsTest, AMalformedResponseComesWithItsEvidence) {
  Try(ServerResult::kMalformed)->detail = "record truncated, answer section, octet 42";
  EXPECT_THAT(Findings(), ElementsAre("response_malformed ns1.example 192.0.2.1 "
                                      "record truncated, answer section, octet 42"));
}

TEST_F(FindingsTest, AServerWithoutAddressHasItsNameAlone) {
  Try(ServerResult::kUnresolved, "nowhere.example", "");
  EXPECT_THAT(Findings(), ElementsAre("server_unresolvable nowhere.example"));
}

TEST_F(FindingsTest, AServerWhoseNameDoesNotExistIsAnother) {
  Try(ServerResult::kUnresolved, "nowhere.example", "")->no_such_host = true;
  EXPECT_THAT(Findings(), ElementsAre("server_nxdomain nowhere.example"));
}

struct UnresolvedRow {
  const char* name;
  const char* host;
  void (*attempt)(query::Attempt*);
  const char* code;
};

class UnresolvedTest : public FindingsTest, public testing::WithParamInterface<UnresolvedRow> {};

TEST_P(UnresolvedTest, HasTheCodeThatSaysMost) {
  account_.look = query::Look::kPatient;
  GetParam().attempt(Try(ServerResult::kUnresolved, GetParam().host, ""));
  EXPECT_THAT(Findings(), ElementsAre(std::string(GetParam().code) + " " + GetParam().host));
}

// RFC 1034 §4.2.2, RFC 9471 §2, RFC 2181 §10.3.
INSTANTIATE_TEST_SUITE_P(
    Servers, UnresolvedTest,
    testing::Values(UnresolvedRow{"DeniedByTheRegistry", "ns1.gone.example",
                                  [](query::Attempt* attempt) {
                                    attempt->no_such_host = true;
                                    attempt->denied_labels = 1;
                                  },
                                  "server_domain_unregistered"},
                    UnresolvedRow{"DeniedByItsDomain", "ns1.gone.example",
                                  [](query::Attempt* attempt) {
                                    attempt->no_such_host = true;
                                    attempt->denied_labels = 2;
                                  },
                                  "server_nxdomain"},
                    // Below co.uk anybody may register a domain, below example.co.uk its owner.
                    UnresolvedRow{"DeniedByAPublicSuffix", "ns1.gone.co.uk",
                                  [](query::Attempt* attempt) {
                                    attempt->no_such_host = true;
                                    attempt->denied_labels = 2;
                                  },
                                  "server_domain_unregistered"},
                    UnresolvedRow{"DeniedBelowTheDomain", "ns1.gone.example.co.uk",
                                  [](query::Attempt* attempt) {
                                    attempt->no_such_host = true;
                                    attempt->denied_labels = 3;
                                  },
                                  "server_nxdomain"},
                    UnresolvedRow{"DeniedByTheRoot", "ns1.gone.nosuchtld",
                                  [](query::Attempt* attempt) {
                                    attempt->no_such_host = true;
                                    attempt->denied_labels = 0;
                                  },
                                  "server_nxdomain"},
                    UnresolvedRow{"LacksGlue", "ns1.example.com",
                                  [](query::Attempt* attempt) {
                                    attempt->unproven = attempt->lacks_glue = true;
                                  },
                                  "glue_missing"},
                    UnresolvedRow{"Circular", "ns1.example.com",
                                  [](query::Attempt* attempt) {
                                    attempt->unproven = attempt->circular = true;
                                  },
                                  "delegation_circular"},
                    UnresolvedRow{"Alias", "ns1.example.com",
                                  [](query::Attempt* attempt) { attempt->is_alias = true; },
                                  "server_is_alias"}),
    [](const auto& row) { return row.param.name; });

TEST_F(FindingsTest, AServerOfWhichNobodyToldIsNotAccusedAtFirstSight) {
  Try(ServerResult::kUnresolved, "nowhere.example", "")->unproven = true;
  EXPECT_THAT(Findings(), IsEmpty());
  account_.look = query::Look::kPatient;
  EXPECT_THAT(Findings(), ElementsAre("server_unresolvable nowhere.example"));
  account_.attempts[0].unheard = true;
  EXPECT_THAT(Findings(), IsEmpty()) << "those who might tell were silent";
}

struct AliasRow {
  const char* name;
  std::vector<std::string> cname;
  const char* code;
};

class AliasTest : public testing::TestWithParam<AliasRow> {};

TEST_P(AliasTest, LeadsNowhere) {
  query::CaaAnswer answer;
  answer.failure = Reason::kAliasLoop;
  answer.zone = ZoneNamed("example");
  answer.cname = NamesOf(GetParam().cname);
  std::vector<Finding> findings;
  AddAliasFindings(N("a.example"), answer, &findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(FindingCodeText(findings[0].code), GetParam().code);
  EXPECT_EQ(findings[0].zone, "example");
}

// RFC 1034 §3.6.2, §5.2.2.
INSTANTIATE_TEST_SUITE_P(
    Rows, AliasTest,
    testing::Values(AliasRow{"ToItself", {"a.example"}, "alias_loop"},
                    AliasRow{"BackToTheName", {"b.example", "a.example"}, "alias_loop"},
                    AliasRow{"Behind", {"b.example", "c.example", "b.example"}, "alias_loop"},
                    AliasRow{"OnAndOn", {"b.example", "c.example"}, "alias_too_long"}),
    [](const auto& row) { return row.param.name; });

TEST(AliasFindingsTest, OtherFailuresHaveNone) {
  query::CaaAnswer answer;
  answer.failure = Reason::kNoResponse;
  answer.cname = NamesOf({"b.example"});
  std::vector<Finding> findings;
  AddAliasFindings(N("a.example"), answer, &findings);
  EXPECT_THAT(findings, IsEmpty());
}

// RFC 8020 §2.
TEST(ClimbFindingsTest, ANameAboveAnExistingOneExists) {
  dns::Name upper_name;
  ASSERT_EQ(dns::Name::FromText("b.example", &upper_name), dns::NameError::kNone);
  query::CaaAnswer lower;
  lower.status = query::LookupStatus::kEmpty;
  lower.zone = ZoneNamed("example");
  query::CaaAnswer upper = lower;
  upper.nxdomain = true;
  struct Case {
    const char* what;
    bool lower_nxdomain;
    const char* upper_zone;
    std::vector<std::string> lower_cname;
    size_t findings;
  };
  for (const Case& each :
       {Case{"contradiction", false, "example", {}, 1},
        Case{"neither exists", true, "example", {}, 0}, Case{"another zone", false, "test", {}, 0},
        Case{"behind an alias", false, "example", {"c.example"}, 0}}) {
    lower.nxdomain = each.lower_nxdomain;
    lower.cname = NamesOf(each.lower_cname);
    upper.zone = ZoneNamed(each.upper_zone);
    std::vector<Finding> findings;
    AddClimbFindings(upper_name, upper, lower, &findings);
    EXPECT_EQ(findings.size(), each.findings) << each.what;
  }
}

TEST_F(FindingsTest, OurOwnFaultIsNobodysFinding) {
  Try(ServerResult::kUnreachable)->local_fault = true;
  EXPECT_THAT(Findings(), IsEmpty());
}

/// A resolver is no server that a delegation names, so it gets no finding of those.
TEST_F(FindingsTest, AResolversFailureIsNoServers) {
  for (const ServerResult result : {ServerResult::kUnreachable, ServerResult::kNotAuthoritative,
                                    ServerResult::kUpwardReferral, ServerResult::kTruncated}) {
    Attempt* attempt = Try(result, "", "192.0.2.53");
    attempt->by_resolver = true;
    attempt->detail = "x";
  }
  EXPECT_THAT(Findings(), IsEmpty());
  Observe(Observation::Kind::kResolverDown, "", "192.0.2.53");
  EXPECT_THAT(Findings(), ElementsAre("resolver_down 192.0.2.53"));
}

}  // namespace
}  // namespace caascan::diagnose
