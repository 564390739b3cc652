// A real redis-server of the test's own: in a folder of its own, at a socket in it.
#pragma once

#include <sys/types.h>

#include <string>

#include "scanner/share/engine.h"

namespace caascan::share {

/// Started by Start(), and killed at the latest with this object. What it was told is on the disk
/// (appendfsync always) when it answers. One thread.
class RedisServer {
 public:
  RedisServer();
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  /// Waits until it answers. Again after Kill(): with what it had.
  void Start();
  /// By SIGKILL.
  void Kill();
  /// All that it had is gone. REQUIRES: it does not run.
  void Forget();

  EngineUrl url() const;
  EngineOptions options() const { return {url(), "test"}; }
  std::string socket_path() const { return folder_ + "/redis.sock"; }

 private:
  std::string folder_;
  pid_t pid_ = -1;
};

}  // namespace caascan::share
