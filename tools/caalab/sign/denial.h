// Which NSEC and NSEC3 records prove that something is not there (RFC 4035 §3.1.3, RFC 5155 §7.2,
// RFC 4470, RFC 7129 appendix B).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "tools/caalab/sign/signing.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// One record of a proof, unsigned.
struct DenialRecord {
  dns::Name owner;  // Absolute.
  dns::RRType type{};
  std::string rdata;
};

/// What is to be proven of a name.
enum class DenialClaim : uint8_t {
  kNoData,          // The name is there, the type is not.
  kNxDomain,        // The name is not there, nor a wildcard for it.
  kWildcard,        // The name is not there: a wildcard answered.
  kWildcardNoData,  // The name is not there, and the wildcard for it lacks the type.
  kNoDs,            // The name is a delegation without DS.
};

struct DenialQuestion {
  DenialClaim claim = DenialClaim::kNoData;
  dns::NameView name;                   // Relative to the apex.
  dns::NameView closest_encloser = {};  // Relative; where the name is not there.
  dns::RRType type{};
  /// For a name that the zone's data do not have although it is there: the types it has.
  const std::vector<dns::RRType>* types = nullptr;
  /// Shall the records say that the type is there?
  const std::vector<dns::RRType>* hidden = nullptr;  // That no bitmap has.
  bool lie = false;
};

/// The proof, without repeated records. REQUIRES: the zone is sealed and signed.
std::vector<DenialRecord> Prove(const Zone& zone, dns::NameView apex,
                                const DenialQuestion& question);

/// The zone's owners by hash, for NSEC3. REQUIRES: as above.
std::vector<HashedEntry> HashChain(const Zone& zone, dns::NameView apex);

/// A type bitmap (RFC 4034 §4.1.2).
std::string TypeBitmap(std::vector<dns::RRType> types);

/// Canonical order (RFC 4034 §6.1): negative, 0 or positive.
int CompareCanonically(dns::NameView a, dns::NameView b);

}  // namespace caascan::lab
