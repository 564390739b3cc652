// The first sentence about a record: what the CA does, and why.
#pragma once

#include <string>
#include <vector>

#include "scanner/record/record_view.h"

namespace caascan::explain {

/// What a person is told first.
struct Verdict {
  bool good = false;  // Would the CA issue, whichever server of the zone it meets?
  std::string text;   // Printable; whole sentences.
};

/// REQUIRES: issuer_domains are the CA's, at least one. Any thread.
Verdict VerdictOf(const record::RecordView& record, const std::vector<std::string>& issuer_domains);

/// Would the CA issue? No where the servers of the zone have different CAA records: then it depends
/// on which of them it meets.
bool WouldIssueWhoeverAnswers(const record::RecordView& record);

/// Is there an answer, and does it depend on which server of the zone the CA meets?
bool DependsOnServer(const record::RecordView& record);

/// The name of the CA with these issuer domain names, printable. REQUIRES: at least one.
std::string CaText(const std::vector<std::string>& issuer_domains);

/// Is it about a wildcard whose issuewild records alone count (RFC 8659 §4.3)?
bool WildcardsAreApart(const record::RecordView& record);

/// What the fault means for the certificate: a sentence behind a blank, for a letter. The one
/// source of it. Empty where the CA would issue.
std::string ConsequenceText(const record::RecordView& record);

/// The error text that the CA's applicants are shown; empty where it is not known, or none is
/// shown. Printable. REQUIRES: as VerdictOf().
std::string ApplicantError(const record::RecordView& record,
                           const std::vector<std::string>& issuer_domains);

}  // namespace caascan::explain
