// What a code means, without a record. Tested by explain_code_test.cc.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "caascan/explain.h"
#include "caascan/finding_kind.h"
#include "caascan/known_cas.h"
#include "caascan/reason_meaning.h"
#include "scanner/explain/explain_page.h"
#include "scanner/guide/reason_remedy.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan {
namespace {

using explain::ExplainPage;

constexpr size_t kCodeWidth = 32;

std::optional<Reason> FindReason(std::string_view code) {
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (ReasonCode(reason) == code) return reason;
  }
  return std::nullopt;
}

/// "code: meaning." in columns.
std::string Row(std::string_view code, std::string_view meaning) {
  std::string row = "  " + std::string(code);
  row.resize(std::max(row.size() + 1, kCodeWidth), ' ');
  return row.append(meaning);
}

void AddFinding(const FindingKind& kind, ExplainPage* page) {
  const std::string code(FindingCodeText(kind.code));
  page->Paragraph("", absl::StrCat("Finding ", code, ": ", std::string(kind.meaning), "."));
  page->Heading("Facts");
  page->Line("  severity      " + std::string(SeverityText(kind.severity)));
  page->Line("  rule          " + std::string(kind.rfc));
  page->Line("  who can act   " + std::string(ActorText(kind.actor)));
  if (const std::optional<uint16_t> ede = FindingEde(kind.code)) {
    page->Line(absl::StrCat("  EDE           ", *ede, " (RFC 8914)"));
  }
  std::string causes;
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (kind.causes.Has(reason)) causes.append(" ").append(ReasonCode(reason));
  }
  if (!causes.empty()) page->Line("  leads to     " + causes);
  page->Heading("How it shows");
  page->Paragraph("  ", kind.evidence);
  page->Heading("To send to the " + std::string(ActorText(kind.actor)));
  page->Paragraph("  ", kind.remedy);
}

void AddReason(Reason reason, ExplainPage* page) {
  page->Paragraph("", absl::StrCat("Reason ", std::string(ReasonCode(reason)), ", outcome ",
                                   std::string(OutcomeCode(OutcomeOf(reason))), ": ",
                                   std::string(ReasonMeaning(reason))));
  if (const std::string_view remedy = guide::ReasonRemedy(reason); !remedy.empty()) {
    page->Heading("What to do");
    page->Paragraph("  ", remedy);
  }
  bool any = false;
  for (const FindingKind& kind : FindingKinds()) {
    if (!kind.causes.Has(reason)) continue;
    if (!any) page->Heading("Findings that lead to it");
    any = true;
    page->Line(Row(FindingCodeText(kind.code), kind.meaning));
  }
}

std::string Joined(const std::vector<std::string_view>& words, std::string_view between) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text.append(between);
    text.append(word);
  }
  return text;
}

std::string_view AfterFailureText(AfterFailure after) {
  switch (after) {
    case AfterFailure::kUnknown:
      return "unknown; assumed to refuse";
    case AfterFailure::kRefuses:
      return "refuses";
    case AfterFailure::kBaseline:
      return "uses the exception of Baseline Requirements 3.2.2.8";
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> ExplainCode(std::string_view code, const ExplainOptions& options) {
  const FindingKind* const kind = FindFindingKind(code);
  const std::optional<Reason> reason = FindReason(code);
  if (kind == nullptr && !reason) {
    return absl::InvalidArgumentError(absl::StrCat("\"", report::PrintableText(code),
                                                   "\" is not the code of a finding or a reason"));
  }
  // Some codes are both: the reason comes first, for it is what the finding leads to.
  std::string text;
  if (reason) {
    ExplainPage page(options.form, options.width);
    AddReason(*reason, &page);
    text = page.Take();
  }
  if (kind == nullptr) return text;
  if (!text.empty()) text += '\n';
  ExplainPage page(options.form, options.width);
  AddFinding(*kind, &page);
  return text + page.Take();
}

std::string ExplainAllCodes(const ExplainOptions& options) {
  ExplainPage page(options.form, options.width);
  page.Paragraph("", "Codes in records. caascan explain CODE explains each.");
  page.Heading("Reasons");
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    page.Line(Row(ReasonCode(reason), ReasonMeaning(reason)));
  }
  page.Heading("Findings");
  for (const FindingKind& kind : FindingKinds()) {
    page.Line(Row(FindingCodeText(kind.code), kind.meaning));
  }
  return page.Take();
}

std::string ExplainKnownCas(const ExplainOptions& options) {
  ExplainPage page(options.form, options.width);
  page.Paragraph("", "Certification authorities that --ca and --ca-set accept by name.");
  for (const KnownCa& ca : KnownCas()) {
    page.Heading(ca.name);
    if (!ca.other_names.empty()) {
      page.Line("  also known as   " + Joined(ca.other_names, ", "));
    }
    page.Line("  issuer domains  " + Joined(ca.issuer_domains, " "));
    page.Line(
        absl::StrCat("  source          ", std::string(ca.source), ", ", std::string(ca.date)));
    std::string after(AfterFailureText(ca.after_failure));
    if (!ca.failure_source.empty()) {
      absl::StrAppend(&after, " (", std::string(ca.failure_source), ", ",
                      std::string(ca.failure_date), ")");
    }
    page.Line("  after a failure " + after);
  }
  return page.Take();
}

}  // namespace caascan
