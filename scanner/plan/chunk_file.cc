// Tested by chunk_file_test.cc.
#include "scanner/plan/chunk_file.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "scanner/crypto/digest.h"
#include "scanner/io/input_file.h"
#include "scanner/io/out_of_memory.h"
#include "scanner/plan/job_line.h"

namespace caascan::plan {
namespace {

constexpr size_t kPieceSize = size_t{256} << 10;

absl::Status Sync(const std::string& path, int (*sync)(int)) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && sync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (synced) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("cannot write ", path, ": ", std::generic_category().message(error)));
}

/// All that a file holds, decompressed; at most `most` octets.
absl::StatusOr<std::string> ReadText(const std::string& path, size_t most) {
  auto file = io::InputFile::Open(path, nullptr);
  if (!file.ok()) return absl::DataLossError(file.status().message());
  std::string text;
  io::ReadResult result = io::ReadResult::kLine;
  while (result == io::ReadResult::kLine && text.size() <= most) {
    const size_t before = text.size();
    text.resize(before + kPieceSize);
    size_t got = 0;
    result = (*file)->Read({text.data() + before, kPieceSize}, /*wait=*/true, &got);
    text.resize(before + (result == io::ReadResult::kLine ? got : 0));
  }
  if (result == io::ReadResult::kFailed) {
    return absl::DataLossError((*file)->status().message());
  }
  return text;
}

}  // namespace

std::string TextDigest(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, crypto::Sha256(), nullptr) != 1) {
    io::OutOfMemory();  // Nothing else can be in the way.
  }
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

absl::StatusOr<ChunkText> ReadChunk(const std::string& run, const Manifest& manifest,
                                    uint32_t chunk) {
  assert(chunk < manifest.chunks.size() && "one of the run's chunks");
  const std::string path = ChunkPath(run, chunk);
  // One line may be longer than a chunk otherwise is.
  auto text = ReadText(path, 2 * kMaxChunkText);
  if (!text.ok()) return text.status();
  if (TextDigest(*text) != manifest.chunks[chunk].sha256) {
    return absl::DataLossError(absl::StrCat(
        path, ": not what was planned: its SHA-256 is another than that of the manifest"));
  }
  ChunkText result{*std::move(text), 0};
  result.size = result.padded.size();
  result.padded.append(JobLineReader::kPadding, ' ');
  return result;
}

absl::Status SyncToDisk(const std::string& path) { return Sync(path, fsync); }

absl::Status SyncFileSystem(const std::string& path) { return Sync(path, syncfs); }

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && std::filesystem::is_directory(path, error)) return absl::OkStatus();
  if (!error) error = std::make_error_code(std::errc::not_a_directory);
  return absl::InvalidArgumentError(
      absl::StrCat("cannot make the folder ", path, ": ", error.message()));
}

}  // namespace caascan::plan
