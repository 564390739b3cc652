// Tested by world_test.cc.
#include "scanner/lab/world.h"

#include <algorithm>

#include "scanner/lab/world_builder.h"

namespace caascan::lab {

using dns::NameView;

absl::StatusOr<std::unique_ptr<World>> World::Build(const Scenario& scenario,
                                                    const Family* family) {
  WorldBuilder builder(scenario, family);
  if (absl::Status status = builder.Run(); !status.ok()) return status;
  return builder.Take();
}

Member World::MemberBelow(const Site& site, NameView apex, NameView below, bool described) const {
  if (!site.family_tld || described || below.size() == apex.size()) return {};
  return family_->Find(below);
}

Place World::Locate(const Address& server, NameView name, dns::RRType type) const {
  Place place;
  const bool for_parent = type == dns::RRType::kDS;
  NameView below = name;   // One label more than `apex`; at first the same.
  bool described = false;  // Is `below` described?
  for (NameView apex = name;; below = apex, apex = apex.parent()) {
    const auto found = zones_.find(apex);
    const bool known = found != zones_.end();
    if (known && found->second != nullptr) {
      const Site& site = *found->second;
      const Member member = MemberBelow(site, apex, below, described);
      if (const auto at = member.kind == nullptr ? std::nullopt : member.ServerAt(server)) {
        place = {&member.zone(), below, &member.kind->faults[*at], member, {}};
        if (!for_parent || below.size() < name.size()) return place;
      }
      const auto serves = [&server](const Server& candidate) {
        return candidate.address == server;
      };
      const auto at = std::find_if(site.servers.begin(), site.servers.end(), serves);
      if (at != site.servers.end()) {
        const bool asks_parent = for_parent && apex.size() == name.size();
        if (place.zone == nullptr || !asks_parent) {
          place = {&site.zone, apex, &at->faults, {}, member};
        }
        if (!asks_parent) return place;
      }
    }
    described = known;
    if (apex.is_root()) return place;
  }
}

Place World::Enclosing(NameView name) const {
  NameView below = name;
  bool described = false;
  for (NameView apex = name;; below = apex, apex = apex.parent()) {
    const auto found = zones_.find(apex);
    const bool known = found != zones_.end();
    if (known && found->second != nullptr) {
      const Site& site = *found->second;
      const Member member = MemberBelow(site, apex, below, described);
      if (member.kind != nullptr && member.kind->description->zone.delegated) {
        return {&member.zone(), below, nullptr, member, {}};
      }
      return {&site.zone, apex, nullptr, {}, member};
    }
    described = known;
    if (apex.is_root()) return {};
  }
}

}  // namespace caascan::lab
