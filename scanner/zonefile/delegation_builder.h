// One delegation, put together from its records.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"
#include "scanner/zonefile/glue_table.h"

namespace caascan::zonefile {

/// Takes records in the order of their owners and makes them delegations. One thread at a time. A
/// delegation is complete when another begins; one without servers (a DS that stands alone) is
/// none. The root and the apex have none.
///
/// With TakeOwners() it gives other owners too, the apex but not the root: REQUIRES that owners
/// come in the canonical order of names. Where the apex is known, what is outside the zone or below
/// a delegation is left out.
class DelegationBuilder {
 public:
  /// The owner of the SOA, once it is known.
  void SetApex(dns::NameView apex);
  /// Where to look for addresses of hosts in the zone; finished, and null for nowhere. Outlives the
  /// use of this.
  void set_glue(const GlueTable* glue) { glue_ = glue; }

  /// Before any record.
  void TakeOwners() { takes_owners_ = true; }

  /// These give true where the delegation before is complete by that: owner() and Take().
  bool AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host);
  bool AddDs(dns::NameView owner, std::string_view rdata);
  /// A name that has some record. REQUIRES: TakeOwners().
  bool AddOwner(dns::NameView owner);
  /// Of the delegation that is not complete; one of another owner is left out.
  void AddProof(dns::NameView owner, dns::RRType type, std::string_view rdata);
  /// An address that is not in the table. It counts where `owner`, which is in the zone, serves the
  /// delegation that is not complete.
  void AddAddress(dns::NameView owner, std::span<const uint8_t> octets);
  /// At the end.
  bool Flush();

  /// The delegated name as text, lower case, no final dot. Until the next one is complete.
  const std::string& owner() const { return done_owner_; }
  /// Null for an owner that has no servers.
  std::unique_ptr<dns::Delegation> Take() { return std::move(done_); }

 private:
  bool IsInZone(dns::NameView name) const { return !has_apex_ || name.IsAtOrBelow(apex_); }
  bool IsApex(dns::NameView owner) const {
    return owner.is_root() || (has_apex_ && owner == apex_.view());
  }
  bool IsLeftOut(dns::NameView owner) const;
  bool Begin(dns::NameView owner);
  void AddGlue(size_t server, std::span<const uint8_t> octets);

  bool has_apex_ = false;
  dns::Name apex_;
  const GlueTable* glue_ = nullptr;
  bool takes_owners_ = false;
  std::optional<dns::Name> cut_;  // The last delegation.

  bool open_ = false;  // Is there a delegation that is not complete?
  dns::Name owner_;
  std::unique_ptr<dns::Delegation> delegation_;
  std::vector<dns::Name> hosts_;

  std::string done_owner_;
  std::unique_ptr<dns::Delegation> done_;
};

}  // namespace caascan::zonefile
