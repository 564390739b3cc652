// Tested by iterative_servers_test.cc.
#include "scanner/resolve/server_circle.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <vector>

namespace caascan::resolve {
namespace {

using Handle = zones::Delegations::Handle;

constexpr size_t kMaxCircle = 32;  // Zones that are looked at; a wider circle is not found.

/// The zones by way of which the servers of `host`'s zone lead back to `apex`, the nearest to it
/// first; empty where they do not.
std::vector<dns::Name> FindCircle(dns::NameView host, dns::NameView apex,
                                  std::chrono::nanoseconds now, zones::Delegations* delegations) {
  struct Step {
    dns::Name zone;
    size_t from;  // The step that led there; the first leads to itself.
  };
  std::vector<Step> steps = {{dns::Name(delegations->Deepest(host, now).name()), 0}};
  for (size_t i = 0; i < steps.size(); ++i) {
    const Handle zone = delegations->Deepest(steps[i].zone, now);
    const auto reachable = [](const zones::Zone::Server& server) { return server.has_address; };
    if (std::any_of(zone->servers.begin(), zone->servers.end(), reachable)) continue;
    for (const zones::Zone::Server& server : zone->servers) {
      const Handle next = delegations->Deepest(zone->host(server), now);
      if (next.name() == apex) {
        std::vector<dns::Name> path = {steps[i].zone};
        for (size_t at = i; at != 0; at = steps[at].from)
          path.push_back(steps[steps[at].from].zone);
        return path;
      }
      const auto same = [&next](const Step& step) { return step.zone.view() == next.name(); };
      if (steps.size() < kMaxCircle && std::none_of(steps.begin(), steps.end(), same)) {
        steps.push_back({dns::Name(next.name()), i});
      }
    }
  }
  return {};
}

}  // namespace

void DescribeCircle(dns::NameView apex, std::chrono::nanoseconds now,
                    zones::Delegations* delegations, query::Attempt* attempt) {
  std::vector<dns::Name> path;
  if (attempt->host) path = FindCircle(*attempt->host, apex, now, delegations);
  attempt->circular = !path.empty();
  if (path.empty()) return;
  attempt->detail = absl::StrCat("to find it one needs ", path.back().view().ToLowerText());
  path.pop_back();
  for (; !path.empty(); path.pop_back()) {
    absl::StrAppend(&attempt->detail, ", whose servers lie in ", path.back().view().ToLowerText());
  }
  absl::StrAppend(&attempt->detail, ", whose servers lie in ", apex.ToLowerText());
}

}  // namespace caascan::resolve
