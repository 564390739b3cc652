// The reader against messages that servers send and messages that nobody should.
// Every sample is cut at every length and has every octet changed (message_samples.h).
#include "scanner/dns/message.h"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/dns/message_builder.h"
#include "tests/dns/message_samples.h"
#include "tests/dns/message_walk.h"

namespace caascan::dns {
namespace {

using Counts = MessageBuilder::Counts;
using namespace std::string_literals;

std::string TextOf(const MessageName& name) { return name.ToName().view().ToText(); }

Message Parsed(const std::vector<uint8_t>& bytes) {
  Message message;
  const ParseFailure failure = Message::Parse(bytes, &message);
  EXPECT_EQ(failure.error, ParseError::kNone)
      << ParseErrorText(failure.error) << " in " << SectionText(failure.section) << " at "
      << failure.offset;
  return message;
}

/// In memory of exactly its size, so that AddressSanitizer sees a read behind it.
bool Walk(std::span<const uint8_t> bytes) {
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  return WalkMessage(exact);
}

class SampleTest : public testing::TestWithParam<MessageSample> {};

TEST_P(SampleTest, IsSound) { EXPECT_TRUE(Walk(GetParam().bytes)); }

TEST_P(SampleTest, IsRefusedWhereverItIsCut) {
  const std::vector<uint8_t>& bytes = GetParam().bytes;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Walk(std::span(bytes).first(size))) << "cut to " << size;
  }
}

TEST_P(SampleTest, SurvivesEveryOctetChanged) {
  std::vector<uint8_t> bytes = GetParam().bytes;
  for (uint8_t& octet : bytes) {
    const uint8_t original = octet;
    for (unsigned change = 1; change < 256; ++change) {
      octet = static_cast<uint8_t>(original ^ change);
      Walk(bytes);
    }
    octet = original;
  }
}

TEST_P(SampleTest, RefusesTrailingGarbage) {
  std::vector<uint8_t> bytes = GetParam().bytes;
  bytes.push_back(0);
  Message message;
  const ParseFailure failure = Message::Parse(bytes, &message);
  EXPECT_EQ(failure.error, ParseError::kTrailingGarbage);
  EXPECT_EQ(failure.section, Section::kEnd);
  EXPECT_EQ(failure.offset, bytes.size() - 1);
}

INSTANTIATE_TEST_SUITE_P(Messages, SampleTest, testing::ValuesIn(MessageSamples()),
                         [](const auto& row) { return row.param.name; });

struct RefusedRow {
  const char* name;
  const char* section_of_rfc;
  MessageBuilder message;
  ParseError error;
  Section section;
  unsigned offset;

  friend void PrintTo(const RefusedRow& row, std::ostream* os) { *os << row.section_of_rfc; }
};

class RefusedTest : public testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedTest, SaysWhatAndWhere) {
  const RefusedRow& row = GetParam();
  Message message;
  const ParseFailure failure = Message::Parse(row.message.bytes(), &message);
  EXPECT_EQ(ParseErrorText(failure.error), ParseErrorText(row.error));
  EXPECT_EQ(SectionText(failure.section), SectionText(row.section));
  EXPECT_EQ(failure.offset, row.offset);
}

// "a." at 12 takes 3 octets, so the first record stands at 19 and its RDATA, behind a pointer, at
// 31.
MessageBuilder Base(Counts counts) {
  return MessageBuilder(kFlagQR | kFlagAA, counts).Question("a", RRType::kCAA);
}
MessageBuilder Answer(RRType type, const std::string& rdata) {
  return Base({1, 1}).Record(type, rdata);
}
const std::string k63 = "\x3f" + std::string(63, 'x');

INSTANTIATE_TEST_SUITE_P(
    Names, RefusedTest,
    testing::Values(
        RefusedRow{"PointerToItself", "RFC 1035 §4.1.4: a prior occurrence",
                   Base({1, 1}).Pointer(19).Head(RRType::kTXT, 0), ParseError::kPointerForward,
                   Section::kAnswer, 19},
        RefusedRow{"PointerForward", "RFC 1035 §4.1.4",
                   Base({1, 1}).Pointer(31).Head(RRType::kTXT, 1).U8(0),
                   ParseError::kPointerForward, Section::kAnswer, 19},
        RefusedRow{"PointerBeyondTheEnd", "RFC 1035 §4.1.4",
                   Base({1, 1}).Pointer(0x3fff).Head(RRType::kTXT, 0), ParseError::kPointerForward,
                   Section::kAnswer, 19},
        RefusedRow{"QuestionPointsToItself", "RFC 1035 §4.1.4",
                   MessageBuilder(kFlagQR, {1}).Pointer(12).U16(257).U16(1),
                   ParseError::kPointerForward, Section::kQuestion, 12},
        RefusedRow{"LoopOverALabel", "RFC 1035 §4.1.4: \"x\" then back to \"x\"",
                   Base({1, 1}).Record(RRType::kNS, "\1x\xc0\x1f"), ParseError::kPointerForward,
                   Section::kAnswer, 31},
        RefusedRow{"LoopOfTwoPointers", "RFC 1035 §4.1.4: TXT at 31 points to 33, CNAME back",
                   Base({1, 2})
                       .Record(RRType::kTXT, "\xc0\x21\1x\xc0\x1f"s)
                       .Record(RRType::kCNAME, "\xc0\x21"),
                   ParseError::kPointerForward, Section::kAnswer, 49},
        RefusedRow{"PointerCutOff", "RFC 1035 §4.1.4", Base({1, 1}).U8(0xc0),
                   ParseError::kNameTruncated, Section::kAnswer, 19},
        RefusedRow{"LabelCutOff", "RFC 1035 §3.1: the offset stays inside the message",
                   Base({1, 1}).Bytes("\x3fxyz"), ParseError::kNameTruncated, Section::kAnswer, 23},
        RefusedRow{"RdataNameRunsIntoTheNextRecord", "RFC 1035 §3.3",
                   Base({1, 2}).Record(RRType::kNS, "\5ab").Record(RRType::kTXT, ""),
                   ParseError::kNameTruncated, Section::kAnswer, 31},
        RefusedRow{"LabelType40", "RFC 6891 §5", Base({1, 1}).U8(0x41).U8(0).Head(RRType::kA, 0),
                   ParseError::kBadLabelType, Section::kAnswer, 19},
        RefusedRow{"LabelType80", "RFC 6891 §5", Base({1, 1}).U8(0x81).U8(0).Head(RRType::kA, 0),
                   ParseError::kBadLabelType, Section::kAnswer, 19},
        RefusedRow{"Size256", "RFC 1035 §2.3.4",
                   Base({1, 1})
                       .Bytes(k63 + k63 + k63 + "\x3e" + std::string(62, 'x') + "\0"s)
                       .Head(RRType::kTXT, 0),
                   ParseError::kNameTooLong, Section::kAnswer, 19 + 255},
        RefusedRow{"TooLongThroughAPointer", "RFC 1035 §2.3.4",
                   MessageBuilder(kFlagQR, {1, 1})
                       .Bytes(k63 + k63 + k63 + "\0"s)
                       .U16(257)
                       .U16(1)
                       .Bytes("\x3e" + std::string(62, 'x'))
                       .Pointer(12)
                       .Head(RRType::kTXT, 0),
                   ParseError::kNameTooLong, Section::kAnswer, 12 + 192}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Structure, RefusedTest,
    testing::Values(
        RefusedRow{"TwoQuestions", "RFC 9619 §4",
                   MessageBuilder(kFlagQR, {2}).Question("a", RRType::kA).Question("b", RRType::kA),
                   ParseError::kQuestionCount, Section::kHeader, 4},
        RefusedRow{"NoQuestionYetRecords", "RFC 9619 §4",
                   MessageBuilder(kFlagQR, {0, 1}).U8(0).Head(RRType::kTXT, 0),
                   ParseError::kQuestionCount, Section::kHeader, 4},
        RefusedRow{"BareHeaderAndGarbage", "RFC 1035 §4.1", MessageBuilder(kFlagQR, {0}).U8(0),
                   ParseError::kTrailingGarbage, Section::kEnd, 12},
        RefusedRow{"CountsMoreThanThereIs", "RFC 1035 §4.1.1", Base({1, 0, 0, 1}),
                   ParseError::kNameTruncated, Section::kAdditional, 19},
        RefusedRow{"CountsLessThanThereIs", "RFC 1035 §4.1.1",
                   Base({1, 0}).Record(RRType::kTXT, ""), ParseError::kTrailingGarbage,
                   Section::kEnd, 19},
        RefusedRow{"RdlengthBeyondTheEnd", "RFC 1035 §4.1.3",
                   Base({1, 0, 1}).Pointer(12).Head(RRType::kTXT, 2).U8(1),
                   ParseError::kRecordTruncated, Section::kAuthority, 21},
        RefusedRow{"TwoOpts", "RFC 6891 §6.1.1", Base({1, 0, 0, 2}).Opt().Opt(),
                   ParseError::kSeveralOpt, Section::kAdditional, 30},
        RefusedRow{"OptInAnswer", "RFC 6891 §6.1.1", Base({1, 1}).Opt(), ParseError::kOptMisplaced,
                   Section::kAnswer, 19},
        RefusedRow{"OptWithOwner", "RFC 6891 §6.1.2",
                   Base({1, 0, 0, 1}).Pointer(12).Head(RRType::kOPT, 0), ParseError::kOptMisplaced,
                   Section::kAdditional, 19},
        RefusedRow{"OptWithPointerToTheRoot", "RFC 6891 §6.1.2",
                   Base({1, 0, 0, 1}).Pointer(14).Head(RRType::kOPT, 0), ParseError::kOptMisplaced,
                   Section::kAdditional, 19}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rdata, RefusedTest,
    testing::Values(
        RefusedRow{"ShortA", "RFC 1035 §3.4.1", Answer(RRType::kA, "\1\2\3"), ParseError::kBadRdata,
                   Section::kAnswer, 31},
        RefusedRow{"LongA", "RFC 1035 §3.4.1", Answer(RRType::kA, "\1\2\3\4\5"),
                   ParseError::kBadRdata, Section::kAnswer, 31},
        RefusedRow{"AaaaOfFour", "RFC 3596 §2.2", Answer(RRType::kAAAA, "\1\2\3\4"),
                   ParseError::kBadRdata, Section::kAnswer, 31},
        RefusedRow{"EmptyNs", "RFC 1035 §3.3.11", Answer(RRType::kNS, ""),
                   ParseError::kNameTruncated, Section::kAnswer, 31},
        RefusedRow{"CnameAndGarbage", "RFC 1035 §3.3.1", Answer(RRType::kCNAME, "\1x\0y"s),
                   ParseError::kBadRdata, Section::kAnswer, 31},
        RefusedRow{"DnameAndGarbage", "RFC 6672 §2.1", Answer(RRType::kDNAME, "\xc0\x0c\0"s),
                   ParseError::kBadRdata, Section::kAnswer, 31},
        RefusedRow{"SoaWithoutNumbers", "RFC 1035 §3.3.13", Answer(RRType::kSOA, "\0\0"s),
                   ParseError::kBadRdata, Section::kAnswer, 31},
        RefusedRow{"SoaTooLong", "RFC 1035 §3.3.13",
                   Answer(RRType::kSOA, "\0\0"s + std::string(21, '\1')), ParseError::kBadRdata,
                   Section::kAnswer, 31},
        RefusedRow{"SoaOfOneName", "RFC 1035 §3.3.13", Answer(RRType::kSOA, "\0"s),
                   ParseError::kNameTruncated, Section::kAnswer, 31}),
    [](const auto& row) { return row.param.name; });

TEST(MessageTest, RefusesMoreThanADnsMessageCanHold) {
  std::vector<uint8_t> bytes = Base({1, 1}).Pointer(12).Head(RRType::kTXT, 65504).bytes();
  bytes.resize(65535);
  EXPECT_TRUE(Walk(bytes));
  bytes.push_back(0);
  EXPECT_FALSE(Walk(bytes));
}

/// Pointers that lead to pointers: sound by RFC 1035, yet the cost of a message must not grow with
/// its size squared.
TEST(MessageTest, BoundsThePointersOfOneName) {
  // Behind the question, at 31: a root, then pointers each to the one before.
  const auto with_chain = [](unsigned pointers) {
    MessageBuilder builder = Base({1, 2}).Pointer(12).Head(RRType::kTXT, 1 + 2 * pointers).U8(0);
    for (unsigned i = 0; i < pointers; ++i) {
      builder.Pointer(i == 0 ? builder.size() - 1 : builder.size() - 2);
    }
    builder.Pointer(builder.size() - 2).Head(RRType::kTXT, 0);
    return builder.bytes();
  };
  EXPECT_TRUE(Walk(with_chain(126))) << "127 pointers, the owner's own included";
  Message message;
  EXPECT_EQ(Message::Parse(with_chain(127), &message).error, ParseError::kPointerForward);
}

TEST(MessageTest, ReadsHeaderAndQuestion) {
  const auto bytes = MessageBuilder(kFlagQR | kFlagAA | kFlagTC | 0x2800 | 3, {1}, 0xabcd)
                         .Question("WwW.example", RRType::kAAAA)
                         .bytes();
  const Message message = Parsed(bytes);
  EXPECT_EQ(message.id(), 0xabcd);
  EXPECT_TRUE(message.is_response());
  EXPECT_TRUE(message.authoritative());
  EXPECT_TRUE(message.truncated());
  EXPECT_EQ(message.opcode(), 5);
  EXPECT_EQ(message.rcode(), RCode::kNXDomain);
  EXPECT_TRUE(message.has_question());
  EXPECT_EQ(TextOf(message.question_name()), "WwW.example");
  EXPECT_EQ(message.question_type(), RRType::kAAAA);
  EXPECT_EQ(message.question_class(), kClassIn);
  EXPECT_FALSE(message.edns().has_value());
}

TEST(MessageTest, ReadsRecordsInOrder) {
  const auto bytes = FullSample();
  const Message message = Parsed(bytes);
  std::string seen;
  for (const RecordView& record : message.records()) {
    seen += std::string(SectionText(record.section)) + " " + TextOf(record.owner) + " " +
            TypeName(record.type) + "\n";
    EXPECT_EQ(record.ttl, 300u);
  }
  EXPECT_EQ(seen,
            "answer www.example.com CNAME\n"
            "answer example.com CAA\n"
            "authority example.com SOA\n"
            "authority example.com NS\n"
            "additional ns.example.com A\n"
            "additional ns.example.com AAAA\n");
  EXPECT_EQ(message.count(Section::kAnswer), 2);
  EXPECT_EQ(message.count(Section::kAuthority), 2);
  EXPECT_EQ(message.count(Section::kAdditional), 3) << "the OPT counts";
  for (const RecordView& record : message.records()) {
    if (record.type == RRType::kCNAME) {
      EXPECT_EQ(TextOf(record.NameRdata()), "example.com");
    } else if (record.type == RRType::kNS) {
      EXPECT_EQ(TextOf(record.NameRdata()), "ns.example.com");
    } else if (record.type == RRType::kSOA) {
      EXPECT_EQ(TextOf(record.NameRdata()), "ns.example.com");
      EXPECT_EQ(ReadSoa(record).serial, 2026u);
      EXPECT_EQ(ReadSoa(record).minimum, 900u);
    } else if (record.type == RRType::kCAA) {
      EXPECT_EQ(ReadCaa(record.rdata).value, "letsencrypt.org");
    }
  }
}

// RFC 2181 §8: a TTL is 31 bits; with the top bit set it counts as 0.

struct TtlRow {
  const char* name;
  uint32_t field;
  uint32_t ttl_s;
};

class TtlTest : public testing::TestWithParam<TtlRow> {};

TEST_P(TtlTest, OfRecordsAndOfEmptyAnswers) {
  const TtlRow& row = GetParam();
  EXPECT_EQ(TtlSeconds(row.field), row.ttl_s);
  MessageBuilder builder(kFlagQR, {1, 0, 1});
  builder.Question("example", RRType::kCAA).Pointer(kHeaderSize);
  builder.U16(static_cast<uint16_t>(RRType::kSOA)).U16(kClassIn).U32(row.field).U16(2 + 20);
  builder.U8(0).U8(0).U32(1).U32(2).U32(3).U32(4).U32(row.field);
  const auto bytes = builder.bytes();
  const Message message = Parsed(bytes);
  for (const RecordView& record : message.records()) {
    EXPECT_EQ(record.ttl, row.ttl_s);
    EXPECT_EQ(ReadSoa(record).minimum, row.ttl_s) << "RFC 2308 §4: it is a TTL as well";
  }
}

INSTANTIATE_TEST_SUITE_P(Fields, TtlTest,
                         testing::Values(TtlRow{"Zero", 0, 0}, TtlRow{"OneHour", 3600, 3600},
                                         TtlRow{"Longest", 0x7fffffff, 0x7fffffff},
                                         TtlRow{"TopBit", 0x80000000, 0},
                                         TtlRow{"TopBitAndMore", 0x80000e10, 0},
                                         TtlRow{"AllBits", 0xffffffff, 0}),
                         [](const auto& row) { return row.param.name; });

TEST(MessageTest, TheTopBitOfAnOptRecordsTtlIsPartOfTheRcode) {
  const auto bytes = MessageBuilder(kFlagQR, {1, 0, 0, 1})
                         .Question("example", RRType::kCAA)
                         .Opt({}, 0x80008000)
                         .bytes();
  const Message message = Parsed(bytes);
  EXPECT_EQ(static_cast<unsigned>(message.rcode()), 0x800u);
  EXPECT_TRUE(message.edns()->dnssec_ok);
}

/// Records of other classes are neither checked nor shown.
TEST(MessageTest, PassesOverOtherClasses) {
  const auto bytes =
      Base({1, 2}).Pointer(12).Head(RRType::kA, 1, 3).U8(0).Record(RRType::kA, "\1\2\3\4").bytes();
  const Message message = Parsed(bytes);
  int records = 0;
  for (const RecordView& record : message.records()) {
    EXPECT_EQ(record.rdata.size(), 4u);
    ++records;
  }
  EXPECT_EQ(records, 1);
}

TEST(MessageTest, ComparesNamesThroughPointers) {
  const auto bytes = FullSample();
  const Message message = Parsed(bytes);
  Name name;
  ASSERT_EQ(Name::FromText("WWW.EXAMPLE.com", &name), NameError::kNone);
  EXPECT_TRUE((*message.records().begin()).owner.Equals(name));
  for (const char* other : {"example.com", "wwx.example.com", "www.example.com.a", "ww.example.com",
                            "www.example.cox", "."}) {
    ASSERT_EQ(Name::FromText(other, &name), NameError::kNone);
    EXPECT_FALSE((*message.records().begin()).owner.Equals(name)) << other;
  }
}

TEST(MessageTest, TakesABareHeaderWithAnError) {
  for (const unsigned rcode : {1u, 4u}) {
    const auto bytes = MessageBuilder(static_cast<uint16_t>(kFlagQR | rcode), {0}).bytes();
    const Message message = Parsed(bytes);
    EXPECT_FALSE(message.has_question());
    EXPECT_EQ(message.rcode(), static_cast<RCode>(rcode));
    const auto records = message.records();
    EXPECT_FALSE(records.begin() != records.end());
  }
}

}  // namespace
}  // namespace caascan::dns
