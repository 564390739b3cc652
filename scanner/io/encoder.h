// Makes gzip members and zstd frames.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "scanner/io/decoder.h"

namespace caascan::io {

/// What a file's name asks for: `.gz` and `.zst` at its end, in either case.
Compression CompressionOfPath(std::string_view path);

/// Encodes each text by itself, as a whole member or frame, so that the stream can be read up to
/// wherever it breaks off. One thread at a time.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// REQUIRES: compression is not kNone.
  static std::unique_ptr<Encoder> Create(Compression compression);

  /// Appends the frame of `text` to *out. False, with *out of no use, where memory has run out.
  virtual bool AppendFrame(std::string_view text, std::string* out) = 0;
};

}  // namespace caascan::io
