// Big pieces of input that end where lines end: for work that takes many lines at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "scanner/io/input_file.h"

namespace caascan::io {

/// Whole lines of one input. Owns its bytes and keeps them for the next use. A resource.
class Block {
 public:
  /// The lines, each with its line feed; the last of an input may lack it. At least
  /// BlockReader::kPadding bytes behind them are readable.
  std::string_view text() const { return {bytes_.get(), size_}; }
  /// Which of the inputs, counted from 0.
  size_t input() const { return input_; }
  /// text() is the beginning of one line that is longer than kMaxLineSize.
  bool overlong() const { return overlong_; }

 private:
  friend class BlockReader;
  void Reserve(size_t capacity);
  void Append(std::string_view bytes);

  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t input_ = 0;
  bool overlong_ = false;
};

/// Reads inputs one after the other. One thread at a time; the memory of a block is bounded by its
/// longest line.
class BlockReader {
 public:
  static constexpr size_t kPadding = 64;
  /// Reads are of this size; so are blocks, unless a line is longer or the writer is slow.
  static constexpr size_t kBlockSize = size_t{1} << 20;
  /// Lines up to this size are taken, and none that is longer by over kBlockSize. A record of the
  /// largest answer that DNS can carry is a small part of it.
  static constexpr size_t kMaxLineSize = size_t{16} << 20;

  /// What a line over kMaxLineSize is to the reader.
  enum class Overlong : uint8_t {
    kEnds,     // Its beginning is the last block of all.
    kSkipped,  // Its beginning is a block of its own; the lines behind it follow.
  };

  /// "-" is standard input, which is not closed in the end. `wake` must outlive the reader.
  BlockReader(std::vector<std::string> paths, const WakeFd* wake,
              Overlong overlong = Overlong::kEnds)
      : paths_(std::move(paths)), wake_(wake), overlong_(overlong) {}
  BlockReader(const BlockReader&) = delete;
  BlockReader& operator=(const BlockReader&) = delete;

  /// kLine where *block holds lines that have not been handed out yet; else kEnd, kInterrupted or
  /// kFailed, and the same comes again. A slow writer's lines come as soon as they are whole.
  ReadResult Next(Block* block);

  /// OK unless Next() said kFailed; then InvalidArgument that names the file.
  const absl::Status& status() const { return status_; }

 private:
  ReadResult OpenNext();
  ReadResult ReadSome(Block* block, size_t* got);
  bool CutAtLineEnd(size_t fresh, Block* block);
  void DropRestOfLine(size_t fresh, Block* block);

  const std::vector<std::string> paths_;
  const WakeFd* const wake_;
  const Overlong overlong_;
  size_t opened_ = 0;  // The input being read is the one before.
  std::unique_ptr<InputFile> file_;
  std::string rest_;       // The beginning of a line that a block before ended with.
  bool dropping_ = false;  // In the rest of an overlong line that is skipped.
  absl::Status status_;
};

}  // namespace caascan::io
