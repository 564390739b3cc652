// A finding goes to what it is about: that of a server to the server, one of the delegation to the
// link into its zone, any other to the link to the name. Tested by record_picture_test.cc.
#include "scanner/explain/record_picture.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

#include "caascan/finding_kind.h"
#include "scanner/explain/verdict.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

using record::FindingView;
using report::PrintableText;

constexpr size_t kMaxZones = 8;
constexpr size_t kMaxServers = 16;
constexpr size_t kMaxNotes = 4;
constexpr size_t kMaxText = 200;

std::string Shown(std::string_view text) { return PrintableText(text.substr(0, kMaxText)); }

PictureState StateOfDnssec(std::string_view dnssec) {
  if (dnssec == "secure") return PictureState::kGood;
  return dnssec == "bogus" ? PictureState::kBad : PictureState::kUnknown;
}

/// "lame_refused: the parent names a server that refuses the zone".
std::string NoteOf(const FindingView& finding) {
  const FindingKind* const kind = FindFindingKind(finding.code);
  std::string note = Shown(finding.code);
  if (kind != nullptr) absl::StrAppend(&note, ": ", std::string(kind->meaning));
  return note;
}

void AddNote(std::string note, std::vector<std::string>* notes) {
  const bool known = std::find(notes->begin(), notes->end(), note) != notes->end();
  if (!known && notes->size() < kMaxNotes) notes->push_back(std::move(note));
}

/// Of a code of another version nothing is known: it is taken as worth knowing.
Severity SeverityOf(const FindingView& finding) {
  const FindingKind* const kind = FindFindingKind(finding.code);
  return kind != nullptr ? kind->severity : Severity::kNotice;
}

bool IsError(const FindingView& finding) { return SeverityOf(finding) == Severity::kError; }

/// One without a server is about the zone or the name.
bool HasServer(const FindingView& finding) {
  return !finding.host.empty() || !finding.address.empty();
}

bool IsOfDelegation(const FindingView& finding) {
  for (const char* prefix :
       {"dnssec_", "dnskey_", "delegation_", "glue_", "parents_", "undelegated_"}) {
    if (finding.code.starts_with(prefix)) return true;
  }
  return false;
}

/// `above` is the state of the zone above.
std::string LinkWord(std::string_view dnssec, std::string_view above) {
  if (dnssec == "secure") return "signed: DS and DNSKEY match";
  if (dnssec == "unchecked") return "not checked";
  if (dnssec == "insecure" && above != dnssec) return "insecure: not signed from here on";
  if (dnssec == "bogus") return above == dnssec ? "broken above" : "bogus: the chain breaks here";
  return Shown(dnssec);
}

PictureLink LinkInto(const ChainLinkView& zone, std::string_view above,
                     const record::RecordView& record) {
  PictureLink link;
  link.state = StateOfDnssec(zone.dnssec);
  link.word = LinkWord(zone.dnssec, above);
  for (const FindingView& finding : record.findings) {
    if (HasServer(finding) || !IsOfDelegation(finding) || finding.zone != zone.zone) continue;
    const bool of_keys = finding.code.starts_with("dnssec_");
    // Where the zone's keys hold it is about an answer.
    if (!of_keys || zone.dnssec != "secure") AddNote(NoteOf(finding), &link.notes);
  }
  if (link.notes.empty() && !zone.detail.empty()) AddNote(Shown(zone.detail), &link.notes);
  return link;
}

/// The root and the zones next to the name.
std::vector<ChainLinkView> ZonesOf(const record::RecordView& record, const ClimbView& climb) {
  std::vector<ChainLinkView> zones = climb.chain;
  if (zones.empty() && !record.zone.empty()) {
    zones.push_back({std::string(record.zone), std::string(DnssecStatusCode(record.dnssec)), ""});
  }
  if (zones.size() > kMaxZones) {
    const auto last = zones.end() - static_cast<ptrdiff_t>(kMaxZones - 1);
    zones.erase(zones.begin() + 1, last);
  }
  return zones;
}

std::string AnswerWord(const record::RecordView& record) {
  if (record.outcome == Outcome::kError) return "not looked up: " + Shown(record.reason_code);
  if (!record.failed_at.empty()) {
    return absl::StrCat("the look-up fails: ", Shown(record.reason_code));
  }
  const std::string answer = record.has_caa ? "CAA records, " : "no CAA records, ";
  return answer + (record.dnssec == DnssecStatus::kUnchecked
                       ? std::string("not checked")
                       : std::string(DnssecStatusCode(record.dnssec)));
}

/// From the zone that answered, or did not, to the name. A note that stands on a link above is not
/// said again; what nothing fails by would look like a cause here.
PictureLink LinkToName(const record::RecordView& record, const std::vector<PictureNode>& zones) {
  PictureLink link;
  link.word = AnswerWord(record);
  link.state = !record.failed_at.empty()                ? PictureState::kBad
               : record.dnssec == DnssecStatus::kSecure ? PictureState::kGood
                                                        : PictureState::kUnknown;
  for (const FindingView& finding : record.findings) {
    if (HasServer(finding) || SeverityOf(finding) == Severity::kNotice) continue;
    std::string note = NoteOf(finding);
    const auto has_it = [&note](const PictureNode& node) {
      return std::find(node.link.notes.begin(), node.link.notes.end(), note) !=
             node.link.notes.end();
    };
    if (std::any_of(zones.begin(), zones.end(), has_it)) continue;
    if (IsError(finding)) link.state = PictureState::kBad;
    AddNote(std::move(note), &link.notes);
  }
  if (!record.cname.empty()) {
    AddNote(absl::StrCat("an alias of ", Shown(record.cname.back())), &link.notes);
  }
  return link;
}

void AddNodes(const record::RecordView& record, const ClimbView& climb,
              const std::vector<std::string>& issuer_domains, TrustPicture* picture) {
  std::string above;
  for (const ChainLinkView& zone : ZonesOf(record, climb)) {
    PictureNode node = {zone.zone == "." ? ". (the root)" : Shown(zone.zone),
                        StateOfDnssec(zone.dnssec),
                        Shown(zone.dnssec),
                        {}};
    if (!picture->nodes.empty()) node.link = LinkInto(zone, above, record);
    above = zone.dnssec;
    picture->nodes.push_back(std::move(node));
  }
  const bool would = WouldIssueWhoeverAnswers(record);
  PictureNode name = {Shown(record.name), would ? PictureState::kGood : PictureState::kBad,
                      CaText(issuer_domains) + (would ? " would issue" : " would not issue"),
                      LinkToName(record, picture->nodes)};
  if (DependsOnServer(record)) name.word = "depends on which server the CA queries";
  if (record.outcome == Outcome::kError) {
    name.state = PictureState::kUnknown;
    name.word = "not looked up";
  }
  picture->nodes.push_back(std::move(name));
}

bool IsAbout(const FindingView& finding, const record::ServerView& server) {
  if (!HasServer(finding)) return false;
  const bool host_fits = finding.host.empty() || finding.host == server.host;
  return host_fits && (finding.address.empty() || finding.address == server.address);
}

PictureServer ServerOf(const record::ServerView& server, const record::RecordView& record) {
  PictureServer node = {
      Shown(server.host), Shown(server.address), PictureState::kBad, Shown(server.result), {}};
  if (server.result == "answer" || server.result == "referral") node.state = PictureState::kGood;
  if (server.result == "blocked") node.state = PictureState::kUnknown;
  if (server.result == "referral") node.word += ", from a zone above";
  for (const FindingView& finding : record.findings) {
    if (!IsAbout(finding, server)) continue;
    if (IsError(finding)) node.state = PictureState::kBad;
    if (SeverityOf(finding) == Severity::kWarning)
      node.state = std::max(node.state, PictureState::kUnknown);
    AddNote(NoteOf(finding), &node.notes);
  }
  const bool answers = server.result == "answer" || server.result == "referral";
  if (answers && node.state == PictureState::kBad) node.word += ", with an error";
  if (answers && node.state == PictureState::kUnknown) node.word += ", with a warning";
  return node;
}

void AddServers(const record::RecordView& record, TrustPicture* picture) {
  std::vector<record::ServerView> servers = record.servers;
  for (const FindingView& finding : record.findings) {
    const auto is_it = [&finding](const auto& server) { return IsAbout(finding, server); };
    if (!HasServer(finding) || std::any_of(servers.begin(), servers.end(), is_it)) continue;
    servers.push_back({finding.host, finding.address, "not asked for this"});
  }
  std::stable_partition(servers.begin(), servers.end(),
                        [](const auto& server) { return server.result != "referral"; });
  picture->servers_title =
      record.zone.empty() ? "Servers" : "Servers asked about " + Shown(record.zone);
  for (size_t i = 0; i < std::min(servers.size(), kMaxServers); ++i) {
    picture->servers.push_back(ServerOf(servers[i], record));
  }
  picture->servers_left_out = servers.size() - picture->servers.size();
}

}  // namespace

TrustPicture PictureOf(const record::RecordView& record, const ClimbView& climb,
                       const std::vector<std::string>& issuer_domains) {
  assert(!issuer_domains.empty() && "a CA has a name");
  TrustPicture picture;
  AddNodes(record, climb, issuer_domains, &picture);
  AddServers(record, &picture);
  return picture;
}

}  // namespace caascan::explain
