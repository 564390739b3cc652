// Undoes gzip (RFC 1952) and zstd (RFC 8878), piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <absl/status/status.h>

namespace caascan::io {

enum class Compression : uint8_t { kNone, kGzip, kZstd };
std::string_view CompressionName(Compression compression);

/// How many octets at the start of a stream tell its compression.
inline constexpr size_t kCompressionMagicSize = 4;

/// What a stream that begins so is. `start` is shorter than kCompressionMagicSize only where the
/// stream is.
Compression CompressionOf(std::string_view start);

/// Decodes any number of gzip members or zstd frames, one behind the other. One thread at a time;
/// memory is bounded: zstd frames that ask for a window over 128 MB are refused.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// REQUIRES: compression is not kNone.
  static std::unique_ptr<Decoder> Create(Compression compression);

  /// Decodes from the front of *in, which is cut by what was taken, into `out`. Stops at the end of
  /// a member or frame. *got is what came out, an error or not; it is less than `out` only then, or
  /// when *in is used up, or at such an end. Errors: DataLoss
  /// that says what is wrong with the stream; nothing may be decoded after one.
  virtual absl::Status Decode(std::string_view* in, std::span<char> out, size_t* got) = 0;

  /// Would the stream be broken off if it ended here?
  virtual bool mid_stream() const = 0;
};

}  // namespace caascan::io
