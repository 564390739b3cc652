// Tested by long_lines_test.cc.
#include "scanner/io/long_lines.h"

#include <absl/strings/str_cat.h>

#include "scanner/io/input_file.h"

namespace caascan::io {
namespace {

constexpr size_t kPieceSize = size_t{256} << 10;
constexpr size_t kMaxLineSize = size_t{16} << 20;

}  // namespace

absl::Status ForEachLine(const std::string& path,
                         absl::FunctionRef<bool(std::string_view line)> take) {
  auto file = InputFile::Open(path, nullptr);
  if (!file.ok()) return absl::DataLossError(file.status().message());
  std::string text;  // With the padding behind it.
  size_t size = 0;
  while (true) {
    text.resize(size + kPieceSize + kLinePadding);
    size_t got = 0;
    const ReadResult result = (*file)->Read({text.data() + size, kPieceSize}, /*wait=*/true, &got);
    if (result == ReadResult::kFailed) return absl::DataLossError((*file)->status().message());
    if (result != ReadResult::kLine) break;
    const size_t searched = size;
    size += got;
    const std::string_view all(text.data(), size);
    size_t behind = 0;  // The last line feed.
    size_t feed = all.find('\n', searched);
    for (; feed != std::string_view::npos; feed = all.find('\n', behind)) {
      if (!take(all.substr(behind, feed - behind))) return absl::OkStatus();
      behind = feed + 1;
    }
    text.erase(0, behind);
    size -= behind;
    if (size > kMaxLineSize) break;
  }
  if (size == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, " is not whole: its last line is torn"));
}

}  // namespace caascan::io
