// Every query is read back with the message reader.
#include "scanner/dns/query.h"

#include <array>
#include <bitset>

#include <gtest/gtest.h>

#include "scanner/dns/message.h"

namespace caascan::dns {
namespace {

Name N(std::string_view text) {
  Name name;
  EXPECT_EQ(Name::FromText(text, &name), NameError::kNone) << text;
  return name;
}

class Query {
 public:
  Query(const QuerySpec& spec, uint16_t id, uint64_t case_bits) {
    const size_t size = WriteQuery(spec, id, case_bits, bytes_);
    const ParseFailure failure = Message::Parse(std::span(bytes_).first(size), &message_);
    EXPECT_EQ(failure.error, ParseError::kNone) << ParseErrorText(failure.error);
  }
  const Message* operator->() const { return &message_; }

 private:
  std::array<uint8_t, kMaxQuerySize> bytes_{};
  Message message_;
};

TEST(WriteQueryTest, AsksOneQuestion) {
  const Name name = N("www.example.com");
  const Query query({.name = name}, 0xBEEF, 0);
  EXPECT_EQ(query->id(), 0xBEEF);
  EXPECT_FALSE(query->is_response());
  EXPECT_EQ(query->opcode(), kOpcodeQuery);
  EXPECT_EQ(query->flags(), 0);
  EXPECT_TRUE(query->question_name().ToName().view().IdenticalTo(name));
  EXPECT_EQ(query->question_type(), RRType::kCAA);
  EXPECT_EQ(query->question_class(), kClassIn);
  EXPECT_EQ(query->count(Section::kAnswer), 0);
  EXPECT_EQ(query->count(Section::kAuthority), 0);
}

TEST(WriteQueryTest, CarriesTheContactInAnOption) {
  const std::string longest(kMaxContactSize, 'x');
  std::string long_name;
  for (int i = 0; i < 3; ++i) long_name += std::string(63, 'a') + ".";
  const Name name = N(long_name + std::string(61, 'b'));
  for (const std::string_view contact :
       {std::string_view("scan@example.org"), std::string_view(longest)}) {
    const Query query({.name = name, .contact = contact}, 1, 0);
    ASSERT_TRUE(query->edns().has_value());
    const std::span<const uint8_t> options = query->edns()->options;
    ASSERT_EQ(options.size(), 4 + contact.size());
    EXPECT_EQ(options[0] * 256 + options[1], 65001);
    EXPECT_EQ(options[2] * 256u + options[3], contact.size());
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(options.data()) + 4, contact.size()),
              contact);
  }
}

/// RFC 7830 §3, RFC 8467 §4.1.
TEST(WriteQueryTest, PadsToAMultiple) {
  const std::string contact(kMaxContactSize, 'x');
  for (size_t length = 1; length <= 63; ++length) {
    const Name name = N(std::string(length, 'a') + ".example");
    for (const std::string_view also : {std::string_view(), std::string_view(contact)}) {
      const Query query({.name = name, .contact = also, .pad_to = 128}, 1, 0);
      EXPECT_EQ(query->bytes().size() % 128, 0u);
      EXPECT_LE(query->bytes().size(), kMaxQuerySize);
      ASSERT_TRUE(query->edns().has_value());
      std::span<const uint8_t> options = query->edns()->options;
      if (!also.empty()) options = options.subspan(4 + also.size());
      ASSERT_GE(options.size(), 4u);
      EXPECT_EQ(options[0] * 256 + options[1], 12);
      EXPECT_EQ(options[2] * 256u + options[3], options.size() - 4);
      for (const uint8_t octet : options.subspan(4)) EXPECT_EQ(octet, 0);
    }
  }
}

TEST(WriteQueryTest, CarriesEdns) {
  const Name name = N("example");
  const Query query({.name = name, .dnssec_ok = true}, 1, 0);
  ASSERT_TRUE(query->edns().has_value());
  EXPECT_EQ(query->edns()->udp_payload_size, 1232);
  EXPECT_EQ(query->edns()->version, 0);
  EXPECT_TRUE(query->edns()->dnssec_ok);
  EXPECT_TRUE(query->edns()->options.empty());

  const Query other({.name = name, .udp_payload_size = 4096}, 1, 0);
  EXPECT_EQ(other->edns()->udp_payload_size, 4096);
  EXPECT_FALSE(other->edns()->dnssec_ok);

  const Query without({.name = name, .edns = false, .dnssec_ok = true}, 1, 0);
  EXPECT_FALSE(without->edns().has_value());
  EXPECT_EQ(without->count(Section::kAdditional), 0);
}

TEST(WriteQueryTest, SetsRdAndCd) {
  EXPECT_EQ(Query({.name = NameView(), .recursion_desired = true}, 1, 0)->flags(), kFlagRD);
  EXPECT_EQ(Query({.name = NameView(), .checking_disabled = true}, 1, 0)->flags(), kFlagCD);
  EXPECT_EQ(Query({.name = NameView(), .recursion_desired = true, .checking_disabled = true}, 1, 0)
                ->flags(),
            kFlagRD | kFlagCD);
}

TEST(WriteQueryTest, AsksForAnyTypeAndTheRoot) {
  const Query query({.name = NameView(), .type = RRType::kUnassigned, .edns = false}, 1, ~0ull);
  EXPECT_TRUE(query->question_name().Equals(NameView()));
  EXPECT_EQ(query->question_type(), RRType::kUnassigned);
  EXPECT_EQ(query->bytes().size(), kHeaderSize + 1 + 4);
}

TEST(WriteQueryTest, FitsTheLongestName) {
  const std::string label(63, 'Z');
  const Name name = N(label + "." + label + "." + label + "." + std::string(61, 'z'));
  const std::string contact(kMaxContactSize, 'x');
  const Query query({.name = name, .contact = contact, .pad_to = 128}, 1, 0x5555555555555555ull);
  EXPECT_EQ(query->bytes().size(), 512u);
  EXPECT_TRUE(query->question_name().Equals(name));
}

/// 0x20: bit i is the case of octet i where that is a letter, whatever case the name came in; other
/// octets stay.
TEST(WriteQueryTest, TakesLetterCaseFromTheBits) {
  const Name name = N("aB-1.\\200c\\064\\091");
  EXPECT_EQ(Query({.name = name}, 1, 0)->question_name().ToName().view().ToText(), "ab-1.\\200c@[");
  EXPECT_EQ(Query({.name = name}, 1, 0b10000010)->question_name().ToName().view().ToText(),
            "Ab-1.\\200C@[");
  EXPECT_EQ(Query({.name = name}, 1, ~0ull)->question_name().ToName().view().ToText(),
            "AB-1.\\200C@[");
}

TEST(WriteQueryTest, UsesTheBitsAgainBehindSixtyFourOctets) {
  const Name name = N(std::string(63, 'a') + "." + std::string(63, 'a'));
  const Name cased = Query({.name = name}, 1, 2)->question_name().ToName();
  for (size_t i = 0; i < cased.size(); ++i) {
    const uint8_t octet = cased.view().data()[i];
    EXPECT_EQ(octet == 'A', octet >= 'A' && i % 64 == 1) << i;
  }
}

TEST(SameCaseTest, AcceptsWhatWasSentAndNothingElse) {
  const Name name = N("www.example.com");
  for (uint64_t bits = 0; bits < 1u << 17; bits += 97) {
    const Name sent = Query({.name = name}, 1, bits)->question_name().ToName();
    EXPECT_TRUE(SameCase(name, bits, sent));
    for (unsigned i = 0; i < 64; ++i) {
      const bool letter = i < name.size() && name.view().data()[i] >= 'a';
      EXPECT_EQ(SameCase(name, bits ^ (1ull << i), sent), !letter) << bits << " " << i;
    }
  }
  EXPECT_FALSE(SameCase(name, 0, N("www.example.co")));
  EXPECT_FALSE(SameCase(name, 0, N("www.example.org")));
  EXPECT_FALSE(SameCase(N("ab"), 0, N("a.")));
}

}  // namespace
}  // namespace caascan::dns
