// What stands for session.cc where the program was built without hiredis.
#include "scanner/share/session.h"

#include <cassert>

namespace caascan::share {

struct Session::Context {};

Session::Session() = default;
Session::~Session() = default;

bool Session::available() { return false; }

absl::StatusOr<std::unique_ptr<Session>> Session::Connect(const EngineUrl& /*url*/, int /*stop_fd*/,
                                                          std::chrono::milliseconds /*patience*/) {
  return absl::UnimplementedError(
      "--engine needs hiredis, and this caascan was built without it: install libhiredis-dev and "
      "build again, or use --shard with --machines");
}

absl::Status Session::Greet(const EngineUrl& /*url*/, std::chrono::milliseconds /*patience*/) {
  return absl::UnimplementedError("built without hiredis");
}

absl::StatusOr<Reply> Session::Call(const std::vector<std::string_view>& words,
                                    std::chrono::milliseconds /*patience*/) {
  assert(!broken_ && !words.empty() && "there is no session");
  (void)words;
  return absl::UnimplementedError("built without hiredis");
}

}  // namespace caascan::share
