#include "scanner/io/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/io/temp_file.h"

namespace caascan::io {
namespace {

namespace fs = std::filesystem;

class WholeFileTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  static std::string ReadBack(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  size_t FileCount() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

 private:
  const TempFolder folder_;
};

TEST_F(WholeFileTest, TakesThePlaceOfAnOlderOneWhenItIsCommitted) {
  ASSERT_TRUE(WriteWhole(Path("out"), "old\n").ok());
  auto file = WholeFile::Create(Path("out"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->Write("new\n"));
  EXPECT_EQ(ReadBack(Path("out")), "old\n");
  EXPECT_TRUE(file->Commit().ok());
  EXPECT_EQ(ReadBack(Path("out")), "new\n");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(WholeFileTest, IsRemovedWhereItIsNeverCommitted) {
  {
    auto file = WholeFile::Create(Path("out"));
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE(file->Write("half\n"));
  }
  EXPECT_EQ(FileCount(), 0u);
}

// The older one may be a link: it is replaced, and what it names is not touched.
TEST_F(WholeFileTest, NeverWritesThroughALink) {
  ASSERT_TRUE(WriteWhole(Path("victim"), "precious\n").ok());
  ASSERT_EQ(symlink(Path("victim").c_str(), Path("out").c_str()), 0);
  ASSERT_TRUE(WriteWhole(Path("out"), "new\n").ok());
  EXPECT_EQ(ReadBack(Path("victim")), "precious\n");
  EXPECT_EQ(ReadBack(Path("out")), "new\n");
  EXPECT_FALSE(fs::is_symlink(Path("out")));
}

TEST_F(WholeFileTest, AnExclusiveFileMustNotBeThere) {
  ASSERT_TRUE(WriteWhole(Path("victim"), "precious\n").ok());
  ASSERT_EQ(symlink(Path("victim").c_str(), Path("link").c_str()), 0);
  ASSERT_EQ(symlink(Path("nowhere").c_str(), Path("dangling").c_str()), 0);
  for (const char* name : {"victim", "link", "dangling"}) {
    EXPECT_FALSE(OutputSink::Open(Path(name), {.exclusive = true}).ok()) << name;
  }
  EXPECT_EQ(ReadBack(Path("victim")), "precious\n");
  EXPECT_FALSE(fs::exists(Path("nowhere")));
}

TEST_F(WholeFileTest, IsNotForOthersToWrite) {
  const mode_t before = umask(0);
  ASSERT_TRUE(WriteWhole(Path("out"), "text\n").ok());
  umask(0077);
  ASSERT_TRUE(WriteWhole(Path("private"), "text\n").ok());
  umask(before);
  struct stat info = {};
  ASSERT_EQ(stat(Path("out").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
  ASSERT_EQ(stat(Path("private").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(WholeFileTest, ADeviceStaysOne) {
  ASSERT_TRUE(WriteWhole("/dev/null", "text\n").ok());
  struct stat info = {};
  ASSERT_EQ(stat("/dev/null", &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode));
}

}  // namespace
}  // namespace caascan::io
