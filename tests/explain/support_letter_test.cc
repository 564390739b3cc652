// What is sent to those who can fix a finding.
#include "scanner/explain/support_letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

using testing::HasSubstr;
using testing::Not;

const FindingKind& Kind() { return *FindFindingKind("notimp_on_caa"); }

std::string Letter(std::string_view reason, const std::string& findings,
                   std::string_view command = "") {
  record::LineReader reader;
  EXPECT_EQ(reader.Read(record::Line("www.example.com", reason,
                                     R"(,"zone":"example.com","findings":[)" + findings + "]")),
            "");
  return SupportLetter(reader.record(), Kind(), command);
}

std::string At(const std::string& host, const std::string& more = "") {
  return R"({"code":"notimp_on_caa","host":")" + host + "\"" + more + "}";
}

TEST(SupportLetterTest, SaysWhatWhereAndByWhichRule) {
  const std::string letter = Letter(
      "notimp", At("ns1.test", R"(,"address":"192.0.2.1","evidence":"CAA: NOTIMP")"), "dig x");
  EXPECT_THAT(letter, testing::StartsWith(std::string(Kind().remedy)));
  EXPECT_THAT(letter, HasSubstr("This is about the zone example.com at ns1.test (192.0.2.1) (" +
                                std::string(Kind().rfc) + ")."));
  EXPECT_THAT(letter, HasSubstr("Evidence: CAA: NOTIMP."));
  EXPECT_THAT(letter, HasSubstr("must refuse a certificate for www.example.com."));
  EXPECT_THAT(letter, testing::EndsWith(" This command shows it: dig x"));
}

TEST(SupportLetterTest, LeavesOutWhatIsNotKnown) {
  const std::string letter = Letter("no_caa", R"({"code":"notimp_on_caa"})");
  EXPECT_THAT(letter, HasSubstr("the zone example.com ("));
  EXPECT_THAT(letter, Not(HasSubstr("Evidence")));
  EXPECT_THAT(letter, Not(HasSubstr("must refuse"))) << "the name may be issued for";
  EXPECT_THAT(letter, Not(HasSubstr("This command shows it")));
}

TEST(SupportLetterTest, NamesFourServersAndCountsTheRest) {
  std::string findings = At("a1.test");
  for (const char* host : {"a2.test", "a3.test", "a4.test"}) findings += "," + At(host);
  EXPECT_THAT(Letter("notimp", findings), HasSubstr(" at a1.test, a2.test, a3.test, a4.test ("));
  findings += "," + At("a5.test") + "," + At("a6.test");
  EXPECT_THAT(Letter("notimp", findings), HasSubstr("a4.test and 2 more ("));
}

TEST(SupportLetterTest, SpeaksOfOneKindOnly) {
  EXPECT_THAT(Letter("notimp", R"({"code":"lame_refused","host":"other.test"},)" + At("ns1.test")),
              Not(HasSubstr("other.test")));
}

TEST(SupportLetterTest, ShowsStrangersTextAsText) {
  const std::string letter = Letter("notimp", At("a\\u001b[31m.test", R"(,"evidence":"x\ny")"));
  EXPECT_THAT(letter, HasSubstr("a\\u{1B}[31m.test"));
  EXPECT_THAT(letter, HasSubstr("x\\u{A}y"));
}

struct DrillRow {
  const char* dig;
  const char* drill;
};

TEST(DrillLineTest, AsksTheSame) {
  for (const DrillRow& row :
       {DrillRow{"dig CAA example.com", "drill example.com CAA"},
        DrillRow{"dig CAA example.com @192.0.2.1", "drill example.com @192.0.2.1 CAA"},
        DrillRow{"dig +norec CAA example.com @192.0.2.1", "drill -o rd example.com @192.0.2.1 CAA"},
        DrillRow{"dig +dnssec +tcp SOA example.com", "drill -D -t example.com SOA"},
        DrillRow{"dig -p 5300 CAA example.com @::1", "drill -p 5300 example.com @::1 CAA"},
        DrillRow{"dig +cd CAA example.com", "drill -o CD example.com CAA"},
        // It cannot do that, or there is no question.
        DrillRow{"dig +noedns CAA example.com", ""}, DrillRow{"dig CAA", ""}, DrillRow{"", ""}}) {
    EXPECT_EQ(DrillLine(row.dig), row.drill) << row.dig;
  }
}

}  // namespace
}  // namespace caascan::explain
