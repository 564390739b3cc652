// What single servers of a zone do wrong, and how a look-up goes on or fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "scanner/resolve/iterative.h"
#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using dns::RCode;
using net::Arrival;
using net::Outbox;
using net::Protocol;
using net::Reply;
using testing::ElementsAre;
using testing::IsEmpty;

using Kind = query::Observation::Kind;

class ServersTest : public TwoServersFixture {
 protected:
  void Both(const FakeTree::Override& take) {
    tree_.SetOverride(kFirst, take);
    tree_.SetOverride(kSecond, take);
  }
};

// RFC 1034 §4.1: redundancy is there to be used. Whichever is asked first, one good one is enough.
struct BadRow {
  const char* name;
  FakeTree::Override take;
  Reason reason;       // Where both do so.
  const char* result;  // Of each server, then.
  bool is_silent;
};

FakeTree::Override With(void (*send)(const Arrival&, Outbox*)) {
  return [send](const Arrival& query, Outbox* out) {
    send(query, out);
    return true;
  };
}

class BadServerTest : public ServersTest, public testing::WithParamInterface<BadRow> {
 protected:
  BadServerTest() {
    if (GetParam().is_silent) options_.ask.timeout = kShort;
  }
};

INSTANTIATE_TEST_SUITE_P(
    Rows, BadServerTest,
    testing::Values(
        BadRow{"ServFail", Always(RCode::kServFail), Reason::kServfail, "servfail", false},
        BadRow{"NotImp", Always(RCode::kNotImp), Reason::kNotimp, "notimp", false},
        BadRow{"Refused", Always(RCode::kRefused), Reason::kRefused, "refused", false},
        BadRow{"FormErr", Always(RCode::kFormErr), Reason::kFormerr, "formerr", false},
        BadRow{"NotAuth", Always(RCode::kNotAuth), Reason::kRcode, "rcode", false},
        BadRow{"NotAuthoritative", With([](const Arrival& query, Outbox* out) {
                 out->Send(Reply(query.bytes, dns::kFlagQR).bytes());
               }),
               Reason::kNotAuthoritative, "not_authoritative", false},
        BadRow{"UpwardReferral", With([](const Arrival& query, Outbox* out) {
                 Reply reply(query.bytes, dns::kFlagQR);
                 reply.Authority(".", dns::RRType::kNS, net::NameBytes("a.root-servers.test"));
                 out->Send(reply.bytes());
               }),
               Reason::kUpwardReferral, "upward_referral", false},
        BadRow{"SelfReferral", With([](const Arrival& query, Outbox* out) {
                 Reply reply(query.bytes, dns::kFlagQR);
                 reply.Authority("example.test", dns::RRType::kNS,
                                 net::NameBytes("ns1.example.test"));
                 out->Send(reply.bytes());
               }),
               Reason::kUpwardReferral, "upward_referral", false},
        BadRow{"Malformed", With([](const Arrival& query, Outbox* out) {
                 Reply reply(query.bytes);
                 std::vector<uint8_t> bytes =
                     reply.Answer("example.test", dns::RRType::kA, "four").bytes();
                 bytes.pop_back();
                 out->Send(bytes);
               }),
               Reason::kMalformedResponse, "malformed", false},
        BadRow{"TruncatedWithoutTcp", With([](const Arrival& query, Outbox* out) {
                 if (query.transport == Protocol::kTcp) return out->Close();
                 out->Send(Reply(query.bytes, Reply::kAuthoritative | dns::kFlagTC).bytes());
               }),
               Reason::kTruncated, "truncated", false},
        BadRow{"Silent", Silent, Reason::kNoResponse, "timeout", true},
        BadRow{"AnswersFromElsewhere", With([](const Arrival& query, Outbox* out) {
                 out->SendFromElsewhere(Reply(query.bytes).bytes());
               }),
               Reason::kNoResponse, "mismatched", true},
        BadRow{"AnswersAnotherQuestion", With([](const Arrival& query, Outbox* out) {
                 out->Send(Reply(query.bytes).ChangeType(dns::RRType::kA).bytes());
               }),
               Reason::kNoResponse, "mismatched", true}),
    [](const auto& row) { return row.param.name; });

TEST_P(BadServerTest, OneGoodServerIsEnough) {
  tree_.SetOverride(kFirst, GetParam().take);
  Start();
  for (int i = 0; i < 6; ++i) {
    const Looked looked = Lookup("example.test");
    EXPECT_EQ(Summary(looked.answer), "issue ca.example");
    EXPECT_THAT(looked.answer.attempts, IsEmpty());
    for (const query::Attempt& attempt : looked.account.attempts) {
      EXPECT_EQ(attempt.peer->address().ToText(), kFirst);
      EXPECT_EQ(ServerResultCode(attempt.result), GetParam().result);
      EXPECT_EQ(query::NameText(attempt.host), "ns1.example.test");
    }
  }
  EXPECT_GT(Seen(kFirst), 0u) << "asked first at least once";
}

TEST_P(BadServerTest, BothGiveTheReason) {
  Both(GetParam().take);
  Start();
  const Looked looked = Lookup("example.test");
  ASSERT_EQ(looked.answer.status, query::LookupStatus::kFailed);
  EXPECT_EQ(ReasonCode(looked.answer.failure), ReasonCode(GetParam().reason));
  EXPECT_EQ(query::NameText(looked.answer.zone), "example.test");
  EXPECT_THAT(Results(looked.answer.attempts),
              ElementsAre(std::string(kFirst) + " " + GetParam().result,
                          std::string(kSecond) + " " + GetParam().result));
  EXPECT_EQ(looked.answer.attempts.size(), 3u) << "two further tries, as --retries says";
  EXPECT_EQ(looked.account.retries, 2u);
  EXPECT_GT(Seen(kFirst), 0u);
  EXPECT_GT(Seen(kSecond), 0u);
}

TEST_F(ServersTest, TheMostTellingReasonWins) {
  tree_.SetOverride(kFirst, Always(RCode::kRefused));
  tree_.SetOverride(kSecond, Always(RCode::kServFail));
  Start();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(Lookup("example.test").answer.failure, Reason::kServfail);
  }
}

TEST_F(ServersTest, SaysWhatIsMalformedAndWhere) {
  Both(With([](const Arrival& query, Outbox* out) {
    std::vector<uint8_t> bytes = Reply(query.bytes).bytes();
    bytes.push_back(0);
    out->Send(bytes);
  }));
  Start();
  const Looked looked = Lookup("example.test");
  ASSERT_FALSE(looked.answer.attempts.empty());
  EXPECT_THAT(looked.answer.attempts[0].detail,
              testing::HasSubstr("octets behind the last record"));
}

TEST_F(ServersTest, RetriesAreAsManyAsAskedFor) {
  Both(Silent);
  options_.ask.timeout = kShort;
  options_.retries = 4;
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Seen(kFirst) + Seen(kSecond), 5u);
  EXPECT_EQ(looked.account.retries, 4u);
}

TEST_F(ServersTest, EveryAddressIsTriedOnceEvenWithoutRetries) {
  Both(Always(RCode::kServFail));
  options_.retries = 0;
  Start();
  (void)Lookup("example.test");
  EXPECT_EQ(Seen(kFirst), 2u) << "the second time in small letters";
  EXPECT_EQ(Seen(kSecond), 2u);
}

TEST_F(ServersTest, ALostDatagramIsTriedAgainAtASingleServer) {
  std::atomic<int> asked{0};
  tree_.Delegate("test", "single.test", {{"ns1.single.test", "127.53.1.9"}});
  tree_.SetOverride("127.53.1.9",
                    [&asked](const Arrival&, Outbox*) { return asked.fetch_add(1) < 2; });
  options_.ask.timeout = kShort;
  Start();
  const Looked looked = Lookup("single.test");
  EXPECT_EQ(Summary(looked.answer), "empty");
  EXPECT_EQ(looked.account.retries, 2u);
}

TEST_F(ServersTest, AServerThatStaysSilentIsAskedLast) {
  tree_.SetOverride(kFirst, Silent);
  options_.ask.timeout = kShort;
  Start();
  for (int i = 0; i < 30; ++i) (void)Lookup("example.test");
  EXPECT_LE(Seen(kFirst), 6u);
  EXPECT_EQ(Seen(kSecond), 30u);
}

TEST_F(ServersTest, ServersShareTheLoad) {
  Start();
  for (int i = 0; i < 40; ++i) (void)Lookup("example.test");
  EXPECT_GT(Seen(kFirst), 0u);
  EXPECT_GT(Seen(kSecond), 0u);
}

// Two names of one host: neither is without address because the other has the same one.
TEST_F(ServersTest, TwoServersAtOneSilentAddressAreNotUnresolved) {
  tree_.Delegate("test", "twice.test",
                 {{"ns1.twice.test", "127.53.1.9"}, {"ns2.twice.test", "127.53.1.9"}});
  tree_.SetOverride("127.53.1.9", Silent);
  options_.ask.timeout = kShort;
  Start();
  const Looked looked = Lookup("twice.test");
  EXPECT_EQ(looked.answer.failure, Reason::kNoResponse);
  EXPECT_THAT(Results(looked.answer.attempts), ElementsAre("127.53.1.9 timeout"));
}

TEST_F(ServersTest, AFailureNamesServersWithoutAddressToo) {
  tree_.Add("test", "half.test NS ns1.example.test");
  tree_.Add("test", "half.test NS nowhere.test");
  tree_.SetOverride(kFirst, [](const Arrival& query, Outbox* out) {
    return net::QuestionText(query.bytes) == "half.test" && Always(RCode::kRefused)(query, out);
  });
  Start();
  const Looked looked = Lookup("half.test");
  EXPECT_EQ(looked.answer.failure, Reason::kRefused);
  EXPECT_THAT(Results(looked.answer.attempts),
              ElementsAre("127.53.1.1 refused", "nowhere.test unresolved"));
}

// EDNS (RFC 6891 §7): FORMERR and NOTIMP of old servers, BADVERS of strange ones.

bool RejectsEdns(const Arrival& query, Outbox* out) {
  if (!net::ParseQuery(query.bytes).edns()) return false;
  out->Send(Reply(query.bytes, dns::kFlagQR, RCode::kFormErr).bytes());
  return true;
}

bool BadVersion(const Arrival& query, Outbox* out) {
  if (!net::ParseQuery(query.bytes).edns()) return false;
  out->Send(Reply(query.bytes, dns::kFlagQR).Opt(/*extended_rcode=*/1).bytes());
  return true;
}

TEST_F(ServersTest, FormerrToEdnsIsAskedAgainWithout) {
  Both(RejectsEdns);
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_THAT(Kinds(looked.account), ElementsAre(Kind::kEdnsFormerr));
  EXPECT_EQ(looked.account.retries, 0u);
  EXPECT_FALSE(server_->seen().back().edns);
}

bool SendBareError(const Arrival& query, RCode rcode, Outbox* out) {
  out->Send(net::BareError(query.bytes, rcode));
  return true;
}

TEST_F(ServersTest, ABareErrorOverUdpIsCheckedOverTcp) {
  for (const RCode rcode : {RCode::kServFail, RCode::kRefused, RCode::kFormErr, RCode::kNotImp}) {
    Both([rcode](const Arrival& query, Outbox* out) {
      return query.transport == Protocol::kUdp && SendBareError(query, rcode, out);
    });
    Start();
    const Looked looked = Lookup("example.test");
    EXPECT_EQ(Summary(looked.answer), "issue ca.example");
    EXPECT_EQ(server_->seen().back().transport, Protocol::kTcp);
  }
}

TEST_F(ServersTest, ABareErrorOverTcpTooCounts) {
  Both([](const Arrival& query, Outbox* out) {
    return SendBareError(query, RCode::kServFail, out);
  });
  Start();
  EXPECT_EQ(Lookup("example.test").answer.failure, Reason::kServfail);
}

TEST_F(ServersTest, ABareErrorCountsWhereTcpSaysNothing) {
  Both([](const Arrival& query, Outbox* out) {
    if (query.transport == Protocol::kTcp) return true;
    return SendBareError(query, RCode::kRefused, out);
  });
  options_.ask.timeout = kShort;
  Start();
  EXPECT_EQ(Lookup("example.test").answer.failure, Reason::kRefused);
}

TEST_F(ServersTest, ABareFormerrHeaderToEdnsIsAskedAgainWithout) {
  Both([](const Arrival& query, Outbox* out) {
    return net::ParseQuery(query.bytes).edns().has_value() &&
           SendBareError(query, RCode::kFormErr, out);
  });
  Start();
  EXPECT_EQ(Summary(Lookup("example.test").answer), "issue ca.example");
  EXPECT_EQ(server_->seen().back().transport, Protocol::kUdp);
}

TEST_F(ServersTest, BadversToEdnsIsAskedAgainWithout) {
  Both(BadVersion);
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_THAT(Kinds(looked.account), ElementsAre(Kind::kEdnsBadvers));
}

TEST_F(ServersTest, FormerrWithAndWithoutEdnsIsNoEdnsProblem) {
  Both(Always(RCode::kFormErr));
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(looked.answer.failure, Reason::kFormerr);
  EXPECT_THAT(Kinds(looked.account), IsEmpty());
}

// TCP (RFC 7766 §5).

bool TruncatesOverUdp(const Arrival& query, Outbox* out) {
  if (query.transport == Protocol::kTcp) return false;
  out->Send(Reply(query.bytes, Reply::kAuthoritative | dns::kFlagTC).bytes());
  return true;
}

TEST_F(ServersTest, ATruncatedAnswerIsAskedForOverTcp) {
  Both(TruncatesOverUdp);
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_EQ(server_->seen().back().transport, Protocol::kTcp);
  EXPECT_THAT(Kinds(looked.account), IsEmpty()) << "nothing is wrong with it";
}

TEST_F(ServersTest, ATruncatedAnswerThatCannotBeParsedIsAskedForOverTcp) {
  Both([](const Arrival& query, Outbox* out) {
    if (query.transport == Protocol::kTcp) return false;
    std::vector<uint8_t> bytes = Reply(query.bytes, Reply::kAuthoritative | dns::kFlagTC)
                                     .Answer("example.test", dns::RRType::kCAA, "xyz")
                                     .bytes();
    bytes.pop_back();
    out->Send(bytes);
    return true;
  });
  Start();
  EXPECT_EQ(Summary(Lookup("example.test").answer), "issue ca.example");
}

TEST_F(ServersTest, TruncationWithoutTcpIsObserved) {
  Both(With([](const Arrival& query, Outbox* out) {
    if (query.transport == Protocol::kTcp) return out->Close();
    (void)TruncatesOverUdp(query, out);
  }));
  options_.retries = 0;
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(looked.answer.failure, Reason::kTruncated);
  EXPECT_THAT(Kinds(looked.account), ElementsAre(Kind::kTruncatedNoTcp, Kind::kTruncatedNoTcp));
}

TEST_F(ServersTest, AServerThatHasAnsweredOverTcpDoesNotLackIt) {
  std::atomic<bool> closes{false};
  Both([&closes](const Arrival& query, Outbox* out) {
    if (TruncatesOverUdp(query, out)) return true;
    if (closes) {
      out->Close();
    } else {
      out->Send(Reply(query.bytes).bytes());
    }
    return true;
  });
  options_.retries = 0;
  Start();
  // Both servers, whichever is asked first.
  for (int i = 0; i < 8; ++i) EXPECT_EQ(Summary(Lookup("example.test").answer), "empty");
  closes = true;
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(looked.answer.failure, Reason::kTruncated);
  EXPECT_THAT(Kinds(looked.account), IsEmpty());
}

TEST_F(ServersTest, AThousandRecordsComeOverTcp) {
  Both([](const Arrival& query, Outbox* out) {
    if (TruncatesOverUdp(query, out)) return true;
    Reply reply(query.bytes);
    for (int i = 0; i < 1001; ++i) {
      reply.Answer("example.test", dns::RRType::kCAA,
                   net::CaaBytes(0, "issue", "ca" + std::to_string(i) + ".example"));
    }
    out->Send(reply.bytes());
    return true;
  });
  Start();
  const Looked looked = Lookup("example.test");
  ASSERT_EQ(looked.answer.rrset.records.size(), 1001u);
  EXPECT_EQ(looked.answer.rrset.records[1000].value, "ca1000.example");
}

// What a spoofed datagram might look like is never believed over UDP, and checked over TCP.

TEST_F(ServersTest, LostLetterCaseIsCheckedOverTcpAndObserved) {
  Both([](const Arrival& query, Outbox* out) {
    Reply reply(query.bytes);
    reply.LoseCase().Answer("example.test", dns::RRType::kCAA,
                            net::CaaBytes(0, "issue", "ca.example"));
    reply.Opt();
    out->Send(reply.bytes());
    return true;
  });
  options_.ask.timeout = kShort;
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_EQ(server_->seen().back().transport, Protocol::kTcp);
  EXPECT_THAT(Kinds(looked.account), ElementsAre(Kind::kCaseChanged));
}

TEST_F(ServersTest, AStrangerInFrontOfTheAnswerIsObserved) {
  Both([](const Arrival& query, Outbox* out) {
    out->SendFromElsewhere(Reply(query.bytes).bytes());
    return false;
  });
  Start();
  const Looked looked = Lookup("example.test");
  EXPECT_EQ(Summary(looked.answer), "issue ca.example");
  EXPECT_THAT(Kinds(looked.account), ElementsAre(Kind::kSourceChanged));
}

TEST_F(ServersTest, DeparturesOfUsableAnswersAreObserved) {
  Both(With([](const Arrival& query, Outbox* out) {
    const std::string name = net::QuestionText(query.bytes);
    Reply reply(query.bytes, name == "cached.example.test" ? dns::kFlagQR : Reply::kAuthoritative);
    if (name == "cached.example.test") {
      reply.Answer(name, dns::RRType::kCAA, net::CaaBytes(0, "issue", "ca.example"));
    } else if (name == "wrong.example.test") {
      reply.Authority("test", dns::RRType::kSOA, net::SoaBytes());
    }
    if (name != "old.example.test") reply.Opt();
    out->Send(reply.bytes());
  }));
  Start();
  // Of both servers, since neither gives a better answer.
  EXPECT_THAT(Kinds(Lookup("cached.example.test").account),
              ElementsAre(Kind::kDataWithoutAuthority, Kind::kDataWithoutAuthority));
  EXPECT_THAT(Kinds(Lookup("wrong.example.test").account),
              ElementsAre(Kind::kNegativeSoaWrongZone, Kind::kNegativeSoaWrongZone));
  EXPECT_THAT(Kinds(Lookup("bare.example.test").account),
              ElementsAre(Kind::kNegativeWithoutSoa, Kind::kNegativeWithoutSoa));
  EXPECT_THAT(Kinds(Lookup("old.example.test").account),
              ElementsAre(Kind::kEdnsNotEchoed, Kind::kNegativeWithoutSoa, Kind::kEdnsNotEchoed,
                          Kind::kNegativeWithoutSoa));
}

}  // namespace
}  // namespace caascan::resolve
