// Tested by world_test.cc.
#include "tools/caalab/world/world.h"

#include <algorithm>

#include "tools/caalab/sign/denial.h"
#include "tools/caalab/world/world_builder.h"

namespace caascan::lab {

using dns::NameView;

absl::StatusOr<std::unique_ptr<World>> World::Build(const Scenario& scenario, Family* family,
                                                    std::chrono::system_clock::time_point now) {
  WorldBuilder builder(scenario, family);
  if (absl::Status status = builder.Run(now); !status.ok()) return status;
  return builder.Take();
}

Member World::MemberBelow(const Site& site, const Step& above, const Step& below) const {
  if (!site.family_tld || below.described || below.name.size() == above.name.size()) return {};
  return family_->Find(below.name, below.hash);
}

World::Step World::StepAt(NameView name, const Site** site) const {
  Step step{name, dns::HashName(name), false};
  const auto found = zones_.find(name, static_cast<size_t>(step.hash));
  step.described = found != zones_.end();
  *site = step.described ? found->second.get() : nullptr;
  return step;
}

Place World::Locate(const Address& server, NameView name, dns::RRType type) const {
  Place place;
  const bool for_parent = type == dns::RRType::kDS;
  Step below{name, 0, false};
  for (NameView apex = name;; apex = apex.parent()) {
    const Site* site = nullptr;
    const Step step = StepAt(apex, &site);
    if (site != nullptr) {
      const Member member = MemberBelow(*site, step, below);
      if (const auto at = member.kind == nullptr ? std::nullopt : member.ServerAt(server)) {
        place = {&member.zone(), below.name, &member.kind->faults[*at], member, {}};
        if (!for_parent || below.name.size() < name.size()) return place;
      }
      const auto serves = [&server](const Server& each) { return each.address == server; };
      const auto at = std::find_if(site->servers.begin(), site->servers.end(), serves);
      if (at != site->servers.end()) {
        const bool asks_parent = for_parent && apex.size() == name.size();
        if (place.zone == nullptr || !asks_parent) {
          place = {&site->zone, apex, &at->faults, {}, member};
        }
        if (!asks_parent) return place;
      }
    }
    if (apex.is_root()) return place;
    below = step;
  }
}

std::vector<World::DescribedZone> World::DescribedZones() const {
  std::vector<DescribedZone> out;
  for (const auto& [apex, site] : zones_) {
    if (site == nullptr) continue;
    DescribedZone& zone = out.emplace_back();
    zone.apex = site->apex;
    zone.zone = &site->zone;
    for (const Server& server : site->servers) {
      zone.servers.push_back(server.address);
      zone.faulty = zone.faulty || !server.faults.empty();
    }
  }
  std::sort(out.begin(), out.end(), [](const DescribedZone& a, const DescribedZone& b) {
    return CompareCanonically(a.apex, b.apex) < 0;
  });
  return out;
}

Place World::Enclosing(NameView name) const {
  Step below{name, 0, false};
  for (NameView apex = name;; apex = apex.parent()) {
    const Site* site = nullptr;
    const Step step = StepAt(apex, &site);
    if (site != nullptr && site->reached) {
      const Member member = MemberBelow(*site, step, below);
      if (member.kind != nullptr && member.kind->description->zone.delegated) {
        return {&member.zone(), below.name, nullptr, member, {}};
      }
      return {&site->zone, apex, nullptr, {}, member};
    }
    if (apex.is_root()) return {};
    below = step;
  }
}

}  // namespace caascan::lab
