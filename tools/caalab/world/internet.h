// A lab internet as its user asks for it: description files, a family's seed, a list of names; and
// the truth of each name in it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "tools/caalab/world/family.h"
#include "tools/caalab/world/scenario.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {

/// Which internet. A value.
struct InternetOptions {
  std::string scenario_path;            // Zones that are described one by one; may be empty.
  std::string mix_path;                 // A description with a family; may be empty.
  uint64_t seed = 1;                    // Of the family.
  uint64_t name_count = 1000;           // How many of the family's domains are listed.
  std::vector<std::string> zone_files;  // Zones besides, from master files: "ORIGIN=FILE".
  std::string names_file_path;  // Domains to put under the family's kinds, instead of its own.
};

/// Built once, then read from any thread.
class Internet {
 public:
  /// Reads the files and builds the world. Errors name the file, and what in it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Internet>> Load(
      const InternetOptions& options);

  const World& world() const { return *world_; }

  /// Calls `take` with every name whose truth is known, as it is to be typed: the described zones'
  /// first, then the family's. Ends early where `take` returns false.
  void ListNames(const std::function<bool(const std::string&)>& take) const;

  /// What a right scanner must report of a name as typed. NotFound where the description does not
  /// say.
  [[nodiscard]] absl::StatusOr<Expectation> Expect(std::string_view typed) const;

 private:
  explicit Internet(const InternetOptions& options) : options_(options) {}
  absl::Status LoadDescriptions();
  absl::Status LoadNames();
  void AddZone(ZoneDescription zone);
  void AddListedDomain(const dns::Name& name);
  void AddMissingTld(dns::NameView tld);
  void IndexExpectations();
  Member ListedMember(dns::NameView name) const;
  /// Is there a listed domain above, other than a top-level domain?
  bool IsBelowDomain(dns::NameView name) const;
  std::optional<Expectation> ExpectListed(dns::NameView name, bool wildcard) const;
  std::optional<Expectation> ExpectMember(dns::NameView name, bool wildcard) const;

  const InternetOptions options_;
  Scenario scenario_;
  std::unique_ptr<Family> family_;
  std::unique_ptr<World> world_;
  std::vector<Expectation> described_;                                    // In the files' order.
  absl::flat_hash_map<std::string, size_t> described_by_name_;            // Typed forms too.
  absl::flat_hash_set<dns::Name, dns::NameHash, dns::NameEqual> apexes_;  // Of scenario_.zones.
  // Of the names file:
  std::vector<dns::Name> listed_;  // In the file's order.
  absl::flat_hash_set<dns::Name, dns::NameHash, dns::NameEqual> domains_;
  absl::flat_hash_set<dns::Name, dns::NameHash, dns::NameEqual> above_domains_;
};

}  // namespace caascan::lab
