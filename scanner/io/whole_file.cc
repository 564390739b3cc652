// Tested by whole_file_test.cc.
#include "scanner/io/whole_file.h"

#include <absl/strings/str_cat.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace caascan::io {
namespace {

/// A device or a FIFO: nothing may take its place.
bool IsSpecialFile(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

absl::StatusOr<std::string> PartPath(const std::string& path) {
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) {
    return absl::UnavailableError("cannot write " + path + ": no random numbers");
  }
  return absl::StrCat(path, ".part", absl::Hex(random, absl::kZeroPad16));
}

}  // namespace

bool IsStandardOutput(const std::string& path) { return path.empty() || path == "-"; }

absl::Status CheckWritable(const std::string& path) {
  if (IsStandardOutput(path)) return CheckStandardOutput();
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError("cannot write " + path + ": it is a directory");
  }
  if (access(folder.c_str(), W_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot write " + path + ": " + std::strerror(errno));
}

WholeFile::WholeFile(std::string path, std::string part_path, std::unique_ptr<OutputSink> sink)
    : path_(std::move(path)), part_path_(std::move(part_path)), sink_(std::move(sink)) {}

WholeFile::~WholeFile() {
  if (sink_ != nullptr && !part_path_.empty()) (void)unlink(part_path_.c_str());
}

absl::StatusOr<WholeFile> WholeFile::Create(const std::string& path,
                                            std::optional<Compression> compression) {
  if (absl::Status status = CheckWritable(path); !status.ok()) return status;
  std::string part_path;
  if (!IsStandardOutput(path) && !IsSpecialFile(path)) {
    const absl::StatusOr<std::string> name = PartPath(path);
    if (!name.ok()) return name.status();
    part_path = *name;
  }
  auto sink = OutputSink::Open(part_path.empty() ? path : part_path,
                               {.compression = compression ? *compression : CompressionOfPath(path),
                                .exclusive = !part_path.empty()});
  if (!sink.ok()) return sink.status();
  return WholeFile(path, std::move(part_path), *std::move(sink));
}

absl::Status WholeFile::Commit() {
  absl::Status status = sink_->Finish();
  sink_.reset();
  if (part_path_.empty()) return status;
  if (status.ok() && std::rename(part_path_.c_str(), path_.c_str()) != 0) {
    status = absl::DataLossError("cannot write " + path_ + ": " + std::strerror(errno));
  }
  if (!status.ok()) (void)unlink(part_path_.c_str());
  return status;
}

absl::Status WriteWhole(const std::string& path, std::string_view text) {
  absl::StatusOr<WholeFile> file = WholeFile::Create(path);
  if (!file.ok()) return file.status();
  (void)file->Write(text);  // Commit() says what became of it.
  return file->Commit();
}

}  // namespace caascan::io
