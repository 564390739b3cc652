// Does a zone file hold what its publisher says that the zone holds? ZONEMD, RFC 8976.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/status.h>

#include "scanner/dns/ldns.h"
#include "scanner/dns/name.h"
#include "scanner/io/record_sorter.h"

namespace caascan::zonefile {

/// Takes all records of a zone, in any order, and compares their digest with the zone's ZONEMD
/// records: scheme SIMPLE with SHA-384 or SHA-512, and the serial number of the SOA. Nothing is
/// validated: a file that was changed on purpose may carry another ZONEMD record. One thread at a
/// time; memory is that of a RecordSorter.
class ZoneDigest {
 public:
  explicit ZoneDigest(std::string folder = "", size_t memory = io::RecordSorter::kMemory)
      : sorter_(std::move(folder), memory) {}
  ZoneDigest(const ZoneDigest&) = delete;
  ZoneDigest& operator=(const ZoneDigest&) = delete;

  /// Takes a record, which is brought into its canonical form. `*rr` is of class IN.
  void Add(ldns_rr* rr);
  /// There is a record that cannot be read. No digest can be had any more.
  void Spoil() { spoilt_ = true; }

  enum class Verdict : uint8_t {
    kNothing,  // No ZONEMD record, or none of a scheme and digest that is understood.
    kFits,     // One of them fits (RFC 8976 §4).
    kDiffers,  // None of them does.
    kUnknown,  // Spoilt, or status() says why.
  };
  /// Once, behind all records.
  Verdict Compare();
  /// DataLoss where the temporary files failed.
  const absl::Status& status() const { return sorter_.status(); }

 private:
  /// A ZONEMD record's RDATA (RFC 8976 §2.2).
  struct Claim {
    dns::Name owner;
    std::string rdata;
  };
  static constexpr size_t kMaxClaims = 16;

  bool IsLeftOut(dns::NameView owner, uint16_t type, std::string_view rdata) const;
  std::vector<std::string> UsableClaims() const;

  io::RecordSorter sorter_;
  bool spoilt_ = false;
  std::optional<dns::Name> apex_;
  std::string serial_;  // Of the SOA: four octets.
  std::vector<Claim> claims_;
  std::string record_;
  std::string rdata_;
};

}  // namespace caascan::zonefile
