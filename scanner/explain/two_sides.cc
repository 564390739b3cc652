// The evidence is a text; it is taken apart at the words that the scanner puts between the sides
// (diagnose/zone_view.cc, dnssec/verdict.cc). Tested by two_sides_test.cc.
#include "scanner/explain/two_sides.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "caascan/finding_code.h"
#include "scanner/report/formats/cell_text.h"

namespace caascan::explain {
namespace {

constexpr size_t kMaxLines = 14;

/// Takes what is in front of `mark` and the mark itself; nullopt where there is no mark.
std::optional<std::string_view> TakeUntil(std::string_view mark, std::string_view* text) {
  const size_t at = text->find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at + mark.size());
  return taken;
}

std::vector<std::string> ListOf(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty() && list.size() < kMaxLines) {
    const size_t end = std::min(text.find(", "), text.size());
    list.push_back(report::PrintableText(text.substr(0, end)));
    text.remove_prefix(std::min(text.size(), end + 2));
  }
  return list;
}

/// "the parent names A, B; the zone itself, at S, names B, C; more".
std::optional<TwoSides> NsSets(std::string_view evidence) {
  constexpr std::string_view kBegin = "the parent names ";
  if (!evidence.starts_with(kBegin)) return std::nullopt;
  evidence.remove_prefix(kBegin.size());
  const auto parent = TakeUntil("; the zone itself, at ", &evidence);
  const auto server = parent ? TakeUntil(", names ", &evidence) : std::nullopt;
  if (!server) return std::nullopt;
  const std::string_view child = evidence.substr(0, evidence.find(';'));
  return TwoSides{"The NS sets of the delegation and of the zone",
                  {"At the parent", ListOf(*parent)},
                  {"In the zone, at " + report::PrintableText(*server), ListOf(child)}};
}

std::string_view NumberAt(std::string_view text) {
  const size_t end = text.find_first_not_of("0123456789");
  return text.substr(0, end);
}

/// "zone Z, Z DNSKEY, key 12345, algorithm 13: why; the zone has key 4711 of algorithm 13, key 815
/// of algorithm 8". The keys are not always there.
std::optional<TwoSides> DsAndKeys(std::string_view evidence) {
  std::string_view rest = evidence;
  if (!TakeUntil(" DNSKEY, key ", &rest)) return std::nullopt;
  const std::string_view tag = NumberAt(rest);
  if (!TakeUntil(", algorithm ", &rest)) return std::nullopt;
  const std::string_view algorithm = NumberAt(rest);
  const auto before = TakeUntil(": ", &rest);
  if (!before || tag.empty() || algorithm.empty()) return std::nullopt;
  std::string_view keys = rest;
  const bool has_keys = TakeUntil("; the zone has ", &keys).has_value();
  return TwoSides{
      "The DS records and the zone's keys",
      {"DS at the parent", {"key tag " + std::string(tag), "algorithm " + std::string(algorithm)}},
      {"DNSKEY in the zone",
       has_keys ? ListOf(keys) : std::vector<std::string>{report::PrintableText(rest)}}};
}

/// "server A (address): X, Y; server B (address): Y".
std::optional<TwoSides> Servers(const char* title, std::string_view evidence) {
  const auto one = TakeUntil("): ", &evidence);
  const auto at_one = one ? TakeUntil("; ", &evidence) : std::nullopt;
  const auto other = at_one ? TakeUntil("): ", &evidence) : std::nullopt;
  if (!other) return std::nullopt;
  return TwoSides{title,
                  {"At " + report::PrintableText(*one) + ")", ListOf(*at_one)},
                  {"At " + report::PrintableText(*other) + ")", ListOf(evidence)}};
}

}  // namespace

std::optional<TwoSides> TwoSidesOf(const record::FindingView& finding) {
  const std::optional<FindingCode> code = FindFindingCode(finding.code);
  if (!code) return std::nullopt;
  switch (*code) {
    case FindingCode::kDelegationMismatch:
      return NsSets(finding.evidence);
    case FindingCode::kParentsDiffer:
      return Servers("What the parent's servers delegate to", finding.evidence);
    case FindingCode::kDnskeySetsDiffer:
      return Servers("The tags of the keys at two servers", finding.evidence);
    case FindingCode::kDnssecDsMismatch:
    case FindingCode::kDnssecNoDnskey:
    case FindingCode::kDnssecAlgorithmIncomplete:
      return DsAndKeys(finding.evidence);
    default:
      return std::nullopt;
  }
}

}  // namespace caascan::explain
