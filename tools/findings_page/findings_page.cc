// Tested by tests/guide/finding_kind_test.cc, which holds docs/findings.md against it.
#include "tools/findings_page/findings_page.h"

#include <algorithm>

#include <absl/strings/ascii.h>

#include "caascan/finding_kind.h"

namespace caascan::tool {
namespace {

constexpr std::string_view kHead = R"(# Findings: what is wrong, how it shows, and who can act

Each finding of a record has one of these codes. This page is made from the list in the program; do not edit it
by hand: `build/bin/findings_page > docs/findings.md` writes it anew.

An *error* makes look-ups fail or a certification authority refuse; a *warning* works by luck, for some, or not for
long; a *notice* is worth knowing. The last paragraph of a section can be sent as it stands to those who can act.
*EDE* is the number of the extended DNS error (RFC 8914) that says the same, where there is one.

| code | severity | who can act | EDE | meaning |
| --- | --- | --- | --- | --- |
)";

/// Empty where there is none.
std::string EdeText(const FindingKind& kind) {
  const std::optional<uint16_t> ede = FindingEde(kind.code);
  return ede ? std::to_string(*ede) : "";
}

/// Angle brackets and bars do not stand in the texts; the test says so.
void AppendRow(const FindingKind& kind, std::string* out) {
  const std::string_view code = FindingCodeText(kind.code);
  out->append("| [`").append(code).append("`](#").append(code).append(") | ");
  out->append(SeverityText(kind.severity)).append(" | ").append(ActorText(kind.actor));
  out->append(" | ").append(EdeText(kind)).append(" | ").append(kind.meaning).append(" |\n");
}

std::string Sentence(std::string_view phrase) {
  std::string out(phrase);
  if (!out.empty()) out[0] = static_cast<char>(absl::ascii_toupper(out[0]));
  return out + ".";
}

void AppendSection(const FindingKind& kind, std::string* out) {
  out->append("\n## ")
      .append(FindingCodeText(kind.code))
      .append("\n\n")
      .append(Sentence(kind.meaning));
  out->append("\n\n- severity: ").append(SeverityText(kind.severity));
  out->append("\n- how it shows: ").append(kind.evidence);
  out->append("\n- who can act: ").append(ActorText(kind.actor));
  out->append("\n- rule: ").append(kind.rfc);
  if (FindingEde(kind.code)) out->append("\n- EDE: ").append(EdeText(kind));
  out->append("\n\n> ").append(kind.remedy).append("\n");
}

}  // namespace

std::string FindingsPage() {
  std::string out(kHead);
  for (const FindingKind& kind : FindingKinds()) AppendRow(kind, &out);
  for (const FindingKind& kind : FindingKinds()) AppendSection(kind, &out);
  return out;
}

}  // namespace caascan::tool
