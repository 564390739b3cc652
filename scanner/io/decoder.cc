// Tested by input_file_test.cc.
#include "scanner/io/decoder.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cassert>
#include <string>

#include "scanner/io/out_of_memory.h"

namespace caascan::io {
namespace {

absl::Status Corrupt(Compression compression, std::string_view why) {
  return absl::DataLossError("its " + std::string(CompressionName(compression)) +
                             " stream is corrupt: " + std::string(why));
}

/// What gzip, xz and bzip2 have in common: streams one behind the other, and zeros between and
/// behind them. A library decodes one stream.
class StreamDecoder : public Decoder {
 public:
  absl::Status Decode(std::string_view* in, std::span<char> out, size_t* got) final {
    *got = 0;
    if (!mid_stream_ && ended_before_) {
      in->remove_prefix(std::min(in->find_first_not_of('\0'), in->size()));
      if (in->empty()) return absl::OkStatus();
    }
    while (*got < out.size()) {
      const size_t had = in->size();
      const size_t got_before = *got;
      std::string_view why;
      const Step step = Run(in, out, got, &why);
      if (in->size() < had) mid_stream_ = true;
      if (step == Step::kFailed) return Corrupt(compression_, why);
      if (step == Step::kEnd) {
        mid_stream_ = false;
        ended_before_ = true;
        Reset();
        return absl::OkStatus();
      }
      if (in->size() == had && *got == got_before) return absl::OkStatus();  // It wants more input.
    }
    return absl::OkStatus();
  }
  bool mid_stream() const final { return mid_stream_; }

 protected:
  enum class Step : uint8_t { kMore, kEnd, kFailed };

  explicit StreamDecoder(Compression compression) : compression_(compression) {}
  /// Decodes as Decode() does, behind the *got octets that are in `out`. *why is set where it
  /// failed.
  virtual Step Run(std::string_view* in, std::span<char> out, size_t* got,
                   std::string_view* why) = 0;
  /// Makes ready for the next stream.
  virtual void Reset() = 0;

  /// Points the library's stream to what is left of both; all of them have these members.
  template <typename Stream, typename Octet>
  static void Point(std::string_view in, std::span<char> out, Stream* stream, Octet* /*type*/) {
    // Libraries do not write to their input; zlib and bzip2 just do not say so in the type.
    stream->next_in = reinterpret_cast<Octet*>(const_cast<char*>(in.data()));
    stream->avail_in = static_cast<decltype(stream->avail_in)>(in.size());
    stream->next_out = reinterpret_cast<Octet*>(out.data());
    stream->avail_out = static_cast<decltype(stream->avail_out)>(out.size());
  }
  template <typename Stream>
  static void Count(const Stream& stream, std::string_view* in, size_t room, size_t* got) {
    in->remove_prefix(in->size() - stream.avail_in);
    *got += room - stream.avail_out;
  }

 private:
  const Compression compression_;
  bool mid_stream_ = false;
  bool ended_before_ = false;  // Is this behind a whole stream?
};

class GzipDecoder : public StreamDecoder {
 public:
  GzipDecoder() : StreamDecoder(Compression::kGzip) {
    constexpr int kGzipOnly = 16;
    const int made = inflateInit2(&stream_, MAX_WBITS + kGzipOnly);
    if (made == Z_MEM_ERROR) OutOfMemory();
    assert(made == Z_OK && "zlib is there");
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

 private:
  Step Run(std::string_view* in, std::span<char> out, size_t* got, std::string_view* why) override {
    const std::span<char> room = out.subspan(*got);
    Point(*in, room, &stream_, static_cast<Bytef*>(nullptr));
    const int result = inflate(&stream_, Z_NO_FLUSH);
    Count(stream_, in, room.size(), got);
    if (result == Z_STREAM_END) return Step::kEnd;
    if (result == Z_MEM_ERROR) OutOfMemory();
    if (result == Z_OK || result == Z_BUF_ERROR) return Step::kMore;
    *why = stream_.msg != nullptr ? stream_.msg : "unreadable";
    return Step::kFailed;
  }
  void Reset() override { inflateReset(&stream_); }

  z_stream stream_{};
};

class XzDecoder : public StreamDecoder {
 public:
  XzDecoder() : StreamDecoder(Compression::kXz) { Begin(); }
  ~XzDecoder() override { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

 private:
  Step Run(std::string_view* in, std::span<char> out, size_t* got, std::string_view* why) override {
    const std::span<char> room = out.subspan(*got);
    Point(*in, room, &stream_, static_cast<uint8_t*>(nullptr));
    const lzma_ret result = lzma_code(&stream_, LZMA_RUN);
    Count(stream_, in, room.size(), got);
    switch (result) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:
        return Step::kMore;
      case LZMA_STREAM_END:
        return Step::kEnd;
      case LZMA_MEM_ERROR:
        OutOfMemory();
      case LZMA_MEMLIMIT_ERROR:
        *why = "it asks for more than 256 MiB of memory";
        return Step::kFailed;
      default:
        *why = "unreadable";
        return Step::kFailed;
    }
  }
  void Reset() override { Begin(); }
  void Begin() {
    constexpr uint64_t kMemory = uint64_t{256} << 20;
    if (lzma_stream_decoder(&stream_, kMemory, 0) != LZMA_OK) OutOfMemory();
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
};

class Bzip2Decoder : public StreamDecoder {
 public:
  Bzip2Decoder() : StreamDecoder(Compression::kBzip2) { Begin(); }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

 private:
  Step Run(std::string_view* in, std::span<char> out, size_t* got, std::string_view* why) override {
    const std::span<char> room = out.subspan(*got);
    Point(*in, room, &stream_, static_cast<char*>(nullptr));
    const int result = BZ2_bzDecompress(&stream_);
    Count(stream_, in, room.size(), got);
    if (result == BZ_STREAM_END) return Step::kEnd;
    if (result == BZ_MEM_ERROR) OutOfMemory();
    if (result == BZ_OK) return Step::kMore;
    *why = result == BZ_DATA_ERROR_MAGIC ? "other data follows it" : "unreadable";
    return Step::kFailed;
  }
  void Reset() override {
    BZ2_bzDecompressEnd(&stream_);
    Begin();
  }
  void Begin() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) OutOfMemory();
  }

  bz_stream stream_{};
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

class Lz4Decoder : public Decoder {
 public:
  Lz4Decoder() {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0) OutOfMemory();
  }
  ~Lz4Decoder() override { LZ4F_freeDecompressionContext(context_); }
  Lz4Decoder(const Lz4Decoder&) = delete;
  Lz4Decoder& operator=(const Lz4Decoder&) = delete;

  absl::Status Decode(std::string_view* in, std::span<char> out, size_t* got) override {
    *got = 0;
    bool moved = true;
    while (moved && *got < out.size()) {
      size_t room = out.size() - *got;
      size_t taken = in->size();
      const size_t result =
          LZ4F_decompress(context_, out.data() + *got, &room, in->data(), &taken, nullptr);
      if (LZ4F_isError(result) != 0) {
        const std::string_view why = LZ4F_getErrorName(result);
        if (why == "ERROR_allocation_failed") OutOfMemory();
        return Corrupt(Compression::kLz4, why);
      }
      in->remove_prefix(taken);
      *got += room;
      moved = taken > 0 || room > 0;
      // Between frames, and with nothing to do, it only says what it would like next.
      if (moved) mid_stream_ = result != 0;
      if (!mid_stream_) break;
    }
    return absl::OkStatus();
  }
  bool mid_stream() const override { return mid_stream_; }

 private:
  LZ4F_dctx* context_ = nullptr;
  bool mid_stream_ = false;
};

}  // namespace

std::unique_ptr<Decoder> Decoder::Create(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return std::make_unique<GzipDecoder>();
    case Compression::kZstd:
      return std::make_unique<ZstdDecoder>();
    case Compression::kXz:
      return std::make_unique<XzDecoder>();
    case Compression::kBzip2:
      return std::make_unique<Bzip2Decoder>();
    case Compression::kLz4:
      return std::make_unique<Lz4Decoder>();
    case Compression::kNone:
    case Compression::kZip:
      break;
  }
  assert(false && "there is a stream to decode");
  return nullptr;
}

}  // namespace caascan::io
