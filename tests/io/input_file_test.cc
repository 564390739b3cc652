#include "scanner/io/input_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

/// All of a file, read in pieces of `piece` bytes; the error's text is in *error.
std::string ReadAll(const std::string& path, size_t piece, std::string* error) {
  const auto file = InputFile::Open(path, nullptr);
  EXPECT_TRUE(file.ok()) << file.status();
  std::string all;
  std::vector<char> buffer(piece);
  size_t got = 0;
  ReadResult result = ReadResult::kLine;
  while ((result = (*file)->Read(buffer, true, &got)) == ReadResult::kLine) {
    EXPECT_GT(got, 0u);
    all.append(buffer.data(), got);
  }
  *error = std::string((*file)->status().message());
  EXPECT_EQ(result, error->empty() ? ReadResult::kEnd : ReadResult::kFailed);
  EXPECT_EQ((*file)->Read(buffer, true, &got), result) << "the same comes again";
  return all;
}

std::string Content(std::string_view bytes, size_t piece = 4096) {
  const TempFile file(bytes);
  std::string error;
  const std::string all = ReadAll(file.path(), piece, &error);
  EXPECT_EQ(error, "");
  return all;
}

std::string ManyNames() {
  std::string text;
  for (int i = 0; i < 30'000; ++i)
    text += "name" + std::to_string(i * 7919 % 30'011) + ".example\n";
  return text;
}

TEST(InputFileTest, PlainBytesComeAsTheyAre) {
  for (const std::string text : {"", "a", "ab", "abcd", "abcde", "\x1F", "\x1F\x8A..", "(\xB5/",
                                 "(list)", "P", "QR*M\x18"}) {
    EXPECT_EQ(Content(text), text);
    EXPECT_EQ(Content(text, 1), text);
  }
  EXPECT_EQ(Content(ManyNames()), ManyNames());
}

TEST(InputFileTest, CompressedStreamsAreKnownByContent) {
  const std::string text = ManyNames();
  for (const auto& compress : {Gzip, Zstd, Xz, Bzip2, Lz4}) {
    for (const size_t piece : {1u, 100u, 1u << 20}) EXPECT_EQ(Content(compress(text), piece), text);
    EXPECT_EQ(Content(compress("")), "");
    EXPECT_EQ(Content(compress("a\n") + compress("") + compress("b\n")), "a\nb\n");
  }
  const std::string skippable("\x5F\x2A\x4D\x18\x03\0\0\0xyz", 11);  // RFC 8878 §3.1.2
  EXPECT_EQ(Content(skippable + Zstd("a\n")), "a\n");
}

TEST(InputFileTest, ZerosBehindAStreamArePadding) {
  for (const auto& compress : {Gzip, Xz, Bzip2}) {
    const std::string zeros(100'000, '\0');
    EXPECT_EQ(Content(compress("a\n") + zeros), "a\n");
    EXPECT_EQ(Content(compress("a\n") + zeros.substr(0, 4) + compress("b\n") + zeros), "a\nb\n");
  }
}

TEST(InputFileTest, TheOneFileOfAZipArchive) {
  const std::string text = ManyNames();
  for (const size_t piece : {1u, 100u, 1u << 20}) {
    EXPECT_EQ(Content(Zip({{"top-1m.csv", text}}), piece), text);
  }
  EXPECT_EQ(Content(Zip({{"lists/", ""}, {"lists/a", "a\n"}, {"__MACOSX/lists/._a", "x"}})), "a\n");
}

/// What is wrong with a file, and what was read of it before that.
std::string ErrorOf(std::string_view bytes, std::string* content = nullptr) {
  const TempFile file(bytes);
  std::string error;
  const std::string read = ReadAll(file.path(), 4096, &error);
  if (content != nullptr) *content = read;
  const std::string prefix = "cannot read " + file.path() + ": ";
  EXPECT_THAT(error, StartsWith(prefix));
  return error.substr(std::min(error.size(), prefix.size()));
}

TEST(InputFileTest, AZipArchiveThatCannotBeRead) {
  std::string content;
  EXPECT_EQ(ErrorOf(Zip({{"a", "a\n"}, {"b", "b\n"}}), &content),
            "it is a zip archive of 2 files; one alone is read");
  EXPECT_EQ(content, "");
  const std::string whole = Zip({{"a", ManyNames()}});
  EXPECT_EQ(ErrorOf(whole.substr(0, whole.size() / 2), &content),
            "its compressed stream breaks off");
  EXPECT_THAT(ManyNames(), StartsWith(content));
  EXPECT_GT(content.size(), 0u);
  std::string broken = whole;
  for (size_t i = 0; i < 64; ++i) broken[whole.size() / 2 + i] ^= 0x55;
  EXPECT_THAT(ErrorOf(broken), StartsWith("its zip archive cannot be read: "));
}

TEST(InputFileTest, WhatHoldsNoLines) {
  std::string tar("names.txt");
  tar.resize(257, '\0');
  tar.append("ustar").resize(1024, '\0');
  const std::pair<std::string, const char*> rows[] = {
      {std::string("7z\xBC\xAF\x27\x1C\0\4", 8), "it is a 7z archive, which is not read"},
      {tar, "it is a tar archive, which is not read"},
      {Gzip(tar), "it is a tar archive, which is not read"},
      {Gzip(Xz("a\n")), "it is compressed twice: inside it is xz"},
      {std::string("\xFF\xFE\0\0a\0\0\0", 8), "it is text in UTF-32, which is not read"},
  };
  for (const auto& [bytes, error] : rows) {
    std::string content;
    EXPECT_EQ(ErrorOf(bytes, &content), error);
    EXPECT_EQ(content, "");
  }
}

TEST(InputFileTest, Utf16IsReadAsUtf8) {
  const std::string little(
      "\xFF\xFE"
      "a\0\n\0\xFC\0\n\0",
      10);
  const std::string big(
      "\xFE\xFF"
      "\0a\0\n\0\xFC\0\n",
      10);
  const std::string expected = "a\n\xC3\xBC\n";
  for (const std::string& text : {little, big}) {
    EXPECT_EQ(Content(text), expected);
    EXPECT_EQ(Content(text, Utf16Reader::kMinRoom), expected);
    EXPECT_EQ(Content(Gzip(text)), expected);
  }
  EXPECT_EQ(Content(little.substr(0, 9)), "a\n\xC3\xBC\xEF\xBF\xBD");
  EXPECT_EQ(Content("\xFF\xFE"), "");
}

TEST(InputFileTest, ABrokenOffStreamGivesWhatThereIsAndAnErrorThatNamesTheFile) {
  const std::string text = ManyNames();
  for (const auto& compress : {Gzip, Zstd, Xz, Bzip2, Lz4}) {
    const std::string whole = compress(text);
    for (const size_t size : {size_t{12}, whole.size() / 2, whole.size() - 1}) {
      const TempFile file(whole.substr(0, size));
      std::string error;
      EXPECT_THAT(text, StartsWith(ReadAll(file.path(), 4096, &error)));
      EXPECT_EQ(error, "cannot read " + file.path() + ": its compressed stream breaks off") << size;
    }
  }
}

TEST(InputFileTest, CorruptStreamsAreErrors) {
  for (const auto& compress : {Gzip, Zstd, Xz, Bzip2, Lz4}) {
    const std::string whole = compress(ManyNames());
    // In the checksum, in the middle, and behind the end.
    std::vector<std::string> broken(2, whole);
    broken[0][whole.size() - (compress == Gzip ? 8u : compress == Bzip2 ? 3u : 1u)] ^= 0x55;
    for (size_t i = 0; i < 64; ++i) broken[1][whole.size() / 2 + i] ^= 0x55;
    broken.push_back(whole + "garbage, and more of it");
    for (const std::string& bytes : broken) {
      const TempFile file(bytes);
      std::string error;
      ReadAll(file.path(), 4096, &error);
      EXPECT_THAT(error, HasSubstr("cannot read " + file.path() + ": its "));
      // What stands for a length may be what is broken.
      EXPECT_THAT(error, AnyOf(HasSubstr("stream is corrupt: "), HasSubstr("stream breaks off")));
    }
  }
}

TEST(InputFileTest, EveryFlippedByteOfASmallStreamEnds) {
  for (const auto& compress : {Gzip, Zstd, Xz, Bzip2, Lz4}) {
    const std::string whole = compress("www.example.com\nexample.net\n");
    for (size_t i = 0; i < whole.size(); ++i) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ 0xFF);
      const TempFile file(bytes);
      std::string error;
      EXPECT_LT(ReadAll(file.path(), 4096, &error).size(), 100'000u) << i;
    }
  }
}

TEST(InputFileTest, ACompressedPipeDoesNotWaitUnlessAsked) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const auto file = InputFile::Open("/proc/self/fd/" + std::to_string(fds[0]), nullptr);
  ASSERT_TRUE(file.ok());
  char buffer[100];
  size_t got = 0;
  const std::string stream = Zstd("a\n") + Zstd("b\n");
  std::string all;
  for (const char byte : stream) {
    EXPECT_EQ((*file)->Read(buffer, false, &got), ReadResult::kWouldWait);
    ASSERT_EQ(write(fds[1], &byte, 1), 1);
    if ((*file)->Read(buffer, false, &got) == ReadResult::kLine) all.append(buffer, got);
  }
  close(fds[1]);
  EXPECT_EQ((*file)->Read(buffer, false, &got), ReadResult::kEnd);
  EXPECT_EQ(all, "a\nb\n");
  EXPECT_EQ((*file)->bytes_read(), stream.size());
  close(fds[0]);
}

}  // namespace
}  // namespace caascan::io
