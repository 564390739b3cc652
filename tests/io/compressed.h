// Compressed streams for tests, made by the libraries' simplest calls.
#pragma once

#include <string>
#include <string_view>

namespace caascan::io {

/// One gzip member, or one zstd frame with a checksum.
std::string Gzip(std::string_view text);
std::string Zstd(std::string_view text);

}  // namespace caascan::io
