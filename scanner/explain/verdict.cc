// Tested by verdict_test.cc.
#include "scanner/explain/verdict.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <string_view>

#include "caascan/known_cas.h"
#include "scanner/caa/property.h"
#include "scanner/explain/culprit.h"
#include "scanner/explain/purpose_text.h"
#include "scanner/guide/reason_remedy.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

using report::PrintableText;

/// Why, in the middle of a sentence.
std::string ReasonText(Reason reason, Purpose purpose) {
  const std::string records = RecordsText(purpose);
  const std::string kind = purpose == Purpose::kTls     ? "every certificate"
                           : purpose == Purpose::kSmime ? "every S/MIME certificate"
                                                        : "every mark certificate";
  switch (reason) {
    case Reason::kNoCaa:
      return "there are no CAA records at the name or above it";
    case Reason::kIssuerAuthorized:
      return records + " name it";
    case Reason::kNoIssueProperty:
      return "the CAA records do not restrict such certificates";
    case Reason::kIssuerNotAuthorized:
      return records + " name other CAs only";
    case Reason::kIssuanceForbidden:
      return records + " forbid " + kind;
    case Reason::kUnknownCriticalProperty:
      return "a CAA record with the critical flag has a tag that no CA knows";
    case Reason::kAccountUriMismatch:
      return records + " name it for another account";
    case Reason::kValidationMethodMismatch:
      return records + " name it for other validation methods";
    case Reason::kMalformedProperty:
      return records + " are malformed";
    default:
      return "";
  }
}

const KnownCa* KnownOf(const std::vector<std::string>& issuer_domains) {
  return FindCaOfIssuer(issuer_domains.front());
}

bool AnswersDiffer(const record::RecordView& record) {
  return std::any_of(record.findings.begin(), record.findings.end(), [](const auto& finding) {
    return finding.code == FindingCodeText(FindingCode::kAnswersDiffer);
  });
}

/// What the servers of one zone disagree about is decided by chance.
std::string DependsText(const record::RecordView& record, const std::string& ca) {
  return absl::StrCat("For ", PrintableText(record.name), " it depends on which server ", ca,
                      " queries: the servers of ", PrintableText(record.zone),
                      " have different CAA records. By the records found here it ",
                      record.outcome == Outcome::kPermit ? "may issue." : "may not issue.");
}

/// What the CA does with a look-up that failed.
std::string AfterFailureText(const record::RecordView& record, const std::string& ca,
                             const KnownCa* known) {
  if (!record.may_issue) return "Every CA must refuse.";
  if (record.would_issue) {
    return ca + " may treat that as permission (Baseline Requirements 3.2.2.8).";
  }
  const bool refuses = known != nullptr && known->after_failure == AfterFailure::kRefuses;
  return absl::StrCat(refuses ? ca + " will refuse" : "Expect " + ca + " to refuse",
                      "; a CA that uses the exception of the Baseline Requirements (3.2.2.8) might "
                      "issue.");
}

}  // namespace

std::string CaText(const std::vector<std::string>& issuer_domains) {
  assert(!issuer_domains.empty() && "a CA has a name");
  const KnownCa* known = KnownOf(issuer_domains);
  return known != nullptr ? std::string(known->name) : PrintableText(issuer_domains.front());
}

bool WildcardsAreApart(const record::RecordView& record) {
  return record.purpose == Purpose::kTls && record.name.starts_with("*.") &&
         std::any_of(record.caa.begin(), record.caa.end(), [](const record::CaaRecordView& caa) {
           return caa::EqualIgnoringCase(caa.tag, "issuewild");
         });
}

bool WouldIssueWhoeverAnswers(const record::RecordView& record) {
  return record.would_issue && !AnswersDiffer(record);
}

bool DependsOnServer(const record::RecordView& record) {
  const bool decided = record.outcome == Outcome::kPermit || record.outcome == Outcome::kDeny;
  return decided && AnswersDiffer(record);
}

Verdict VerdictOf(const record::RecordView& record,
                  const std::vector<std::string>& issuer_domains) {
  assert(!issuer_domains.empty() && "a CA has a name");
  const std::string name = PrintableText(record.name);
  const std::string ca = CaText(issuer_domains);
  Verdict verdict;
  verdict.good = WouldIssueWhoeverAnswers(record);
  std::string because = ReasonText(record.reason, record.purpose);
  if (record.reason == Reason::kIssuerNotAuthorized && WildcardsAreApart(record)) {
    because = "only issuewild records count for wildcards, and they name other CAs";
  }
  switch (record.outcome) {
    case Outcome::kPermit:
      verdict.text = AnswersDiffer(record)
                         ? DependsText(record, ca)
                         : ca + " may issue" + IssueText(record) + ": " + because + ".";
      break;
    case Outcome::kDeny:
      verdict.text = AnswersDiffer(record)
                         ? DependsText(record, ca)
                         : ca + " may not issue" + IssueText(record) + ": " + because + ".";
      break;
    case Outcome::kError:
      verdict.text = name + guide::WhyNotLookedUp(record.reason, PrintableText(record.detail));
      break;
    default:
      if (ResolversAreDown(record)) {
        verdict.text = "The look-up gives no result for " + name + ": no resolver works.";
        break;
      }
      verdict.text = absl::StrCat(
          "The CAA records of ", name,
          " could not be looked up: ", std::string(OutcomeCode(record.outcome)), ", ",
          std::string(ReasonCode(record.reason)), " at ", PrintableText(record.failed_at), ". ",
          AfterFailureText(record, ca, KnownOf(issuer_domains)));
  }
  return verdict;
}

std::string ConsequenceText(const record::RecordView& record) {
  if (record.would_issue || record.outcome == Outcome::kError) return "";
  if (ResolversAreDown(record)) return "";
  if (record.outcome == Outcome::kDeny) {
    return " Until this is corrected, the certification authority that the applicant chose must "
           "refuse " +
           CertificateWithArticle(record) + ".";
  }
  if (record.may_issue) {
    return " Until this is corrected, certification authorities that refuse after a failed look-up "
           "issue no " +
           CertificateText(record) + ".";
  }
  return " Until this is corrected, every certification authority must refuse " +
         CertificateWithArticle(record) + ".";
}

std::string ApplicantError(const record::RecordView& record,
                           const std::vector<std::string>& issuer_domains) {
  assert(!issuer_domains.empty() && "a CA has a name");
  const KnownCa* known = KnownOf(issuer_domains);
  // Its software issues for TLS alone.
  if (record.purpose != Purpose::kTls) return "";
  if (known == nullptr || !known->runs_boulder || ResolversAreDown(record)) return "";
  switch (record.outcome) {
    case Outcome::kDeny:
      return "CAA record for " + PrintableText(record.caa_owner) + " prevents issuance";
    case Outcome::kTimeout:
      return "DNS problem: query timed out looking up CAA for " + PrintableText(record.failed_at);
    case Outcome::kServfail:
    case Outcome::kLame:
      return "DNS problem: SERVFAIL looking up CAA for " + PrintableText(record.failed_at) +
             " - the domain's nameservers may be malfunctioning";
    default:
      return "";
  }
}

}  // namespace caascan::explain
