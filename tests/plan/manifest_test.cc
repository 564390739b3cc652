#include "scanner/plan/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::plan {
namespace {

using testing::HasSubstr;

Manifest Sample() {
  Manifest manifest;
  manifest.run = std::string(62, '0') + "af";
  manifest.version = "caascan 1.0";
  manifest.inputs = {"names \"a\".txt", "-"};
  manifest.wildcard = true;
  manifest.chunk_names = 3;
  manifest.names = 4;
  manifest.invalid = 1;
  manifest.machines_at_most = 64;
  manifest.chunks = {{3, std::string(64, 'a'), std::string(32, '1')},
                     {1, std::string(64, 'b'), std::string(32, '2')}};
  return manifest;
}

class ManifestTest : public testing::Test {
 protected:
  absl::StatusOr<Manifest> Read(const std::string& json) const {
    std::ofstream(ManifestPath(folder_.path())) << json;
    return ReadManifest(folder_.path());
  }
  const io::TempFolder folder_;
};

TEST_F(ManifestTest, ComesBackAsItWasWritten) {
  EXPECT_FALSE(IsRun(folder_.path()));
  ASSERT_TRUE(WriteManifest(folder_.path(), Sample()).ok());
  EXPECT_TRUE(IsRun(folder_.path()));
  const auto read = ReadManifest(folder_.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(ManifestJson(*read), ManifestJson(Sample()));
  EXPECT_EQ(read->inputs, Sample().inputs);
  EXPECT_EQ(read->chunks[1].names, 1u);
}

TEST_F(ManifestTest, ARunOfNoNamesHasNoChunks) {
  Manifest empty = Sample();
  empty.names = empty.invalid = 0;
  empty.chunks.clear();
  const auto read = Read(ManifestJson(empty));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->chunks.empty());
}

TEST_F(ManifestTest, WhatIsNoManifestIsRefusedByName) {
  EXPECT_THAT(std::string(ReadManifest(folder_.path()).status().message()),
              HasSubstr(folder_.path() + "/manifest.json: caascan plan makes it"));
  for (const char* text : {"", "{", "[]", "{}", R"({"schema":"urn:caascan:schema:metadata:1"})"}) {
    EXPECT_THAT(std::string(Read(text).status().message()), HasSubstr("manifest.json: no manifest"))
        << text;
  }
}

TEST_F(ManifestTest, EachMemberThatCountsMustBeSound) {
  const std::string sound = ManifestJson(Sample());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"names\": 4", "\"names\": 5"},
           {"\"names\": 1,", "\"names\": 0,"},
           {"\"names\": 1,", "\"names\": 4294967297,"},
           {"\"invalid\": 1", "\"invalid\": 5"},
           {"\"invalid\": 1", "\"invalid\": -1"},
           {"\"chunk_names\": 3", "\"chunk_names\": \"3\""},
           {std::string(64, 'a'), std::string(63, 'a')},
           {std::string(64, 'b'), std::string(64, 'B')},
           {std::string(32, '2'), "2"},
           {std::string(62, '0') + "af", "../.."}}) {
    std::string broken = sound;
    const size_t at = broken.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    broken.replace(at, from.size(), to);
    EXPECT_FALSE(Read(broken).ok()) << from << " became " << to;
  }
}

TEST_F(ManifestTest, EveryBeginningOfItIsRefused) {
  const std::string whole = ManifestJson(Sample());
  for (size_t size = 0; size + 2 < whole.size(); ++size) {
    EXPECT_FALSE(Read(whole.substr(0, size)).ok()) << size;
  }
}

TEST(ChunkNameTest, FilesAreNumbered) {
  EXPECT_EQ(ChunkPath("/run", 42), "/run/chunks/chunk-00042.ndjson.zst");
  EXPECT_EQ(ResultPath("/run/out", 123456), "/run/out/chunk-123456.ndjson.zst");
  Manifest manifest = Sample();
  manifest.run = "0123456789abcdef" + std::string(48, '0');
  EXPECT_EQ(ChunkToken(manifest, 1), "0123456789abcdef-00001");
}

}  // namespace
}  // namespace caascan::plan
