// Output that is there whole or not at all.
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/io/output.h"

namespace caascan::io {

/// Is it no file, but standard output: empty or "-"? Before writing there, give signals back to
/// whoever had them: nobody could stop a write that waits for a slow reader.
bool IsStandardOutput(const std::string& path);

/// Can a file be created there, or is standard output open? InvalidArgument that names the path
/// where not.
[[nodiscard]] absl::Status CheckWritable(const std::string& path);

/// A file in the making: beside its place, under a name that nobody can know before and that was
/// not there (O_EXCL, O_NOFOLLOW). It takes the place of an older one when it is committed, and is
/// removed where it never is. Standard output, devices and FIFOs are written to at once. One thread
/// at a time. The process must ignore SIGPIPE and SIGXFSZ.
class WholeFile {
 public:
  /// Compressed as the name says, `.gz` or `.zst`, or as told. InvalidArgument where it cannot be
  /// created.
  static absl::StatusOr<WholeFile> Create(const std::string& path,
                                          std::optional<Compression> compression = std::nullopt);
  WholeFile(WholeFile&& other) noexcept = default;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  /// False where this or an earlier write failed. REQUIRES: empty, or ends with a line feed.
  bool Write(std::string_view text) {
    assert((text.empty() || text.ends_with('\n')) && "records are whole lines");
    return sink_->Write(text);
  }
  /// Once. DataLoss where not all of it could be written.
  [[nodiscard]] absl::Status Commit();

 private:
  WholeFile(std::string path, std::string part_path, std::unique_ptr<OutputSink> sink);

  std::string path_;
  std::string part_path_;  // Empty where nothing is to be renamed.
  std::unique_ptr<OutputSink> sink_;
};

/// Creates, writes and commits a file.
[[nodiscard]] absl::Status WriteWhole(const std::string& path, std::string_view text);

}  // namespace caascan::io
