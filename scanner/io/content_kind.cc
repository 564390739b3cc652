// One table of first octets. Each begins with, or soon holds, octets that no list of names has, so
// that no list is taken for something else. Tested by content_kind_test.cc.
#include "scanner/io/content_kind.h"

#include <algorithm>
#include <array>

namespace caascan::io {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view octets;
  Compression compression = Compression::kNone;
  std::string_view unreadable = {};  // Where it is no compression that is read.
};

constexpr auto kMagics = std::to_array<Magic>({
    {"\x1F\x8B"sv, Compression::kGzip},
    {"\x28\xB5\x2F\xFD"sv, Compression::kZstd},
    {"\xFD\x37\x7A\x58\x5A\x00"sv, Compression::kXz},
    {"\x04\x22\x4D\x18"sv, Compression::kLz4},
    {"PK\x03\x04"sv, Compression::kZip},
    {"PK\x05\x06"sv, Compression::kNone, "a zip archive without members"sv},
    {"PK\x07\x08"sv, Compression::kNone, "a part of a split zip archive"sv},
    {"\x02\x21\x4C\x18"sv, Compression::kNone, "lz4 in its legacy form"sv},
    {"\x1F\x9D"sv, Compression::kNone, "compressed by compress (.Z)"sv},
    {"\x5D\x00\x00"sv, Compression::kNone, "compressed as .lzma"sv},
    {"LZIP\x01"sv, Compression::kNone, "compressed by lzip"sv},
    {"\x89LZO\x00\x0D\x0A\x1A\x0A"sv, Compression::kNone, "compressed by lzop"sv},
    {"\xFF\x06\x00\x00sNaPpY"sv, Compression::kNone, "compressed by snappy"sv},
    {"7z\xBC\xAF\x27\x1C"sv, Compression::kNone, "a 7z archive"sv},
    {"Rar!\x1A\x07"sv, Compression::kNone, "a rar archive"sv},
    {"MSCF\x00\x00\x00\x00"sv, Compression::kNone, "a cab archive"sv},
    {"PAR1\x15"sv, Compression::kNone, "a Parquet file"sv},
    {"ARROW1\x00\x00"sv, Compression::kNone, "an Arrow file"sv},
    {"Obj\x01"sv, Compression::kNone, "an Avro file"sv},
    {"SQLite format 3\x00"sv, Compression::kNone, "an SQLite database"sv},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, Compression::kNone, "an old Office document"sv},
    {"\xD4\xC3\xB2\xA1"sv, Compression::kNone, "a packet capture"sv},
    {"\xA1\xB2\xC3\xD4"sv, Compression::kNone, "a packet capture"sv},
    {"\xFF\xFE\x00\x00"sv, Compression::kNone, "text in UTF-32"sv},
    {"\x00\x00\xFE\xFF"sv, Compression::kNone, "text in UTF-32"sv},
});

// Two have a digit within: bzip2 its block size, and a skippable frame (RFC 8878 §3.1.2) which.
constexpr std::string_view kBzip2Start = "BZh"sv;
constexpr std::string_view kBzip2Block = "\x31\x41\x59\x26\x53\x59"sv;
constexpr std::string_view kBzip2Empty = "\x17\x72\x45\x38\x50\x90"sv;
constexpr std::string_view kSkippable = "\x2A\x4D\x18"sv;

constexpr size_t kTarMagicAt = 257;
constexpr std::string_view kTarMagic = "ustar"sv;

bool IsBzip2Size(char c) { return c >= '1' && c <= '9'; }
bool IsSkippable(char c) { return (static_cast<uint8_t>(c) & 0xF0) == 0x50; }

/// Is the shorter of the two the beginning of the longer?
bool Agree(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  return a.substr(0, size) == b.substr(0, size);
}

bool MayBeBzip2(std::string_view start) {
  if (!Agree(start, kBzip2Start)) return false;
  if (start.size() > kBzip2Start.size() && !IsBzip2Size(start[kBzip2Start.size()])) return false;
  if (start.size() <= kBzip2Start.size() + 1) return true;
  const std::string_view block = start.substr(kBzip2Start.size() + 1);
  return Agree(block, kBzip2Block) || Agree(block, kBzip2Empty);
}

bool MayBeSkippable(std::string_view start) {
  return !start.empty() && IsSkippable(start[0]) && Agree(start.substr(1), kSkippable);
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "plain";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kXz:
      return "xz";
    case Compression::kBzip2:
      return "bzip2";
    case Compression::kLz4:
      return "lz4";
    case Compression::kZip:
      return "zip";
  }
  return "plain";
}

Compression CompressionOf(std::string_view start) {
  for (const Magic& magic : kMagics) {
    if (magic.unreadable.empty() && start.starts_with(magic.octets)) return magic.compression;
  }
  if (start.size() >= kCompressionMagicSize && MayBeBzip2(start)) return Compression::kBzip2;
  const bool skippable = start.size() > kSkippable.size() && MayBeSkippable(start);
  return skippable ? Compression::kZstd : Compression::kNone;
}

std::string_view UnreadableKind(std::string_view start) {
  for (const Magic& magic : kMagics) {
    if (!magic.unreadable.empty() && start.starts_with(magic.octets)) return magic.unreadable;
  }
  const bool tar = start.size() > kTarMagicAt && start.substr(kTarMagicAt).starts_with(kTarMagic);
  return tar ? "a tar archive" : std::string_view();
}

bool MayBecomeKnown(std::string_view start) {
  const auto may_be = [start](const Magic& magic) {
    return start.size() < magic.octets.size() && magic.octets.starts_with(start);
  };
  if (std::any_of(kMagics.begin(), kMagics.end(), may_be)) return true;
  if (start.size() < kCompressionMagicSize && MayBeBzip2(start)) return true;
  return start.size() <= kSkippable.size() && MayBeSkippable(start);
}

}  // namespace caascan::io
