// What people should know while a scan is set up and runs.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "scanner/resolve/resolver_ways.h"
#include "scanner/scan/telemetry/telemetry.h"
#include "scanner/stream/channel.h"

namespace caascan::scan {

/// Lines of ASCII, each said by the thread that watches the scan, between two states of the live
/// line. That thread's, but for Keep().
class Notices {
 public:
  /// `say` (ScanOptions::on_notice) may be empty. Both outlive this.
  Notices(const std::function<void(const std::string&)>& say, const telemetry::Telemetry& telemetry)
      : say_(say), telemetry_(telemetry) {}

  /// At once.
  void Say(const std::string& notice) const;
  /// With the next SayKept(). Any thread.
  void Keep(const std::string& notice);
  void SayKept();
  /// Says of each resolver once that it was found to be silent over UDP, and to answer over TCP.
  void SayOfResolvers(const std::vector<stream::Endpoint>& resolvers,
                      const resolve::ResolverWays& ways);
  /// Of which that was said, as `ADDRESS:PORT`.
  const std::vector<std::string>& resolvers_over_tcp() const { return over_tcp_; }

 private:
  const std::function<void(const std::string&)>& say_;
  const telemetry::Telemetry& telemetry_;
  std::vector<std::string> over_tcp_;
  std::vector<bool> said_of_;  // By the resolvers' places.
  std::mutex mutex_;
  std::vector<std::string> kept_;
};

}  // namespace caascan::scan
