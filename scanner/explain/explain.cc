// One record in words. Everything that comes from strangers goes through PrintableText(), and into
// commands only where a shell cannot take it for anything else. Lists are cut so that a record of
// any size makes fewer than a hundred lines. Tested by explain_test.cc.
#include "caascan/explain.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "caascan/finding_kind.h"
#include "caascan/known_cas.h"
#include "scanner/caa/property.h"
#include "scanner/explain/climb_view.h"
#include "scanner/explain/culprit.h"
#include "scanner/explain/dossier.h"
#include "scanner/explain/explain_page.h"
#include "scanner/explain/explain_parts.h"
#include "scanner/explain/persist_view.h"
#include "scanner/explain/support_letter.h"
#include "scanner/explain/verdict.h"
#include "scanner/guide/reason_remedy.h"
#include "scanner/record/record_view.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

constexpr size_t kMaxText = 200;
constexpr size_t kMaxEvidence = 500;

/// How much is shown: once less where it would be too much.
struct Room {
  size_t steps = 8;
  size_t servers = 8;
  size_t records = 8;  // Of CAA, and of TXT.
  size_t findings = 4;
  size_t evidence = 2;  // Of one finding.
  size_t commands = 6;
  size_t letters = 3;
};
constexpr Room kTight = {4, 4, 4, 2, 1, 4, 1};
constexpr ptrdiff_t kMaxLines = 99;

/// Of a text from outside, as much as people read.
std::string Shown(std::string_view text, size_t most = kMaxText) {
  return text.size() > most ? report::PrintableText(text.substr(0, most)) + "..."
                            : report::PrintableText(text);
}

void AddFacts(const record::RecordView& record, const std::string& vantage, ExplainPage* page) {
  page->Heading("What was found");
  if (!record.zone.empty()) {
    std::string line = "  zone      " + report::PrintableText(record.zone);
    if (!record.operator_name.empty()) {
      line += ", on servers of " + report::PrintableText(record.operator_name);
    }
    page->Line(line);
  }
  page->Line("  DNSSEC    " + std::string(DnssecStatusCode(record.dnssec)));
  page->Line("  asked     " + std::to_string(record.queries) + " queries, " +
             std::to_string(record.attempts) + (record.attempts == 1 ? " pass" : " passes"));
  page->Line("  when      " + report::CellText(record.time_ms, report::ColumnKind::kTime) + " UTC" +
             (vantage.empty() ? "" : ", by " + report::PrintableText(vantage)));
}

void AddRecords(const record::RecordView& record, const Room& room, ExplainPage* page) {
  if (!record.has_caa) return;
  page->Heading("CAA records of " + report::PrintableText(record.caa_owner) + ", TTL " +
                std::to_string(record.caa_ttl_s) + " s");
  for (size_t i = 0; i < std::min(record.caa.size(), room.records); ++i) {
    const record::CaaRecordView& caa = record.caa[i];
    page->Copy("  " + std::to_string(caa.flags) + " " + Shown(caa.tag) + " \"" + Shown(caa.value) +
               "\"");
  }
  page->Rest(record.caa.size(), room.records);
}

void AddPersist(const std::optional<PersistView>& persist, const Room& room, ExplainPage* page) {
  if (!persist) return;
  page->Heading(persist->heading);
  page->Paragraph("  ", persist->verdict);
  const size_t shown = std::min(persist->texts.size(), room.records);
  for (size_t i = 0; i < shown; ++i) {
    page->Copy("  \"" + persist->texts[i].value + "\"");
    page->Line("    " + persist->texts[i].result);
  }
  page->Rest(persist->all, shown);
}

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

/// Each name from the one asked about upwards; a failure ends it.
void AddClimb(const ClimbView& view, const Room& room, ExplainPage* page) {
  if (view.climb.empty()) return;
  page->Heading("The climb (RFC 8659 section 3)");
  size_t width = 0;
  const size_t shown = std::min(view.climb.size(), room.steps);
  for (size_t i = 0; i < shown; ++i) {
    width = std::max(width, report::DisplayWidth(report::PrintableText(view.climb[i].name)));
  }
  for (size_t i = 0; i < shown; ++i) {
    const ClimbStepView& step = view.climb[i];
    std::string line = "  " +
                       Padded(report::PrintableText(step.name), std::min<size_t>(width, 40)) +
                       "  " + Padded(StepResultText(step.result), 14);
    if (!step.address.empty()) {
      line += "  " + report::PrintableText(step.host) + " " + report::PrintableText(step.address) +
              " " + report::PrintableText(step.transport);
    }
    if (step.rtt_ms) line += absl::StrFormat(" %.1f ms", *step.rtt_ms);
    if (step.dnssec != "unchecked") line += "  " + report::PrintableText(step.dnssec);
    const bool good =
        step.result == "records" || step.result == "none" || step.result == "nxdomain";
    good ? page->Line(line) : page->BadLine(line);
    if (step.cname.empty()) continue;
    std::string aliases = "    an alias of";
    for (const std::string& target : step.cname) aliases += " " + Shown(target);
    page->Line(aliases.substr(0, kMaxEvidence));
  }
  page->Rest(view.climb.size(), shown);
}

/// From the root down. Where every zone holds and an answer does not, the answer is the broken
/// link.
void AddChain(const ClimbView& view, const Room& room, ExplainPage* page) {
  if (view.chain.empty()) return;
  page->Heading("The chain of trust");
  const size_t skipped = view.chain.size() - std::min(view.chain.size(), room.steps);
  bool broken = false;
  for (size_t i = skipped; i < view.chain.size(); ++i) {
    const ChainLinkView& link = view.chain[i];
    const std::string line = "  " + Padded(report::PrintableText(link.zone), 24) + "  " +
                             report::PrintableText(link.dnssec) +
                             (link.detail.empty() ? "" : ", " + Shown(link.detail));
    if (link.dnssec == "bogus" && !broken) {
      page->BadLine(line + "   <== the chain breaks here");
      broken = true;
    } else {
      page->Line(line);
    }
  }
  if (broken || view.climb.empty() || view.climb.back().dnssec != "bogus") return;
  page->BadLine("  " + Padded(report::PrintableText(view.climb.back().name) + " CAA", 24) +
                "  bogus   <== the chain breaks here");
}

void AddServers(const record::RecordView& record, const Room& room, ExplainPage* page) {
  if (record.servers.empty()) return;
  page->Heading("Servers");
  for (size_t i = 0; i < std::min(record.servers.size(), room.servers); ++i) {
    const record::ServerView& server = record.servers[i];
    const std::string line = "  " + report::PrintableText(server.host) + " " +
                             report::PrintableText(server.address) + "  " +
                             report::PrintableText(server.result);
    const bool good = server.result == "answer" || server.result == "referral";
    good ? page->Line(line) : page->BadLine(line);
  }
  page->Rest(record.servers.size(), room.servers);
}

/// Findings of one code are told together: the first servers stand for all.
void AddFindings(const record::RecordView& record, const Room& room, ExplainPage* page) {
  const std::vector<FindingCode> codes = FindingCodesOf(record);
  if (!codes.empty()) page->Heading("What is wrong");
  for (size_t i = 0; i < std::min(codes.size(), room.findings); ++i) {
    const FindingKind& kind = KindOf(codes[i]);
    const std::string_view code = FindingCodeText(codes[i]);
    page->Paragraph("  ", std::string(code) + ": " + std::string(kind.meaning) + " (" +
                              std::string(SeverityText(kind.severity)) + ", " +
                              std::string(kind.rfc) + ")");
    size_t shown = 0;
    for (const record::FindingView& finding : record.findings) {
      if (finding.code != code || shown++ >= room.evidence) continue;
      std::string line = report::PrintableText(finding.host);
      for (const std::string_view part : {finding.address, finding.evidence}) {
        if (!part.empty()) line += (line.empty() ? "" : " ") + Shown(part, kMaxEvidence);
      }
      if (!line.empty()) page->Paragraph("    ", line);
    }
    page->Paragraph("    ", "To the " + WhomToTell(kind, record) + ":");
    page->Paragraph("      ", RemedyFor(kind, record));
  }
  page->Rest(codes.size(), room.findings);
}

void AddCommands(const std::vector<std::string>& lines, const Room& room, ExplainPage* page) {
  if (lines.empty()) return;
  page->Heading("See it without caascan");
  size_t shown = 0;
  for (const std::string& line : lines) {
    if (shown == room.commands) break;
    page->Copy("  " + report::PrintableText(line));
    ++shown;
    // The same once more with the other tool, for the first two.
    const std::string drill = shown < 4 ? DrillLine(line) : "";
    if (drill.empty() || shown == room.commands) continue;
    page->Copy("  " + report::PrintableText(drill));
    ++shown;
  }
}

void AddLetters(const record::RecordView& record, uint16_t port, const Room& room,
                ExplainPage* page) {
  for (const Letter& letter : LettersOf(record, port, room.letters)) {
    page->Heading("To send to the " + letter.whom);
    page->Paragraph("  ", letter.text);
  }
}

/// So that the page is found by those who were shown the error.
void AddApplicantError(const record::RecordView& record, const std::vector<std::string>& issuers,
                       ExplainPage* page) {
  const std::string error = ApplicantError(record, issuers);
  if (error.empty()) return;
  page->Heading("What applicants of " + CaText(issuers) + " are shown");
  page->Paragraph("  ", error);
}

void Fill(const record::RecordView& record, const ClimbView& climb,
          const std::optional<PersistView>& persist, const ExplainOptions& options,
          const Room& room, ExplainPage* page) {
  std::vector<std::string> issuers = options.issuer_domains;
  if (issuers.empty()) issuers = {"letsencrypt.org"};
  const Verdict verdict = VerdictOf(record, issuers);
  page->Verdict(verdict.good, verdict.text);
  AddApplicantError(record, issuers, page);
  AddFacts(record, options.vantage, page);
  AddClimb(climb, room, page);
  AddChain(climb, room, page);
  AddRecords(record, room, page);
  AddPersist(persist, room, page);
  AddServers(record, room, page);
  AddFindings(record, room, page);
  const std::string remedy = RemedyText(record);
  const std::string elsewhere = ElsewhereText(record);
  if (!remedy.empty()) page->Heading("What to do");
  for (const std::string& text : {elsewhere, remedy}) {
    if (!text.empty()) page->Paragraph("  ", text);
  }
  AddPublishing(record, report::PrintableText(issuers.front()), page);
  AddCommands(CommandsFor(record, options.port), room, page);
  AddLetters(record, options.port, room, page);
}

std::string Explain(const record::RecordView& record, const ClimbView& climb,
                    const std::optional<PersistView>& persist, const ExplainOptions& options) {
  for (const Room& room : {Room(), kTight}) {
    ExplainPage page(options.form, options.width);
    Fill(record, climb, persist, options, room, &page);
    std::string text = page.Take();
    if (std::count(text.begin(), text.end(), '\n') <= kMaxLines) return text;
  }
  ExplainPage page(options.form, options.width);
  Fill(record, {}, persist, options, {2, 2, 2, 1, 1, 2, 1}, &page);
  return page.Take();
}

}  // namespace

}  // namespace caascan::explain

namespace caascan {

absl::StatusOr<std::string> ExplainRecord(std::string_view record, const ExplainOptions& options) {
  record::RecordReader reader;
  std::string padded;
  if (absl::Status status = explain::ReadRecord(record, &padded, &reader); !status.ok())
    return status;
  return explain::Explain(reader.record(), explain::ReadClimb(record),
                          explain::ReadPersistView(record), options);
}

absl::StatusOr<bool> WouldIssue(std::string_view record) {
  record::RecordReader reader;
  std::string padded;
  if (absl::Status status = explain::ReadRecord(record, &padded, &reader); !status.ok())
    return status;
  return explain::WouldIssueWhoeverAnswers(reader.record());
}

}  // namespace caascan
