// Chunk files, and what it takes that they survive a crash of the machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "scanner/plan/manifest.h"

namespace caascan::plan {

/// A chunk ends before its text would be longer than this, unless it is one line.
inline constexpr size_t kMaxChunkText = size_t{64} << 20;

/// SHA-256 of a text as 64 hexadecimal digits.
std::string TextDigest(std::string_view text);

/// Reads a chunk of the run and compares its digest. The text has JobLineReader::kPadding octets of
/// blanks behind it, which are not counted in its size. Errors: DataLoss that names the file, for
/// one that is missing, broken, or another than was planned.
struct ChunkText {
  std::string padded;
  size_t size = 0;
  std::string_view text() const { return std::string_view(padded).substr(0, size); }
};
absl::StatusOr<ChunkText> ReadChunk(const std::string& run, const Manifest& manifest,
                                    uint32_t chunk);

/// Waits until a file, or a folder's list of names, is on the disk. Errors: DataLoss that names it.
[[nodiscard]] absl::Status SyncToDisk(const std::string& path);
/// Likewise, for all of the file system that holds `path`.
[[nodiscard]] absl::Status SyncFileSystem(const std::string& path);

/// Makes the folder, and those above it, where they are missing. Errors: InvalidArgument that names
/// it.
[[nodiscard]] absl::Status MakeFolder(const std::string& path);

}  // namespace caascan::plan
