// MatchReply: what has to agree before a datagram is believed (RFC 5452 §9).
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scanner/dns/query.h"
#include "scanner/net/match.h"
#include "tests/dns/message_builder.h"

namespace caascan::net {
namespace {

using dns::MessageBuilder;
using dns::RRType;

constexpr uint64_t kCaseBits = 0b1010'0110'1001;
constexpr uint16_t kReply = dns::kFlagQR | dns::kFlagAA;

dns::Name QueryName() {
  dns::Name name;
  dns::Name::FromText("www.example.com", &name);
  return name;
}

/// The queried name as it was sent, letter case and all, in presentation form.
std::string SentText() {
  const dns::Name name = QueryName();
  std::array<uint8_t, dns::kMaxQuerySize> query{};
  dns::WriteQuery({.name = name}, 1, kCaseBits, query);
  return dns::NameView::FromTrusted(query.data() + dns::kHeaderSize, name.size()).ToText();
}

std::vector<uint8_t> ReplyTo(const std::string& name, RRType type,
                             unsigned rr_class = dns::kClassIn, uint16_t flags = kReply) {
  return MessageBuilder(flags, {.questions = 1})
      .Name(name)
      .U16(static_cast<unsigned>(type))
      .U16(rr_class)
      .bytes();
}

std::vector<uint8_t> HeaderOnly(uint16_t flags) {
  return MessageBuilder(flags, {.questions = 0}).bytes();
}

std::vector<uint8_t> Cut(std::vector<uint8_t> message, size_t size) {
  message.resize(size);
  return message;
}

std::vector<uint8_t> Two(const std::string& name) {
  return MessageBuilder(kReply, {.questions = 2})
      .Question(name, RRType::kCAA)
      .Question(name, RRType::kCAA)
      .bytes();
}

TEST(CaseBitsTest, ANameWithLettersHasACapital) {
  for (const char* text : {"a", "www.example.com", "rego-1q7.com", "1-2-3-4-5-6-7-8-9.0a",
                           "123456789012345678901234567890.x"}) {
    dns::Name name;
    ASSERT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
    for (uint64_t random :
         {uint64_t{0}, uint64_t{1}, uint64_t{0b10'0000'0000'0001}, ~uint64_t{0}}) {
      std::array<uint8_t, dns::kMaxQuerySize> query{};
      dns::WriteQuery({.name = name}, 1, CaseBitsFor(name, random), query);
      const auto sent = std::span(query).subspan(dns::kHeaderSize, name.size());
      EXPECT_TRUE(std::any_of(sent.begin(), sent.end(),
                              [](uint8_t octet) { return octet >= 'A' && octet <= 'Z'; }))
          << text << " " << random;
    }
  }
}

TEST(CaseBitsTest, BitsThatMakeCapitalsAreLeftAlone) {
  for (uint64_t random : {uint64_t{0b10}, uint64_t{0b1'0000'0100}, ~uint64_t{0}}) {
    EXPECT_EQ(CaseBitsFor(QueryName(), random), random);
  }
  EXPECT_EQ(CaseBitsFor(dns::NameView(), 0), 0u) << "the root has no letters";
}

struct MatchRow {
  const char* name;
  std::vector<uint8_t> datagram;
  bool same_source;
  MatchVerdict expected;
};

class MatchReplyTest : public testing::TestWithParam<MatchRow> {};

TEST_P(MatchReplyTest, Judges) {
  const dns::Name name = QueryName();
  const dns::QuerySpec query{.name = name};
  EXPECT_EQ(MatchReply(query, kCaseBits, GetParam().same_source, GetParam().datagram),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Believed, MatchReplyTest,
    testing::Values(
        MatchRow{"SameQuestion", ReplyTo(SentText(), RRType::kCAA), true, MatchVerdict::kMatch},
        MatchRow{"TruncatedAnswer",
                 ReplyTo(SentText(), RRType::kCAA, dns::kClassIn, kReply | dns::kFlagTC), true,
                 MatchVerdict::kMatch},
        MatchRow{"GarbageBehindTheQuestion",
                 MessageBuilder(kReply, {.answers = 7})
                     .Question(SentText(), RRType::kCAA)
                     .Bytes("\xff\xff\xff")
                     .bytes(),
                 true, MatchVerdict::kMatch},
        // RFC 1035 lets a server that cannot read the query leave the question out; so may a
        // forger.
        MatchRow{"BareFormerr", HeaderOnly(dns::kFlagQR | 1), true, MatchVerdict::kBareError},
        MatchRow{"BareServfail", HeaderOnly(dns::kFlagQR | 2), true, MatchVerdict::kBareError},
        MatchRow{"BareNotimp", HeaderOnly(dns::kFlagQR | 4), true, MatchVerdict::kBareError},
        MatchRow{"BareRefused", HeaderOnly(dns::kFlagQR | 5), true, MatchVerdict::kBareError}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    NotBelieved, MatchReplyTest,
    testing::Values(
        MatchRow{"OtherSource", ReplyTo(SentText(), RRType::kCAA), false,
                 MatchVerdict::kOtherSource},
        // Where ten thousand are in flight, a stranger's answer now and then has the right ID.
        MatchRow{"BareErrorFromOtherSource", HeaderOnly(dns::kFlagQR | 2), false,
                 MatchVerdict::kUnrelated},
        MatchRow{"OtherNameFromOtherSource", ReplyTo("www.example.net", RRType::kCAA), false,
                 MatchVerdict::kUnrelated},
        MatchRow{"OtherTypeFromOtherSource", ReplyTo(SentText(), RRType::kA), false,
                 MatchVerdict::kUnrelated},
        MatchRow{"NoMessageFromOtherSource", Cut(HeaderOnly(dns::kFlagQR | 1), 11), false,
                 MatchVerdict::kUnrelated},
        MatchRow{"OtherName", ReplyTo("www.example.net", RRType::kCAA), true,
                 MatchVerdict::kOtherQuestion},
        MatchRow{"ParentName", ReplyTo("example.com", RRType::kCAA), true,
                 MatchVerdict::kOtherQuestion},
        MatchRow{"OtherType", ReplyTo(SentText(), RRType::kA), true, MatchVerdict::kOtherQuestion},
        MatchRow{"OtherClass", ReplyTo(SentText(), RRType::kCAA, 3), true,
                 MatchVerdict::kOtherQuestion},
        MatchRow{"LostLetterCase", ReplyTo("www.example.com", RRType::kCAA), true,
                 MatchVerdict::kOtherCase},
        MatchRow{"AllUpperCase", ReplyTo("WWW.EXAMPLE.COM", RRType::kCAA), true,
                 MatchVerdict::kOtherCase},
        // An error may come without the question; data, or its absence, may not.
        MatchRow{"BareNoerror", HeaderOnly(dns::kFlagQR), true, MatchVerdict::kNoQuestion},
        MatchRow{"BareNxdomain", HeaderOnly(dns::kFlagQR | 3), true, MatchVerdict::kNoQuestion},
        MatchRow{"QueryReflected", ReplyTo(SentText(), RRType::kCAA, dns::kClassIn, 0), true,
                 MatchVerdict::kNoMessage},
        MatchRow{"QueryFromElsewhere", ReplyTo(SentText(), RRType::kCAA, dns::kClassIn, 0), false,
                 MatchVerdict::kUnrelated},
        MatchRow{"TwoQuestions", Two(SentText()), true, MatchVerdict::kNoMessage},
        MatchRow{"PointerAsQuestion", MessageBuilder(kReply, {}).Pointer(0).U16(257).U16(1).bytes(),
                 true, MatchVerdict::kNoMessage},
        MatchRow{"HeaderCut", Cut(HeaderOnly(dns::kFlagQR | 1), 11), true,
                 MatchVerdict::kNoMessage},
        MatchRow{"IdOnly", Cut(HeaderOnly(dns::kFlagQR | 1), 2), true, MatchVerdict::kNoMessage},
        MatchRow{"Empty", {}, true, MatchVerdict::kNoMessage}),
    [](const auto& row) { return row.param.name; });

// What an ICMP error quotes.
TEST(IsQueryTest, TheWholeQuestionMustBeThere) {
  const dns::Name name = QueryName();
  const dns::QuerySpec query{.name = name};
  std::array<uint8_t, dns::kMaxQuerySize> buffer{};
  const size_t size = dns::WriteQuery(query, 1, kCaseBits, buffer);
  const auto sent = std::span<const uint8_t>(buffer).first(size);
  const size_t question_end = dns::kHeaderSize + name.size() + 4;
  for (size_t quoted = 0; quoted <= size; ++quoted) {
    EXPECT_EQ(IsQuery(query, kCaseBits, sent.first(quoted)), quoted >= question_end) << quoted;
  }
  EXPECT_FALSE(IsQuery(query, kCaseBits ^ 2, sent)) << "other letters";
  EXPECT_FALSE(IsQuery({.name = name, .type = RRType::kA}, kCaseBits, sent));
  EXPECT_FALSE(IsQuery(query, kCaseBits, ReplyTo(SentText(), RRType::kCAA))) << "an answer";
}

TEST(MostGuessesTest, IsLessForNamesOfFewLetters) {
  const auto guesses = [](const char* text, bool small_letters = false) {
    dns::Name name;
    dns::Name::FromText(text, &name);
    return MostGuesses({.name = name, .small_letters = small_letters});
  };
  EXPECT_EQ(guesses("1234.de"), 1u);
  EXPECT_EQ(guesses("163.com"), 1u);
  EXPECT_EQ(guesses("163.info"), 2u);
  EXPECT_EQ(guesses("www.example.com"), 2u);
  EXPECT_EQ(guesses("www.example.com", /*small_letters=*/true), 1u);
}

TEST(MatchReplyTest, ACutQuestionNeverMatches) {
  const dns::Name name = QueryName();
  const std::vector<uint8_t> whole = ReplyTo(SentText(), RRType::kCAA);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(MatchReply({.name = name}, kCaseBits, true, Cut(whole, size)),
              MatchVerdict::kNoMessage)
        << size << " octets";
  }
}

}  // namespace
}  // namespace caascan::net
