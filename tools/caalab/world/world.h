// The lab internet: which zone a server answers a question from, and with which faults.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include "tools/caalab/sign/presigned.h"
#include "tools/caalab/sign/signer.h"
#include "tools/caalab/world/family.h"
#include "tools/caalab/world/scenario.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// A zone as a question meets it at one server. Valid as long as the world and the question's name.
struct Place {
  const Zone* zone = nullptr;  // Null where the server serves no zone that the name is in.
  dns::NameView apex;          // A suffix of the question's name.
  const std::vector<FaultRule>* faults = nullptr;
  Member member;  // The zone itself, where it is a family's.
  Member cut;     // The family's domain below the zone that the name is in.
};

/// Built once, then read by one or many threads.
class World {
 public:
  /// Puts the described zones together: SOA and NS sets where the records give none, delegations,
  /// glue, and the addresses of name servers. A description without a root gets one. Errors:
  /// InvalidArgument, with the zone's name.
  /// Domains below the family's top-level domains are the family's unless they are described. The
  /// family, if any, outlives the world.
  /// Signatures, where zones are signed, are valid around `now`.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<World>> Build(
      const Scenario& scenario, Family* family = nullptr,
      std::chrono::system_clock::time_point now = {});

  /// The deepest zone around `name` that is served at `server`. A question for DS at an apex
  /// belongs to the zone above where the server has that one too.
  Place Locate(const Address& server, dns::NameView name, dns::RRType type) const;

  /// Does any zone have this server?
  bool HasServer(const Address& server) const {
    return servers_.contains(server) || (family_ != nullptr && family_->HasServer(server));
  }

  /// The deepest zone around a name, whoever serves it. Never null after Build().
  Place Enclosing(dns::NameView name) const;

  /// Makes signatures; null where no zone is signed. One thread at a time.
  Signer* signer() const { return signer_.get(); }
  /// The root's DS as a trust anchor file, zone-file syntax; empty where the root is not signed.
  const std::string& anchor() const { return anchor_; }

  /// The root's servers as a hints file, zone-file syntax.
  const std::string& hints() const { return hints_; }
  size_t zone_count() const { return zone_count_; }

  /// A zone that is described by itself, and who serves it.
  struct DescribedZone {
    dns::NameView apex;
    const Zone* zone = nullptr;
    std::vector<Address> servers;
    bool faulty = false;  // Does any of them do something wrong?
  };
  /// All of them, the root first, parents before their children.
  std::vector<DescribedZone> DescribedZones() const;
  size_t server_count() const {
    return servers_.size() + (family_ == nullptr ? 0 : family_->server_count());
  }

 private:
  friend class WorldBuilder;

  struct Server {
    Address address;
    std::vector<FaultRule> faults;
  };
  struct Site {
    dns::Name apex;
    Zone zone;
    bool as_is = false;   // From a master file: nothing is added to it.
    Presigned presigned;  // Of such a zone that is signed.
    std::vector<Server> servers;
    bool family_tld = false;
    /// It is delegated, or served beside the zone above: else no query comes there.
    bool reached = true;
  };

  World() = default;
  /// One name on the way up to the root.
  struct Step {
    dns::NameView name;
    uint64_t hash;   // dns::HashName.
    bool described;  // Is it described, as a zone or inside a family's top-level domain?
  };
  Step StepAt(dns::NameView name, const Site** site) const;
  /// The family's domain at `below`, one label below the site's apex; none where that is described.
  Member MemberBelow(const Site& site, const Step& above, const Step& below) const;

  // By apex. Null for other names that a family's top-level domain describes in its own zone.
  absl::flat_hash_map<dns::Name, std::unique_ptr<Site>, dns::NameHash, dns::NameEqual> zones_;
  absl::flat_hash_set<Address> servers_;
  std::string hints_;
  std::string anchor_;
  std::unique_ptr<Signer> signer_;
  size_t zone_count_ = 0;
  const Family* family_ = nullptr;
};

}  // namespace caascan::lab
