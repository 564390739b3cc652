// The responder as a pure function: a row per behaviour, asked as a client asks.
#include "tools/caalab/serve/responder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RCode;
using dns::RRType;
using dns::Section;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// example.com with these faults, served at 127.0.0.10.
std::string WithFaults(const std::string& faults) {
  return R"({"zones":[{"zone":"example.com","servers":[{"addresses":["127.0.0.10"]}],
    "records":["@ CAA 0 issue \"ca\"","www A 127.0.0.1","a.b.empty A 127.0.0.1"],
    "faults":[)" +
         faults + "]}]}";
}

/// One behaviour: the faults, how it is asked, and a check of what comes back.
struct Row {
  std::string name;
  std::string faults;
  Ask ask;
  std::function<void(const Answer&)> check;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.faults; }

class BehaviourTest : public testing::TestWithParam<Row> {};

TEST_P(BehaviourTest, Shows) {
  const auto world = WorldOf(WithFaults(GetParam().faults));
  Responder responder(*world);
  GetParam().check(*AskResponder(&responder, GetParam().ask));
}

constexpr std::string_view kApex = "example.com";
const auto kRowName = [](const auto& test) { return test.param.name; };

void ExpectGood(const Answer& answer) {
  ASSERT_EQ(answer.reply.kind, Reply::Kind::kSend);
  ASSERT_EQ(answer.failure.error, dns::ParseError::kNone);
  EXPECT_EQ(answer.rcode(), RCode::kNoError);
  EXPECT_TRUE(answer.message.authoritative());
  EXPECT_EQ(answer.message.id(), kAskId);
  EXPECT_THAT(answer.Records(Section::kAnswer), ElementsAre("example.com 300 CAA 0 issue ca"));
}

std::function<void(const Answer&)> ExpectRcode(RCode rcode) {
  return [rcode](const Answer& answer) {
    ASSERT_EQ(answer.failure.error, dns::ParseError::kNone);
    EXPECT_EQ(answer.rcode(), rcode);
    EXPECT_FALSE(answer.message.authoritative());
    EXPECT_FALSE(answer.message.truncated());
    EXPECT_EQ(answer.message.count(Section::kAnswer), 0);
    EXPECT_EQ(answer.message.count(Section::kAuthority), 0);
    EXPECT_EQ(answer.message.question_name().ToName().view().ToText(), kApex);
  };
}

std::function<void(const Answer&)> ExpectKind(Reply::Kind kind) {
  return [kind](const Answer& answer) { EXPECT_EQ(answer.reply.kind, kind); };
}

INSTANTIATE_TEST_SUITE_P(
    Rcodes, BehaviourTest,
    testing::Values(Row{"None", "", {kApex}, ExpectGood},
                    Row{"NotimpOnCaa",
                        R"({"fault":"rcode","rcode":"NOTIMP","types":["CAA"]})",
                        {kApex},
                        ExpectRcode(RCode::kNotImp)},
                    Row{"NotimpOnOtherType",
                        R"({"fault":"rcode","rcode":"NOTIMP","types":["TXT"]})",
                        {kApex},
                        ExpectGood},
                    Row{"RefusedOnAll",
                        R"({"fault":"rcode","rcode":"REFUSED"})",
                        {kApex, RRType::kSOA},
                        ExpectRcode(RCode::kRefused)},
                    Row{"ByNumber",
                        R"({"fault":"rcode","rcode":"11"})",
                        {kApex},
                        ExpectRcode(static_cast<RCode>(11))},
                    Row{"ExceptTypesListed",
                        R"({"fault":"rcode","rcode":"NOTIMP","except_types":["CAA"]})",
                        {kApex},
                        ExpectGood},
                    Row{"ExceptTypesOther",
                        R"({"fault":"rcode","rcode":"NOTIMP","except_types":["A"]})",
                        {kApex},
                        ExpectRcode(RCode::kNotImp)},
                    Row{"NameListed",
                        R"({"fault":"rcode","rcode":"NOTIMP","names":["www","@"]})",
                        {kApex},
                        ExpectRcode(RCode::kNotImp)},
                    Row{"OtherNameListed",
                        R"({"fault":"rcode","rcode":"NOTIMP","names":["www"]})",
                        {kApex},
                        ExpectGood},
                    Row{"ExtendedRcode",
                        R"({"fault":"rcode","rcode":"BADVERS"})",
                        {kApex},
                        ExpectRcode(RCode::kBadVers)},
                    Row{"FirstDecisiveWins",
                        R"({"fault":"rcode","rcode":"SERVFAIL"},{"fault":"drop"})",
                        {kApex},
                        ExpectRcode(RCode::kServFail)}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Silence, BehaviourTest,
    testing::Values(Row{"Drop", R"({"fault":"drop"})", {kApex}, ExpectKind(Reply::Kind::kDrop)},
                    Row{"DropCaaAskedSoa",
                        R"({"fault":"drop","types":["CAA"]})",
                        {kApex, RRType::kSOA},
                        ExpectKind(Reply::Kind::kSend)},
                    Row{"Unreachable",
                        R"({"fault":"unreachable"})",
                        {kApex},
                        ExpectKind(Reply::Kind::kUnreachable)},
                    Row{"OnlyTcp", R"({"fault":"drop","transport":"tcp"})", {kApex}, ExpectGood},
                    Row{"OnlyTcpAskedSo",
                        R"({"fault":"drop","transport":"tcp"})",
                        {.name = kApex, .transport = Transport::kTcp},
                        ExpectKind(Reply::Kind::kDrop)},
                    Row{"EdnsDropped",
                        R"({"fault":"drop","edns":"with"})",
                        {kApex},
                        ExpectKind(Reply::Kind::kDrop)},
                    Row{"EdnsDroppedAskedWithout",
                        R"({"fault":"drop","edns":"with"})",
                        {.name = kApex, .edns = false},
                        ExpectGood},
                    Row{"PercentStrikes",
                        R"({"fault":"drop","percent":99.9})",
                        {.name = kApex, .random = 1},
                        ExpectKind(Reply::Kind::kDrop)},
                    Row{"PercentZero", R"({"fault":"drop","percent":0})", {kApex}, ExpectGood}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(Lame, BehaviourTest,
                         testing::Values(Row{"NotAuthoritative",
                                             R"({"fault":"not-authoritative"})",
                                             {kApex},
                                             ExpectRcode(RCode::kNoError)},
                                         Row{"UpwardReferral",
                                             R"({"fault":"upward-referral"})",
                                             {kApex},
                                             [](const Answer& answer) {
                                               EXPECT_FALSE(answer.message.authoritative());
                                               EXPECT_THAT(
                                                   answer.Records(Section::kAuthority),
                                                   ElementsAre(". 518400 NS a.root-servers.test"));
                                             }},
                                         Row{"OtherZone",
                                             "",
                                             {.name = "www.example.net"},
                                             [](const Answer& answer) {
                                               EXPECT_EQ(answer.rcode(), RCode::kRefused)
                                                   << "it does not serve it";
                                             }},
                                         Row{"OtherServer",
                                             "",
                                             {.name = kApex, .server = "127.0.0.99"},
                                             ExpectKind(Reply::Kind::kUnreachable)},
                                         Row{"AaClearWithData",
                                             R"({"fault":"aa-clear"})",
                                             {kApex},
                                             [](const Answer& answer) {
                                               EXPECT_FALSE(answer.message.authoritative());
                                               EXPECT_THAT(answer.Records(Section::kAnswer),
                                                           SizeIs(1));
                                             }}),
                         kRowName);

INSTANTIATE_TEST_SUITE_P(Truncation, BehaviourTest,
                         testing::Values(Row{"Udp",
                                             R"({"fault":"truncate"})",
                                             {kApex},
                                             [](const Answer& answer) {
                                               EXPECT_TRUE(answer.message.truncated());
                                               EXPECT_EQ(answer.message.count(Section::kAnswer), 0);
                                             }},
                                         Row{"Tcp",
                                             R"({"fault":"truncate"})",
                                             {.name = kApex, .transport = Transport::kTcp},
                                             ExpectGood}),
                         kRowName);

INSTANTIATE_TEST_SUITE_P(
    Malformed, BehaviourTest,
    testing::Values(Row{"Garbage",
                        R"({"fault":"garbage"})",
                        {kApex},
                        [](const Answer& answer) {
                          EXPECT_NE(answer.failure.error, dns::ParseError::kNone);
                          EXPECT_EQ(answer.failure.section, Section::kAnswer);
                          EXPECT_TRUE(dns::PeekQuestion(answer.bytes).has_value());
                        }},
                    Row{"Trailing",
                        R"({"fault":"trailing-garbage"})",
                        {kApex},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.failure.error, dns::ParseError::kTrailingGarbage);
                        }},
                    Row{"Cut",
                        R"({"fault":"cut"})",
                        {kApex},
                        [](const Answer& answer) {
                          EXPECT_NE(answer.failure.error, dns::ParseError::kNone);
                          EXPECT_TRUE(dns::PeekQuestion(answer.bytes).has_value());
                        }}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Matching, BehaviourTest,
    testing::Values(Row{"WrongId",
                        R"({"fault":"wrong-id"})",
                        {kApex},
                        [](const Answer& answer) {
                          EXPECT_NE(answer.message.id(), kAskId);
                          EXPECT_EQ(answer.failure.error, dns::ParseError::kNone);
                        }},
                    Row{"WrongQuestion",
                        R"({"fault":"wrong-question"})",
                        {kApex},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.message.question_name().ToName().view().ToText(),
                                    "xxample.com");
                        }},
                    Row{"WrongSource",
                        R"({"fault":"wrong-source"})",
                        {kApex},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.reply.source, AddressOfText("127.0.0.11"));
                        }},
                    Row{"CaseEchoed",
                        "",
                        {.name = kApex, .case_bits = 0x2aa},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.message.question_name().ToName().view().ToText(),
                                    "ExAmPlE.Com");
                        }},
                    Row{"CaseLost",
                        R"({"fault":"lower-case"})",
                        {.name = kApex, .case_bits = 0x2aa},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.message.question_name().ToName().view().ToText(),
                                    "example.com");
                        }},
                    Row{"Late",
                        R"({"fault":"delay","ms":70},{"fault":"delay","ms":5})",
                        {kApex},
                        [](const Answer& answer) { EXPECT_EQ(answer.reply.delay.count(), 75); }},
                    Row{"Twice",
                        R"({"fault":"duplicate"})",
                        {kApex},
                        [](const Answer& answer) { EXPECT_EQ(answer.reply.copies, 2u); }}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    EdnsOption, BehaviourTest,
    testing::Values(Row{"Rejected",
                        R"({"fault":"rcode","rcode":"FORMERR","edns":"option"})",
                        {.name = kApex, .edns_option = true},
                        ExpectRcode(RCode::kFormErr)},
                    Row{"NotThere",
                        R"({"fault":"rcode","rcode":"FORMERR","edns":"option"})",
                        {kApex},
                        ExpectGood},
                    Row{"Taken", "", {.name = kApex, .edns_option = true}, ExpectGood}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(Edns, BehaviourTest,
                         testing::Values(Row{"Echoed",
                                             "",
                                             {.name = kApex, .dnssec_ok = true},
                                             [](const Answer& answer) {
                                               ASSERT_TRUE(answer.message.edns().has_value());
                                               EXPECT_TRUE(answer.message.edns()->dnssec_ok);
                                               EXPECT_EQ(answer.message.edns()->udp_payload_size,
                                                         1232);
                                             }},
                                         Row{"NotAsked",
                                             "",
                                             {.name = kApex, .edns = false},
                                             [](const Answer& answer) {
                                               EXPECT_FALSE(answer.message.edns().has_value())
                                                   << "RFC 6891 §7";
                                             }},
                                         Row{"Ignored",
                                             R"({"fault":"edns-ignored"})",
                                             {kApex},
                                             [](const Answer& answer) {
                                               ExpectGood(answer);
                                               EXPECT_FALSE(answer.message.edns().has_value());
                                             }}),
                         kRowName);

void ExpectSoa(const Answer& answer, const std::string& soa) {
  EXPECT_THAT(answer.Records(Section::kAuthority), ElementsAre(soa));
}

INSTANTIATE_TEST_SUITE_P(
    Negative, BehaviourTest,
    testing::Values(Row{"NoData",
                        "",
                        {"www.example.com"},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.rcode(), RCode::kNoError);
                          EXPECT_TRUE(answer.message.authoritative());
                          ExpectSoa(answer, "example.com 300 SOA ns1.example.com");
                        }},
                    Row{"NxDomain",
                        "",
                        {"no.example.com"},
                        [](const Answer& answer) {
                          EXPECT_EQ(answer.rcode(), RCode::kNXDomain);
                          ExpectSoa(answer, "example.com 300 SOA ns1.example.com");
                        }},
                    Row{"WithoutSoa",
                        R"({"fault":"no-soa"})",
                        {"www.example.com"},
                        [](const Answer& answer) {
                          EXPECT_THAT(answer.Records(Section::kAuthority), IsEmpty());
                          EXPECT_TRUE(answer.message.authoritative());
                        }},
                    Row{"ForeignSoa",
                        R"({"fault":"foreign-soa","soa":"example.org"})",
                        {"www.example.com"},
                        [](const Answer& answer) {
                          ExpectSoa(answer, "example.org 300 SOA ns1.example.com");
                        }},
                    Row{"EmptyNonTerminal",
                        "",
                        {"b.empty.example.com"},
                        [](const Answer& answer) { EXPECT_EQ(answer.rcode(), RCode::kNoError); }},
                    Row{"NxDomainForEmpty",
                        R"({"fault":"nxdomain-for-empty"})",
                        {"b.empty.example.com"},
                        [](const Answer& answer) { EXPECT_EQ(answer.rcode(), RCode::kNXDomain); }},
                    Row{"NxDomainForEmptyNotForOthers",
                        R"({"fault":"nxdomain-for-empty"})",
                        {"www.example.com"},
                        [](const Answer& answer) { EXPECT_EQ(answer.rcode(), RCode::kNoError); }}),
    kRowName);

TEST(ResponderTest, FailsTheFirstTriesAndThenWorks) {
  const auto world = WorldOf(WithFaults(R"({"fault":"drop","first":2})"));
  Responder responder(*world);
  for (const Reply::Kind kind :
       {Reply::Kind::kDrop, Reply::Kind::kDrop, Reply::Kind::kSend, Reply::Kind::kSend}) {
    EXPECT_EQ(AskResponder(&responder, {kApex})->reply.kind, kind);
  }
  EXPECT_EQ(AskResponder(&responder, {kApex, RRType::kSOA})->reply.kind, Reply::Kind::kDrop)
      << "tries are counted for each type";
}

/// Ten queries in one second, two in the next: what comes of each, as letters.
std::string AskAtRate(const std::string& fault, Transport transport) {
  const auto world = WorldOf(WithFaults(fault));
  Responder responder(*world);
  std::string out;
  for (uint64_t i = 0; i < 12; ++i) {
    const uint64_t now_ms = i < 10 ? 5000 + i : 6000;
    const auto answer =
        AskResponder(&responder, {.name = kApex, .transport = transport, .now_ms = now_ms});
    if (answer->reply.kind == Reply::Kind::kDrop) {
      out += '-';
    } else if (answer->rcode() == RCode::kRefused) {
      out += 'r';
    } else {
      out += answer->message.truncated() ? 't' : 'a';
    }
  }
  return out;
}

TEST(ResponderTest, LimitsItsRate) {
  const std::string limit = R"("fault":"rate-limit","per_second":4)";
  EXPECT_EQ(AskAtRate("{" + limit + "}", Transport::kUdp), "aaaa-t-t-taa");
  EXPECT_EQ(AskAtRate("{" + limit + R"(,"slip":0})", Transport::kUdp), "aaaa------aa");
  EXPECT_EQ(AskAtRate("{" + limit + R"(,"slip":1})", Transport::kUdp), "aaaattttttaa");
  EXPECT_EQ(AskAtRate("{" + limit + R"(,"over":"refused"})", Transport::kUdp), "aaaarrrrrraa");
  EXPECT_EQ(AskAtRate("{" + limit + "}", Transport::kTcp), "aaaaaaaaaaaa");
}

/// Sends bytes that no client sends.
Reply SendRaw(std::vector<uint8_t> bytes, std::vector<uint8_t>* out) {
  const auto world = WorldOf(WithFaults(""));
  Responder responder(*world);
  out->assign(dns::kMaxMessageSize, 0);
  const Reply reply = responder.Respond({bytes, AddressOfText("127.0.0.10")}, *out);
  out->resize(reply.size);
  return reply;
}

struct RawRow {
  std::string name;
  std::vector<uint8_t> bytes;
  Reply::Kind kind;
  int rcode;
};
std::ostream& operator<<(std::ostream& out, const RawRow& row) { return out << row.name; }

class RawTest : public testing::TestWithParam<RawRow> {};

TEST_P(RawTest, IsAnsweredOrDropped) {
  std::vector<uint8_t> out;
  const Reply reply = SendRaw(GetParam().bytes, &out);
  ASSERT_EQ(reply.kind, GetParam().kind);
  if (reply.kind != Reply::Kind::kSend) return;
  ASSERT_GE(out.size(), dns::kHeaderSize);
  EXPECT_EQ(out[0], 0xab);
  EXPECT_EQ(out[1], 0xcd);
  EXPECT_EQ(out[2] & 0x80, 0x80);
  EXPECT_EQ(out[3] & 0xf, GetParam().rcode);
}

constexpr int kFormErr = 1;
constexpr int kNotImp = 4;
constexpr int kRefused = 5;

INSTANTIATE_TEST_SUITE_P(
    Bytes, RawTest,
    testing::Values(
        RawRow{"Empty", {}, Reply::Kind::kDrop, 0},
        RawRow{"ElevenOctets", std::vector<uint8_t>(11, 0), Reply::Kind::kDrop, 0},
        RawRow{"AnAnswer", {0xab, 0xcd, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Reply::Kind::kDrop, 0},
        RawRow{
            "NoQuestion", {0xab, 0xcd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Reply::Kind::kSend, kFormErr},
        RawRow{"TwoQuestions",
               {0xab, 0xcd, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1},
               Reply::Kind::kSend,
               kFormErr},
        RawRow{"CutQuestion",
               {0xab, 0xcd, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'w'},
               Reply::Kind::kSend,
               kFormErr},
        RawRow{"OtherOpcode",
               {0xab, 0xcd, 0x10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1},
               Reply::Kind::kSend,
               kNotImp},
        RawRow{"OtherClass",
               {0xab, 0xcd, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 3},
               Reply::Kind::kSend,
               kRefused}),
    kRowName);

TEST(ResponderTest, SurvivesEveryCutAndFlippedQuery) {
  dns::QuerySpec spec;
  const dns::Name name = NameOf("www.example.com");
  spec.name = name;
  std::vector<uint8_t> query(dns::kMaxQuerySize);
  query.resize(dns::WriteQuery(spec, 0xabcd, 0, query));
  std::vector<uint8_t> out;
  for (size_t size = 0; size < query.size(); ++size) {
    const Reply reply = SendRaw({query.begin(), query.begin() + static_cast<long>(size)}, &out);
    EXPECT_EQ(reply.kind, size < dns::kHeaderSize ? Reply::Kind::kDrop : Reply::Kind::kSend);
  }
  for (size_t at = 0; at < query.size(); ++at) {
    for (const int flip : {0x01, 0x40, 0x80, 0xc0, 0xff}) {
      std::vector<uint8_t> flipped = query;
      flipped[at] = static_cast<uint8_t>(flipped[at] ^ flip);
      dns::Message message;
      const Reply reply = SendRaw(flipped, &out);
      if (reply.kind != Reply::Kind::kSend) continue;
      EXPECT_EQ(dns::Message::Parse(out, &message).error, dns::ParseError::kNone) << at;
    }
  }
}

TEST(ResponderTest, TellsUnknownEdnsVersions) {
  const auto world = WorldOf(WithFaults(""));
  Responder responder(*world);
  dns::QuerySpec spec;
  const dns::Name name = NameOf(kApex);
  spec.name = name;
  std::vector<uint8_t> query(dns::kMaxQuerySize);
  query.resize(dns::WriteQuery(spec, kAskId, 0, query));
  query[query.size() - 5] = 1;  // The OPT's version.
  std::vector<uint8_t> out(dns::kMaxMessageSize);
  const Reply reply = responder.Respond({query, AddressOfText("127.0.0.10")}, out);
  out.resize(reply.size);
  dns::Message message;
  ASSERT_EQ(dns::Message::Parse(out, &message).error, dns::ParseError::kNone);
  EXPECT_EQ(message.rcode(), RCode::kBadVers) << "RFC 6891 §6.1.3";
}

}  // namespace
}  // namespace caascan::lab
