// Tested by compare_test.cc.
#include "tools/caalab/truth/finding_match.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace caascan::lab {
namespace {

using simdjson::dom::element;

std::string TextMember(element object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

bool SameWhereSaid(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

bool Matches(const FindingFact& a, const FindingFact& b) {
  return a.code == b.code && SameWhereSaid(a.host, b.host) && SameWhereSaid(a.address, b.address);
}

template <typename Fits>
bool Any(const std::vector<FindingFact>& facts, Fits fits) {
  return std::any_of(facts.begin(), facts.end(), fits);
}

}  // namespace

std::vector<FindingFact> ReadFindings(element record) {
  std::vector<FindingFact> facts;
  simdjson::dom::array list;
  if (record["findings"].get(list) != simdjson::SUCCESS) return facts;
  for (const element finding : list) {
    FindingFact& fact = facts.emplace_back();
    fact.code = TextMember(finding, "code");
    fact.host = TextMember(finding, "host");
    fact.address = TextMember(finding, "address");
    const std::string due = TextMember(finding, "due");
    if (due == "all") fact.due = FindingFact::Due::kAll;
    if (due == "never") fact.due = FindingFact::Due::kNever;
  }
  return facts;
}

void MatchFindings(const std::vector<FindingFact>& expected, const std::vector<FindingFact>& found,
                   FindingDemand demand, std::vector<std::string>* missing,
                   std::vector<std::string>* extra) {
  std::set<std::string> absent;
  for (const FindingFact& due : expected) {
    if (due.due == FindingFact::Due::kNever) continue;
    if (due.due == FindingFact::Due::kAll && !demand.all) continue;
    const bool each_server = demand.all || demand.failed;
    const auto fits = [&due, each_server](const FindingFact& fact) {
      return each_server ? Matches(due, fact) : due.code == fact.code;
    };
    if (!Any(found, fits)) absent.insert(due.code);
  }
  std::set<std::string> untrue;
  for (const FindingFact& fact : found) {
    const auto fits = [&fact](const FindingFact& due) { return Matches(due, fact); };
    if (!Any(expected, fits)) untrue.insert(fact.code);
  }
  missing->assign(absent.begin(), absent.end());
  extra->assign(untrue.begin(), untrue.end());
}

}  // namespace caascan::lab
