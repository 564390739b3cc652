// Which autonomous system announces an address, and where it is: tables that the user brings.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "scanner/async/address.h"
#include "scanner/vantage/prefix.h"

namespace caascan::vantage {

struct Origin {
  uint32_t asn = 0;     // 0: not known.
  std::string country;  // ISO 3166-1, two capitals; empty: not known.
};

/// Read once; then constant, and any thread may ask.
class AsnTable {
 public:
  /// Each file is an MMDB database, known by its content, or text of one prefix a line:
  ///
  ///   192.0.2.0 TAB 24 TAB 64500            as pfx2as files of CAIDA have it
  ///   2001:db8:: TAB 32 TAB 64500_64501     several announce it: the first counts
  ///   198.51.100.0 TAB 24 TAB 64500 TAB DE  and a country
  ///
  /// Blank lines and those that begin with # are skipped; gzip and zstd are read too. Of several
  /// prefixes the longest counts; a later file gives what an earlier one does not know. Of MMDB
  /// databases these members are read: autonomous_system_number, asn ("AS64500" too),
  /// country.iso_code, country_code and country. Errors: InvalidArgument with file and line.
  static absl::StatusOr<std::unique_ptr<const AsnTable>> Read(
      const std::vector<std::string>& paths);
  ~AsnTable();
  AsnTable(const AsnTable&) = delete;
  AsnTable& operator=(const AsnTable&) = delete;

  Origin Find(const async::Address& address) const;

 private:
  /// A prefix's value; countries are kept as two letters.
  struct Row {
    uint32_t asn = 0;
    char country[2] = {0, 0};
  };
  class Database;
  struct Source;

  AsnTable();
  absl::Status ReadFile(const std::string& path);

  std::vector<Source> sources_;  // In their order.
};

}  // namespace caascan::vantage
