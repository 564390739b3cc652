// What a message says beside its records: EDNS, extended errors, CAA fields, and the peek.
#include <gtest/gtest.h>

#include "scanner/dns/message.h"
#include "tests/dns/message_builder.h"

namespace caascan::dns {
namespace {

using namespace std::string_literals;

std::vector<uint8_t> WithOpt(const std::string& options, uint32_t ttl = 0, uint16_t rcode = 0) {
  return MessageBuilder(static_cast<uint16_t>(kFlagQR | rcode), {1, 0, 0, 1})
      .Question("a", RRType::kCAA)
      .Opt(options, ttl)
      .bytes();
}

Message Parsed(const std::vector<uint8_t>& bytes) {
  Message message;
  EXPECT_EQ(Message::Parse(bytes, &message).error, ParseError::kNone);
  return message;
}

TEST(EdnsTest, ReadsTheFixedPart) {
  const auto bytes = WithOpt("", 0x00018000);
  const Message message = Parsed(bytes);
  ASSERT_TRUE(message.edns().has_value());
  EXPECT_EQ(message.edns()->udp_payload_size, 1232);
  EXPECT_EQ(message.edns()->version, 1);
  EXPECT_TRUE(message.edns()->dnssec_ok);
  EXPECT_FALSE(message.edns()->extended_error().has_value());
}

/// RFC 6891 §6.1.3: the OPT holds the upper eight bits.
TEST(EdnsTest, ExtendsTheRcode) {
  EXPECT_EQ(Parsed(WithOpt("", 0x01000000)).rcode(), RCode::kBadVers);
  EXPECT_EQ(static_cast<int>(Parsed(WithOpt("", 0xff000000, 15)).rcode()), 0xfff);
  EXPECT_EQ(Parsed(WithOpt("", 0x00ff0000, 2)).rcode(), RCode::kServFail) << "not the version";
}

struct EdeRow {
  const char* name;
  std::string options;
  bool found;
  int code;
  std::string text;
};

class ExtendedErrorTest : public testing::TestWithParam<EdeRow> {};

TEST_P(ExtendedErrorTest, ReadsTheFirstOneThatCanBeRead) {
  const EdeRow& row = GetParam();
  const auto bytes = WithOpt(row.options);
  const auto error = Parsed(bytes).edns()->extended_error();
  ASSERT_EQ(error.has_value(), row.found);
  if (!row.found) return;
  EXPECT_EQ(error->info_code, row.code);
  EXPECT_EQ(error->extra_text, row.text);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc8914Section2, ExtendedErrorTest,
    testing::Values(EdeRow{"CodeOnly", "\0\xf\0\2\0\x16"s, true, 22, ""},
                    EdeRow{"CodeAndText", "\0\xf\0\5\0\6bad"s, true, 6, "bad"},
                    EdeRow{"AnyOctetsInText", "\0\xf\0\5\0\6\0\xff\n"s, true, 6, "\0\xff\n"s},
                    EdeRow{"BehindAnotherOption", "\0\xa\0\4abcd\0\xf\0\2\0\x17"s, true, 23, ""},
                    EdeRow{"FirstOfTwo", "\0\xf\0\2\0\1\0\xf\0\2\0\2"s, true, 1, ""},
                    EdeRow{"TooShortThenSound", "\0\xf\0\1\0\0\xf\0\2\0\3"s, true, 3, ""},
                    EdeRow{"TooShort", "\0\xf\0\1\0"s, false, 0, ""},
                    EdeRow{"Empty", "\0\xf\0\0"s, false, 0, ""},
                    EdeRow{"LengthBeyondTheOption", "\0\xf\0\3\0\6"s, false, 0, ""},
                    EdeRow{"OptionCutOff", "\0\xf\0"s, false, 0, ""},
                    EdeRow{"OtherOptions", "\0\x3\0\0\0\xa\0\0"s, false, 0, ""}),
    [](const auto& row) { return row.param.name; });

struct CaaRow {
  const char* name;
  std::string rdata;
  int flags;
  std::string tag;
  std::string value;
};

class ReadCaaTest : public testing::TestWithParam<CaaRow> {};

TEST_P(ReadCaaTest, SplitsTheFields) {
  const CaaRow& row = GetParam();
  const std::vector<uint8_t> bytes(row.rdata.begin(), row.rdata.end());
  const CaaRdata caa = ReadCaa(bytes);
  EXPECT_EQ(caa.flags, row.flags);
  EXPECT_EQ(caa.tag, row.tag);
  EXPECT_EQ(caa.value, row.value);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc8659Section41, ReadCaaTest,
    testing::Values(CaaRow{"Sound", "\0\5issue;"s, 0, "issue", ";"},
                    CaaRow{"Critical", "\x80\5issueca.example"s, 128, "issue", "ca.example"},
                    CaaRow{"EmptyValue", "\0\5issue"s, 0, "issue", ""},
                    CaaRow{"AnyOctets", "\xff\1\0\0\xff"s, 255, "\0"s, "\0\xff"s},
                    CaaRow{"NoTag", "\x80\0ca.example"s, 128, "", "ca.example"},
                    CaaRow{"NoTagNoValue", "\1\0"s, 1, "", ""},
                    CaaRow{"TagLengthBeyondTheData", "\0\6issue"s, 0, "", "issue"},
                    CaaRow{"LongestTagLength", "\0\xff;"s, 0, "", ";"},
                    CaaRow{"FlagsOnly", "\x80", 128, "", ""}, CaaRow{"Nothing", "", 0, "", ""}),
    [](const auto& row) { return row.param.name; });

TEST(ReadTxtTest, JoinsTheStrings) {
  const auto read = [](std::string_view rdata) {
    return ReadTxt({reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
  };
  EXPECT_EQ(read("\2ab\1c"s), "abc");
  EXPECT_EQ(read("\0\0"s), "");
  EXPECT_EQ(read(""s), "");
  EXPECT_EQ(read("\3\0\xff;"s), "\0\xff;"s);
  for (const std::string& broken : {"\3ab"s, "\1a\1"s, "\xff"s}) EXPECT_FALSE(read(broken));
}

/// Whatever their form, CAA records count as present.
TEST(EdnsMessageTest, DoesNotJudgeCaaRdata) {
  const auto bytes = MessageBuilder(kFlagQR, {1, 2})
                         .Question("a", RRType::kCAA)
                         .Record(RRType::kCAA, "")
                         .Record(RRType::kCAA, "\0\xff;"s)
                         .bytes();
  const Message message = Parsed(bytes);
  int records = 0;
  for (const RecordView& record : message.records()) {
    EXPECT_TRUE(ReadCaa(record.rdata).tag.empty());
    ++records;
  }
  EXPECT_EQ(records, 2);
}

TEST(PeekQuestionTest, ReadsWhatMatchingNeeds) {
  auto bytes = MessageBuilder(kFlagQR | kFlagTC | 2, {1, 99, 99, 99}, 0xfeed)
                   .Question("ExAmple", RRType::kCAA)
                   .Bytes("and then no message at all")
                   .bytes();
  const auto peek = PeekQuestion(bytes);
  ASSERT_TRUE(peek.has_value()) << "what stands behind the question does not matter";
  EXPECT_EQ(peek->id, 0xfeed);
  EXPECT_TRUE(peek->is_response);
  EXPECT_TRUE(IsTruncated(bytes));
  EXPECT_EQ(HeaderRCode(bytes), RCode::kServFail);
  EXPECT_EQ(peek->rcode, RCode::kServFail);
  EXPECT_EQ(peek->name.ToText(), "ExAmple");
  EXPECT_EQ(peek->type, RRType::kCAA);
  EXPECT_EQ(peek->rr_class, kClassIn);
}

TEST(PeekQuestionTest, TakesAHeaderWithoutQuestion) {
  const auto peek = PeekQuestion(MessageBuilder(kFlagQR | 1, {0}).bytes());
  ASSERT_TRUE(peek.has_value());
  EXPECT_FALSE(peek->has_question);
  EXPECT_EQ(peek->rcode, RCode::kFormErr);
}

TEST(PeekFlagsTest, OfADatagramThatIsTooShortNothingIsSaid) {
  const std::vector<uint8_t> bytes = {0, 1, 0x83, 0x85, 0};
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const auto datagram = std::span(bytes).first(size);
    EXPECT_EQ(IsTruncated(datagram), size > 2) << size;
    EXPECT_EQ(HeaderRCode(datagram), size > 3 ? std::optional(RCode::kRefused) : std::nullopt);
  }
}

TEST(PeekQuestionTest, RefusesEverythingElse) {
  const std::string label = "\x3f" + std::string(63, 'x');
  const std::vector<std::pair<const char*, MessageBuilder>> rows = {
      {"two questions", MessageBuilder(0, {2}).Question("a", RRType::kA)},
      {"a pointer", MessageBuilder(0, {1}).Pointer(4).U16(1).U16(1)},
      {"an unknown label type", MessageBuilder(0, {1}).U8(0x40).U8(0).U16(1).U16(1)},
      {"no end of the name", MessageBuilder(0, {1}).Bytes("\1a\1b")},
      {"no type", MessageBuilder(0, {1}).Name("a")},
      {"no class", MessageBuilder(0, {1}).Name("a").U16(1).U8(0)},
      {"256 octets", MessageBuilder(0, {1})
                         .Bytes(label + label + label + "\x3e" + std::string(62, 'x') + "\0"s)
                         .U16(1)
                         .U16(1)},
  };
  for (const auto& [what, message] : rows) {
    EXPECT_FALSE(PeekQuestion(message.bytes()).has_value()) << what;
  }
  const auto sound = MessageBuilder(0, {1}).Question("a", RRType::kA).bytes();
  for (size_t size = 0; size < sound.size(); ++size) {
    EXPECT_FALSE(PeekQuestion(std::span(sound).first(size)).has_value()) << size;
  }
  EXPECT_TRUE(PeekQuestion(sound).has_value());
}

TEST(TextTest, EveryCodeHasWords) {
  for (int i = 0; i <= static_cast<int>(ParseError::kTrailingGarbage); ++i) {
    EXPECT_NE(ParseErrorText(static_cast<ParseError>(i)), "unknown") << i;
  }
  for (int i = 0; i <= static_cast<int>(Section::kEnd); ++i) {
    EXPECT_NE(SectionText(static_cast<Section>(i)), "unknown") << i;
  }
  EXPECT_EQ(TypeName(RRType::kCAA), "CAA");
  EXPECT_EQ(TypeName(RRType::kUnassigned), "TYPE65280");
  EXPECT_EQ(RCodeName(RCode::kBadVers), "BADVERS");
  EXPECT_EQ(RCodeName(static_cast<RCode>(11)), "RCODE11");
}

}  // namespace
}  // namespace caascan::dns
