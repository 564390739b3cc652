// What people are told of S/MIME and mark certificates; TLS is what all other tests are about.
#include "scanner/explain/purpose_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "caascan/explain.h"

namespace caascan::explain {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

record::RecordView RecordOf(std::string_view name, Purpose purpose) {
  record::RecordView record;
  record.name = name;
  record.purpose = purpose;
  return record;
}

TEST(PurposeTextTest, EachPurposeHasItsWords) {
  const auto tls = RecordOf("a.example", Purpose::kTls);
  EXPECT_EQ(CertificatesText(tls), "certificates for a.example");
  EXPECT_EQ(CertificateWithArticle(tls), "a certificate for a.example");
  EXPECT_EQ(IssueText(tls), " for a.example");
  EXPECT_EQ(RecordsText(Purpose::kTls), "the CAA records");
  const auto mail = RecordOf("a.example", Purpose::kSmime);
  EXPECT_EQ(CertificateText(mail), "S/MIME certificate for addresses at a.example");
  EXPECT_EQ(CertificateWithArticle(mail), "an S/MIME certificate for addresses at a.example");
  EXPECT_EQ(IssueText(mail), " S/MIME certificates for addresses at a.example");
  EXPECT_EQ(RecordsText(Purpose::kSmime), "the issuemail records");
  const auto mark = RecordOf("a.example", Purpose::kMark);
  EXPECT_EQ(CertificateWithArticle(mark), "a mark certificate for a.example");
  EXPECT_EQ(RecordsText(Purpose::kMark), "the issuevmc records");
}

std::string Explain(const std::string& members) {
  const auto text = ExplainRecord("{" + members +
                                      R"(,"dnssec":"insecure","queries":1,"retries":0,)"
                                      R"("time":"2026-11-21T23:54:08.123Z"})",
                                  {});
  EXPECT_TRUE(text.ok()) << text.status();
  std::string flat;  // However it is broken into lines.
  for (const char c : text.ok() ? *text : "") {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || !flat.ends_with(' ')) flat += blank ? ' ' : c;
  }
  return flat;
}

constexpr const char* kIssuemail =
    R"("caa":{"owner":"example.com","ttl":300,"records":[{"flags":0,"tag":"issue","value":"x.y"},)"
    R"({"flags":0,"tag":"issuemail","value":"digicert.com"}]})";

TEST(ExplainPurposeTest, AMailDenialSpeaksOfIssuemailAlone) {
  const std::string text =
      Explain(R"("name":"example.com","input":"user@example.com","for":"smime","outcome":"deny",)"
              R"("reason":"issuer_not_authorized","may_issue":false,)" +
              std::string(kIssuemail));
  EXPECT_THAT(text, StartsWith("Let's Encrypt may not issue S/MIME certificates for addresses at "
                               "example.com: the issuemail records name other CAs only."));
  EXPECT_THAT(text, HasSubstr("Add an issuemail record that names the CA, or remove the issuemail "
                              "records."));
  EXPECT_THAT(text, HasSubstr("example.com. 3600 IN CAA 0 issuemail \"letsencrypt.org\""));
  EXPECT_THAT(text, HasSubstr("tag issuemail, value letsencrypt.org"));
  EXPECT_THAT(text, Not(HasSubstr("CAA 0 issue \"letsencrypt.org\"")));
  EXPECT_THAT(text, Not(HasSubstr("wildcard")));
  EXPECT_THAT(text, Not(HasSubstr("applicants"))) << "whose software issues for TLS alone";
}

TEST(ExplainPurposeTest, AMarkDenial) {
  const std::string text =
      Explain(R"("name":"example.com","for":"mark","outcome":"deny","reason":"issuance_forbidden",)"
              R"("may_issue":false,"caa":{"owner":"example.com","ttl":300,"records":[)"
              R"({"flags":0,"tag":"issuevmc","value":";"}]})");
  EXPECT_THAT(text, StartsWith("Let's Encrypt may not issue mark certificates for example.com: the "
                               "issuevmc records forbid every mark certificate."));
  EXPECT_THAT(text, HasSubstr("CAA 0 issuevmc \"letsencrypt.org\""));
}

TEST(ExplainPurposeTest, LettersSayWhichCertificate) {
  const std::string text = Explain(
      R"("name":"example.com","for":"smime","outcome":"timeout","reason":"no_response",)"
      R"("may_issue":false,"failed_at":"example.com","zone":"example.com",)"
      R"("servers":[{"host":"ns1.example.net","address":"192.0.2.1","result":"timeout"}],)"
      R"("findings":[{"code":"server_silent","host":"ns1.example.net","address":"192.0.2.1"}])");
  EXPECT_THAT(text, HasSubstr("must refuse an S/MIME certificate for addresses at example.com."));
}

TEST(ExplainPurposeTest, NothingRestrictsMail) {
  const std::string text = Explain(
      R"("name":"example.com","for":"smime","outcome":"permit",)"
      R"("reason":"no_issue_property","may_issue":true,"would_issue":true,"caa":{)"
      R"("owner":"example.com","ttl":300,"records":[{"flags":0,"tag":"issue","value":";"}]})");
  EXPECT_THAT(text, StartsWith("Let's Encrypt may issue S/MIME certificates for addresses at "
                               "example.com: the CAA records do not restrict such certificates."));
}

}  // namespace
}  // namespace caascan::explain
