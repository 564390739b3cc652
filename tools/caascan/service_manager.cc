// Tested by serve_test.py.
#include "tools/caascan/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace caascan::tool {
namespace {

/// Of an environment variable that is a whole number; 0 where it is none.
uint64_t NumberOf(const char* name) {
  const char* text = std::getenv(name);
  uint64_t number = 0;
  if (text == nullptr) return 0;
  const char* end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

}  // namespace

void NotifyServiceManager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un name{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  const size_t size = std::strlen(path);
  if (size < 2 || size >= sizeof name.sun_path) return;
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path, size);
  if (path[0] == '@') name.sun_path[0] = '\0';  // The abstract name space.
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  (void)::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&name),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
  (void)::close(fd);
}

std::optional<std::chrono::microseconds> WatchdogInterval() {
  const uint64_t interval = NumberOf("WATCHDOG_USEC");
  const uint64_t pid = NumberOf("WATCHDOG_PID");
  if (interval == 0 || (pid != 0 && pid != static_cast<uint64_t>(::getpid()))) return std::nullopt;
  return std::chrono::microseconds(interval);
}

bool HasInheritedSockets() {
  return NumberOf("LISTEN_PID") == static_cast<uint64_t>(::getpid()) && NumberOf("LISTEN_FDS") > 0;
}

}  // namespace caascan::tool
