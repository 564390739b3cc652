// The resolvers that --resolver names: addresses, host names, files of them, the system's own.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/scanner.h"
#include "scanner/stream/channel.h"

namespace caascan::vantage {

/// Where resolvers are, each once, in the order given, and the ways to them. Movable; the
/// endpoints point into it.
class ResolverList {
 public:
  /// ScanOptions::resolvers, as far as `families` allows. A host name is looked up, by way of the
  /// system, and stands for all its addresses. Blocks. Errors: InvalidArgument that names the
  /// option, the text, and the file with its line.
  static absl::StatusOr<ResolverList> Read(const std::vector<std::string>& texts,
                                           AddressFamilies families);

  const std::vector<stream::Endpoint>& endpoints() const { return endpoints_; }
  bool empty() const { return endpoints_.empty(); }

 private:
  class Builder;

  std::vector<stream::Endpoint> endpoints_;
  std::vector<std::unique_ptr<const stream::Channel>> channels_;  // At fixed places.
};

/// How many resolvers that makes, a host name counted once; none is looked up. Errors as Read().
absl::StatusOr<size_t> CountResolvers(const std::vector<std::string>& texts);

/// The file that "system" stands for.
inline constexpr std::string_view kSystemResolvers = "/etc/resolv.conf";

}  // namespace caascan::vantage
