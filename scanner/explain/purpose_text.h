// How people are told of certificates for TLS, S/MIME and marks. Any thread.
#pragma once

#include <string>

#include "caascan/caa.h"
#include "scanner/record/record_view.h"

namespace caascan::explain {

/// The tag of the property that says who may issue: "issue", "issuemail" or "issuevmc".
std::string RelevantTag(Purpose purpose);

/// "certificates for example.com", "S/MIME certificates for addresses at example.com", "mark
/// certificates for example.com". Printable.
std::string CertificatesText(const record::RecordView& record);

/// The same of one: "certificate for example.com", and with its article.
std::string CertificateText(const record::RecordView& record);
std::string CertificateWithArticle(const record::RecordView& record);

/// What goes on from "may issue": " for example.com", where the certificate is for TLS.
std::string IssueText(const record::RecordView& record);

/// The records that count: "the CAA records", or "the issuemail records".
std::string RecordsText(Purpose purpose);

}  // namespace caascan::explain
