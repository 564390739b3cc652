// A file that lives as long as the test that made it.
#pragma once

#include <string>
#include <string_view>

namespace caascan::io {

class TempFile {
 public:
  explicit TempFile(std::string_view content = {});
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  const std::string& path() const { return path_; }
  std::string Read() const;

 private:
  std::string path_;
};

/// An empty folder, likewise.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace caascan::io
