// What was agreed with operators of name servers: how much their servers may be asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "scanner/async/address.h"
#include "scanner/dns/name.h"
#include "scanner/pacing/limits.h"
#include "scanner/vantage/prefix.h"

namespace caascan::vantage {

/// Filled first; then constant, and any thread may ask.
class ServerLimits {
 public:
  /// A file of one entry a line, what it is of and how much, with blanks between them:
  ///
  ///   192.0.2.1 500           an address: queries a second; 0 is no limit
  ///   2001:db8::/32 50 8      a prefix: of each address in it; and so many in flight
  ///   dns.example 1000 200    a name server's name, or what it ends in
  ///
  /// Blank lines, and everything behind a `#`, are skipped. Of several entries for an address the
  /// longest prefix counts, and before names; for a name the longest. An entry given twice is an
  /// error. gzip and zstd are read too. Errors: InvalidArgument with the file and the line.
  static absl::StatusOr<std::unique_ptr<const ServerLimits>> Read(const std::string& path);

  /// False where the text is no entry, or was there before.
  bool Add(std::string_view entry);

  std::optional<pacing::AgreedLimit> ForAddress(const async::Address& address) const;
  std::optional<pacing::AgreedLimit> ForHost(dns::NameView host) const;
  bool has_names() const { return !names_.empty(); }

 private:
  PrefixMap<pacing::AgreedLimit> addresses_;
  absl::flat_hash_map<Prefix, bool> known_;                      // That were added.
  absl::flat_hash_map<std::string, pacing::AgreedLimit> names_;  // Wire form, lower case.
};

}  // namespace caascan::vantage
