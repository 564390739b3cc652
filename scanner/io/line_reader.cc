// One buffer, filled by big reads; lines are views into it. What is not yet a whole line moves to
// the front before the next read, so the buffer never grows: a line that does not fit kMaxLineSize
// is handed out cut, and the reader then drops bytes up to its line feed. Tested by
// line_reader_test.cc.
#include "scanner/io/line_reader.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace caascan::io {
namespace {

/// Over twice kMaxLineSize, so that a read always finds much room behind an unfinished line.
constexpr size_t kBufferSize = size_t{256} << 10;

}  // namespace

std::string_view TrimBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view TakeLine(std::string_view* text) {
  assert(!text->empty() && "there is a line");
  const std::string_view line = text->substr(0, text->find('\n'));
  text->remove_prefix(std::min(line.size() + 1, text->size()));
  return line;
}

absl::StatusOr<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path,
                                                             const WakeFd* wake) {
  absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open(path, wake);
  if (!file.ok()) return file.status();
  return std::unique_ptr<LineReader>(new LineReader(*std::move(file)));
}

LineReader::LineReader(std::unique_ptr<InputFile> file)
    : file_(std::move(file)), buffer_(std::make_unique<char[]>(kBufferSize)) {}

ReadResult LineReader::Next(Line* line, bool wait) {
  while (!TakeLine(line)) {
    if (!status().ok()) return ReadResult::kFailed;
    if (at_end_) return ReadResult::kEnd;
    const ReadResult result = Refill(wait);
    if (result != ReadResult::kLine) return result;
  }
  return ReadResult::kLine;
}

/// Takes the next line out of the buffer, whole or cut. False where more must be read first.
bool LineReader::TakeLine(Line* line) {
  while (true) {
    char* const data = buffer_.get();
    const void* const feed = std::memchr(data + scanned_, '\n', end_ - scanned_);
    if (feed == nullptr && discarding_) {
      begin_ = scanned_ = end_;
      return false;
    }
    const size_t stop =
        feed != nullptr ? static_cast<size_t>(static_cast<const char*>(feed) - data) : end_;
    std::string_view text(data + begin_, stop - begin_);
    if (feed == nullptr) {
      scanned_ = end_;
      // One byte over may still be the carriage return of a line that just fits.
      const bool surely_overlong = text.size() > kMaxLineSize + 1;
      if (!surely_overlong && (!at_end_ || text.empty())) return false;
      discarding_ = !at_end_;
      begin_ = end_;
    } else {
      begin_ = scanned_ = stop + 1;
      if (discarding_) {
        discarding_ = false;
        continue;
      }
    }
    if (text.ends_with('\r')) text.remove_suffix(1);
    line->overlong = text.size() > kMaxLineSize;
    line->unended = feed == nullptr && at_end_;
    line->text = text.substr(0, kMaxLineSize);
    line->number = ++lines_;
    return true;
  }
}

void LineReader::DropConsumed() {
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  scanned_ -= begin_;
  begin_ = 0;
}

/// Reads once. kLine where something changed and TakeLine() should look again.
ReadResult LineReader::Refill(bool wait) {
  DropConsumed();
  size_t got = 0;
  ReadResult result = file_->Read({buffer_.get() + end_, kBufferSize - end_}, wait, &got);
  end_ += got;
  if (result == ReadResult::kEnd) {
    at_end_ = true;
    result = ReadResult::kLine;
  } else if (result == ReadResult::kFailed) {
    begin_ = scanned_ = end_ = 0;  // A line cut off by the error is no line.
  }
  return result;
}

}  // namespace caascan::io
