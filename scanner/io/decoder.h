// Undoes gzip (RFC 1952), zstd (RFC 8878), xz, bzip2 and lz4, piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <absl/status/status.h>

#include "scanner/io/content_kind.h"

namespace caascan::io {

/// Decodes any number of gzip members, zstd or lz4 frames, or xz or bzip2 streams, one behind the
/// other. Zeros behind one of gzip, xz or bzip2 are padding. One thread at a time. Memory is
/// bounded: zstd frames that ask for a window over 128 MB are refused, and xz streams that ask for
/// over 256 MiB.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// REQUIRES: compression is neither kNone nor kZip, which ZipReader reads.
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
