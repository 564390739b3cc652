// A file may be replaced by another of its name between open() and flock(): then the lock is worth
// nothing, and the new file is tried. Tested by file_lock_test.cc.
#include "scanner/io/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace caascan::io {
namespace {

absl::Status CannotWrite(const std::string& name, const std::string& why) {
  return absl::InvalidArgumentError("cannot write " + name + ": " + why);
}

/// 0, or the errno.
int Lock(int fd, int how) {
  while (flock(fd, how | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

bool IsRegular(int fd) {
  struct stat info = {};
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

bool IsStillThere(int fd, const std::string& path) {
  struct stat locked = {};
  struct stat there = {};
  return fstat(fd, &locked) == 0 && stat(path.c_str(), &there) == 0 &&
         locked.st_dev == there.st_dev && locked.st_ino == there.st_ino;
}

bool IsSpecial(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path) {
  const bool standard = path.empty() || path == "-";
  const std::string name = standard ? "standard output" : path;
  if (!standard && IsSpecial(path)) return std::unique_ptr<FileLock>(new FileLock(-1));
  constexpr mode_t kMode = 0666;
  while (true) {
    const int fd = standard ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                            : open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kMode);
    if (fd < 0) return CannotWrite(name, std::generic_category().message(errno));
    std::unique_ptr<FileLock> lock(new FileLock(fd));
    const bool appends = standard && (fcntl(fd, F_GETFL) & O_APPEND) != 0;
    if (!IsRegular(fd) || appends) return lock;
    if (Lock(fd, LOCK_EX) == EWOULDBLOCK) {
      return CannotWrite(name, "it is in use: another program writes it");
    }
    if (standard || IsStillThere(fd, path)) return lock;
  }
}

/// Shells keep what standard output is open for longer than we live.
FileLock::~FileLock() {
  if (fd_ < 0) return;
  (void)Lock(fd_, LOCK_UN);
  close(fd_);
}

bool FileLock::IsOf(const std::string& path) const { return fd_ < 0 || IsStillThere(fd_, path); }

bool IsInUse(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  const bool in_use = IsRegular(fd) && Lock(fd, LOCK_SH) == EWOULDBLOCK;
  close(fd);
  return in_use;
}

}  // namespace caascan::io
