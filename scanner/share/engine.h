// The scripts that run on the engine, and the connection that comes back.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "scanner/share/engine_url.h"
#include "scanner/share/reply.h"
#include "scanner/share/session.h"

namespace caascan::share {

/// scripts/*.lua. Each runs as one, and nothing runs beside it.
enum class Script : uint8_t {
  kAgain,
  kBlock,
  kJoin,
  kKeep,
  kLeave,
  kPlan,
  kRenew,
  kSettle,
  kStatus,
  kTake,
};

struct EngineOptions {
  EngineUrl url;
  std::string run;  // See CheckRunName().
  int stop_fd = -1;
  std::chrono::milliseconds patience{5'000};  // For one call.
};

/// Letters, digits, `-`, `_` and `.`; at most 64. InvalidArgument that begins with `option`.
[[nodiscard]] absl::Status CheckRunName(std::string_view option, std::string_view name);

/// One run's data on the engine. Connects when it is asked something, and anew after a failure.
/// Waits for answers; one thread.
class Engine {
 public:
  explicit Engine(EngineOptions options) : options_(std::move(options)) {}

  /// Unchanged where a connection stands. Errors: see Session::Connect().
  [[nodiscard]] absl::Status Connect();
  /// Which start of the server it is. REQUIRES: Connect() was OK, and nothing has failed since.
  const std::string& epoch() const;
  /// Errors: see Session::Call(), and Connect().
  absl::StatusOr<Reply> Run(Script script, const std::vector<std::string>& arguments);
  /// The run's block list.
  absl::StatusOr<std::vector<std::string>> Blocked();
  const EngineOptions& options() const { return options_; }

 private:
  absl::StatusOr<Reply> Call(const std::vector<std::string_view>& words);
  std::string Key() const;

  const EngineOptions options_;
  std::unique_ptr<Session> session_;
  std::array<std::string, 10> digests_;  // By Script; empty where it was not loaded yet.
};

/// For a reply of another form than the script gives.
absl::Status NotUnderstood(std::string_view script);

}  // namespace caascan::share
