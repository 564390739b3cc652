// The remedies speak of "the registrar" wherever they mean who delegates the zone: for other zones
// that is replaced. Tested by culprit_test.cc.
#include "scanner/explain/culprit.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <algorithm>

#include "scanner/dns/name.h"
#include "scanner/guide/operators.h"
#include "scanner/guide/reason_remedy.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

using report::PrintableText;

std::string_view WithoutWildcard(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return name;
}

/// False where one of them is no name.
bool IsAtOrBelow(std::string_view text, std::string_view zone_text) {
  dns::Name name;
  dns::Name zone;
  return dns::Name::FromText(text, &name) == dns::NameError::kNone &&
         dns::Name::FromText(zone_text, &zone) == dns::NameError::kNone &&
         name.view().IsAtOrBelow(zone);
}

/// Empty where it is no name.
std::string RegistrableText(std::string_view text) {
  dns::Name name;
  if (dns::Name::FromText(text, &name) != dns::NameError::kNone) return "";
  name.ToLower();
  std::string domain;
  guide::RegistrableDomain(name).AppendText(&domain);
  return domain;
}

bool IsBehindAlias(const record::RecordView& record) {
  return !record.cname.empty() && AskedName(record) == record.cname.back();
}

/// Is the finding about a resolver of the scan? Servers of zones have names.
bool IsAtResolver(const FindingKind& kind, const record::RecordView& record) {
  bool any = false;
  for (const record::FindingView& finding : record.findings) {
    if (finding.code != FindingCodeText(kind.code)) continue;
    if (finding.address.empty() || !finding.host.empty()) return false;
    any = true;
  }
  return any;
}

/// Whose words end up at a registrar, where the zone has one.
bool IsOfDelegation(const FindingKind& kind) {
  return kind.actor == Actor::kRegistrar ||
         kind.remedy.find("the registrar") != std::string_view::npos;
}

std::string WithDelegator(std::string_view remedy, const record::RecordView& record) {
  if (DelegatorOf(record) == Delegator::kRegistry) return std::string(remedy);
  const std::string parent = "zone above " + PrintableText(record.zone);
  return absl::StrReplaceAll(
      absl::string_view(remedy.data(), remedy.size()),
      {{"name servers entered at the registrar", "NS records of the delegation in the " + parent},
       {"at the registrar", "in the " + parent},
       {"the registrar's name servers", "the name servers that the " + parent + " names"},
       {"the registrar", "the operator of the " + parent}});
}

}  // namespace

std::string_view AskedName(const record::RecordView& record) {
  const std::string_view name = WithoutWildcard(record.name);
  const std::string_view base = record.failed_at.empty() ? name : record.failed_at;
  if (record.cname.empty() || record.zone.empty()) return base;
  const std::string_view target = record.cname.back();
  if (!IsAtOrBelow(target, record.zone)) return base;
  // The aliases may be those of the name itself, and the look-up have failed at a parent.
  return base == name || !IsAtOrBelow(base, record.zone) ? target : base;
}

Delegator DelegatorOf(const record::RecordView& record) {
  if (record.zone.empty()) return Delegator::kRegistry;
  const std::string zone = RegistrableText(record.zone);
  if (IsBehindAlias(record) && zone != RegistrableText(WithoutWildcard(record.name))) {
    return Delegator::kElsewhere;
  }
  return IsAtOrBelow(zone, record.zone) ? Delegator::kRegistry : Delegator::kParentZone;
}

bool ResolversAreDown(const record::RecordView& record) {
  bool any = false;
  for (const record::ServerView& server : record.servers) {
    // The server's address may have a port behind it.
    const auto is_down = [&server](const record::FindingView& finding) {
      return finding.code == FindingCodeText(FindingCode::kResolverDown) &&
             !finding.address.empty() && server.host.empty() &&
             server.address.find(finding.address) != std::string_view::npos;
    };
    if (std::none_of(record.findings.begin(), record.findings.end(), is_down)) return false;
    any = true;
  }
  return any;
}

std::string WhomToTell(const FindingKind& kind, const record::RecordView& record) {
  if (IsAtResolver(kind, record)) return "operator of the resolver";
  const Delegator delegator = DelegatorOf(record);
  const bool theirs = kind.actor == Actor::kOwner || kind.actor == Actor::kRegistrar;
  if (theirs && delegator == Delegator::kElsewhere) {
    return "operator of the zone " + PrintableText(record.zone);
  }
  if (IsOfDelegation(kind) && theirs && delegator == Delegator::kParentZone) {
    return "operator of the zone above " + PrintableText(record.zone);
  }
  std::string who(ActorText(kind.actor));
  if (kind.actor == Actor::kProvider && !record.operator_name.empty()) {
    absl::StrAppend(&who, " (", PrintableText(record.operator_name), ")");
  }
  return who;
}

std::string RemedyFor(const FindingKind& kind, const record::RecordView& record) {
  return WithDelegator(kind.remedy, record);
}

std::string RemedyFor(const record::RecordView& record) {
  if (ResolversAreDown(record)) return std::string(KindOf(FindingCode::kResolverDown).remedy);
  return WithDelegator(guide::ReasonRemedy(record.reason, record.purpose), record);
}

std::string ElsewhereText(const record::RecordView& record) {
  if (record.failed_at.empty()) return "";
  const std::string name = PrintableText(WithoutWildcard(record.name));
  const std::string zone = PrintableText(record.zone);
  if (IsBehindAlias(record)) {
    return absl::StrCat(PrintableText(record.failed_at), " is an alias that leads to ",
                        PrintableText(record.cname.back()),
                        ", and there the look-up fails, in the zone ", zone,
                        ". Either the operator of that zone corrects it, or the owner of ",
                        PrintableText(record.failed_at), " points the alias elsewhere.");
  }
  if (record.failed_at == WithoutWildcard(record.name)) return "";
  return absl::StrCat("The look-up failed at ", PrintableText(record.failed_at), ", above ", name,
                      zone.empty() ? "" : ", in the zone " + zone,
                      ". CAA records there count for the names below it.");
}

}  // namespace caascan::explain
