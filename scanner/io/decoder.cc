// Tested by input_file_test.cc.
#include "scanner/io/decoder.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <cassert>
#include <string>

#include "scanner/io/out_of_memory.h"

namespace caascan::io {
namespace {

absl::Status Corrupt(Compression compression, std::string_view why) {
  return absl::DataLossError("its " + std::string(CompressionName(compression)) +
                             " stream is corrupt: " + std::string(why));
}

class GzipDecoder : public Decoder {
 public:
  GzipDecoder() {
    constexpr int kGzipOnly = 16;
    const int made = inflateInit2(&stream_, MAX_WBITS + kGzipOnly);
    if (made == Z_MEM_ERROR) OutOfMemory();
    assert(made == Z_OK && "zlib is there");
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  absl::Status Decode(std::string_view* in, std::span<char> out, size_t* got) override {
    *got = 0;
    while (*got < out.size()) {
      const size_t had = in->size();
      // zlib does not write to its input; its type says so only where ZLIB_CONST is defined.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in->data()));
      stream_.avail_in = static_cast<uInt>(had);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + *got);
      stream_.avail_out = static_cast<uInt>(out.size() - *got);
      const size_t room = stream_.avail_out;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      const size_t taken = had - stream_.avail_in;
      in->remove_prefix(taken);
      *got += room - stream_.avail_out;
      if (taken > 0) mid_stream_ = true;
      if (result == Z_STREAM_END) {
        mid_stream_ = false;
        inflateReset(&stream_);
        return absl::OkStatus();
      } else if (result == Z_BUF_ERROR) {
        return absl::OkStatus();  // It wants more input.
      } else if (result == Z_MEM_ERROR) {
        OutOfMemory();
      } else if (result != Z_OK) {
        return Corrupt(Compression::kGzip, stream_.msg != nullptr ? stream_.msg : "unreadable");
      }
    }
    return absl::OkStatus();
  }
  bool mid_stream() const override { return mid_stream_; }

 private:
  z_stream stream_{};
  bool mid_stream_ = false;
};

class ZstdDecoder : public Decoder {
 public:
  ZstdDecoder() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) OutOfMemory();
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  absl::Status Decode(std::string_view* in, std::span<char> out, size_t* got) override {
    *got = 0;
    absl::Status status;
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    ZSTD_inBuffer from{in->data(), in->size(), 0};
    do {
      const size_t result = ZSTD_decompressStream(stream_, &to, &from);
      if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) OutOfMemory();
      if (ZSTD_isError(result) != 0) {
        status = Corrupt(Compression::kZstd, ZSTD_getErrorName(result));
        break;
      }
      // Between frames, and with nothing to do, it only says what it would like next.
      if (from.pos > 0 || to.pos > 0) mid_stream_ = result != 0;
    } while (mid_stream_ && from.pos < from.size && to.pos < to.size);
    in->remove_prefix(from.pos);
    *got = to.pos;
    return status;
  }
  bool mid_stream() const override { return mid_stream_; }

 private:
  ZSTD_DStream* const stream_;
  bool mid_stream_ = false;
};

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "plain";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
  }
  return "plain";
}

Compression CompressionOf(std::string_view start) {
  if (start.starts_with("\x1F\x8B")) return Compression::kGzip;
  if (start.starts_with("\x28\xB5\x2F\xFD")) return Compression::kZstd;
  // A skippable frame (RFC 8878 §3.1.2) may come first.
  const bool skippable = start.size() >= kCompressionMagicSize &&
                         start.substr(1).starts_with("\x2A\x4D\x18") &&
                         (static_cast<uint8_t>(start[0]) & 0xF0) == 0x50;
  return skippable ? Compression::kZstd : Compression::kNone;
}

std::unique_ptr<Decoder> Decoder::Create(Compression compression) {
  assert(compression != Compression::kNone && "there is something to decode");
  if (compression == Compression::kGzip) return std::make_unique<GzipDecoder>();
  return std::make_unique<ZstdDecoder>();
}

}  // namespace caascan::io
