#include "scanner/io/input_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

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
  for (const auto& compress : {Gzip, Zstd}) {
    for (const size_t piece : {1u, 100u, 1u << 20}) EXPECT_EQ(Content(compress(text), piece), text);
    EXPECT_EQ(Content(compress("")), "");
    EXPECT_EQ(Content(compress("a\n") + compress("") + compress("b\n")), "a\nb\n");
  }
  const std::string skippable("\x5F\x2A\x4D\x18\x03\0\0\0xyz", 11);  // RFC 8878 §3.1.2
  EXPECT_EQ(Content(skippable + Zstd("a\n")), "a\n");
}

TEST(InputFileTest, ABrokenOffStreamGivesWhatThereIsAndAnErrorThatNamesTheFile) {
  const std::string text = ManyNames();
  for (const auto& compress : {Gzip, Zstd}) {
    const std::string whole = compress(text);
    for (const size_t size : {size_t{5}, whole.size() / 2, whole.size() - 1}) {
      const TempFile file(whole.substr(0, size));
      std::string error;
      EXPECT_THAT(text, StartsWith(ReadAll(file.path(), 4096, &error)));
      EXPECT_EQ(error, "cannot read " + file.path() + ": its compressed stream breaks off") << size;
    }
  }
}

TEST(InputFileTest, CorruptStreamsAreErrors) {
  for (const auto& compress : {Gzip, Zstd}) {
    const std::string whole = compress(ManyNames());
    // In the checksum, in the middle, and behind the end.
    std::vector<std::string> broken(2, whole);
    broken[0][whole.size() - (compress == Gzip ? 8u : 1u)] ^= 0x55;
    for (size_t i = 0; i < 64; ++i) broken[1][whole.size() / 2 + i] ^= 0x55;
    broken.push_back(whole + "garbage");
    for (const std::string& bytes : broken) {
      const TempFile file(bytes);
      std::string error;
      ReadAll(file.path(), 4096, &error);
      EXPECT_THAT(error, HasSubstr("cannot read " + file.path() + ": its "));
      EXPECT_THAT(error, HasSubstr("stream is corrupt: "));
    }
  }
}

TEST(InputFileTest, EveryFlippedByteOfASmallStreamEnds) {
  for (const auto& compress : {Gzip, Zstd}) {
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
