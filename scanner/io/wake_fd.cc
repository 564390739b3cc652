// Tested by line_reader_test.cc.
#include "scanner/io/wake_fd.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace caascan::io {

absl::StatusOr<std::unique_ptr<WakeFd>> WakeFd::Create() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) {
    return absl::ResourceExhaustedError("cannot create an eventfd: " +
                                        std::generic_category().message(errno));
  }
  return std::unique_ptr<WakeFd>(new WakeFd(fd));
}

WakeFd::~WakeFd() { close(fd_); }

void WakeFd::Notify() const {
  const int saved_errno = errno;  // A signal handler must leave it alone.
  const uint64_t one = 1;
  // Fails only where the counter is full, and then it is readable already.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
  errno = saved_errno;
}

bool WakeFd::notified() const {
  pollfd poll_fd{.fd = fd_, .events = POLLIN, .revents = 0};
  return poll(&poll_fd, 1, 0) == 1;
}

}  // namespace caascan::io
