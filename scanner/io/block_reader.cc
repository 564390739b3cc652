// A block is filled by one read and cut behind its last line feed; what is left is copied in front
// of the next. Where there is no line feed the block grows and is read on, doubling, so that a long
// line costs no more than twice its size. Tested by block_reader_test.cc.
#include "scanner/io/block_reader.h"

#include <algorithm>
#include <cstring>

namespace caascan::io {

void Block::Reserve(size_t capacity) {
  if (capacity <= capacity_) return;
  capacity = std::max(capacity, 2 * capacity_);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity + BlockReader::kPadding);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  std::memset(bytes.get() + capacity, 0, BlockReader::kPadding);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void Block::Append(std::string_view bytes) {
  Reserve(size_ + bytes.size());
  bytes.copy(bytes_.get() + size_, bytes.size());
  size_ += bytes.size();
}

ReadResult BlockReader::OpenNext() {
  if (opened_ == paths_.size()) return ReadResult::kEnd;
  absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open(paths_[opened_++], wake_);
  if (!file.ok()) {
    status_ = file.status();
    return ReadResult::kFailed;
  }
  file_ = *std::move(file);
  return ReadResult::kLine;
}

/// Reads once behind what the block holds. *got is 0 at the end of the input.
ReadResult BlockReader::ReadSome(Block* block, size_t* got) {
  block->Reserve(block->size_ + kBlockSize);
  const ReadResult result =
      file_->Read({block->bytes_.get() + block->size_, kBlockSize}, /*wait=*/true, got);
  block->size_ += *got;
  if (result == ReadResult::kFailed) status_ = file_->status();
  return result == ReadResult::kEnd ? ReadResult::kLine : result;
}

/// Ends the block behind its last line feed, if there is one among the `fresh` bytes at its end.
bool BlockReader::CutAtLineEnd(size_t fresh, Block* block) {
  const std::string_view text = block->text();
  const size_t feed = text.substr(text.size() - fresh).rfind('\n');
  if (feed == std::string_view::npos) return false;
  const size_t size = text.size() - fresh + feed + 1;
  rest_.assign(text.substr(size));
  block->size_ = size;
  return true;
}

/// Takes what belongs to the overlong line away from the `fresh` bytes at the block's end.
void BlockReader::DropRestOfLine(size_t fresh, Block* block) {
  const std::string_view text = block->text();
  const size_t feed = text.substr(text.size() - fresh).find('\n');
  dropping_ = feed == std::string_view::npos;
  rest_.assign(dropping_ ? std::string_view() : text.substr(text.size() - fresh + feed + 1));
  block->size_ -= fresh;
}

ReadResult BlockReader::Next(Block* block) {
  block->size_ = 0;
  block->overlong_ = false;
  if (!status_.ok()) return ReadResult::kFailed;
  while (true) {
    if (file_ == nullptr) {
      const ReadResult opened = OpenNext();
      if (opened != ReadResult::kLine) return opened;
    }
    block->input_ = opened_ - 1;
    block->Append(rest_);
    rest_.clear();
    size_t got = 0;
    do {
      const ReadResult result = ReadSome(block, &got);
      if (result != ReadResult::kLine) return result;
      if (dropping_) {
        DropRestOfLine(got, block);
        block->Append(rest_);
        rest_.clear();
        if (!dropping_ && CutAtLineEnd(block->size_, block)) return ReadResult::kLine;
        continue;
      }
      if (CutAtLineEnd(got, block)) return ReadResult::kLine;
      if (block->size_ > kMaxLineSize) {
        block->overlong_ = true;
        dropping_ = overlong_ == Overlong::kSkipped;
        if (dropping_) return ReadResult::kLine;
        file_.reset();
        opened_ = paths_.size();
        return ReadResult::kLine;
      }
    } while (got > 0);
    file_.reset();
    dropping_ = false;
    if (block->size_ > 0) return ReadResult::kLine;
  }
}

}  // namespace caascan::io
