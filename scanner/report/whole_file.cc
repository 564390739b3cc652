// Tested by whole_file_test.cc.
#include "scanner/report/whole_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace caascan::report {
namespace {

/// A device or a FIFO: nothing may take its place.
bool IsSpecialFile(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

}  // namespace

bool IsStandardOutput(const std::string& path) { return path.empty() || path == "-"; }

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

WholeFile::WholeFile(std::string path, std::string part_path,
                     std::unique_ptr<scan::OutputSink> sink)
    : path_(std::move(path)), part_path_(std::move(part_path)), sink_(std::move(sink)) {}

WholeFile::~WholeFile() {
  if (sink_ != nullptr && !part_path_.empty()) (void)unlink(part_path_.c_str());
}

absl::StatusOr<WholeFile> WholeFile::Create(const std::string& path) {
  if (absl::Status status = CheckWritable(path); !status.ok()) return status;
  std::string part_path;
  if (!IsStandardOutput(path) && !IsSpecialFile(path)) {
    part_path = path + ".part" + std::to_string(getpid());
  }
  auto sink = scan::OutputSink::Open(part_path.empty() ? path : part_path,
                                     {.compression = scan::CompressionOfPath(path)});
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

}  // namespace caascan::report
