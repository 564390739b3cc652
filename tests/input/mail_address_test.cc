// RFC 5321 §4.1.2, RFC 6531 §3.3, and what becomes of mail addresses in lists.
#include "scanner/input/mail_address.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "scanner/input/ndjson_line.h"

namespace caascan::input {
namespace {

struct Row {
  const char* name;
  std::string text;
  std::string domain;  // Empty where it is no address.

  friend void PrintTo(const Row& row, std::ostream* os) { *os << row.text; }
};

class MailAddressTest : public testing::TestWithParam<Row> {};

TEST_P(MailAddressTest, FindsTheDomain) {
  const MailAddress mail = FindMailDomain(GetParam().text);
  EXPECT_EQ(mail.found, !GetParam().domain.empty());
  EXPECT_EQ(mail.domain, GetParam().domain);
  const bool has_at = GetParam().text.find('@') != std::string::npos;
  EXPECT_EQ(mail.IsBroken(), has_at && !mail.found);
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, MailAddressTest,
    testing::Values(
        Row{"Plain", "user@example.com", "example.com"},
        Row{"Dots", "first.last@example.com", "example.com"},
        Row{"Tag", "user+tag@example.com", "example.com"},
        Row{"AllMarks", "!#$%&'*+-/=?^_`{|}~@example.com", "example.com"},
        Row{"Quoted", "\"a b@c\"@example.com", "example.com"},
        Row{"QuotedQuote", R"("a\"b"@example.com)", "example.com"},
        Row{"QuotedEmpty", R"(""@example.com)", "example.com"},
        Row{"Utf8",
            "j\xc3\xb6rg@b\xc3\xbc"
            "cher.example",
            "b\xc3\xbc"
            "cher.example"},
        Row{"SixtyFour", std::string(64, 'a') + "@example.com", "example.com"},
        Row{"Literal", "user@[192.0.2.1]", "[192.0.2.1]"}, Row{"NoAt", "example.com", ""},
        Row{"SixtyFive", std::string(65, 'a') + "@example.com", ""},
        Row{"NoLocalPart", "@example.com", ""}, Row{"Blank", "a b@example.com", ""},
        Row{"DotInFront", ".a@example.com", ""}, Row{"DotAtEnd", "a.@example.com", ""},
        Row{"TwoDots", "a..b@example.com", ""}, Row{"TwoAts", "a@b@example.com", ""},
        Row{"Mailto", "mailto:user@example.com", ""}, Row{"Url", "https://user@example.com/", ""},
        Row{"DisplayName", "User <user@example.com", ""},
        Row{"QuoteInside", R"(a"b@example.com)", ""}, Row{"QuoteOpen", R"("a@example.com)", ""},
        Row{"QuoteWithinQuotes", R"("a"b"@example.com)", ""},
        Row{"BackslashAtEnd", R"("a\"@example.com)", ""},
        Row{"ControlQuoted", "\"a\x01\"@example.com", ""}, Row{"BadUtf8", "\xff@example.com", ""}),
    [](const auto& row) { return row.param.name; });

NameJob Typed(const std::string& text, Purpose purpose, UrlRule urls = UrlRule::kRefuse,
              bool wildcard = false) {
  NameJob job;
  job.purpose = purpose;
  SetTypedName(text, wildcard, &job, urls);
  return job;
}

TEST(MailNameTest, TheDomainIsTheNameAndTheAddressIsKept) {
  const NameJob job = Typed(
      "User@B\xc3\x9c"
      "CHER.example",
      Purpose::kSmime);
  ASSERT_TRUE(job.valid) << job.details().detail;
  EXPECT_EQ(RecordName(job), "xn--bcher-kva.example");
  EXPECT_EQ(job.details().input,
            "User@B\xc3\x9c"
            "CHER.example");
}

TEST(MailNameTest, ADomainAloneIsAName) {
  const NameJob job = Typed("example.com", Purpose::kSmime);
  EXPECT_TRUE(job.valid);
  EXPECT_FALSE(job.has_details());
}

TEST(MailNameTest, ForOtherPurposesAnAddressIsNoName) {
  for (const Purpose purpose : {Purpose::kTls, Purpose::kMark}) {
    EXPECT_FALSE(Typed("user@example.com", purpose).valid);
  }
}

TEST(MailNameTest, SaysWhyAnAddressIsNone) {
  const auto why = [](const std::string& text) {
    const NameJob job = Typed(text, Purpose::kSmime);
    return job.valid ? "valid" : job.details().detail;
  };
  EXPECT_EQ(why("@example.com"), "a mail address without a part in front of the @");
  EXPECT_EQ(why("a b@example.com"), "not a mail address: the text before the @ violates RFC 5321");
  EXPECT_EQ(why("user@[192.0.2.1]"), "IP address");
  EXPECT_EQ(why("user@192.0.2.1"), "IP address");
  EXPECT_EQ(why("user@*.example.com"), "a wildcard, which only TLS certificates are for");
}

/// With --from-url an address by its own grammar first, then whatever has a host.
TEST(MailNameTest, UrlsHaveHostsStill) {
  for (const char* text : {"user@example.com", "mailto:user@example.com", "https://example.com/x",
                           "\"a b\"@example.com", "user:pw@example.com:443"}) {
    const NameJob job = Typed(text, Purpose::kSmime, UrlRule::kTakeHost);
    EXPECT_TRUE(job.valid && RecordName(job) == "example.com") << text;
  }
}

/// Only TLS certificates are for wildcards: --wildcard leaves others alone, `*.` is an error.
TEST(MailNameTest, WildcardsAreForTlsAlone) {
  for (const Purpose purpose : {Purpose::kSmime, Purpose::kMark}) {
    const NameJob plain = Typed("example.com", purpose, UrlRule::kRefuse, /*wildcard=*/true);
    EXPECT_TRUE(plain.valid && !plain.wildcard);
    EXPECT_FALSE(Typed("*.example.com", purpose).valid);
  }
  EXPECT_TRUE(Typed("*.example.com", Purpose::kTls).valid);
}

}  // namespace
}  // namespace caascan::input
