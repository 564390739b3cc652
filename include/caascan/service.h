// The scanner as a service over HTTP, for CAs' back ends, for coordinators and for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/caa.h"
#include "caascan/scanner.h"

namespace caascan {

/// What `caascan serve` is told. A value.
struct ServiceOptions {
  /// How names are looked up; see Scanner::Open(). `request` and `ca_set` are what names are
  /// decided for where a request does not say.
  ScanOptions scan;
  /// ADDR:PORT, a port of 127.0.0.1, or unix:PATH, each. Sockets of the service manager come
  /// besides.
  std::vector<std::string> listen;
  /// Its first line is what clients must show. Empty: they need not show anything.
  std::string token_path;
  size_t max_connections = 1024;
  /// Names of one request that are taken up and have no record yet; then the client waits.
  size_t max_names = 10'000;
  uint64_t max_body = 0;  // Octets of one request's names; 0 is no limit.
  std::chrono::milliseconds header_patience{10'000};
  std::chrono::milliseconds idle_patience{60'000};
  std::string how;  // Program and version, for the foot of pages.
};

/// A running service. Made, told and destroyed by one thread. It prints nothing and takes no
/// signals.
class Service {
 public:
  /// Opens the scanner, then listens. Blocks meanwhile. Errors: as Scanner::Open(), and
  /// InvalidArgument for an address or a token file that cannot be used.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Service>> Open(
      const ServiceOptions& options, const std::stop_token& stop = {});
  /// Cuts off what is left.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Where it listens.
  std::vector<std::string> addresses() const;
  /// What people should know, a line each: see Scanner::notices(); and an address that others can
  /// reach without a token.
  std::vector<std::string> notices() const;

  /// Reads anchors, root hints, block list, token and `ca_set` (the file is scan.ca_set_path) anew.
  /// Requests that come from now on are served with them, by a scanner with cold caches; those that
  /// have begun end as they began. With an error all stays as it was.
  [[nodiscard]] absl::Status Reload(std::vector<CertificationAuthority> ca_set,
                                    const std::stop_token& stop = {});

  /// Does the server's thread still do its work?
  bool IsAlive(std::chrono::microseconds patience);

  /// Takes no further requests, and no further names of those that are there. False where names
  /// that were taken had no answer after `grace`: they are given back as `stopped`.
  bool Drain(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan
