// Puts a World together from its description. Only world.cc's Build uses it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// One use: construct, Run(), take.
class WorldBuilder {
 public:
  WorldBuilder(const Scenario& scenario, Family* family) : scenario_(scenario), family_(family) {}

  [[nodiscard]] absl::Status Run(std::chrono::system_clock::time_point now);
  std::unique_ptr<World> Take() { return std::move(world_); }

 private:
  using Addresses = std::vector<Address>;

  /// A server with its host's absolute name and addresses.
  struct Host {
    const ServerDescription* description = nullptr;
    dns::Name name;
    Addresses addresses;
  };
  struct Draft {
    const ZoneDescription* description = nullptr;
    World::Site* site = nullptr;
    std::vector<Host> hosts;
  };

  void AddMissingZones();
  absl::Status AddSites();
  absl::Status NameHosts(Draft* draft);
  void ChooseAddresses();
  Address NextFreeAddress();
  void FillZone(const Draft& draft);
  void PublishAddresses(const Draft& draft);
  bool SharesServer(const Draft& draft, const World::Site* parent) const;
  void Delegate(const Draft& draft);
  void Serve(const Draft& draft);
  absl::Status AddSigner(std::chrono::system_clock::time_point now);
  void Sign(const Draft& draft);
  void FindGlue(World::Site* site);
  void SignAsIs(const Draft& draft);
  void AddDs(const Draft& draft, const std::string& ds);
  void ReserveNames();
  void WriteHints(const Draft& root);
  /// The deepest site around `name`; with `above`, not the one whose apex it is. Null for none.
  World::Site* Around(dns::NameView name, bool above) const;

  const Scenario& scenario_;
  Family* family_;
  std::vector<ZoneDescription> added_;  // Zones that the scenario lacks.
  std::unique_ptr<World> world_;
  std::vector<Draft> drafts_;
  std::map<std::string, Addresses> known_hosts_;  // By lower-case text.
  uint32_t next_address_ = 0;
};

}  // namespace caascan::lab
