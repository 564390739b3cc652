// The readers below the decision, where a row of decision_test.cc would not tell one from another.
#include "scanner/caa/property.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace caascan::caa {
namespace {

using Form = IssueValue::Form;

struct ValueRow {
  const char* value;
  Form form;
  const char* issuer;
  unsigned accounts = 0;
  const char* account = "";
};

TEST(ReadIssueValueTest, SplitsValues) {
  const std::vector<ValueRow> rows = {
      {"", Form::kSound, ""},
      {";", Form::kSound, ""},
      {"a", Form::kSound, "a"},
      {"\ta.b ;", Form::kSound, "a.b"},
      {"a--b.c", Form::kSound, "a--b.c"},
      {"1.2", Form::kSound, "1.2"},
      {"a..b", Form::kBadIssuer, ""},
      {"-a.b", Form::kBadIssuer, ""},
      {"a.b;x", Form::kBadParameters, "a.b"},
      {"a.b;x=1;", Form::kBadParameters, "a.b"},
      {";x", Form::kBadParameters, ""},
      {"a;accounturi=u:v", Form::kSound, "a", 1, "u:v"},
      {"a; accounturi = u:v ; ACCOUNTURI=w:x", Form::kSound, "a", 2, "w:x"},
      {"a; accounturix=u:v", Form::kSound, "a", 0, ""},
  };
  for (const ValueRow& row : rows) {
    SCOPED_TRACE(row.value);
    const IssueValue read = ReadIssueValue(row.value);
    EXPECT_EQ(read.form, row.form);
    EXPECT_EQ(read.issuer, row.issuer);
    EXPECT_EQ(read.account_uri.count, row.accounts);
    EXPECT_EQ(read.account_uri.value, row.account);
    EXPECT_EQ(read.validation_methods.count, 0u);
  }
}

/// RFC 8659 §4.2: every octet but letters, digits, "-" and "." ends an issuer's soundness, and
/// blanks do so inside.
TEST(ReadIssueValueTest, HoldsEveryOctetAgainstTheGrammar) {
  for (int octet = 0; octet < 256; ++octet) {
    SCOPED_TRACE(octet);
    const char c = static_cast<char>(octet);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    const std::string issuer = {'a', c, 'b'};
    const IssueValue read = ReadIssueValue(issuer);
    if (c == ';') {
      EXPECT_EQ(read.form, Form::kBadParameters);
    } else {
      EXPECT_EQ(read.form == Form::kSound, letter || digit || c == '-' || c == '.');
    }
    // %x21-3A / %x3C-7E inside a parameter's value.
    const std::string parameter = std::string("a;b=x") + c + "y";
    EXPECT_EQ(ReadIssueValue(parameter).form == Form::kSound,
              octet >= 0x21 && octet <= 0x7e && c != ';');
  }
}

TEST(ClassifyTagTest, KnowsTheRegisteredTags) {
  EXPECT_EQ(ClassifyTag("issue"), TagKind::kIssue);
  EXPECT_EQ(ClassifyTag("iSSUEwILD"), TagKind::kIssueWild);
  EXPECT_EQ(ClassifyTag("IssueMail"), TagKind::kIssueMail);
  EXPECT_EQ(ClassifyTag("issuevmc"), TagKind::kIssueVmc);
  for (const char* tag : {"iodef", "IODEF", "contactemail", "ContactPhone"}) {
    EXPECT_EQ(ClassifyTag(tag), TagKind::kOtherKnown) << tag;
  }
  for (const char* tag : {"", "issue.", "issues", "auth", "path", "policy", "i\xc5\xbfsue"}) {
    EXPECT_EQ(ClassifyTag(tag), TagKind::kUnknown) << tag;
  }
}

TEST(IsCriticalTest, Takes128And1Alike) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    EXPECT_EQ(IsCritical(static_cast<uint8_t>(flags)), flags >= 128 || flags % 2 == 1) << flags;
  }
}

TEST(IsUriTest, AsksForSchemeAndUriCharacters) {
  for (const char* uri :
       {"https://ca.example/acct/1", "urn:a", "a:", "x+y-z.1:%41", "http://[::1]/?q=1#f"}) {
    EXPECT_TRUE(IsUri(uri)) << uri;
  }
  for (const char* text : {"", ":", "1a:b", "ca.example/acct", "a b:c", "a:%4", "a:%g0", "a:#b#c",
                           "a:\"b\"", "a:b\\c", "a:{b}", "a:\xc3\xa4"}) {
    EXPECT_FALSE(IsUri(text)) << text;
  }
}

TEST(MethodListTest, ReadsLabels) {
  EXPECT_TRUE(IsMethodList("dns-01"));
  EXPECT_TRUE(IsMethodList("-,ca-tbr-7"));
  for (const char* list : {"", ",", "a,", ",a", "a,,b", "a b", "a.b"}) {
    EXPECT_FALSE(IsMethodList(list)) << list;
  }
  EXPECT_TRUE(ListsMethod("a,b,c", "c"));
  EXPECT_FALSE(ListsMethod("a,b,c", "a,b"));
  EXPECT_FALSE(ListsMethod("ab,c", "b"));
}

}  // namespace
}  // namespace caascan::caa
