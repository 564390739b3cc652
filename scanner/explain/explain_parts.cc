// Tested by explain_test.cc and check_page_test.cc.
#include "scanner/explain/explain_parts.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "caascan/finding_kind.h"
#include "caascan/known_cas.h"
#include "scanner/explain/culprit.h"
#include "scanner/explain/dossier.h"
#include "scanner/explain/explain_page.h"
#include "scanner/explain/purpose_text.h"
#include "scanner/explain/support_letter.h"
#include "scanner/explain/verdict.h"
#include "scanner/guide/reason_remedy.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

/// What explains others that come with it.
bool IsCause(FindingCode code) {
  return code == FindingCode::kDnssecEmptyAnswersOnly || code == FindingCode::kDelegationMismatch;
}

/// The lines for dig, each once.
class Commands {
 public:
  Commands(const record::RecordView& record, uint16_t port) : record_(record), port_(port) {}

  /// Those that show the findings of that code.
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
  /// Those that show what the servers that failed do.
  void AddFailure() {
    for (const record::ServerView& server : record_.servers) {
      const bool did_well = server.result == "answer" || server.result == "referral";
      if (server.address.empty() || did_well) continue;
      const DossierSample sample = {name(), std::string(server.host), WithPort(server.address),
                                    std::string(record_.zone), ""};
      for (std::string& line : DigLines(guide::DigOf(record_.reason), sample)) Add(std::move(line));
    }
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

  const record::RecordView& record_;
  const uint16_t port_;
  std::vector<std::string> lines_;
};

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

}  // namespace

std::vector<FindingCode> FindingCodesOf(const record::RecordView& record) {
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

std::vector<std::string> CommandsFor(const record::RecordView& record, uint16_t port) {
  Commands commands(record, port);
  for (const FindingCode code : FindingCodesOf(record)) commands.AddCode(code);
  if (!record.failed_at.empty()) commands.AddFailure();
  return commands.lines();
}

std::vector<Letter> LettersOf(const record::RecordView& record, uint16_t port, size_t most) {
  std::vector<Letter> letters;
  for (const FindingCode code : FindingCodesOf(record)) {
    const FindingKind& kind = KindOf(code);
    if (kind.severity == Severity::kNotice || letters.size() == most) break;
    if (kind.actor == Actor::kOurselves) continue;
    const std::string whom = WhomToTell(kind, record);
    if (std::any_of(letters.begin(), letters.end(),
                    [&whom](const Letter& letter) { return letter.whom == whom; })) {
      continue;
    }
    Commands commands(record, port);
    commands.AddCode(code);
    if (!record.failed_at.empty()) commands.AddFailure();
    const std::string command = commands.lines().empty() ? "" : commands.lines().front();
    letters.push_back({whom, SupportLetter(record, kind, command)});
  }
  return letters;
}

std::string RemedyText(const record::RecordView& record) {
  if (record.reason == Reason::kIssuerNotAuthorized && WildcardsAreApart(record)) {
    return "Add an issuewild record that names the CA, or remove the issuewild records.";
  }
  return RemedyFor(record);
}

void AddPublishing(const record::RecordView& record, const std::string& issuer, ExplainPage* page) {
  const bool denied = record.outcome == Outcome::kDeny;
  if (!denied && record.reason != Reason::kNoCaa) return;
  std::string_view owner = denied ? record.caa_owner : record.name;
  if (owner.starts_with("*.")) owner.remove_prefix(2);
  const std::string at = report::PrintableText(owner);
  page->Heading(denied ? "To let " + issuer + " issue, publish in addition, or instead"
                       : "Nothing is needed. To let " + issuer + " alone issue, publish");
  const std::string near(IsKnownIssuer(issuer) ? "" : NearestKnownIssuer(issuer));
  if (!near.empty()) page->Line("  " + issuer + " is no known CA's; " + near + " may be meant.");
  if (record.purpose != Purpose::kTls) {
    page->Line(absl::StrCat("  for ", CertificatesText(record), ":"));
    AddForms(at, RelevantTag(record.purpose), issuer, page);
  } else if (WildcardsAreApart(record)) {
    page->Line("  for wildcards, since there are issuewild records:");
    AddForms(at, "issuewild", issuer, page);
    page->Line("  for names that are not wildcards:");
    AddForms(at, "issue", issuer, page);
  } else {
    page->Line("  for names, and for wildcards if there are no issuewild records:");
    AddForms(at, "issue", issuer, page);
    page->Line("  for wildcards, if they differ or there are issuewild records:");
    AddForms(at, "issuewild", issuer, page);
  }
  if (record.reason == Reason::kUnknownCriticalProperty ||
      record.reason == Reason::kMalformedProperty) {
    page->Line("  and correct the record that prevents issuance.");
  }
}

std::string StepResultText(const std::string& result) {
  if (result == "records") return "CAA records";
  if (result == "none") return "no CAA records";
  if (result == "nxdomain") return "does not exist";
  return report::PrintableText(result);
}

absl::Status ReadRecord(std::string_view line, std::string* padded, record::RecordReader* reader) {
  padded->assign(line);
  padded->append(record::RecordReader::kPadding, ' ');
  const std::string_view problem = reader->Read(std::string_view(*padded).substr(0, line.size()));
  if (problem.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("no record: " + std::string(problem));
}

}  // namespace caascan::explain
