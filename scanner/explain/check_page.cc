// Text from others goes through PrintableText() and then HtmlText() wherever it stands. Lists are
// cut, so that a record of any size makes a page of some hundred kilobytes at most. Tested by
// check_page_test.cc and tests/e2e/check_html_test.py.
#include "caascan/check_page.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "caascan/finding_kind.h"
#include "scanner/explain/climb_view.h"
#include "scanner/explain/culprit.h"
#include "scanner/explain/embedded.h"
#include "scanner/explain/explain_parts.h"
#include "scanner/explain/persist_view.h"
#include "scanner/explain/record_picture.h"
#include "scanner/explain/support_letter.h"
#include "scanner/explain/trust_picture.h"
#include "scanner/explain/two_sides.h"
#include "scanner/explain/verdict.h"
#include "scanner/io/whole_file.h"
#include "scanner/publish/html_page.h"
#include "scanner/record/record_view.h"
#include "scanner/record/run_files.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::explain {
namespace {

using publish::HtmlText;
using report::PrintableText;

constexpr size_t kMaxText = 500;
constexpr size_t kMaxSteps = 32;
constexpr size_t kMaxRecords = 50;
constexpr size_t kMaxCodes = 20;
constexpr size_t kMaxEvidence = 8;  // Of one code.
constexpr size_t kMaxCommands = 12;
constexpr size_t kMaxLetters = 6;

std::string Shown(std::string_view text) {
  return PrintableText(text.substr(0, kMaxText)) + (text.size() > kMaxText ? "..." : "");
}

/// The body of the page, in the making.
class Body {
 public:
  /// `printable` becomes text; `opening` is markup: a tag and its attributes.
  void Element(std::string_view opening, std::string_view printable) {
    const std::string_view tag = opening.substr(0, opening.find(' '));
    absl::StrAppend(&markup_, "<", std::string(opening), ">", HtmlText(printable), "</",
                    std::string(tag), ">\n");
  }
  void Markup(std::string_view markup) { markup_ += markup; }
  void Heading(std::string_view printable) { Element("h3", printable); }
  void Paragraph(std::string_view printable) { Element("p", printable); }

  /// What people copy. The script puts a button above it. `more` is markup: further classes.
  void CopyBox(std::string_view label, std::string_view printable, const char* more = "") {
    Element(absl::StrCat("pre class=\"copy", more, "\" role=\"group\" tabindex=\"0\" aria-label=\"",
                         HtmlText(label), "\""),
            printable);
  }

  void List(const char* tag, const std::vector<std::string>& printable) {
    absl::StrAppend(&markup_, "<", tag, ">\n");
    for (const std::string& each : printable) Element("li", each);
    absl::StrAppend(&markup_, "</", tag, ">\n");
  }

  void Rest(size_t all, size_t shown) {
    if (all > shown) Paragraph(absl::StrCat("and ", all - shown, " more"));
  }

  std::string Take() { return std::move(markup_); }

 private:
  std::string markup_;
};

void AddVerdict(const record::RecordView& record, const std::vector<std::string>& issuers,
                Body* body) {
  const Verdict verdict = VerdictOf(record, issuers);
  const std::string ca = CaText(issuers);
  PictureState state = verdict.good ? PictureState::kGood : PictureState::kBad;
  std::string text = ca + (verdict.good ? " would issue" : " would not issue");
  if (DependsOnServer(record)) text = "It depends on which server " + ca + " queries";
  if (record.outcome == Outcome::kError) {
    state = PictureState::kUnknown;
    text = "Not looked up";
  } else if (ResolversAreDown(record)) {
    state = PictureState::kUnknown;
    text = "Nothing was found out";
  }
  body->Element(absl::StrCat("p class=\"verdict ", std::string(StateClass(state)), "\""),
                absl::StrCat(std::string(StateMark(state)), " ", text));
  body->Element("p class=\"say\"", verdict.text);
  const std::string error = ApplicantError(record, issuers);
  if (error.empty()) return;
  body->Heading("What applicants of " + ca + " are shown");
  body->CopyBox("what applicants are shown", error);
}

void AddPicture(const record::RecordView& record, const ClimbView& climb,
                const std::vector<std::string>& issuers, const std::string& id, Body* body) {
  const TrustPicture picture = PictureOf(record, climb, issuers);
  body->Heading("The chain of trust and the servers");
  body->Markup("<figure>\n" + TrustPictureSvg(picture, id));
  body->Element("figcaption",
                absl::StrCat(std::string(StateMark(PictureState::kGood)), " green: it holds. ",
                             std::string(StateMark(PictureState::kUnknown)),
                             " grey: insecure, not checked, or with a warning. ",
                             std::string(StateMark(PictureState::kBad)), " red: it fails."));
  body->Markup("</figure>\n<details><summary>The picture in words</summary>\n");
  body->List("ul", TrustPictureLines(picture));
  body->Markup("</details>\n");
}

void AddSide(const Side& side, Body* body) {
  body->Markup("<div>");
  body->Element("h4", side.heading);
  body->List("ul", side.lines);
  body->Markup("</div>\n");
}

void AddTwoSides(const record::RecordView& record, Body* body) {
  std::vector<std::string_view> told;
  for (const record::FindingView& finding : record.findings) {
    const std::optional<TwoSides> sides = TwoSidesOf(finding);
    if (!sides || std::find(told.begin(), told.end(), finding.code) != told.end()) continue;
    told.push_back(finding.code);
    body->Heading(sides->title);
    body->Markup("<div class=\"sides\">\n");
    AddSide(sides->left, body);
    AddSide(sides->right, body);
    body->Markup("</div>\n");
  }
}

std::string StepText(const ClimbStepView& step) {
  std::string text = absl::StrCat(Shown(step.name), ": ", StepResultText(step.result));
  if (!step.address.empty()) {
    absl::StrAppend(&text, ", from ", Shown(step.host), step.host.empty() ? "" : " ",
                    Shown(step.address), " ", Shown(step.transport));
  }
  if (step.rtt_ms) absl::StrAppend(&text, absl::StrFormat(" in %.1f ms", *step.rtt_ms));
  if (step.dnssec != "unchecked") absl::StrAppend(&text, ", ", Shown(step.dnssec));
  for (size_t i = 0; i < std::min(step.cname.size(), kMaxSteps); ++i) {
    absl::StrAppend(&text, i == 0 ? "; an alias of " : ", ", Shown(step.cname[i]));
  }
  return text;
}

void AddClimb(const ClimbView& view, Body* body) {
  if (view.climb.empty()) return;
  body->Heading("The climb (RFC 8659 section 3)");
  const size_t shown = std::min(view.climb.size(), kMaxSteps);
  std::vector<std::string> steps;
  for (size_t i = 0; i < shown; ++i) steps.push_back(StepText(view.climb[i]));
  body->List("ol", steps);
  body->Rest(view.climb.size(), shown);
}

void AddRecords(const record::RecordView& record, Body* body) {
  if (!record.has_caa) return;
  const std::string title =
      absl::StrCat("CAA records of ", Shown(record.caa_owner), ", TTL ", record.caa_ttl_s, " s");
  body->Heading(title);
  const size_t shown = std::min(record.caa.size(), kMaxRecords);
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    const record::CaaRecordView& caa = record.caa[i];
    absl::StrAppend(&text, caa.flags, " ", Shown(caa.tag), " \"", Shown(caa.value), "\"\n");
  }
  body->CopyBox("the CAA records", text);
  body->Rest(record.caa.size(), shown);
}

void AddPersist(const std::optional<PersistView>& persist, Body* body) {
  if (!persist) return;
  body->Heading(persist->heading);
  const PictureState state = persist->good ? PictureState::kGood : PictureState::kUnknown;
  body->Paragraph(absl::StrCat(std::string(StateMark(state)), " ", persist->verdict));
  for (const PersistView::Text& text : persist->texts) {
    body->CopyBox("the TXT record", text.value);
    body->Element("p class=\"facts\"", text.result);
  }
  body->Rest(persist->all, persist->texts.size());
}

void AddEvidence(const record::RecordView& record, std::string_view code, Body* body) {
  std::vector<std::string> lines;
  size_t all = 0;
  for (const record::FindingView& finding : record.findings) {
    if (finding.code != code || ++all > kMaxEvidence) continue;
    std::string line;
    for (const std::string_view part : {finding.host, finding.address, finding.evidence}) {
      if (!part.empty()) absl::StrAppend(&line, line.empty() ? "" : " ", Shown(part));
    }
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (!lines.empty()) body->List("ul", lines);
  body->Rest(all, kMaxEvidence);
}

void AddFindings(const record::RecordView& record, Body* body) {
  const std::vector<FindingCode> codes = FindingCodesOf(record);
  if (!codes.empty()) body->Heading("What is wrong");
  const size_t shown = std::min(codes.size(), kMaxCodes);
  for (size_t i = 0; i < shown; ++i) {
    const FindingKind& kind = KindOf(codes[i]);
    const std::string code(FindingCodeText(codes[i]));
    body->Markup("<article>\n");
    body->Element("h4", absl::StrCat(code, ": ", std::string(kind.meaning)));
    body->Element("p class=\"facts\"", absl::StrCat(std::string(SeverityText(kind.severity)), ", ",
                                                    std::string(kind.rfc)));
    AddEvidence(record, code, body);
    body->Paragraph(
        absl::StrCat("To the ", WhomToTell(kind, record), ": ", RemedyFor(kind, record)));
    body->Markup("</article>\n");
  }
  body->Rest(codes.size(), shown);
}

/// The heading is the first line of the text that is not empty.
void AddPublishingBox(const record::RecordView& record, const std::string& issuer, Body* body) {
  ExplainPage page(ExplainForm::kPlain);
  AddPublishing(record, issuer, &page);
  const std::string text = page.Take();
  const size_t begin = text.find_first_not_of('\n');
  if (begin == std::string::npos) return;
  const size_t end = std::min(text.find('\n', begin), text.size());
  body->Heading(text.substr(begin, end - begin));
  body->CopyBox("the records to publish", text.substr(std::min(end + 1, text.size())));
}

void AddRemedy(const record::RecordView& record, const std::string& issuer, Body* body) {
  const std::string remedy = RemedyText(record);
  if (!remedy.empty()) body->Heading("What to do");
  for (const std::string& text : {ElsewhereText(record), remedy}) {
    if (!text.empty()) body->Paragraph(text);
  }
  AddPublishingBox(record, issuer, body);
}

void AddLetters(const record::RecordView& record, uint16_t port, Body* body) {
  for (const Letter& letter : LettersOf(record, port, kMaxLetters)) {
    body->Heading("To send to the " + letter.whom);
    body->CopyBox("letter to the " + letter.whom, letter.text, " letter");
  }
  const std::vector<std::string> commands = CommandsFor(record, port);
  if (commands.empty()) return;
  body->Heading("See it without caascan");
  std::string text;
  for (size_t i = 0; i < std::min(commands.size(), kMaxCommands); ++i) {
    absl::StrAppend(&text, PrintableText(commands[i]), "\n");
    const std::string drill = DrillLine(commands[i]);
    if (!drill.empty()) absl::StrAppend(&text, PrintableText(drill), "\n");
  }
  body->CopyBox("commands", text);
}

void AddFacts(const record::RecordView& record, Body* body) {
  std::string text;
  if (!record.zone.empty()) absl::StrAppend(&text, "Zone ", Shown(record.zone));
  if (!record.operator_name.empty()) {
    absl::StrAppend(&text, ", on servers of ", Shown(record.operator_name));
  }
  absl::StrAppend(&text, text.empty() ? "" : ". ",
                  "DNSSEC: ", std::string(DnssecStatusCode(record.dnssec)), ". ", record.queries,
                  " queries, ", record.attempts, record.attempts == 1 ? " pass" : " passes",
                  ", at ", report::TimeText(record.time_ms), ".");
  body->Element("p class=\"facts\"", text);
}

void AddRecord(const record::RecordView& record, const ClimbView& climb,
               const std::optional<PersistView>& persist, const CheckPageOptions& options,
               const std::string& id, Body* body) {
  const std::vector<std::string>& issuers = options.issuer_domains;
  body->Markup("<section id=\"" + id + "\">\n");
  body->Element("h2", PrintableText(record.name));
  AddVerdict(record, issuers, body);
  AddPicture(record, climb, issuers, id, body);
  AddTwoSides(record, body);
  AddClimb(climb, body);
  AddRecords(record, body);
  AddPersist(persist, body);
  AddFindings(record, body);
  AddRemedy(record, PrintableText(issuers.front()), body);
  AddLetters(record, options.port, body);
  AddFacts(record, body);
  body->Markup("</section>\n");
}

/// A link for each name, where there are several.
void AddNavigation(const std::vector<std::string>& names, Body* body) {
  if (names.size() < 2) return;
  body->Markup("<nav>");
  for (size_t i = 0; i < names.size(); ++i) {
    body->Element(absl::StrCat("a href=\"#n", i, "\""), names[i]);
  }
  body->Markup("</nav>\n");
}

}  // namespace
}  // namespace caascan::explain

namespace caascan {

absl::StatusOr<std::string> CheckPage(const std::vector<std::string>& records,
                                      const CheckPageOptions& options) {
  CheckPageOptions filled = options;
  if (filled.issuer_domains.empty()) filled.issuer_domains = {"letsencrypt.org"};
  explain::Body sections;
  std::vector<std::string> names;
  record::RecordReader reader;
  std::string padded;
  for (const std::string& line : records) {
    if (absl::Status status = explain::ReadRecord(line, &padded, &reader); !status.ok()) {
      return status;
    }
    const std::string id = absl::StrCat("n", names.size());
    names.push_back(report::PrintableText(reader.record().name));
    explain::AddRecord(reader.record(), explain::ReadClimb(line), explain::ReadPersistView(line),
                       filled, id, &sections);
  }
  const std::string title = names.size() == 1
                                ? "CAA check of " + names.front()
                                : absl::StrCat("CAA check of ", names.size(), " names");
  explain::Body body;
  body.Markup("<main>\n");
  body.Element("h1", names.size() == 1 ? "CAA check" : title);
  explain::AddNavigation(names, &body);
  body.Markup(sections.Take());
  if (!filled.how.empty()) {
    body.Element("p class=\"facts\"", report::PrintableText(filled.how));
  }
  body.Markup("</main>\n");
  return publish::HtmlPage(title, body.Take(),
                           {.styles = {{explain::CheckStyle(), explain::CheckStyleDigest()}},
                            .scripts = {{explain::CheckScript(), explain::CheckScriptDigest()}}});
}

absl::Status CheckPagePath(const std::string& path, const std::vector<std::string>& inputs) {
  if (io::IsStandardOutput(path)) {
    return absl::InvalidArgumentError("the HTML page needs a file; standard output has the text");
  }
  if (absl::Status status = io::CheckWritable(path); !status.ok()) return status;
  std::vector<record::RunFile> read;
  for (const std::string& input : inputs) {
    if (!input.empty()) read.push_back({"", input});
  }
  absl::Status safe = record::CheckRunFiles(read, {{"--html", path}});
  if (!safe.ok() || !record::HoldsRecords(path)) return safe;
  return absl::InvalidArgumentError("--html " + path + " holds records: give another file");
}

absl::Status WriteCheckPage(const std::string& path, const std::vector<std::string>& records,
                            const CheckPageOptions& options) {
  const absl::StatusOr<std::string> page = CheckPage(records, options);
  if (!page.ok()) return page.status();
  return io::WriteWhole(path, *page);
}

}  // namespace caascan
