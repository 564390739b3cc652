#include "scanner/scan/resume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/io/compressed.h"
#include "tests/io/temp_file.h"

namespace caascan::scan {
namespace {

using testing::HasSubstr;

const std::function<bool()> kGoOn = [] { return false; };

class ResumeTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string Write(const std::string& name, std::string_view content) const {
    std::ofstream(Path(name), std::ios::binary) << content;
    return Path(name);
  }
  std::string ReadBack(const std::string& name) const {
    std::ifstream in(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  EarlierOutput Read(const std::string& path) {
    auto earlier = ReadEarlierOutput(path, &secret_, kGoOn);
    EXPECT_TRUE(earlier.ok()) << earlier.status();
    return earlier.ok() ? *std::move(earlier) : EarlierOutput();
  }
  std::string ErrorOf(const std::string& path) {
    return std::string(ReadEarlierOutput(path, &secret_, kGoOn).status().message());
  }
  bool Take(EarlierOutput* earlier, const std::string& name) {
    return earlier->records.Take(secret_.Of(name, "", Purpose::kTls, "", ""));
  }

  const io::TempFolder folder_;
  Fingerprinter secret_ = *Fingerprinter::Create(7, 8);
};

std::string Line(const std::string& name, const std::string& reason = "no_caa") {
  return R"({"name":")" + name + R"(","outcome":"permit","reason":")" + reason + "\"}\n";
}

TEST_F(ResumeTest, AMissingOrEmptyFileHoldsNothing) {
  EXPECT_FALSE(Read(Path("missing")).exists);
  for (const char* name : {"plain", "a.gz", "a.zst"}) {
    const EarlierOutput earlier = Read(Write(name, ""));
    EXPECT_TRUE(earlier.exists);
    EXPECT_EQ(earlier.records.size() + earlier.keep_bytes, 0u);
  }
}

TEST_F(ResumeTest, MembersTellTheLines) {
  EarlierOutput earlier = Read(Write(
      "out",
      R"({"name":"a.example","input":"A.example","reason":"no_caa","id":{"x": [1, "y"]},"order":7})"
      "\n"
      R"({"id":null,"reason":"invalid_name","name":"x\\000y"})"
      "\n"
      R"({"name":"a.example","reason":"no_caa","rank":5})"
      "\n"));
  EXPECT_FALSE(Take(&earlier, "a.example")) << "another row of the same name";
  EXPECT_TRUE(earlier.records.Take(secret_.Of("a.example", "", Purpose::kTls, "", "", 5)));
  EXPECT_TRUE(earlier.records.Take(
      secret_.Of("a.example", "A.example", Purpose::kTls, R"({"x": [1, "y"]})", "7")));
  EXPECT_TRUE(earlier.records.Take(secret_.Of("x\\000y", "", Purpose::kTls, "null", "")));
  EXPECT_EQ(earlier.records.size(), 0u);
}

TEST_F(ResumeTest, EveryLengthOfAPlainFile) {
  const std::string a = Line("a.example");
  const std::string whole = a + Line("b.example") + Line("b.example");
  for (size_t size = 0; size <= whole.size(); ++size) {
    EarlierOutput earlier = Read(Write("out", whole.substr(0, size)));
    const auto lines = static_cast<size_t>(
        std::count(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size), '\n'));
    EXPECT_EQ(earlier.records.size(), lines);
    EXPECT_EQ(earlier.keep_bytes, lines * a.size());
    EXPECT_EQ(Take(&earlier, "a.example"), lines >= 1);
    EXPECT_EQ(Take(&earlier, "b.example"), lines >= 2);
    EXPECT_EQ(Take(&earlier, "b.example"), lines >= 3);
  }
}

TEST_F(ResumeTest, EveryLengthOfACompressedFile) {
  const std::string lines = Line("b.example") + Line("c.example");
  for (const std::string name : {"out.gz", "out.zst"}) {
    const auto compress = name.ends_with("gz") ? io::Gzip : io::Zstd;
    const std::string first = compress(Line("a.example"));
    const std::string whole = first + compress(lines);
    for (size_t size = 0; size <= whole.size(); ++size) {
      EarlierOutput earlier = Read(Write(name, whole.substr(0, size)));
      const size_t want = size == whole.size() ? 3 : size >= first.size() ? 1 : 0;
      EXPECT_EQ(earlier.records.size(), want) << name << " cut at " << size;
      EXPECT_EQ(earlier.keep_bytes, want == 3 ? whole.size() : want == 1 ? first.size() : 0u);
    }
  }
}

TEST_F(ResumeTest, LinesOverManyPiecesAndFrames) {
  std::string plain;
  std::string frames;
  for (int i = 0; i < 40'000; ++i) plain += Line("name" + std::to_string(i) + ".example");
  for (size_t at = 0; at < plain.size(); at += 70'001) frames += io::Zstd(plain.substr(at, 70'001));
  for (const std::string& path :
       {Write("out", plain), Write("out.gz", io::Gzip(plain)), Write("out.zst", frames)}) {
    EarlierOutput earlier = Read(path);
    EXPECT_EQ(earlier.records.size(), 40'000u) << path;
    for (int i = 0; i < 40'000; ++i) {
      EXPECT_TRUE(Take(&earlier, "name" + std::to_string(i) + ".example"));
    }
  }
}

TEST_F(ResumeTest, StoppedNamesAreDropped) {
  const std::string kept = Line("a.example") + Line("c.example");
  const std::string content =
      Line("a.example") + Line("b.example", "stopped") + Line("c.example") + R"({"name":"torn)";
  EarlierOutput earlier = Read(Write("out", content));
  EXPECT_EQ(earlier.records.size(), 2u);
  EXPECT_FALSE(Take(&earlier, "b.example"));
  EXPECT_EQ(earlier.keep_bytes, kept.size());
  EXPECT_EQ(ReadBack("out"), kept);
  const std::filesystem::directory_iterator files(std::filesystem::path(Path("out")).parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left beside it";
  earlier = Read(Write("out.zst", io::Zstd(content)));
  EXPECT_EQ(earlier.records.size(), 2u);
  EXPECT_EQ(earlier.keep_bytes, ReadBack("out.zst").size());
}

TEST_F(ResumeTest, WhatIsNoOutputOfAScanIsLeftAlone) {
  for (const std::string content : {"a.example\n", "{}\n", "[1]\n",
                                    R"({"name":"a","reason":7})"
                                    "\n",
                                    R"({"name":"a","reason":"no_caa")"
                                    "\n"}) {
    const std::string path = Write("out", Line("a.example") + content);
    EXPECT_EQ(ErrorOf(path), "cannot resume " + path + ": line 2 is no record");
    EXPECT_EQ(ReadBack("out"), Line("a.example") + content);
  }
  std::string path = Write("out.zst", Line("a.example"));
  EXPECT_EQ(ErrorOf(path), "cannot resume " + path + ": its content is plain, not zstd");
  path = Write("out", io::Gzip(Line("a.example")));
  EXPECT_EQ(ErrorOf(path), "cannot resume " + path + ": its content is gzip, not plain");
  std::string corrupt = io::Gzip(Line("a.example"));
  corrupt[corrupt.size() - 6] ^= 1;
  EXPECT_THAT(ErrorOf(Write("out.gz", corrupt)), HasSubstr("its gzip stream is corrupt"));
  EXPECT_THAT(ErrorOf(folder_.path()), HasSubstr("it is no regular file"));
}

TEST_F(ResumeTest, Stops) {
  const std::string path = Write("out", Line("a.example"));
  const std::function<bool()> stop = [] { return true; };
  EXPECT_EQ(ReadEarlierOutput(path, &secret_, stop).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace caascan::scan
