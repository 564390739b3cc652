// Tested by whole_file_test.cc.
#include "scanner/report/whole_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "scanner/scan/output.h"

namespace caascan::report {
namespace {

bool IsStandardOutput(const std::string& path) { return path.empty() || path == "-"; }

/// A device or a FIFO: nothing may take its place.
bool IsSpecialFile(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

absl::Status WriteTo(const std::string& path, scan::Compression compression,
                     std::string_view text) {
  auto sink = scan::OutputSink::Open(path, {.compression = compression});
  if (!sink.ok()) return sink.status();
  (void)(*sink)->Write(text);  // Finish() says what became of it.
  return (*sink)->Finish();
}

}  // namespace

absl::Status CheckWritable(const std::string& path) {
  if (IsStandardOutput(path)) return absl::OkStatus();
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError("cannot write " + path + ": it is a directory");
  }
  if (access(folder.c_str(), W_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot write " + path + ": " + std::strerror(errno));
}

absl::Status WriteWhole(const std::string& path, std::string_view text) {
  const scan::Compression compression = scan::CompressionOfPath(path);
  if (IsStandardOutput(path) || IsSpecialFile(path)) return WriteTo(path, compression, text);
  const std::string part = path + ".part" + std::to_string(getpid());
  absl::Status status = WriteTo(part, compression, text);
  if (status.ok() && std::rename(part.c_str(), path.c_str()) != 0) {
    status = absl::DataLossError("cannot write " + path + ": " + std::strerror(errno));
  }
  if (!status.ok()) (void)unlink(part.c_str());
  return status;
}

}  // namespace caascan::report
