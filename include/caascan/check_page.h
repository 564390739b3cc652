// The records of `caascan check` as one HTML page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace caascan {

/// For whom the names were checked, and how.
struct CheckPageOptions {
  /// The CA's issuer domain names; letsencrypt.org where empty.
  std::vector<std::string> issuer_domains;
  uint16_t port = 53;  // Of the servers that a record gives none for.
  /// Version, resolver, and so on: one line, shown at the page's end. May be empty.
  std::string how;
};

/// One page that loads nothing from anywhere: for each record the verdict, a picture of the chain
/// of trust and of the servers, the findings, and letters that can be copied. All that comes from
/// others is escaped. InvalidArgument where a line is no record. Any thread.
[[nodiscard]] absl::StatusOr<std::string> CheckPage(const std::vector<std::string>& records,
                                                    const CheckPageOptions& options);

/// Can the page be written to this file, as far as one can tell beforehand? InvalidArgument that
/// names what is wrong; standard output is refused, and so are a file that holds records, and
/// `inputs`, the files that options name.
[[nodiscard]] absl::Status CheckPagePath(const std::string& path,
                                         const std::vector<std::string>& inputs = {});

/// Writes CheckPage() into a file, whole or not at all; an older file is replaced. InvalidArgument
/// where it cannot be created, DataLoss where not all of it could be written.
[[nodiscard]] absl::Status WriteCheckPage(const std::string& path,
                                          const std::vector<std::string>& records,
                                          const CheckPageOptions& options);

}  // namespace caascan
