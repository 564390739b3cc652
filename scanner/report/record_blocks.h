// Blocks of lines from several inputs, with the number of each block's first line; what cannot be
// read is taken a note of, never fatal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/io/block_reader.h"
#include "scanner/io/line_reader.h"

namespace caascan::report {

/// A line that is no record, or the place where an input breaks off.
struct BrokenLine {
  size_t input = 0;   // Counted from 0.
  uint64_t line = 0;  // Counted from 1.
  std::string problem;
};

/// Broken lines: how many there are, and where the first ones stand. A value; one thread at a time.
class BrokenLines {
 public:
  /// So many are located: the first of all, in the order of the inputs.
  static constexpr size_t kMaxLocated = 20;

  void Add(size_t input, uint64_t line, std::string_view problem);
  void Merge(const BrokenLines& other);
  /// Lines that were found elsewhere, nobody knows where.
  void AddUnlocated(uint64_t lines) { count_ += lines; }

  uint64_t count() const { return count_; }
  const std::vector<BrokenLine>& located() const { return located_; }

 private:
  uint64_t count_ = 0;
  std::vector<BrokenLine> located_;  // In order.
};

/// Reads inputs one after the other. One thread at a time.
class RecordBlocks {
 public:
  /// `paths` as BlockReader takes them. `wake`, which ends the reading, must outlive the reader.
  RecordBlocks(std::vector<std::string> paths, const io::WakeFd* wake);

  /// The next block, its lines' numbers beginning with *first_line, its input counted from 0 in
  /// *input. False at the end of the last input, and once the WakeFd is notified. An input that
  /// cannot be read to its end is taken a note of in *broken, and the next one begun.
  bool Next(io::Block* block, size_t* input, uint64_t* first_line, BrokenLines* broken);

  /// Bytes of all blocks so far, decoded.
  uint64_t bytes() const { return bytes_; }

 private:
  const std::vector<std::string> paths_;
  const io::WakeFd* const wake_;
  size_t opened_ = 0;
  std::unique_ptr<io::BlockReader> reader_;
  uint64_t lines_ = 0;  // Of the input at hand.
  uint64_t bytes_ = 0;
};

/// Calls `visit(line, number)` for each line of a block's text that is not blank, without its line
/// feed. At least BlockReader::kPadding bytes behind a line are readable. An overlong block is one
/// line, told by its size.
template <typename Visit>
void ForEachLine(std::string_view text, uint64_t first_line, const Visit& visit) {
  for (uint64_t number = first_line; !text.empty(); ++number) {
    const std::string_view line = io::TakeLine(&text);
    if (!io::TrimBlanks(line).empty()) visit(line, number);
  }
}

}  // namespace caascan::report
