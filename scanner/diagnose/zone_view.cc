// Tested by zone_view_test.cc and, end to end, against the lab.
#include "scanner/diagnose/zone_view.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <set>
#include <utility>

#include "scanner/diagnose/findings.h"

namespace caascan::diagnose {
namespace {

constexpr size_t kMaxNamed = 4;     // Servers, or their names, that the evidence lists.
constexpr size_t kMaxCaaText = 80;  // Of one server's set.

using Names = std::vector<std::string>;

Names ParentsNames(const ZoneView& view) {
  Names names;
  for (const HostView& host : view.hosts) names.push_back(host.host.view().ToText());
  std::sort(names.begin(), names.end());
  return names;
}

std::string ListText(const Names& names) {
  const size_t shown = std::min(names.size(), kMaxNamed);
  std::string text =
      absl::StrJoin(names.begin(), names.begin() + static_cast<ptrdiff_t>(shown), ", ");
  if (names.size() > shown) absl::StrAppend(&text, " and ", names.size() - shown, " more");
  return names.empty() ? "none" : text;
}

std::string ServerText(const ServerView& server) {
  return absl::StrCat(server.host, " (", server.address, ")");
}

/// RFC 1982 §3.2.
bool IsNewer(uint32_t serial, uint32_t than) {
  return serial != than && static_cast<int32_t>(serial - than) > 0;
}

/// The first server whose NS set is another one than the parent's; nullptr where none is.
const ServerView* FirstThatDiffers(const ZoneView& view, const Names& parents) {
  for (const ServerView& server : view.servers) {
    if (server.at_parent && server.ns && *server.ns != parents) return &server;
  }
  return nullptr;
}

/// The newest copy that a server has which the parent names, or one that it does not.
std::optional<uint32_t> NewestSerial(const ZoneView& view, bool at_parent) {
  std::optional<uint32_t> newest;
  for (const ServerView& server : view.servers) {
    if (server.at_parent != at_parent || !server.serial) continue;
    if (!newest || IsNewer(*server.serial, *newest)) newest = server.serial;
  }
  return newest;
}

/// A zone that was moved, and its parent not told: the old servers go on with an old copy.
std::string OldCopyText(const ZoneView& view) {
  const auto delegated = NewestSerial(view, true);
  const auto hosted = NewestSerial(view, false);
  if (!delegated || !hosted || !IsNewer(*hosted, *delegated)) return "";
  return absl::StrCat(
      "; the servers that the parent names serve an older copy of the zone (SOA serial ",
      *delegated, ") than those that only the zone names (SOA serial ", *hosted,
      "): the NS set at the registrar is not the one of the hosted zone");
}

void Add(FindingCode code, const ZoneView& view, std::string evidence,
         std::vector<Finding>* findings) {
  Finding finding(code);
  finding.zone = view.zone;
  finding.evidence = std::move(evidence);
  AddFinding(finding, findings);
}

void AddDelegation(const ZoneView& view, std::vector<Finding>* findings) {
  const Names parents = ParentsNames(view);
  const ServerView* other = view.complete ? FirstThatDiffers(view, parents) : nullptr;
  if (other == nullptr) return;
  Add(FindingCode::kDelegationMismatch, view,
      absl::StrCat("the parent names ", ListText(parents), "; the zone itself, at ",
                   ServerText(*other), ", names ", ListText(*other->ns), OldCopyText(view)),
      findings);
}

void AddGlue(const HostView& host, std::vector<Finding>* findings) {
  if (!host.own.complete) return;
  for (const async::Address& glue : host.glue) {
    Names own;
    for (const async::Address& address : host.own.addresses) {
      if (address.is_v6() == glue.is_v6()) own.push_back(address.ToText());
    }
    const std::string text = glue.ToText();
    if (own.empty() || std::find(own.begin(), own.end(), text) != own.end()) continue;
    Finding finding(FindingCode::kGlueMismatch);
    finding.host = host.host.view().ToText();
    finding.address = text;
    finding.evidence = absl::StrCat("the parent says ", text,
                                    ", the zone of the server's name says ", ListText(own));
    AddFinding(finding, findings);
  }
}

/// Its addresses are found all the same; else it is a server without address.
void AddAlias(const HostView& host, std::vector<Finding>* findings) {
  if (!host.own.is_alias || host.own.addresses.empty()) return;
  Finding finding(FindingCode::kServerIsAlias);
  finding.host = host.host.view().ToText();
  finding.evidence = "a CNAME or DNAME leads from the name to its addresses";
  AddFinding(finding, findings);
}

std::string NetworkOf(const async::Address& address) {
  const size_t octets = address.is_v6() ? 6 : 3;
  const auto all = address.octets();
  std::string text(address.is_v6() ? "6" : "4");
  for (size_t i = 0; i < octets; ++i) text += static_cast<char>(all[i]);
  return text;
}

/// All the servers' own addresses; where one of them has none, or that is not known, what they have
/// in common proves nothing.
void AddPlaces(const ZoneView& view, std::vector<Finding>* findings) {
  std::set<std::string> addresses;
  std::set<std::string> networks;
  for (const HostView& host : view.hosts) {
    if (!host.own.complete || host.own.addresses.empty()) return;
    for (const async::Address& address : host.own.addresses) {
      addresses.insert(address.ToText());
      networks.insert(NetworkOf(address));
    }
  }
  if (!view.complete || addresses.empty()) return;
  // One network of each family may be one place.
  const auto of_v6 = [](const std::string& network) { return network.front() == '6'; };
  const auto v6 = static_cast<size_t>(std::count_if(networks.begin(), networks.end(), of_v6));
  if (v6 > 1 || networks.size() - v6 > 1) return;
  const Names list(addresses.begin(), addresses.end());
  if (view.hosts.size() == 1 || list.size() == 1) {
    Add(FindingCode::kSingleServer, view,
        absl::StrCat("its only server is ", view.hosts.front().host.view().ToText(), " (",
                     ListText(list), ")"),
        findings);
  }
  Add(FindingCode::kSingleNetwork, view, absl::StrCat("all addresses: ", ListText(list)), findings);
}

std::string CaaText(const ServerView& server) {
  std::string text = server.caa->empty() ? "no CAA records" : *server.caa;
  if (text.size() > kMaxCaaText) text = text.substr(0, kMaxCaaText) + "...";
  if (server.serial) absl::StrAppend(&text, ", SOA serial ", *server.serial);
  return text;
}

/// One server for each of the different sets.
void AddAnswers(const ZoneView& view, std::vector<Finding>* findings) {
  std::vector<const ServerView*> different;
  for (const ServerView& server : view.servers) {
    const auto says_the_same = [&server](const ServerView* other) {
      return other->caa == server.caa;
    };
    if (!server.caa || std::any_of(different.begin(), different.end(), says_the_same)) continue;
    different.push_back(&server);
  }
  if (different.size() < 2) return;
  std::string evidence;
  for (size_t i = 0; i < std::min(different.size(), kMaxNamed); ++i) {
    absl::StrAppend(&evidence, i == 0 ? "" : "; ", ServerText(*different[i]), ": ",
                    CaaText(*different[i]));
  }
  Add(FindingCode::kAnswersDiffer, view, std::move(evidence), findings);
}

using Told = std::optional<Names> ServerView::*;

/// The first server, and the first one that says something else; nullptr where there is none.
std::pair<const ServerView*, const ServerView*> FirstThatDiffer(
    const std::vector<ServerView>& servers, Told told) {
  const ServerView* first = nullptr;
  for (const ServerView& server : servers) {
    if (!(server.*told)) continue;
    if (first == nullptr) first = &server;
    if (*(server.*told) != *(first->*told)) return {first, &server};
  }
  return {nullptr, nullptr};
}

void AddDifference(FindingCode code, const ZoneView& view, const std::vector<ServerView>& servers,
                   Told told, std::vector<Finding>* findings) {
  const auto [one, other] = FirstThatDiffer(servers, told);
  if (one == nullptr) return;
  Add(code, view,
      absl::StrCat(ServerText(*one), ": ", ListText(*(one->*told)), "; ", ServerText(*other), ": ",
                   ListText(*(other->*told))),
      findings);
}

}  // namespace

bool KeySetsDiffer(const ZoneView& view) {
  return FirstThatDiffer(view.servers, &ServerView::keys).first != nullptr;
}

bool ParentsDiffer(const ZoneView& view) {
  return FirstThatDiffer(view.parents, &ServerView::ns).first != nullptr;
}

bool AnswersDiffer(const ZoneView& view) {
  const std::optional<std::string>* first = nullptr;
  for (const ServerView& server : view.servers) {
    if (!server.caa) continue;
    if (first != nullptr && *first != server.caa) return true;
    first = &server.caa;
  }
  return false;
}

bool DelegationDiffers(const ZoneView& view) {
  return view.complete && FirstThatDiffers(view, ParentsNames(view)) != nullptr;
}

void AddZoneFindings(const ZoneView& view, std::vector<Finding>* findings) {
  AddDelegation(view, findings);
  for (const HostView& host : view.hosts) {
    AddGlue(host, findings);
    AddAlias(host, findings);
  }
  AddPlaces(view, findings);
  AddAnswers(view, findings);
  AddDifference(FindingCode::kDnskeySetsDiffer, view, view.servers, &ServerView::keys, findings);
  AddDifference(FindingCode::kParentsDiffer, view, view.parents, &ServerView::ns, findings);
}

}  // namespace caascan::diagnose
