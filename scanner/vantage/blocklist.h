// What the user wants never to be asked: addresses, prefixes and names.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include "scanner/async/address.h"
#include "scanner/dns/name.h"
#include "scanner/vantage/prefix.h"

namespace caascan::vantage {

/// Filled first; then constant, and any thread may ask.
class Blocklist {
 public:
  /// A file of one entry a line: an address (192.0.2.1, 2001:db8::1), a prefix (192.0.2.0/24,
  /// 2001:db8::/32; bits behind it are ignored), or a domain name, which stands for itself and all
  /// below it (example.com; `*.example.com` and `.example.com` mean the same). Blank lines, and
  /// everything behind a `#`, are skipped. gzip and zstd are read too. Errors: InvalidArgument with
  /// the file, and the line where that is no entry.
  static absl::StatusOr<std::unique_ptr<const Blocklist>> Read(const std::string& path);

  /// False where the text is no entry.
  bool Add(std::string_view entry);

  bool BlocksAddress(const async::Address& address) const;
  /// Is the name one of the list's, or below one?
  bool BlocksName(dns::NameView name) const;

 private:
  PrefixMap<bool> addresses_;
  absl::flat_hash_set<std::string> names_;  // Wire form, lower case.
};

}  // namespace caascan::vantage
