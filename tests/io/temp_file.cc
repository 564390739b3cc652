#include "tests/io/temp_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace caascan::io {

TempFile::TempFile(std::string_view content) : path_(testing::TempDir() + "caascan_XXXXXX") {
  const int fd = mkstemp(path_.data());
  EXPECT_GE(fd, 0) << path_;
  close(fd);
  std::ofstream(path_, std::ios::binary) << content;
}

TempFile::~TempFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::string TempFile::Read() const {
  std::ifstream in(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TempFolder::TempFolder() : path_(testing::TempDir() + "caascan_XXXXXX") {
  EXPECT_NE(mkdtemp(path_.data()), nullptr) << path_;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace caascan::io
