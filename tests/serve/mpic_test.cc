// The examples are those of the Open MPIC specification, rebuilt.
#include "scanner/serve/mpic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caascan::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ParseMpicRequestTest, TheSpecificationsExamples) {
  const auto plain = ParseMpicRequest(
      R"({"check_type":"caa","domain_or_ip_target":"example.com",)"
      R"("trace_identifier":"ac2d0392-8699-4037-a0e0-0a6db1ff8b89",)"
      R"("orchestration_parameters":{"perspective_count":6,"quorum_count":4,"max_attempts":3},)"
      R"("caa_check_parameters":{"certificate_type":"tls-server","caa_domains":["letsencrypt.org"]}})");
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->target, "example.com");
  EXPECT_FALSE(plain->wildcard);
  EXPECT_THAT(plain->caa_domains, ElementsAre("letsencrypt.org"));
  const auto least =
      ParseMpicRequest(R"({"domain_or_ip_target":"*.example.com","caa_check_parameters":null})");
  ASSERT_TRUE(least.ok());
  EXPECT_EQ(least->target, "*.example.com");
  EXPECT_TRUE(least->caa_domains.empty());
  const auto older = ParseMpicRequest(
      R"({"domain_or_ip_target":"example.com","caa_check_parameters":{"certificate_type":"tls-server:wildcard"}})");
  EXPECT_TRUE(older->wildcard);
}

TEST(ParseMpicRequestTest, WhatIsWrongIsSaid) {
  struct Row {
    const char* body;
    const char* why;
  };
  for (const Row& row :
       {Row{"", "no JSON object"}, Row{"[]", "no JSON object"},
        Row{"{\"a\":\xff}", "no JSON object"}, Row{"{}", "domain_or_ip_target is missing"},
        Row{R"({"domain_or_ip_target":7})", "domain_or_ip_target is no string"},
        Row{R"({"domain_or_ip_target":"a.b","check_type":"dcv"})", "check_type"},
        Row{R"({"domain_or_ip_target":"a.b","caa_check_parameters":[]})", "is no object"},
        Row{R"({"domain_or_ip_target":"a.b","caa_check_parameters":{"certificate_type":"x"}})",
            "certificate_type"},
        Row{R"({"domain_or_ip_target":"a.b","caa_check_parameters":{"caa_domains":"x"}})",
            "no array"},
        Row{R"({"domain_or_ip_target":"a.b","caa_check_parameters":{"caa_domains":[1]}})",
            "no strings"}}) {
    EXPECT_THAT(std::string(ParseMpicRequest(row.body).status().message()), HasSubstr(row.why))
        << row.body;
  }
  EXPECT_EQ(
      ParseMpicRequest(
          R"({"domain_or_ip_target":"a.b","caa_check_parameters":{"certificate_type":"s-mime"}})")
          ->purpose,
      Purpose::kSmime);
}

TEST(MpicResponseTest, PassesWhereTheCaMayIssue) {
  Record record;
  record.reason = Reason::kIssuerAuthorized;
  record.time = std::chrono::system_clock::time_point(std::chrono::seconds(1'725'822'089));
  record.caa =
      CaaRrset{"example.com", 300, {{0, "issue", "letsencrypt.org"}, {128, "iodef", "a\"b\\"}}};
  EXPECT_EQ(MpicResponse(record),
            "{\"check_type\":\"caa\",\"check_passed\":true,\"errors\":null,\"details\":{"
            "\"caa_record_present\":true,\"found_at\":\"example.com\",\"records_seen\":["
            "\"0 issue \\\"letsencrypt.org\\\"\",\"128 iodef \\\"a\\\\\\\"b\\\\\\\\\\\"\"]},"
            "\"timestamp_ns\":1725822089000000000}\n");
}

TEST(MpicResponseTest, WithoutRecordsItPasses) {
  Record record;
  record.reason = Reason::kNoCaa;
  EXPECT_EQ(MpicResponse(record),
            "{\"check_type\":\"caa\",\"check_passed\":true,\"errors\":null,\"details\":{"
            "\"caa_record_present\":false,\"found_at\":null,\"records_seen\":null},"
            "\"timestamp_ns\":0}\n");
}

TEST(MpicResponseTest, AFailedLookUpDoesNotPassWhateverTheExceptionAllows) {
  Record record;
  record.reason = Reason::kDnssecBogus;
  record.may_issue = true;
  record.failed_at = "example.com";
  EXPECT_EQ(
      MpicResponse(record),
      "{\"check_type\":\"caa\",\"check_passed\":false,\"errors\":[{\"error_type\":"
      "\"mpic_error:caa_checker:lookup\",\"error_message\":\"There was an error looking up the "
      "CAA record: dnssec_bogus at example.com\"}],\"details\":{\"caa_record_present\":null,"
      "\"found_at\":null,\"records_seen\":null},\"timestamp_ns\":0}\n");
}

}  // namespace
}  // namespace caascan::serve
