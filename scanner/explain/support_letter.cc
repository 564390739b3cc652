// Tested by support_letter_test.cc.
#include "scanner/explain/support_letter.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "scanner/explain/culprit.h"
#include "scanner/explain/verdict.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

constexpr size_t kMaxServers = 4;
constexpr size_t kMaxEvidence = 400;

}  // namespace

std::string SupportLetter(const record::RecordView& record, const FindingKind& kind,
                          std::string_view command) {
  std::string servers;
  std::string evidence;
  size_t count = 0;
  for (const record::FindingView& finding : record.findings) {
    if (finding.code != FindingCodeText(kind.code)) continue;
    if (evidence.empty())
      evidence = report::PrintableText(finding.evidence.substr(0, kMaxEvidence));
    if (finding.host.empty() || ++count > kMaxServers) continue;
    absl::StrAppend(&servers, servers.empty() ? "" : ", ", report::PrintableText(finding.host));
    if (!finding.address.empty())
      absl::StrAppend(&servers, " (", report::PrintableText(finding.address), ")");
  }
  if (count > kMaxServers) absl::StrAppend(&servers, " and ", count - kMaxServers, " more");
  std::string text = absl::StrCat(RemedyFor(kind, record), " This is about the zone ",
                                  report::PrintableText(record.zone));
  if (!servers.empty()) absl::StrAppend(&text, " at ", servers);
  absl::StrAppend(&text, " (", std::string(kind.rfc), ").");
  if (!evidence.empty()) absl::StrAppend(&text, " Evidence: ", evidence, ".");
  const std::string elsewhere = ElsewhereText(record);
  if (!elsewhere.empty()) absl::StrAppend(&text, " ", elsewhere);
  absl::StrAppend(&text, ConsequenceText(record));
  if (!command.empty())
    absl::StrAppend(&text, " This command shows it: ", report::PrintableText(command));
  return text;
}

std::string DrillLine(const std::string& dig) {
  std::istringstream words(dig);
  std::string word;
  std::string options;
  std::string type;
  std::string name;
  std::string server;
  words >> word;
  while (words >> word) {
    if (word == "+norec") {
      options += " -o rd";
    } else if (word == "+dnssec") {
      options += " -D";
    } else if (word == "+tcp") {
      options += " -t";
    } else if (word == "+cd") {
      options += " -o CD";
    } else if (word == "-p") {
      words >> word;
      options += " -p " + word;
    } else if (word.front() == '@') {
      server = word + " ";
    } else if (word.front() == '+') {
      return "";  // It has no such option.
    } else if (type.empty()) {
      type = word;
    } else {
      name = word;
    }
  }
  if (name.empty()) return "";
  return "drill" + options + " " + name + " " + server + type;
}

}  // namespace caascan::explain
