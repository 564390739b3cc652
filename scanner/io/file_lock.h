// One writer a file.
#pragma once

#include <memory>
#include <string>

#include <absl/status/statusor.h>

namespace caascan::io {

/// While it lives, no other process that asks has a lock on that file (flock(2)). Any thread.
class FileLock {
 public:
  /// Creates the file where it is missing, and changes nothing in it. An empty path or "-" is
  /// standard output. Nothing is locked, and that is no error, where writers cannot mix: devices,
  /// FIFOs, and a standard output that appends; nor where a file system has no locks. Errors:
  /// InvalidArgument that names the file, "in use" where another process has its lock.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(const std::string& path);
  ~FileLock();
  /// Is what is locked, or needs no lock, still the file of that name?
  bool IsOf(const std::string& path) const;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  const int fd_;  // -1 where nothing is locked.
};

/// Has another process, or another FileLock of this one, a lock on the file? Leaves no lock.
bool IsInUse(const std::string& path);

}  // namespace caascan::io
