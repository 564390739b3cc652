// Tested by output_test.cc and resume_test.cc.
#include "scanner/io/encoder.h"

#include <absl/strings/match.h>
#include <zlib.h>
#include <zstd.h>

#include <cassert>

#include "scanner/io/out_of_memory.h"

namespace caascan::io {
namespace {

// NDJSON at some 100 MB/s: records of 100,000 names a second are a third of that.
constexpr int kGzipLevel = 4;
constexpr int kZstdLevel = 3;

class GzipEncoder : public Encoder {
 public:
  GzipEncoder() {
    constexpr int kGzip = 16;
    constexpr int kMemoryLevel = 8;
    made_ = deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, MAX_WBITS + kGzip, kMemoryLevel,
                         Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipEncoder() override { deflateEnd(&stream_); }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  bool AppendFrame(std::string_view text, std::string* out) override {
    if (!made_ || deflateReset(&stream_) != Z_OK) return false;
    const size_t before = out->size();
    out->resize(before + deflateBound(&stream_, text.size()));
    // zlib does not write to its input; its type says so only where ZLIB_CONST is defined.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out->data() + before);
    stream_.avail_out = static_cast<uInt>(out->size() - before);
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) return false;
    out->resize(out->size() - stream_.avail_out);
    return true;
  }

 private:
  z_stream stream_{};
  bool made_ = false;
};

class ZstdEncoder : public Encoder {
 public:
  ZstdEncoder() : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) OutOfMemory();
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }
  ZstdEncoder(const ZstdEncoder&) = delete;
  ZstdEncoder& operator=(const ZstdEncoder&) = delete;

  bool AppendFrame(std::string_view text, std::string* out) override {
    const size_t before = out->size();
    out->resize(before + ZSTD_compressBound(text.size()));
    const size_t size = ZSTD_compress2(context_, out->data() + before, out->size() - before,
                                       text.data(), text.size());
    if (ZSTD_isError(size) != 0) return false;
    out->resize(before + size);
    return true;
  }

 private:
  ZSTD_CCtx* const context_;
};

}  // namespace

Compression CompressionOfPath(std::string_view path) {
  const absl::string_view text(path.data(), path.size());
  if (absl::EndsWithIgnoreCase(text, ".gz")) return Compression::kGzip;
  return absl::EndsWithIgnoreCase(text, ".zst") ? Compression::kZstd : Compression::kNone;
}

std::unique_ptr<Encoder> Encoder::Create(Compression compression) {
  assert(compression != Compression::kNone && "there is something to encode");
  if (compression == Compression::kGzip) return std::make_unique<GzipEncoder>();
  return std::make_unique<ZstdEncoder>();
}

}  // namespace caascan::io
