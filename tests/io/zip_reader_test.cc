#include "scanner/io/zip_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

using Result = ZipReader::Result;

/// What comes of an archive that is given in pieces; the last result in *result.
std::string ReadAll(std::string_view bytes, size_t piece, Result* result,
                    std::string* why = nullptr) {
  std::string given;
  ZipReader zip([&](std::string_view* next) {
    given.assign(bytes.substr(0, piece));
    bytes.remove_prefix(given.size());
    *next = given;
    return true;
  });
  std::string all;
  std::array<char, 1000> out;
  size_t got = 0;
  while ((*result = zip.Read(out, &got)) == Result::kSome) all.append(out.data(), got);
  if (why != nullptr) *why = zip.why();
  return all;
}

TEST(ZipReaderTest, OneFileInPiecesOfAnySize) {
  const std::string text(100'000, 'a');
  const std::string whole = Zip({{"folder/", ""}, {"folder/names", text}, {"__MACOSX/._n", "x"}});
  for (const size_t piece : {1u, 7u, 1u << 20}) {
    Result result{};
    EXPECT_EQ(ReadAll(whole, piece, &result), text) << piece;
    EXPECT_EQ(result, Result::kEnd);
  }
}

TEST(ZipReaderTest, ASecondFileIsAnError) {
  Result result{};
  std::string why;
  EXPECT_EQ(ReadAll(Zip({{"a", "a\n"}, {"b", "b\n"}}), 100, &result, &why), "a\n");
  EXPECT_EQ(result, Result::kUnreadable);
  EXPECT_EQ(why, "it holds more than one file");
}

TEST(ZipReaderTest, CutAtEveryOctet) {
  const std::string whole = Zip({{"names", "a.example\nb.example\n"}});
  for (size_t size = 4; size < whole.size(); ++size) {
    Result result{};
    const std::string read = ReadAll(std::string_view(whole).substr(0, size), 100, &result);
    EXPECT_TRUE(std::string_view("a.example\nb.example\n").starts_with(read)) << size;
    // Without its directory alone, nothing of the file is missing.
    EXPECT_TRUE(result == Result::kBrokenOff || (result == Result::kEnd && read.size() == 20))
        << size;
  }
}

TEST(ZipReaderTest, EveryFlippedOctetEnds) {
  const std::string whole = Zip({{"names", "a.example\nb.example\n"}});
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0xFF);
    Result result{};
    EXPECT_LT(ReadAll(bytes, 100, &result).size(), 100'000u) << i;
    EXPECT_NE(result, Result::kSome);
  }
}

TEST(ZipReaderTest, ASourceThatIsInterrupted) {
  ZipReader zip([](std::string_view* /*piece*/) { return false; });
  std::array<char, 10> out;
  size_t got = 0;
  EXPECT_EQ(zip.Read(out, &got), Result::kNoSource);
}

TEST(ZipReaderTest, CountsTheFilesThatTheDirectoryNames) {
  const TempFile one(Zip({{"folder/", ""}, {"folder/a", "a"}, {"__MACOSX/._a", "x"}}));
  EXPECT_EQ(ZipReader::CountMembers(one.path()), 1u);
  const TempFile two(Zip({{"a", "a"}, {"b", "b"}}));
  EXPECT_EQ(ZipReader::CountMembers(two.path()), 2u);
  const TempFile none("no archive");
  EXPECT_EQ(ZipReader::CountMembers(none.path()), 0u);
}

}  // namespace
}  // namespace caascan::io
