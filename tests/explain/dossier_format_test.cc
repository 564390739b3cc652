// A dossier as a letter in Markdown and as a page, and the commands in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "caascan/finding_kind.h"
#include "scanner/explain/dossier.h"
#include "tests/explain/dossier_lines.h"
#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DossierFormatTest : public testing::Test {
 protected:
  void Add(const std::string& line, Dossier* dossier) {
    ASSERT_EQ(reader_.Read(line), "") << line;
    dossier->Add(reader_.record());
  }

  record::LineReader reader_;
};

TEST_F(DossierFormatTest, SaysWhatIsWrongWhatHelpsAndHowToSeeIt) {
  Dossier dossier("Op");
  Add(Failure("a.example", "Op"), &dossier);
  const std::string markdown = MarkdownDossier(dossier);
  for (const char* part :
       {"# CAA look-ups at the name servers of Op\n", "## lame\\_refused: 1 name\n",
        "What is wrong: ", "RFC ", "What helps (",
        "| a.example | ns1.op.test | 192.0.2.1 | REFUSED |\n",
        "```sh\ndig +norec CAA a.example @192.0.2.1\n```\n", "2026-11-22 08:00:00"}) {
    EXPECT_THAT(markdown, HasSubstr(part));
  }
  EXPECT_THAT(HtmlDossier(dossier), HasSubstr("<pre>dig +norec CAA a.example @192.0.2.1\n</pre>"));
}

TEST_F(DossierFormatTest, TamesStrangersTexts) {
  Dossier dossier("<b>`Op`");
  Add(Failure("$(reboot).example", "<b>`Op`", R"(<script>\u001b[0m|x)"), &dossier);
  const std::string html = HtmlDossier(dossier);
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;\\u{1B}[0m|x"));
  const std::string markdown = MarkdownDossier(dossier);
  EXPECT_THAT(markdown, HasSubstr("of &lt;b&gt;\\`Op\\`\n"));
  EXPECT_THAT(markdown, HasSubstr("&lt;script&gt;\\\\u\\{1B\\}\\[0m\\|x"));
  EXPECT_THAT(markdown, Not(HasSubstr("```sh")));  // No command that a shell would take wrongly.
}

std::vector<std::string> Lines(Dig dig, const std::string& address = "192.0.2.1",
                               const std::string& name = "a.example") {
  return DigLines(
      dig, {.name = name, .host = "ns.test", .address = address, .zone = "z.test", .evidence = ""});
}

TEST(DigLinesTest, AsksWhatShowsTheFault) {
  const std::string caa = "dig +norec CAA a.example @192.0.2.1";
  const std::string soa = "dig +norec SOA a.example @192.0.2.1";
  EXPECT_THAT(Lines(Dig::kCaa), ElementsAre(caa));
  EXPECT_THAT(Lines(Dig::kCaaAndSoa), ElementsAre(caa, soa));
  EXPECT_THAT(Lines(Dig::kCaaAndA), ElementsAre(caa, "dig +norec A a.example @192.0.2.1",
                                                "dig +norec TXT a.example @192.0.2.1"));
  EXPECT_THAT(Lines(Dig::kKeys), ElementsAre("dig +norec +dnssec DNSKEY z.test @192.0.2.1",
                                             "dig +norec SOA z.test @192.0.2.1"));
  EXPECT_THAT(Lines(Dig::kCaaOverTcp), ElementsAre("dig +norec +tcp CAA a.example @192.0.2.1"));
  EXPECT_THAT(Lines(Dig::kCaaWithoutEdns),
              ElementsAre(caa, "dig +norec +noedns CAA a.example @192.0.2.1"));
  EXPECT_THAT(Lines(Dig::kUnknownType),
              ElementsAre("dig +norec TYPE65280 a.example @192.0.2.1", soa));
  EXPECT_THAT(Lines(Dig::kValidation),
              ElementsAre("dig +dnssec CAA a.example", "dig +dnssec +cd CAA a.example"));
  EXPECT_THAT(Lines(Dig::kHostAddresses), ElementsAre("dig A ns.test", "dig AAAA ns.test"));
  EXPECT_THAT(Lines(Dig::kNsSearch), ElementsAre("dig +nssearch z.test"));
  EXPECT_THAT(Lines(Dig::kNsOfAllServers), ElementsAre("dig +nssearch z.test"));
  EXPECT_THAT(Lines(Dig::kCaaOfAllServers), ElementsAre(caa));
}

TEST(DigLinesTest, EveryFindingHasACommand) {
  for (const FindingKind& kind : FindingKinds()) {
    EXPECT_THAT(Lines(kind.dig), Not(IsEmpty())) << FindingCodeText(kind.code);
  }
}

// The codes whose commands are not the plain question.
TEST(DigLinesTest, CodesHaveTheirCommands) {
  struct Row {
    FindingCode code;
    Dig dig;
  };
  for (const Row& row :
       {Row{FindingCode::kNotimpOnCaa, Dig::kCaaAndSoa},
        Row{FindingCode::kCaaDropped, Dig::kCaaAndSoa},
        Row{FindingCode::kNameBroken, Dig::kCaaAndA}, Row{FindingCode::kDnskeyDropped, Dig::kKeys},
        Row{FindingCode::kTruncatedNoTcp, Dig::kCaaOverTcp},
        Row{FindingCode::kEdnsDropped, Dig::kCaaWithoutEdns},
        Row{FindingCode::kUnknownTypesRejected, Dig::kUnknownType},
        Row{FindingCode::kDnssecNoDnskey, Dig::kValidation},
        Row{FindingCode::kServerNxdomain, Dig::kHostAddresses},
        Row{FindingCode::kGlueMismatch, Dig::kNsSearch},
        Row{FindingCode::kDelegationMismatch, Dig::kNsOfAllServers},
        Row{FindingCode::kAnswersDiffer, Dig::kCaaOfAllServers},
        Row{FindingCode::kLameRefused, Dig::kCaa}}) {
    EXPECT_EQ(KindOf(row.code).dig, row.dig) << FindingCodeText(row.code);
  }
}

TEST(DigLinesTest, TakesPortsAndWildcards) {
  EXPECT_THAT(Lines(Dig::kCaa, "192.0.2.1:5300"),
              ElementsAre("dig +norec CAA a.example @192.0.2.1 -p 5300"));
  EXPECT_THAT(Lines(Dig::kCaa, "[2001:db8::1]:5300"),
              ElementsAre("dig +norec CAA a.example @2001:db8::1 -p 5300"));
  EXPECT_THAT(Lines(Dig::kCaa, "2001:db8::1"),
              ElementsAre("dig +norec CAA a.example @2001:db8::1"));
  EXPECT_THAT(Lines(Dig::kCaa, "192.0.2.1", "*.a.example"),
              ElementsAre("dig +norec CAA a.example @192.0.2.1"));
}

TEST(DigLinesTest, GivesAShellNothingHostile) {
  for (const char* hostile : {"", "x;reboot", "-f/etc/passwd", "a b", "$(x)", "`x`"}) {
    EXPECT_THAT(Lines(Dig::kCaa, hostile), IsEmpty()) << hostile;
    EXPECT_THAT(Lines(Dig::kCaa, "192.0.2.1", hostile), IsEmpty()) << hostile;
  }
}

TEST_F(DossierFormatTest, ACodeOfAnotherVersionHasThePlainQuestion) {
  Dossier dossier("Op");
  Add(record::Line("a.example", "refused",
                   R"(,"operator":"Op","findings":[{"code":"of_tomorrow","host":"ns1.op.test",)"
                   R"("address":"192.0.2.1"}])"),
      &dossier);
  const std::string markdown = MarkdownDossier(dossier);
  EXPECT_THAT(markdown, HasSubstr("## of\\_tomorrow: 1 name\n"));
  EXPECT_THAT(markdown, HasSubstr("dig +norec CAA a.example @192.0.2.1\n"));
}

}  // namespace
}  // namespace caascan::explain
