// What a scan tells those who watch it: a live line, a status file, metrics over HTTP.
// docs/telemetry.md lists names and units.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <absl/status/status.h>

#include "caascan/scanner.h"
#include "scanner/http/server.h"
#include "scanner/scan/telemetry/progress.h"

namespace caascan::telemetry {

/// One line of JSON with a line feed: the status file's content. Rates are since `before`,
/// `interval` ago; `elapsed` is since the scan's start.
std::string StatusJson(const ProgressSnapshot& now, const ProgressSnapshot& before,
                       std::chrono::microseconds interval, std::chrono::microseconds elapsed,
                       bool finished);

/// Made, asked and destroyed by the watching thread.
class Telemetry {
 public:
  using Clock = std::chrono::steady_clock;
  using Snapshot = std::function<ProgressSnapshot()>;  // From any thread.

  using Activity = std::function<std::string()>;  // What is waited for. From the watching thread.

  /// `options` must outlive this. `activity` is asked where options.brisk.
  Telemetry(const ScanOptions& options, Snapshot snapshot, Activity activity);

  /// Writes the first status and listens for who wants metrics. Errors: InvalidArgument that names
  /// the option.
  absl::Status Begin(Clock::time_point now);
  /// Once a second at most, or five times where options.brisk; all else is ignored.
  void Tick(Clock::time_point now);
  /// A line for people, behind the live line; nothing where there is neither that nor a terminal.
  void Say(std::string_view text) const;
  /// Makes room on a terminal for a line of others; the next Tick() shows the live line again.
  void ClearLine() const;
  /// What holds at the end. A status file that cannot be written any more is not the scan's end.
  void End(Clock::time_point now);

 private:
  absl::Status ServeMetrics();
  void Show(Clock::time_point now, bool last);
  void ShowLine(const std::string& line, bool last) const;
  absl::Status WriteStatus(const std::string& text) const;

  const ScanOptions& options_;
  const Snapshot snapshot_;
  const Activity activity_;
  const bool terminal_;
  const bool show_line_;
  Clock::time_point started_;
  Clock::time_point last_shown_;
  ProgressSnapshot last_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace caascan::telemetry
