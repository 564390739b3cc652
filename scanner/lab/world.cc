// Tested by world_test.cc.
#include "scanner/lab/world.h"

#include "scanner/lab/world_builder.h"

namespace caascan::lab {

using dns::NameView;

absl::StatusOr<std::unique_ptr<World>> World::Build(const Scenario& scenario) {
  WorldBuilder builder(scenario);
  if (absl::Status status = builder.Run(); !status.ok()) return status;
  return builder.Take();
}

const World::Site* World::FindSite(NameView apex) const {
  const auto found = zones_.find(apex);
  return found == zones_.end() ? nullptr : found->second.get();
}

Place World::Locate(const Address& server, NameView name, dns::RRType type) const {
  Place place;
  for (NameView apex = name;; apex = apex.parent()) {
    if (const Site* site = FindSite(apex)) {
      for (const Server& candidate : site->servers) {
        if (candidate.address != server) continue;
        const bool asks_parent = type == dns::RRType::kDS && apex.size() == name.size();
        if (place.zone == nullptr || !asks_parent) {
          place = {&site->zone, apex, &candidate.faults};
        }
        if (!asks_parent) return place;
        break;
      }
    }
    if (apex.is_root()) return place;
  }
}

Place World::Enclosing(NameView name) const {
  for (NameView apex = name;; apex = apex.parent()) {
    if (const Site* site = FindSite(apex)) return {&site->zone, apex, nullptr};
    if (apex.is_root()) return {};
  }
}

}  // namespace caascan::lab
