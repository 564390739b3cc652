#include "caascan/explain.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A record with these members beside the common ones.
std::string Line(const std::string& members) {
  return "{" + members +
         R"(,"dnssec":"unchecked","queries":4,"retries":0,"elapsed_ms":1.5,)"
         R"("time":"2026-11-21T23:54:08.123Z"})";
}

std::string Explain(const std::string& members, std::vector<std::string> issuers = {}) {
  const auto text = ExplainRecord(Line(members), {std::move(issuers)});
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

const char* const kDenied =
    R"("name":"www.example.com","outcome":"deny","reason":"issuer_not_authorized","may_issue":false,)"
    R"("caa":{"owner":"example.com","ttl":300,"records":[{"flags":0,"tag":"issue","value":"ca.example"}]},)"
    R"("zone":"example.com","operator":"Example DNS","valid_until":"2026-11-22T07:54:08.123Z")";

TEST(ExplainRecordTest, ADenialComesWithTheRecordsToPublish) {
  const std::string text = Explain(kDenied);
  EXPECT_THAT(text, StartsWith("Let's Encrypt may not issue for www.example.com: the CAA records "
                               "name other CAs only.\n"));
  EXPECT_THAT(text, HasSubstr("  zone      example.com, on servers of Example DNS\n"));
  EXPECT_THAT(text, HasSubstr("  0 issue \"ca.example\"\n"));
  EXPECT_THAT(text, HasSubstr("    example.com. 3600 IN CAA 0 issue \"letsencrypt.org\"\n"));
  // RFC 3597 §5: 22 octets: flags, tag length, tag, value.
  EXPECT_THAT(text, HasSubstr("    example.com. 3600 IN TYPE257 \\# 22 "
                              "000569737375656C657473656E63727970742E6F7267\n"));
  EXPECT_THAT(text, HasSubstr("0 issuewild \"letsencrypt.org\"\n"));
}

TEST(ExplainRecordTest, ForTheCaThatIsAskedAbout) {
  const std::string text = Explain(kDenied, {"sectigo.com", "comodoca.com"});
  EXPECT_THAT(text, StartsWith("Sectigo may not issue"));
  EXPECT_THAT(text, HasSubstr("issue \"sectigo.com\""));
  EXPECT_THAT(Explain(kDenied, {"own-ca.example"}), StartsWith("own-ca.example may not issue"));
}

TEST(ExplainRecordTest, AFindingSaysWhoMendsItAndHowToSeeIt) {
  const std::string text = Explain(
      R"("name":"www.example.com","outcome":"servfail","reason":"notimp","may_issue":false,)"
      R"("failed_at":"example.com","zone":"example.com","operator":"Example DNS",)"
      R"("servers":[{"host":"ns1.example.net","address":"192.0.2.1","result":"notimp"}],)"
      R"("findings":[{"code":"notimp_on_caa","host":"ns1.example.net","address":"192.0.2.1"},)"
      R"({"code":"notimp_on_caa","host":"ns2.example.net","address":"192.0.2.2"}])");
  EXPECT_THAT(text, StartsWith("The CAA records of www.example.com could not be looked up: "));
  EXPECT_THAT(text, HasSubstr("must refuse."));
  EXPECT_THAT(text, HasSubstr("ns2.example.net 192.0.2.2\n"));
  EXPECT_THAT(text, HasSubstr("To the DNS provider (Example DNS):\n"));
  EXPECT_THAT(text, HasSubstr("  dig +norec CAA example.com @192.0.2.1"));
  EXPECT_THAT(text, Not(HasSubstr("publish")));
  // Once, whatever the number of servers.
  EXPECT_EQ(text.find("notimp_on_caa:"), text.rfind("notimp_on_caa:"));
}

/// What one addressee runs shows nothing to another.
TEST(ExplainRecordTest, EachLetterHasTheLineThatShowsItsOwnFault) {
  const std::string text = Explain(
      R"("name":"www.example.com","outcome":"timeout","reason":"no_response","may_issue":false,)"
      R"("failed_at":"www.example.com","zone":"example.com","operator":"Example DNS",)"
      R"("servers":[{"host":"ns1.example.net","address":"192.0.2.1","result":"timeout"},)"
      R"({"host":"ns2.example.net","address":"192.0.2.2","result":"refused"}],)"
      R"("findings":[{"code":"server_silent","host":"ns1.example.net","address":"192.0.2.1"},)"
      R"({"code":"lame_refused","host":"ns2.example.net","address":"192.0.2.2"}])");
  std::string flat = text;
  std::replace(flat.begin(), flat.end(), '\n', ' ');
  const size_t provider = flat.find("To send to the DNS provider");
  const size_t owner = flat.find("To send to the domain owner");
  ASSERT_NE(provider, std::string::npos);
  ASSERT_NE(owner, std::string::npos);
  const std::string letter = flat.substr(owner, provider > owner ? provider - owner : flat.npos);
  EXPECT_THAT(letter, HasSubstr("@192.0.2.2"));
  EXPECT_THAT(letter, Not(HasSubstr("@192.0.2.1")));
}

TEST(ExplainRecordTest, APermitWithoutRecordsNeedsNothing) {
  const std::string text =
      Explain(R"("name":"*.example.com","outcome":"permit","reason":"no_caa","may_issue":true,)"
              R"("valid_until":"2026-11-22T07:54:08.123Z")");
  EXPECT_THAT(text, StartsWith("Let's Encrypt may issue for *.example.com: "));
  EXPECT_THAT(text, HasSubstr("Nothing is needed."));
  EXPECT_THAT(text, HasSubstr("    example.com. 3600 IN CAA"));
}

const char* const kClimbed =
    R"("name":"www.example.com","outcome":"servfail","reason":"dnssec_bogus","may_issue":false,)"
    R"("failed_at":"www.example.com","zone":"example.com","climb":[)"
    R"({"name":"www.example.com","result":"none","zone":"example.com","dnssec":"secure",)"
    R"("cname":["web.example.net"],"host":"ns1.example.net","address":"192.0.2.1",)"
    R"("transport":"tcp","rtt_ms":11.24},)"
    R"({"name":"example.com","result":"dnssec_bogus","dnssec":"bogus"}],)"
    R"("chain":[{"zone":".","dnssec":"secure"},{"zone":"example.com","dnssec":"bogus",)"
    R"("detail":"dnssec_ds_mismatch: x"}])";

TEST(ExplainRecordTest, TheClimbAndTheChainAreShown) {
  const std::string text = Explain(kClimbed);
  EXPECT_THAT(text, HasSubstr("  www.example.com  no CAA records  ns1.example.net 192.0.2.1 tcp "
                              "11.2 ms  secure\n    an alias of web.example.net\n"
                              "  example.com      dnssec_bogus    bogus\n"));
  EXPECT_THAT(text, HasSubstr("  .                         secure\n"
                              "  example.com               bogus, dnssec_ds_mismatch: x   <== the "
                              "chain breaks here\n"));
}

TEST(ExplainRecordTest, AWildcardIsToldOfItsOwnRecords) {
  const std::string text =
      Explain(R"("name":"*.example.com","outcome":"deny","reason":"issuer_not_authorized",)"
              R"("may_issue":false,"caa":{"owner":"example.com","ttl":300,"records":[)"
              R"({"flags":0,"tag":"issue","value":"letsencrypt.org"},)"
              R"({"flags":0,"tag":"IssueWild","value":"ca.example"}]})");
  EXPECT_THAT(text, HasSubstr("only issuewild records count for wildcards"));
  EXPECT_LT(text.find("CAA 0 issuewild"), text.find("CAA 0 issue \"")) << "the needed one first";
}

TEST(ExplainRecordTest, OnlyColourHasEscapes) {
  for (const ExplainForm form :
       {ExplainForm::kPlain, ExplainForm::kColour, ExplainForm::kMarkdown}) {
    const auto text = ExplainRecord(Line(kClimbed), {{}, form});
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(text->find('\033') != std::string::npos, form == ExplainForm::kColour);
  }
}

TEST(ExplainRecordTest, NothingEscapesItsFenceInMarkdown) {
  const auto text =
      ExplainRecord(Line(R"("name":"``` <b>","outcome":"deny","reason":"issuer_not_authorized",)"
                         R"("may_issue":false,"caa":{"owner":"```","ttl":1,"records":[)"
                         R"({"flags":0,"tag":"``` ","value":"\n```\n# x"}]})"),
                    {{}, ExplainForm::kMarkdown});
  ASSERT_TRUE(text.ok());
  size_t fences = 0;
  for (size_t at = text->find("```"); at != std::string::npos; at = text->find("```", at + 3)) {
    EXPECT_TRUE(at == 0 || (*text)[at - 1] == '\n') << *text;
    ++fences;
  }
  EXPECT_EQ(fences % 2, 0u);
  EXPECT_THAT(*text, Not(HasSubstr("<b>")));
  EXPECT_THAT(*text, Not(HasSubstr("\n# x")));
}

TEST(ExplainRecordTest, CommandsGoToThePortThatWasAsked) {
  const auto text = ExplainRecord(
      Line(R"("name":"a.example","outcome":"lame","reason":"refused","may_issue":false,)"
           R"("failed_at":"a.example","zone":"a.example","findings":[)"
           R"({"code":"lame_refused","host":"ns.example","address":"2001:db8::1"}])"),
      {{}, ExplainForm::kPlain, 5300});
  ASSERT_TRUE(text.ok());
  EXPECT_THAT(*text, HasSubstr("  dig +norec CAA a.example @2001:db8::1 -p 5300\n"
                               "  drill -o rd -p 5300 a.example @2001:db8::1 CAA\n"));
}

TEST(ExplainRecordTest, StaysSmallAndPlainWhateverTheRecordHolds) {
  std::string records;
  std::string findings;
  std::string servers;
  for (int i = 0; i < 500; ++i) {
    const std::string comma = i == 0 ? "" : ",";
    records += comma + R"({"flags":1,"tag":"\u001b[2J","value":"\u202e\\000"})";
    findings += comma + R"({"code":"caa_flag_one","host":"\u001b]0;x\u0007","evidence":")" +
                std::string(1000, 'x') + R"("})";
    servers +=
        comma + R"({"host":"$(reboot).example","address":"192.0.2.1;reboot","result":"\u0007"})";
  }
  const std::string text = Explain(
      R"("name":"\u001b[31m.example","outcome":"timeout","reason":"no_response",)"
      R"("may_issue":false,"failed_at":"$(reboot).example","caa":{"owner":"\u001b.example",)"
      R"("ttl":1,"records":[)" +
      records + R"(]},"findings":[)" + findings + R"(],"servers":[)" + servers + "]");
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 100);
  EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  }));
  EXPECT_THAT(text, Not(HasSubstr("dig")));
}

TEST(ExplainRecordTest, WhatIsNoRecordIsSaid) {
  for (const char* line : {"", "{}", "x", "[1]", R"({"name":"a"})"}) {
    EXPECT_FALSE(ExplainRecord(line, {}).ok()) << line;
    EXPECT_FALSE(WouldIssue(line).ok()) << line;
  }
  EXPECT_FALSE(*WouldIssue(Line(kDenied)));
}

}  // namespace
}  // namespace caascan
