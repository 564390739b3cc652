// Listed domains are written out as zones, since each may lie below another; a family's own are
// not. A listed domain that has others below it gets a sound kind, so that only its own CAA set,
// and none of its faults, bears on them; and so does one below others whose signing were wrong.
// Tested by internet_test.cc.
#include "tools/caalab/world/internet.h"

#include <algorithm>

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/master_file.h"

namespace caascan::lab {
namespace {

using dns::NameView;

constexpr std::string_view kWildcardLabel = "*.";

/// The expectation of a kind for a name relative to its domain: the one for this very name; else,
/// since a look-up without result climbs, the one for the next name above.
const Expectation& ExpectOf(const Kind& kind, NameView relative, bool wildcard) {
  const auto& expect = kind.description->zone.expect;
  for (NameView at = relative;; at = at.parent()) {
    const std::string plain = at.is_root() ? "@" : at.ToText();
    const std::string starred = at.is_root() ? "*" : "*." + at.ToText();
    for (const std::string& wanted : {wildcard ? starred : plain, plain}) {
      for (const Expectation& each : expect) {
        if (each.name == wanted) return each;
      }
    }
    if (at.is_root()) return expect.front();  // "@", as every kind has.
  }
}

/// "CODE *" and "CODE 1" become findings of the domain's servers.
void NameServers(const Member& member, std::vector<std::string>* findings) {
  std::vector<std::string> named;
  for (const std::string& finding : *findings) {
    const size_t space = finding.find(' ');
    if (space == std::string::npos) {
      named.push_back(finding);
      continue;
    }
    const std::string which = finding.substr(space + 1);
    for (size_t i = 0; i < member.server_count(); ++i) {
      if (which != "*" && which != absl::StrCat(i + 1)) continue;
      const auto outside = member.ServerHost(i);
      const std::string host = outside
                                   ? outside->ToText()
                                   : absl::StrCat(HostLabel(i).ToText(), ".", member.apex.ToText());
      const auto address = member.ServerAddress(i);
      named.push_back(absl::StrCat(finding.substr(0, space), " ", host, address ? " " : "",
                                   address ? address->ToText() : ""));
    }
  }
  *findings = std::move(named);
}

Expectation ExpectationOf(const Member& member, NameView name, bool wildcard) {
  Expectation expect = ExpectOf(*member.kind, RelativePart(name, member.apex), wildcard);
  for (auto* findings : {&expect.findings, &expect.all_findings, &expect.possible_findings}) {
    NameServers(member, findings);
  }
  return expect;
}

/// What the servers of a domain do wrong shows in the look-ups of the names below it, too.
void AddFindings(const Expectation& from, Expectation* to) {
  for (auto findings :
       {&Expectation::findings, &Expectation::all_findings, &Expectation::possible_findings}) {
    const auto& added = from.*findings;
    (to->*findings).insert((to->*findings).end(), added.begin(), added.end());
  }
}

std::string Typed(const Expectation& expect) {
  return expect.input.empty() ? expect.name : expect.input;
}

std::string FullName(const Expectation& expect, NameView apex) {
  return expect.name == "@" ? apex.ToText() : absl::StrCat(expect.name, ".", apex.ToText());
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Internet>> Internet::Load(const InternetOptions& options) {
  std::unique_ptr<Internet> internet(new Internet(options));
  if (absl::Status status = internet->LoadDescriptions(); !status.ok()) return status;
  internet->IndexExpectations();
  if (absl::Status status = internet->LoadNames(); !status.ok()) return status;
  const bool procedural = internet->domains_.empty();
  auto world = World::Build(internet->scenario_, procedural ? internet->family_.get() : nullptr,
                            std::chrono::system_clock::now());
  if (!world.ok()) return world.status();
  internet->world_ = std::move(*world);
  return internet;
}

absl::Status Internet::LoadDescriptions() {
  for (const std::string* path : {&options_.scenario_path, &options_.mix_path}) {
    if (path->empty()) continue;
    auto loaded = LoadScenario(*path);
    if (!loaded.ok()) return loaded.status();
    std::move(loaded->zones.begin(), loaded->zones.end(), std::back_inserter(scenario_.zones));
    if (!loaded->family) continue;
    if (scenario_.family) return absl::InvalidArgumentError(*path + ": a second family");
    scenario_.family = std::move(loaded->family);
  }
  for (const std::string& option : options_.zone_files) {
    auto zone = ZoneFromOption(option);
    if (!zone.ok()) return zone.status();
    scenario_.zones.push_back(*std::move(zone));
  }
  if (scenario_.zones.empty() && !scenario_.family) {
    return absl::InvalidArgumentError(
        "neither zones nor a family: give --zone-file, --scenario or --mix");
  }
  if (!scenario_.family) return absl::OkStatus();
  auto family = Family::Build(*scenario_.family, options_.seed);
  if (!family.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.mix_path, ": ", std::string(family.status().message())));
  }
  family_ = std::move(*family);
  return absl::OkStatus();
}

void Internet::IndexExpectations() {
  for (const ZoneDescription& zone : scenario_.zones) {
    apexes_.insert(zone.apex);
    for (const Expectation& expect : zone.expect) {
      described_by_name_.try_emplace(expect.name, described_.size());
      described_by_name_.try_emplace(Typed(expect), described_.size());
      described_.push_back(expect);
    }
  }
}

absl::Status Internet::LoadNames() {
  const std::string& path = options_.names_file_path;
  if (path.empty()) return absl::OkStatus();
  if (family_ == nullptr || !family_->has_sound_kind()) {
    return absl::InvalidArgumentError("--names-file wants a --mix with a kind that has no fault");
  }
  std::string text;
  if (absl::Status status = ReadWholeFile(path, &text); !status.ok()) return status;
  size_t line_number = 0;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const absl::string_view stripped = absl::StripAsciiWhitespace({&text[start], end - start});
    const std::string_view line(stripped.data(), stripped.size());
    start = end + 1;
    ++line_number;
    if (line.empty() || line[0] == '#') continue;
    dns::Name name;
    if (!IsAscii(line) || dns::Name::FromText(line, &name) != dns::NameError::kNone ||
        name.view().is_root()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", line_number, ": no domain name in A-labels"));
    }
    name.ToLower();
    if (domains_.insert(name).second) listed_.push_back(name);
  }
  for (const dns::Name& name : listed_) {
    for (NameView above = name.view().parent(); !above.is_root(); above = above.parent()) {
      if (!above_domains_.insert(dns::Name(above)).second) break;
    }
  }
  for (ZoneDescription& zone : family_->Infrastructure()) {
    AddMissingTld(zone.apex);
    if (!apexes_.contains(zone.apex)) AddZone(std::move(zone));
  }
  for (const dns::Name& name : listed_) AddListedDomain(name);
  return absl::OkStatus();
}

void Internet::AddMissingTld(NameView name) {
  const dns::Name tld(name.suffix(1));
  if (apexes_.contains(tld)) return;
  ZoneDescription zone;
  zone.apex = tld;
  zone.signing = family_->description().tld_signing;
  for (unsigned i = 0; i < family_->description().tld_servers; ++i) {
    zone.servers.emplace_back().host =
        absl::StrCat(std::string(1, static_cast<char>('a' + i)), ".nic");
  }
  AddZone(std::move(zone));
}

void Internet::AddListedDomain(const dns::Name& name) {
  AddMissingTld(name);
  if (name.view().label_count() == 1 || apexes_.contains(name)) return;
  ZoneDescription zone = family_->Describe(ListedMember(name));
  zone.expect.clear();  // ExpectListed() tells: parents that are listed too bear on them.
  AddZone(std::move(zone));
}

void Internet::AddZone(ZoneDescription zone) {
  apexes_.insert(zone.apex);
  scenario_.zones.push_back(std::move(zone));
}

Member Internet::ListedMember(NameView name) const {
  if (above_domains_.contains(name)) return family_->FindSound(name);
  const Member member = family_->Find(name);
  const auto& signing = member.kind->description->zone.signing;
  // Below an unsigned domain nobody would see what is wrong with the signing.
  const bool faulty = signing && !signing->faults.empty();
  return faulty && IsBelowDomain(name) ? family_->FindSound(name) : member;
}

bool Internet::IsBelowDomain(NameView name) const {
  for (NameView above = name.parent(); above.label_count() > 1; above = above.parent()) {
    if (domains_.contains(above)) return true;
  }
  return false;
}

void Internet::ListNames(const std::function<bool(const std::string&)>& take) const {
  for (const Expectation& expect : described_) {
    if (!take(Typed(expect))) return;
  }
  if (family_ == nullptr) return;
  const uint64_t count = domains_.empty() ? options_.name_count : listed_.size();
  for (uint64_t i = 0; i < count; ++i) {
    const dns::Name name = domains_.empty() ? family_->DomainAt(i) : listed_[i];
    if (name.view().label_count() == 1) {
      if (!take(name.view().ToText())) return;
      continue;
    }
    const Member member = domains_.empty() ? family_->Find(name) : ListedMember(name);
    if (!take(FullName(family_->PickExpectation(member), name))) return;
  }
}

std::optional<Expectation> Internet::ExpectListed(NameView name, bool wildcard) const {
  std::optional<Expectation> expect;
  for (NameView apex = name; !apex.is_root(); apex = apex.parent()) {
    if (!domains_.contains(apex)) continue;
    if (!expect) expect.emplace();
    if (apex.label_count() == 1) {
      expect->reason = "no_caa";
      return expect;
    }
    const Member member = ListedMember(apex);
    const NameView asked = expect->reason.empty() ? name : apex;
    const Expectation below = *expect;
    expect = ExpectationOf(member, asked, wildcard);
    AddFindings(below, &*expect);
    // An empty answer: the next listed domain above decides, if there is one.
    if (expect->reason != "no_caa") return expect;
  }
  return expect;
}

std::optional<Expectation> Internet::ExpectMember(NameView name, bool wildcard) const {
  const Place place = world_->Enclosing(name);
  const Member& member = place.member.kind != nullptr ? place.member : place.cut;
  if (member.kind == nullptr) return std::nullopt;
  return ExpectationOf(member, name, wildcard);
}

absl::StatusOr<Expectation> Internet::Expect(std::string_view typed) const {
  const auto described = described_by_name_.find(std::string(typed));
  if (described != described_by_name_.end()) return described_[described->second];
  const bool wildcard = typed.substr(0, kWildcardLabel.size()) == kWildcardLabel;
  dns::Name name;
  std::optional<Expectation> expect;
  const auto error =
      dns::Name::FromText(wildcard ? typed.substr(kWildcardLabel.size()) : typed, &name);
  if (error == dns::NameError::kNone && IsAscii(typed) && family_ != nullptr) {
    name.ToLower();
    expect = domains_.empty() ? ExpectMember(name, wildcard) : ExpectListed(name, wildcard);
  }
  if (!expect) {
    return absl::NotFoundError(
        absl::StrCat(std::string(typed), ": the description does not say what to expect of it"));
  }
  expect->name = absl::StrCat(wildcard ? "*." : "", name.view().ToText());
  expect->input = expect->name == typed ? "" : std::string(typed);
  return *expect;
}

}  // namespace caascan::lab
