#include "scanner/record/record_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/io/temp_file.h"

namespace caascan::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RecordFolderTest : public testing::Test {
 protected:
  std::string Make(const std::string& name) const {
    std::ofstream(folder_.path() + "/" + name) << "x";
    return folder_.path() + "/" + name;
  }
  const io::TempFolder folder_;
};

TEST_F(RecordFolderTest, FilesStayAsTheyAre) {
  EXPECT_THAT(*ExpandFolders({"-", "/no/such.ndjson", Make("x.txt")}),
              ElementsAre("-", "/no/such.ndjson", folder_.path() + "/x.txt"));
  EXPECT_TRUE(ExpandFolders({})->empty());
}

TEST_F(RecordFolderTest, AFolderStandsForItsRecords) {
  for (const char* name : {"b.ndjson.zst", "a.ndjson", "c.jsonl.gz", "b.ndjson.zst.part",
                           "a.ndjson.meta.json", "scan-1.meta.json", "notes.txt", "d.csv"}) {
    Make(name);
  }
  const std::string at = folder_.path() + "/";
  EXPECT_THAT(*ExpandFolders({folder_.path()}),
              ElementsAre(at + "a.ndjson", at + "b.ndjson.zst", at + "c.jsonl.gz"));
  EXPECT_THAT(MetadataInFolders({folder_.path(), "-"}), ElementsAre(at + "scan-1.meta.json"));
}

TEST_F(RecordFolderTest, RefusesAFileThatIsThereTwice) {
  const std::string plain = Make("a.ndjson");
  const std::string packed = Make("a.ndjson.zst");
  for (const std::vector<std::string>& inputs :
       {std::vector<std::string>{folder_.path()}, {plain, packed}, {packed, folder_.path()}}) {
    const auto expanded = ExpandFolders(inputs);
    EXPECT_EQ(expanded.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(expanded.status().message(), HasSubstr("would count twice"));
  }
  EXPECT_TRUE(ExpandFolders({plain, Make("b.ndjson.zst"), Make("a.jsonl")}).ok());
}

TEST_F(RecordFolderTest, CountsStandInForRecordsThatAreGone) {
  for (const char* name : {"chunk-1.ndjson.zst", "chunk-1.partial.gz", "chunk-2.partial.gz"}) {
    Make(name);
  }
  const std::string at = folder_.path() + "/";
  EXPECT_THAT(*ExpandFolders({folder_.path()}),
              ElementsAre(at + "chunk-1.ndjson.zst", at + "chunk-2.partial.gz"));
}

TEST_F(RecordFolderTest, OfARunItIsTheFolderOfResults) {
  Make("manifest.json");
  EXPECT_THAT(std::string(ExpandFolders({folder_.path()}).status().message()),
              HasSubstr("cannot read " + folder_.path() + "/out"));
  std::filesystem::create_directory(folder_.path() + "/out");
  EXPECT_THAT(std::string(ExpandFolders({folder_.path()}).status().message()),
              HasSubstr("/out holds no records"));
  const std::string file = Make("out/chunk-00000.ndjson.zst");
  EXPECT_THAT(*ExpandFolders({folder_.path()}), ElementsAre(file));
}

}  // namespace
}  // namespace caascan::record
