// A scan as one machine of a run that several scan (scanner/share).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "caascan/scanner.h"
#include "scanner/net/network_options.h"
#include "scanner/pacing/limits.h"
#include "scanner/plan/chunk_source.h"
#include "scanner/plan/manifest.h"
#include "scanner/scan/telemetry/progress.h"
#include "scanner/share/borrower.h"
#include "scanner/stream/channel.h"
#include "scanner/vantage/live_blocklist.h"
#include "scanner/vantage/server_limits.h"

namespace caascan::scan {

/// What a scan has of the other machines: chunks, loans of the limits, and the block list. Made,
/// started and stopped by one thread.
class Fleet {
 public:
  /// Comes to the run of `options->engine`, which must answer within a minute, and makes
  /// `options->machines` what the limits are divided by. nullptr where there is no engine.
  /// `manifest` is null where the input is no run. Errors: InvalidArgument for the options, or
  /// where other machines have other limits; Unavailable; ResourceExhausted where there are too
  /// many.
  static absl::StatusOr<std::unique_ptr<Fleet>> Join(ScanOptions* options,
                                                     const plan::Manifest* manifest,
                                                     const std::vector<stream::Endpoint>& resolvers,
                                                     const vantage::ServerLimits* agreed);
  ~Fleet();

  /// See share::Borrower.
  std::chrono::milliseconds wait() const { return borrower_->wait(); }
  /// Both outlive what is given: nullptr where there is no fleet. Errors: see share::EngineSource.
  static absl::StatusOr<std::unique_ptr<plan::ChunkSource>> OpenSource(
      Fleet* fleet, const plan::Manifest& manifest);
  /// The user's list, which may be null, and what is blocked while the scan runs. Before Start().
  void UseBlocklist(const vantage::Blocklist* own, net::NetworkOptions* network);

  /// How the scan is reached from the borrower's thread. All outlive Stop().
  struct Hooks {
    pacing::SharedLimits* limits = nullptr;
    std::function<telemetry::ProgressSnapshot()> snapshot;
    std::function<void(const std::string&)> notice;
    std::function<void()> blocked;  // More addresses are.
  };
  void Start(Hooks hooks);
  /// Nothing is sent any more.
  void Stop();

 private:
  Fleet(share::EngineUrl url, const ScanOptions& options);
  void Say(const std::string& notice);
  std::string State();

  const share::EngineUrl url_;
  const EngineAccess access_;
  const std::string machine_;
  const std::chrono::milliseconds lease_;
  std::unique_ptr<vantage::LiveBlocklist> blocklist_;
  std::unique_ptr<share::Borrower> borrower_;
  std::mutex mutex_;  // Guards what follows.
  std::function<void(const std::string&)> notice_;
  Hooks hooks_;
  uint64_t names_ = 0;  // When State() was asked last.
  std::chrono::steady_clock::time_point asked_;
};

}  // namespace caascan::scan
