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
  size_t records = 8;
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

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string ResultText(const std::string& result) {
  if (result == "records") return "CAA records";
  if (result == "none") return "no CAA records";
  if (result == "nxdomain") return "does not exist";
  return report::PrintableText(result);
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
                       "  " + Padded(ResultText(step.result), 14);
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

/// What explains others that come with it.
bool IsCause(FindingCode code) {
  return code == FindingCode::kDnssecEmptyAnswersOnly || code == FindingCode::kDelegationMismatch;
}

/// Each code once: causes first, then the gravest. Those of other versions are left out.
std::vector<FindingCode> CodesOf(const record::RecordView& record) {
  std::vector<FindingCode> codes;
  for (const record::FindingView& finding : record.findings) {
    const std::optional<FindingCode> code = FindFindingCode(finding.code);
    if (code && std::find(codes.begin(), codes.end(), *code) == codes.end()) codes.push_back(*code);
  }
  std::stable_sort(codes.begin(), codes.end(), [](FindingCode a, FindingCode b) {
    if (IsCause(a) != IsCause(b)) return IsCause(a);
    return KindOf(a).severity < KindOf(b).severity;
  });
  return codes;
}

/// Findings of one code are told together: the first servers stand for all.
void AddFindings(const record::RecordView& record, const Room& room, ExplainPage* page) {
  const std::vector<FindingCode> codes = CodesOf(record);
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

void AddForms(const std::string& at, const std::string& tag, const std::string& issuer,
              ExplainPage* page) {
  page->Copy(absl::StrCat("    ", at, ". 3600 IN CAA 0 ", tag, " \"", issuer, "\""));
  page->Copy("    " + at + ". 3600 IN TYPE257 " + Generic(tag, issuer));
  page->Line(absl::StrCat("    in a panel: name ", at, ", type CAA, flag 0, tag ", tag, ", value ",
                          issuer));
}

/// The record that lets the CA issue, in three forms.
void AddPublishing(const record::RecordView& record, const std::string& issuer, ExplainPage* page) {
  const bool denied = record.outcome == Outcome::kDeny;
  if (!denied && record.reason != Reason::kNoCaa) return;
  std::string_view owner = denied ? record.caa_owner : record.name;
  if (owner.starts_with("*.")) owner.remove_prefix(2);
  const std::string at = report::PrintableText(owner);
  page->Heading(denied ? "To let " + issuer + " issue, publish beside or instead of what is there"
                       : "Nothing is needed. To let " + issuer + " alone issue, publish");
  const std::string near(IsKnownIssuer(issuer) ? "" : NearestKnownIssuer(issuer));
  if (!near.empty()) page->Line("  " + issuer + " is no known CA's; " + near + " may be meant.");
  if (WildcardsAreApart(record)) {
    page->Line("  for wildcards, since an issuewild is there:");
    AddForms(at, "issuewild", issuer, page);
    page->Line("  for names that are no wildcards:");
    AddForms(at, "issue", issuer, page);
  } else {
    page->Line("  for names (and wildcards, where there is no issuewild):");
    AddForms(at, "issue", issuer, page);
    page->Line("  for wildcards, where they differ or an issuewild is there:");
    AddForms(at, "issuewild", issuer, page);
  }
  if (record.reason == Reason::kUnknownCriticalProperty ||
      record.reason == Reason::kMalformedProperty) {
    page->Line("  and correct the record that stands in the way.");
  }
}

/// The lines for dig, each once.
class Commands {
 public:
  Commands(const record::RecordView& record, uint16_t port) : record_(record), port_(port) {
    for (const FindingCode code : CodesOf(record)) AddCode(code);
    if (!record.failed_at.empty()) AddFailure();
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::string name() const { return std::string(AskedName(record_)); }

  std::string WithPort(std::string_view address) const {
    std::string text(address);
    if (port_ == 53 || text.empty() || text.front() == '[') return text;
    const size_t colon = text.find(':');
    if (colon != std::string::npos && text.find('.') != std::string::npos) return text;
    const std::string port = ":" + std::to_string(port_);
    return colon == std::string::npos ? text + port : "[" + text + "]" + port;
  }

  void Add(std::string line) {
    const bool known = std::find(lines_.begin(), lines_.end(), line) != lines_.end();
    if (!line.empty() && !known) lines_.push_back(std::move(line));
  }

  void AddCode(FindingCode code) {
    const Dig dig = KindOf(code).dig;
    for (const record::FindingView& finding : record_.findings) {
      if (finding.code != FindingCodeText(code)) continue;
      const std::string zone(finding.zone.empty() ? record_.zone : finding.zone);
      if (dig == Dig::kNsOfAllServers) {
        AskServers("NS", zone, true);
      } else if (dig == Dig::kCaaOfAllServers) {
        AskServers("CAA", std::string(record_.has_caa ? record_.caa_owner : record_.name), false);
      } else {
        const DossierSample sample = {name(), std::string(finding.host), WithPort(finding.address),
                                      zone, ""};
        for (std::string& line : DigLines(dig, sample)) Add(std::move(line));
      }
    }
  }

  /// Those that answered; of the zone's parents the last one, whose referral it was.
  void AskServers(std::string_view type, const std::string& name, bool parent_too) {
    std::string parent;
    for (const record::ServerView& server : record_.servers) {
      if (server.result == "referral") parent = WithPort(server.address);
    }
    if (parent_too) Add(DigLine(type, name, parent));
    for (const record::ServerView& server : record_.servers) {
      if (server.result == "answer") Add(DigLine(type, name, WithPort(server.address)));
    }
  }

  void AddFailure() {
    for (const record::ServerView& server : record_.servers) {
      const bool did_well = server.result == "answer" || server.result == "referral";
      if (server.address.empty() || did_well) continue;
      const DossierSample sample = {name(), std::string(server.host), WithPort(server.address),
                                    std::string(record_.zone), ""};
      for (std::string& line : DigLines(guide::DigOf(record_.reason), sample)) Add(std::move(line));
    }
  }

  const record::RecordView& record_;
  const uint16_t port_;
  std::vector<std::string> lines_;
};

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

void AddLetters(const record::RecordView& record, const std::vector<std::string>& commands,
                const Room& room, ExplainPage* page) {
  for (const Letter& letter : LettersOf(record, commands, room.letters)) {
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

void Fill(const record::RecordView& record, const ClimbView& climb, const ExplainOptions& options,
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
  AddServers(record, room, page);
  AddFindings(record, room, page);
  const std::string remedy = RemedyText(record);
  const std::string elsewhere = ElsewhereText(record);
  if (!remedy.empty()) page->Heading("What to do");
  for (const std::string& text : {elsewhere, remedy}) {
    if (!text.empty()) page->Paragraph("  ", text);
  }
  AddPublishing(record, report::PrintableText(issuers.front()), page);
  const Commands commands(record, options.port);
  AddCommands(commands.lines(), room, page);
  AddLetters(record, commands.lines(), room, page);
}

std::string Explain(const record::RecordView& record, const ClimbView& climb,
                    const ExplainOptions& options) {
  for (const Room& room : {Room(), kTight}) {
    ExplainPage page(options.form, options.width);
    Fill(record, climb, options, room, &page);
    std::string text = page.Take();
    if (std::count(text.begin(), text.end(), '\n') <= kMaxLines) return text;
  }
  ExplainPage page(options.form, options.width);
  Fill(record, {}, options, {2, 2, 2, 1, 1, 2, 1}, &page);
  return page.Take();
}

}  // namespace

std::vector<FindingCode> FindingCodesOf(const record::RecordView& record) {
  return CodesOf(record);
}

std::vector<std::string> CommandsFor(const record::RecordView& record, uint16_t port) {
  return Commands(record, port).lines();
}

std::vector<Letter> LettersOf(const record::RecordView& record,
                              const std::vector<std::string>& commands, size_t most) {
  std::vector<Letter> letters;
  for (const FindingCode code : CodesOf(record)) {
    const FindingKind& kind = KindOf(code);
    if (kind.severity == Severity::kNotice || letters.size() == most) break;
    if (kind.actor == Actor::kOurselves) continue;
    const std::string whom = WhomToTell(kind, record);
    if (std::any_of(letters.begin(), letters.end(),
                    [&whom](const Letter& letter) { return letter.whom == whom; })) {
      continue;
    }
    letters.push_back(
        {whom, SupportLetter(record, kind, commands.empty() ? "" : commands.front())});
  }
  return letters;
}

std::string RemedyText(const record::RecordView& record) {
  if (record.reason == Reason::kIssuerNotAuthorized && WildcardsAreApart(record)) {
    return "Add an issuewild record that names the CA, or remove the issuewild records.";
  }
  return RemedyFor(record);
}

std::string PublishingText(const record::RecordView& record, const std::string& issuer) {
  ExplainPage page(ExplainForm::kPlain);
  AddPublishing(record, issuer, &page);
  return page.Take();
}

std::string StepResultText(const std::string& result) { return ResultText(result); }

absl::Status ReadRecord(std::string_view line, std::string* padded, record::RecordReader* reader) {
  padded->assign(line);
  padded->append(record::RecordReader::kPadding, ' ');
  const std::string_view problem = reader->Read(std::string_view(*padded).substr(0, line.size()));
  if (problem.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("no record: " + std::string(problem));
}

}  // namespace caascan::explain

namespace caascan {

absl::StatusOr<std::string> ExplainRecord(std::string_view record, const ExplainOptions& options) {
  record::RecordReader reader;
  std::string padded;
  if (absl::Status status = explain::ReadRecord(record, &padded, &reader); !status.ok())
    return status;
  return explain::Explain(reader.record(), explain::ReadClimb(record), options);
}

absl::StatusOr<bool> WouldIssue(std::string_view record) {
  record::RecordReader reader;
  std::string padded;
  if (absl::Status status = explain::ReadRecord(record, &padded, &reader); !status.ok())
    return status;
  return explain::WouldIssueWhoeverAnswers(reader.record());
}

}  // namespace caascan
