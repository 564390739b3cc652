#include "tests/share/redis_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "scanner/share/session.h"

namespace caascan::share {

RedisServer::RedisServer() {
  std::string pattern = testing::TempDir() + "caascan-redis-XXXXXX";
  folder_ = mkdtemp(pattern.data());
}

RedisServer::~RedisServer() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

EngineUrl RedisServer::url() const {
  EngineUrl url;
  url.unix_path = socket_path();
  return url;
}

void RedisServer::Start() {
  ASSERT_EQ(pid_, -1) << "it runs";
  const std::string socket = socket_path();
  pid_ = fork();
  if (pid_ == 0) {
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket.c_str(), "--dir",
           folder_.c_str(), "--save", "", "--appendonly", "yes", "--appendfsync", "always",
           static_cast<char*>(nullptr));
    _exit(127);
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto serves = [this] {
    auto session = Session::Connect(url(), -1, std::chrono::seconds(1));
    return session.ok() && (*session)->Call({"PING"}, std::chrono::seconds(1)).ok();
  };
  while (!serves()) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << "redis-server does not start";
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void RedisServer::Kill() {
  if (pid_ == -1) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Forget() {
  ASSERT_EQ(pid_, -1) << "it runs";
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directory(folder_);
}

}  // namespace caascan::share
