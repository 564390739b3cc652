// Tested by purpose_text_test.cc.
#include "scanner/explain/purpose_text.h"

#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

/// What comes in front of "certificate".
std::string Kind(Purpose purpose) {
  switch (purpose) {
    case Purpose::kSmime:
      return "S/MIME ";
    case Purpose::kMark:
      return "mark ";
    case Purpose::kTls:
      break;
  }
  return "";
}

std::string For(const record::RecordView& record) {
  return (record.purpose == Purpose::kSmime ? " for addresses at " : " for ") +
         report::PrintableText(record.name);
}

}  // namespace

std::string RelevantTag(Purpose purpose) {
  switch (purpose) {
    case Purpose::kSmime:
      return "issuemail";
    case Purpose::kMark:
      return "issuevmc";
    case Purpose::kTls:
      break;
  }
  return "issue";
}

std::string CertificatesText(const record::RecordView& record) {
  return Kind(record.purpose) + "certificates" + For(record);
}

std::string CertificateText(const record::RecordView& record) {
  return Kind(record.purpose) + "certificate" + For(record);
}

std::string CertificateWithArticle(const record::RecordView& record) {
  return (record.purpose == Purpose::kSmime ? "an " : "a ") + CertificateText(record);
}

std::string IssueText(const record::RecordView& record) {
  return record.purpose == Purpose::kTls ? For(record) : " " + CertificatesText(record);
}

std::string RecordsText(Purpose purpose) {
  return purpose == Purpose::kTls ? "the CAA records" : "the " + RelevantTag(purpose) + " records";
}

}  // namespace caascan::explain
