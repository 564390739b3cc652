// One connection to the engine. The only part of the program that knows hiredis.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/share/engine_url.h"
#include "scanner/share/reply.h"

namespace caascan::share {

/// Asks one thing at a time, and waits for the answer; one thread. What the engine sends is
/// untrusted and bounded: kMostOctets a reply, kMostItems in it. After an error of the connection
/// or of the protocol it is of no use any more.
///
/// hiredis reads and writes the protocol, on a socket that never blocks. Its asynchronous interface
/// was rejected: in Debian 12's release an answer that nothing asked for ends the process.
class Session {
 public:
  static constexpr size_t kMostOctets = size_t{64} << 20;
  static constexpr size_t kMostItems = 1'000'000;

  /// Was the program built with hiredis?
  static bool available();
  /// Connects, logs in, and learns which start of the server this is. Ends early, as Cancelled,
  /// once `stop_fd` can be read (-1: never). Errors: Unavailable where another try may help,
  /// PermissionDenied where the password is wrong, Unimplemented without hiredis.
  static absl::StatusOr<std::unique_ptr<Session>> Connect(const EngineUrl& url, int stop_fd,
                                                          std::chrono::milliseconds patience);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The engine's reply, which is no error. Errors: Unavailable where it was lost (it may have been
  /// done), or the engine cannot serve now; NotFound for a script that it does not have;
  /// FailedPrecondition for any other error of its; Cancelled.
  absl::StatusOr<Reply> Call(const std::vector<std::string_view>& words,
                             std::chrono::milliseconds patience);
  /// The server's run ID: another one after each start.
  const std::string& epoch() const { return epoch_; }
  bool broken() const { return broken_; }

 private:
  struct Context;
  Session();
  absl::Status Greet(const EngineUrl& url, std::chrono::milliseconds patience);

  std::unique_ptr<Context> context_;
  std::string epoch_;
  bool broken_ = false;
};

}  // namespace caascan::share
