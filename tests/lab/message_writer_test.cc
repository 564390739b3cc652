// Messages with compressed names, read back with the scanner's reader.
#include "tools/caalab/serve/message_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RRType;
using dns::Section;

Rdata NameRdata(std::string_view text) {
  return {{RdataPart::Kind::kName, 0, std::string(NameOf(text).view().bytes())}};
}

/// A message about "www.example.com", written into a buffer of a given size.
class MessageWriterTest : public testing::Test {
 protected:
  void Begin(size_t limit = 512) {
    buffer_.assign(limit, 0xee);
    writer_.emplace(buffer_, limit);
    question_.assign(name_.view().data(), name_.view().data() + name_.size());
    question_.insert(question_.end(), {1, 1, 0, 1});
    writer_->Begin(7, dns::kFlagQR, question_, name_);
  }
  bool Add(std::string_view owner, RRType type, const Rdata& rdata) {
    const dns::Name name = NameOf(owner);
    return writer_->Add(Section::kAnswer, name, type, 60, rdata, {});
  }
  std::vector<std::string> Read() {
    answer_.bytes.assign(buffer_.begin(), buffer_.begin() + static_cast<long>(writer_->size()));
    answer_.failure = dns::Message::Parse(answer_.bytes, &answer_.message);
    EXPECT_EQ(answer_.failure.error, dns::ParseError::kNone);
    return answer_.Records(Section::kAnswer);
  }

  const dns::Name name_ = NameOf("www.example.com");  // The writer knows names by their places.
  std::vector<uint8_t> buffer_;
  std::vector<uint8_t> question_;
  std::optional<MessageWriter> writer_;
  Answer answer_;
};

TEST_F(MessageWriterTest, OwnersPointAtTheQuestion) {
  Begin();
  const size_t before = writer_->size();
  ASSERT_TRUE(Add("www.example.com", RRType::kCNAME, NameRdata("web.example.com")));
  EXPECT_EQ(writer_->size() - before, 2 + 10 + (4 + 2u)) << "a pointer, and \"web\" with one";
  EXPECT_THAT(Read(), testing::ElementsAre("www.example.com 60 CNAME web.example.com"));
}

TEST_F(MessageWriterTest, LaterNamesPointAtEarlierOnes) {
  Begin();
  ASSERT_TRUE(Add("example.com", RRType::kNS, NameRdata("ns1.hosting.example.net")));
  const size_t before = writer_->size();
  ASSERT_TRUE(Add("example.com", RRType::kNS, NameRdata("ns2.HOSTING.example.net")));
  EXPECT_EQ(writer_->size() - before, 2 + 10 + (4 + 2u));
  EXPECT_THAT(Read(), testing::ElementsAre("example.com 60 NS ns1.hosting.example.net",
                                           "example.com 60 NS ns2.hosting.example.net"));
}

TEST_F(MessageWriterTest, TheRootIsOneOctet) {
  Begin();
  const size_t before = writer_->size();
  ASSERT_TRUE(Add(".", RRType::kNS, NameRdata(".")));
  EXPECT_EQ(writer_->size() - before, 1 + 10 + 1u);
  EXPECT_THAT(Read(), testing::ElementsAre(". 60 NS ."));
}

TEST_F(MessageWriterTest, NewerTypesAreNotCompressed) {
  Begin();
  const size_t before = writer_->size();
  ASSERT_TRUE(Add("www.example.com", RRType::kDNAME, NameRdata("web.example.com")));
  EXPECT_EQ(writer_->size() - before, 2 + 10 + 17u) << "RFC 3597 §4";
}

TEST_F(MessageWriterTest, SuffixesAreOnlyWholeLabels) {
  Begin();
  ASSERT_TRUE(Add("xwww.example.com", RRType::kNS, NameRdata("www.example.co")));
  EXPECT_THAT(Read(), testing::ElementsAre("xwww.example.com 60 NS www.example.co"));
}

TEST_F(MessageWriterTest, ARecordThatDoesNotFitIsLeftOutWhole) {
  for (size_t limit = 33; limit < 33 + 40; ++limit) {
    Begin(limit);
    writer_->Reserve(11);
    const bool fits = Add("www.example.com", RRType::kNS, NameRdata("ns1.example.net"));
    EXPECT_EQ(fits, limit >= 33 + 11 + 2 + 10 + 17) << limit;
    EXPECT_EQ(Read().size(), fits ? 1u : 0u);
    writer_->AddOpt(1232, 0, false);
    // The OPT has its room: 33 octets of header and question may leave none at all.
    EXPECT_EQ(writer_->size(), fits ? 33 + 29 + 11u : limit >= 44 ? 44u : 33u);
  }
}

TEST_F(MessageWriterTest, ClearedRecordsAreForgotten) {
  Begin();
  ASSERT_TRUE(Add("example.com", RRType::kNS, NameRdata("ns1.example.net")));
  writer_->ClearRecords();
  EXPECT_THAT(Read(), testing::IsEmpty());
  ASSERT_TRUE(Add("example.com", RRType::kNS, NameRdata("ns2.example.net")));
  EXPECT_THAT(Read(), testing::ElementsAre("example.com 60 NS ns2.example.net"));
}

TEST_F(MessageWriterTest, ManyNamesOverflowTheMemoryOfSuffixesHarmlessly) {
  Begin(16000);
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    const std::string host = "host" + std::to_string(i) + ".zone" + std::to_string(i) + ".test";
    ASSERT_TRUE(Add("www.example.com", RRType::kNS, NameRdata(host)));
    expected.push_back("www.example.com 60 NS " + host);
  }
  EXPECT_EQ(Read(), expected);
}

TEST(CompleteTest, RefusesNamesThatAreTooLong) {
  const std::string label(60, 'a');
  const dns::Name three = NameOf(label + "." + label + "." + label);
  EXPECT_TRUE(Complete(three, NameOf(label)).has_value());
  EXPECT_FALSE(Complete(three, NameOf(label + ".test.example")).has_value());
  EXPECT_EQ(Complete(NameOf("www"), NameOf("example.com"))->view().ToText(), "www.example.com");
  EXPECT_EQ(RelativePart(NameOf("www.example.com"), NameOf("example.com")).view().ToText(), "www");
}

}  // namespace
}  // namespace caascan::lab
