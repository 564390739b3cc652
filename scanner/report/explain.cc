// One record in words. Everything that comes from strangers goes through PrintableText(), and into
// commands only where a shell cannot take it for anything else. Lists are cut so that a record of
// any size makes fewer than a hundred lines. Tested by explain_test.cc.
#include "caascan/explain.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "caascan/finding_kind.h"
#include "caascan/known_cas.h"
#include "scanner/report/cell_text.h"
#include "scanner/report/dossier.h"
#include "scanner/report/reason_remedy.h"
#include "scanner/report/record_view.h"

namespace caascan::report {
namespace {

constexpr size_t kMaxServers = 8;
constexpr size_t kMaxRecords = 8;
constexpr size_t kMaxFindings = 5;
constexpr size_t kMaxCommands = 6;
constexpr size_t kWidth = 96;
constexpr size_t kMaxText = 200;

class Page {
 public:
  void Line(const std::string& text) { text_ += text + '\n'; }
  void Heading(const std::string& text) { text_ += '\n' + text + '\n'; }
  /// Broken at blanks to kWidth columns, each line behind `indent`.
  void Paragraph(const std::string& indent, std::string_view text) {
    while (!text.empty()) {
      const size_t room = kWidth - indent.size();
      size_t end = text.size();
      if (end > room) {
        end = text.rfind(' ', room);
        if (end == std::string_view::npos || end == 0) end = room;
      }
      Line(indent + std::string(text.substr(0, end)));
      text.remove_prefix(end);
      while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
  }
  void Rest(size_t all, size_t shown) {
    if (all > shown) Line("  and " + std::to_string(all - shown) + " more");
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Of a text from outside, as much as people read.
std::string Shown(std::string_view text) {
  return text.size() > kMaxText ? PrintableText(text.substr(0, kMaxText)) + "..."
                                : PrintableText(text);
}

std::string CaText(const std::vector<std::string>& issuer_domains) {
  for (const KnownCa& ca : KnownCas()) {
    const auto& own = ca.issuer_domains;
    if (std::find(own.begin(), own.end(), issuer_domains.front()) != own.end()) {
      return std::string(ca.name);
    }
  }
  return issuer_domains.front();
}

/// Why, in the middle of a sentence.
std::string_view ReasonText(Reason reason) {
  switch (reason) {
    case Reason::kNoCaa:
      return "there are no CAA records at the name or above it";
    case Reason::kIssuerAuthorized:
      return "the CAA records name it";
    case Reason::kNoIssueProperty:
      return "the CAA records do not restrict such certificates";
    case Reason::kIssuerNotAuthorized:
      return "the CAA records name others only";
    case Reason::kIssuanceForbidden:
      return "the CAA records forbid every certificate";
    case Reason::kUnknownCriticalProperty:
      return "a CAA record that must be understood has a tag that nobody knows";
    case Reason::kAccountUriMismatch:
      return "the CAA records name it for another account";
    case Reason::kValidationMethodMismatch:
      return "the CAA records name it for other validation methods";
    case Reason::kMalformedProperty:
      return "the CAA records cannot be read";
    default:
      return "";
  }
}

std::string Verdict(const RecordView& record, const std::string& ca) {
  const std::string name = PrintableText(record.name);
  const std::string because(ReasonText(record.reason));
  switch (record.outcome) {
    case Outcome::kPermit:
      return ca + " may issue for " + name + ": " + because + ".";
    case Outcome::kDeny:
      return ca + " may not issue for " + name + ": " + because + ".";
    case Outcome::kError:
      return name + " was not looked up (" + std::string(ReasonCode(record.reason)) + ").";
    default:
      break;
  }
  return "The CAA records of " + name +
         " could not be looked up: " + std::string(OutcomeCode(record.outcome)) + ", " +
         std::string(ReasonCode(record.reason)) + " at " + PrintableText(record.failed_at) +
         ". A CA " + (record.may_issue ? "may take that as permission." : "must refuse.");
}

void AddFacts(const RecordView& record, Page* page) {
  page->Line("");
  if (!record.zone.empty()) {
    std::string line = "  zone      " + PrintableText(record.zone);
    if (!record.operator_name.empty()) {
      line += ", on servers of " + PrintableText(record.operator_name);
    }
    page->Line(line);
  }
  page->Line("  DNSSEC    " + std::string(DnssecStatusCode(record.dnssec)));
  page->Line("  asked     " + std::to_string(record.queries) + " queries, " +
             std::to_string(record.attempts) + (record.attempts == 1 ? " pass" : " passes"));
  if (record.has_caa) {
    page->Heading("CAA records of " + PrintableText(record.caa_owner) + ", TTL " +
                  std::to_string(record.caa_ttl_s) + " s");
    for (size_t i = 0; i < std::min(record.caa.size(), kMaxRecords); ++i) {
      const CaaRecordView& caa = record.caa[i];
      page->Line("  " + std::to_string(caa.flags) + " " + Shown(caa.tag) + " \"" +
                 Shown(caa.value) + "\"");
    }
    page->Rest(record.caa.size(), kMaxRecords);
  }
  if (record.servers.empty()) return;
  page->Heading("Servers");
  for (size_t i = 0; i < std::min(record.servers.size(), kMaxServers); ++i) {
    const ServerView& server = record.servers[i];
    page->Line("  " + PrintableText(server.host) + " " + PrintableText(server.address) + "  " +
               PrintableText(server.result));
  }
  page->Rest(record.servers.size(), kMaxServers);
}

/// Findings of one code are told together: the first server stands for all.
void AddFindings(const RecordView& record, Page* page) {
  std::vector<std::string_view> codes;
  for (const FindingView& finding : record.findings) {
    if (std::find(codes.begin(), codes.end(), finding.code) == codes.end()) {
      codes.push_back(finding.code);
    }
  }
  if (!codes.empty()) page->Heading("What is wrong");
  for (size_t i = 0; i < std::min(codes.size(), kMaxFindings); ++i) {
    const FindingKind* kind = FindFindingKind(codes[i]);
    if (kind == nullptr) continue;
    page->Line("  " + std::string(kind->code) + ": " + std::string(kind->meaning) + " (" +
               std::string(SeverityText(kind->severity)) + ", " + std::string(kind->rfc) + ")");
    size_t shown = 0;
    for (const FindingView& finding : record.findings) {
      if (finding.code != codes[i] || shown++ >= 2) continue;
      std::string line = PrintableText(finding.host);
      for (const std::string_view part : {finding.address, finding.evidence}) {
        if (!part.empty()) line += (line.empty() ? "" : " ") + Shown(part);
      }
      if (!line.empty()) page->Paragraph("    ", line);
    }
    std::string who(MenderText(kind->mender));
    if (kind->mender == Mender::kProvider && !record.operator_name.empty()) {
      who += " (" + PrintableText(record.operator_name) + ")";
    }
    page->Paragraph("    ", "To the " + who + ":");
    page->Paragraph("      ", kind->remedy);
  }
  page->Rest(codes.size(), kMaxFindings);
}

std::string Generic(const std::string& tag, const std::string& value) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string wire = {'\0', static_cast<char>(tag.size())};
  wire += tag + value;
  std::string out = "\\# " + std::to_string(wire.size()) + " ";
  for (const char c : wire) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

/// The record that lets the CA issue, in three forms. `owner` is a name in plain letters.
void AddPublishing(const RecordView& record, const std::string& issuer, Page* page) {
  const bool denied = record.outcome == Outcome::kDeny;
  if (!denied && record.reason != Reason::kNoCaa) return;
  std::string_view owner = denied ? record.caa_owner : record.name;
  if (owner.starts_with("*.")) owner.remove_prefix(2);
  const std::string at = PrintableText(owner);
  page->Heading(denied ? "To let " + issuer + " issue, publish beside or instead of what is there"
                       : "Nothing is needed. To let " + issuer + " alone issue, publish");
  for (const std::string tag : {"issue", "issuewild"}) {
    page->Line(tag == "issue" ? "  for names (and wildcards, where there is no issuewild):"
                              : "  for wildcards, where they differ or an issuewild is there:");
    page->Line(absl::StrCat("    ", at, ". 3600 IN CAA 0 ", tag, " \"", issuer, "\""));
    page->Line("    " + at + ". 3600 IN TYPE257 " + Generic(tag, issuer));
    page->Line(absl::StrCat("    in a panel: name ", at, ", type CAA, flag 0, tag ", tag,
                            ", value ", issuer));
  }
  if (record.reason == Reason::kUnknownCriticalProperty ||
      record.reason == Reason::kMalformedProperty) {
    page->Line("  and correct the record that stands in the way.");
  }
}

void AddCommands(const RecordView& record, Page* page) {
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& code, const DossierSample& sample) {
    for (std::string& line : DigLines(code, sample)) {
      const bool is_new = std::find(lines.begin(), lines.end(), line) == lines.end();
      if (is_new && lines.size() < kMaxCommands) lines.push_back(std::move(line));
    }
  };
  const std::string name(record.failed_at.empty() ? record.name : record.failed_at);
  for (const FindingView& finding : record.findings) {
    if (finding.address.empty()) continue;
    add(std::string(finding.code), {name, std::string(finding.host), std::string(finding.address),
                                    std::string(record.zone), ""});
  }
  for (const ServerView& server : record.servers) {
    const bool did_well = server.result == "answer" || server.result == "referral";
    if (server.address.empty() || record.failed_at.empty() || did_well) continue;
    add(std::string(ReasonCode(record.reason)),
        {name, std::string(server.host), std::string(server.address), std::string(record.zone),
         ""});
  }
  if (lines.empty()) return;
  page->Heading("See it without caascan");
  for (const std::string& line : lines) page->Line("  " + PrintableText(line));
}

std::string Explain(const RecordView& record, const ExplainOptions& options) {
  std::vector<std::string> issuers = options.issuer_domains;
  if (issuers.empty()) issuers = {"letsencrypt.org"};
  Page page;
  page.Paragraph("", Verdict(record, PrintableText(CaText(issuers))));
  AddFacts(record, &page);
  AddFindings(record, &page);
  if (const std::string_view remedy = ReasonRemedy(record.reason); !remedy.empty()) {
    page.Heading("What to do");
    page.Paragraph("  ", remedy);
  }
  AddPublishing(record, PrintableText(issuers.front()), &page);
  AddCommands(record, &page);
  return page.Take();
}

}  // namespace
}  // namespace caascan::report

namespace caascan {
namespace {

/// nullptr where the line is no record.
absl::Status ReadInto(std::string_view line, std::string* padded, report::RecordReader* reader) {
  padded->assign(line);
  padded->append(report::RecordReader::kPadding, ' ');
  const std::string_view problem = reader->Read(std::string_view(*padded).substr(0, line.size()));
  if (problem.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("no record: " + std::string(problem));
}

}  // namespace

absl::StatusOr<std::string> ExplainRecord(std::string_view record, const ExplainOptions& options) {
  report::RecordReader reader;
  std::string padded;
  if (absl::Status status = ReadInto(record, &padded, &reader); !status.ok()) return status;
  return report::Explain(reader.record(), options);
}

absl::StatusOr<bool> MayIssue(std::string_view record) {
  report::RecordReader reader;
  std::string padded;
  if (absl::Status status = ReadInto(record, &padded, &reader); !status.ok()) return status;
  return reader.record().may_issue;
}

}  // namespace caascan
