// Tested by record_sorter_test.cc.
#include "scanner/io/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <absl/status/status.h>

namespace caascan::io {

absl::StatusOr<int> OpenTemporaryFile(const std::string& folder) {
  std::string place = folder;
  if (place.empty()) {
    const char* const set = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
    place = set != nullptr && *set != '\0' ? set : "/tmp";
  }
  constexpr mode_t kOwnerOnly = 0600;
  // Not every file system has files that never had a name.
  int fd = open(place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwnerOnly);
  if (fd < 0) {
    std::string path = place + "/caascan.XXXXXX";
    fd = mkostemp(path.data(), O_CLOEXEC);
    if (fd >= 0) (void)unlink(path.c_str());
  }
  if (fd >= 0) return fd;
  return absl::InvalidArgumentError("cannot create temporary files in " + place + ": " +
                                    std::strerror(errno));
}

}  // namespace caascan::io
