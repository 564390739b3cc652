#include "scanner/io/content_kind.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/io/compressed.h"

namespace caascan::io {
namespace {

TEST(ContentKindTest, CompressionsAreKnownByTheirFirstOctetsAndNotBefore) {
  const struct {
    std::string stream;
    Compression compression;
    size_t needs;
  } rows[] = {
      {Gzip("a"), Compression::kGzip, 2},
      {Zstd("a"), Compression::kZstd, 4},
      {Xz("a"), Compression::kXz, 6},
      {Bzip2("a"), Compression::kBzip2, 10},
      {Bzip2(""), Compression::kBzip2, 10},
      {Lz4("a"), Compression::kLz4, 4},
      {Zip({{"a", "a"}}), Compression::kZip, 4},
      {"\x53\x2A\x4D\x18", Compression::kZstd, 4},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(CompressionName(row.compression));
    EXPECT_EQ(CompressionOf(row.stream), row.compression);
    EXPECT_EQ(UnreadableKind(row.stream), "");
    for (size_t size = 1; size < row.needs; ++size) {
      EXPECT_TRUE(MayBecomeKnown(std::string_view(row.stream).substr(0, size))) << size;
      EXPECT_EQ(CompressionOf(std::string_view(row.stream).substr(0, size)), Compression::kNone);
    }
    EXPECT_FALSE(MayBecomeKnown(row.stream));
  }
}

TEST(ContentKindTest, WhatCannotBeReadHasAName) {
  EXPECT_EQ(UnreadableKind(std::string_view("7z\xBC\xAF\x27\x1C", 6)), "a 7z archive");
  EXPECT_EQ(UnreadableKind("Rar!\x1A\x07"), "a rar archive");
  EXPECT_EQ(UnreadableKind("\x1F\x9D\x90"), "compressed by compress (.Z)");
  EXPECT_EQ(UnreadableKind("PK\x05\x06"), "a zip archive without members");
  EXPECT_EQ(UnreadableKind(std::string_view("SQLite format 3\0", 16)), "an SQLite database");
  EXPECT_EQ(UnreadableKind("PAR1\x15\x04"), "a Parquet file");
}

TEST(ContentKindTest, ListsAreNeitherAndWaitForNothing) {
  for (const std::string_view list :
       {"a", "www.example.com\n", "BZh\n", "BZh91.example", "PK.example", "PAR1.example\n",
        "7z.example", "Rar!\n", "SQLite\n", "P\n", "Obj", "{\"name\":", "\xEF\xBB\xBF", "(list)",
        "ustar"}) {
    EXPECT_EQ(CompressionOf(list), Compression::kNone) << list;
    EXPECT_EQ(UnreadableKind(list), "") << list;
    EXPECT_EQ(MayBecomeKnown(list), list == "Obj") << list;
  }
}

}  // namespace
}  // namespace caascan::io
