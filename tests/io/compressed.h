// Compressed streams for tests, made by the libraries' simplest calls.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace caascan::io {

/// One gzip member, one zstd or lz4 frame with a checksum, or one xz or bzip2 stream.
std::string Gzip(std::string_view text);
std::string Zstd(std::string_view text);
std::string Xz(std::string_view text);
std::string Bzip2(std::string_view text);
std::string Lz4(std::string_view text);

struct ZipMember {
  std::string path;  // A folder's ends with a slash.
  std::string content;
};
/// An archive as a program makes it that writes to a pipe: sizes stand behind each member.
std::string Zip(const std::vector<ZipMember>& members);

}  // namespace caascan::io
