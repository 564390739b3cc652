#include "scanner/record/persist_member.h"

#include <gtest/gtest.h>

namespace caascan::record {
namespace {

constexpr int64_t kNowMs = 1'800'000'000'000;

IssuanceRequest RequestOf(std::string ca) {
  IssuanceRequest request;
  request.issuer_domains = {std::move(ca)};
  return request;
}

PersistReport Report(std::vector<std::string> texts) {
  PersistReport report;
  report.name = "_validation-persist.a.example";
  report.dnssec = DnssecStatus::kSecure;
  report.ttl_s = 300;
  for (std::string& text : texts) report.records.emplace_back().text = std::move(text);
  JudgeAnew(RequestOf("ca.example"), kNowMs, &report);
  return report;
}

std::string Written(const PersistReport& report) {
  std::string text;
  AppendPersist(report, &text);
  return text;
}

TEST(AppendPersistTest, WritesWhatEachRecordIsWorth) {
  EXPECT_EQ(Written(Report({"ca.example; accounturi=urn:a; persistUntil=1900000000", "\xff\"\\"})),
            R"({"result":"valid","name":"_validation-persist.a.example","dnssec":"secure",)"
            R"("ttl":300,"records":[{"value":"ca.example; accounturi=urn:a; )"
            R"(persistUntil=1900000000","result":"valid","account_uri":"urn:a",)"
            R"("persist_until":1900000000},{"value":"\\255\"\\\\","result":"malformed",)"
            R"("detail":"the issuer is not a domain name"}]})");
}

TEST(AppendPersistTest, SaysHowTheLookUpFailed) {
  PersistReport report;
  report.name = "_validation-persist.a.example";
  report.result = PersistResult::kFailed;
  report.failure = Reason::kNoResponse;
  EXPECT_EQ(Written(report), R"({"result":"failed","name":"_validation-persist.a.example",)"
                             R"("reason":"no_response","dnssec":"unchecked"})");
}

TEST(ReadPersistTest, ReadsBackWhatWasWritten) {
  PersistReport none;
  PersistReport failed;
  failed.result = PersistResult::kFailed;
  failed.failure = Reason::kDnssecBogus;
  failed.dnssec = DnssecStatus::kBogus;
  const PersistReport full =
      Report({"ca.example; accounturi=urn:a", std::string("\0;", 2), "ca.example"});
  for (const PersistReport& report : {none, failed, full}) {
    PersistReport read;
    ASSERT_TRUE(ReadPersist(Written(report), &read)) << Written(report);
    JudgeAnew(RequestOf("ca.example"), kNowMs, &read);
    EXPECT_EQ(Written(read), Written(report));
  }
}

TEST(ReadPersistTest, RefusesOtherForms) {
  PersistReport read;
  for (const char* text :
       {"", "1", "{}", R"({"name":"a","result":"new","dnssec":"secure"})",
        R"({"name":"a","result":"none","dnssec":"sure"})",
        R"({"name":"a","result":"failed","dnssec":"secure"})",
        R"({"name":"a","result":"valid","dnssec":"secure","ttl":1,"records":[]})",
        R"({"name":"a","result":"valid","dnssec":"secure","ttl":-1,"records":[{"value":"x"}]})",
        R"({"name":"a","result":"valid","dnssec":"secure","ttl":1,"records":[{"value":"\\999"}]})",
        R"({"name":"a","result":"valid","dnssec":"secure","ttl":1,"records":[{}]})"}) {
    EXPECT_FALSE(ReadPersist(text, &read)) << text;
  }
}

TEST(JudgeAnewTest, DecidesForAnotherCaAndTime) {
  PersistReport report = Report({"ca.example; accounturi=urn:a; persistUntil=1800000000"});
  EXPECT_EQ(report.result, PersistResult::kValid);
  JudgeAnew(RequestOf("ca.example"), kNowMs + 1000, &report);
  EXPECT_EQ(report.result, PersistResult::kExpired);
  JudgeAnew(RequestOf("other.example"), kNowMs, &report);
  EXPECT_EQ(report.result, PersistResult::kIssuerNotAuthorized);
}

}  // namespace
}  // namespace caascan::record
