#include "tools/caascan/ca_set_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <absl/status/status.h>

#include "caascan/ca_set.h"

namespace caascan::tool {
namespace {

// All the CAs of the world fit many times over; a device that never ends does not.
constexpr size_t kMaxFileSize = size_t{16} << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

absl::Status Unreadable(const std::string& path, const char* why) {
  return absl::InvalidArgumentError("--ca-set: cannot read " + path + ": " + why);
}

}  // namespace

absl::StatusOr<std::vector<CertificationAuthority>> ReadCaSet(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return Unreadable(path, std::strerror(errno));
  std::string text;
  std::array<char, 65536> chunk;
  while (const size_t size = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), size);
    if (text.size() > kMaxFileSize) return Unreadable(path, "it is larger than 16 MiB");
  }
  if (std::ferror(file.get()) != 0) return Unreadable(path, std::strerror(errno));
  absl::StatusOr<std::vector<CertificationAuthority>> ca_set = ParseCaSet(text, path);
  if (ca_set.ok()) return ca_set;
  return absl::InvalidArgumentError("--ca-set: " + std::string(ca_set.status().message()));
}

}  // namespace caascan::tool
