// Tested by tests/e2e/man_pages_test.py.
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include "caascan/finding_kind.h"
#include "tools/cli/roff.h"
#include "tools/manual/manual.h"

namespace caascan::tool {
namespace {

/// The item of one finding. The meaning is a phrase, in small letters unless it begins with a code.
std::string Text(const FindingKind& kind) {
  std::string text(kind.meaning);
  text[0] = static_cast<char>(absl::ascii_toupper(text[0]));
  absl::StrAppend(&text, ".\nEvidence: ", std::string(kind.evidence),
                  "\nWho can act: ", std::string(ActorText(kind.actor)),
                  ". Rule: ", std::string(kind.rfc), ".");
  if (const auto ede = FindingEde(kind.code)) {
    absl::StrAppend(&text, "\nExtended DNS error (RFC 8914): ", *ede, ".");
  }
  return text;
}

}  // namespace

std::string FindingsManual(std::string_view source) {
  cli::RoffWriter page({.name = "caascan-findings",
                        .section = 7,
                        .source = std::string(source),
                        .summary = "findings in the records of caascan, and who can act"});
  page.Section("DESCRIPTION");
  page.Paragraph(
      "A finding says what is wrong with a server, a delegation, DNSSEC or a CAA record. Records "
      "have findings in the member findings. An error makes look-ups fail, or makes a "
      "certification "
      "authority refuse. A warning works only by chance, for some clients, or for a limited time. "
      "A "
      "notice is for information. caascan explain CODE also prints a text to send to those who can "
      "act.");
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNotice}) {
    page.Section(absl::StrCat(std::string(SeverityText(severity)), "s"));
    for (const FindingKind& kind : FindingKinds()) {
      if (kind.severity != severity) continue;
      page.Item(FindingCodeText(kind.code), "", Text(kind));
    }
  }
  page.Section("EXAMPLES");
  page.Literal("caascan explain caa_dropped");
  page.SeeAlso({"caascan(1)", "caascan-explain(1)", "caascan-record(5)"});
  return page.Finish();
}

}  // namespace caascan::tool
