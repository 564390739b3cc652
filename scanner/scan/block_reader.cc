// A block is filled by one read and cut behind its last line feed; what is left is copied in front
// of the next. Where there is no line feed the block grows and is read on, doubling, so that a long
// line costs no more than twice its size. Tested by block_reader_test.cc.
#include "scanner/scan/block_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace caascan::scan {

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

std::string BlockReader::DisplayName(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

ReadResult BlockReader::Fail(int error) {
  status_ = absl::InvalidArgumentError("cannot read " + DisplayName(paths_[opened_ - 1]) + ": " +
                                       std::generic_category().message(error));
  return ReadResult::kFailed;
}

void BlockReader::Close() {
  if (fd_ > STDIN_FILENO) close(fd_);
  fd_ = -1;
}

ReadResult BlockReader::OpenNext() {
  if (opened_ == paths_.size()) return ReadResult::kEnd;
  const std::string& path = paths_[opened_++];
  // O_NONBLOCK: the opening of a FIFO would else wait for its writer.
  fd_ = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  return fd_ < 0 ? Fail(errno) : ReadResult::kLine;
}

ReadResult BlockReader::WaitForInput() {
  std::array<pollfd, 2> fds = {{{.fd = fd_, .events = POLLIN, .revents = 0},
                                {.fd = wake_->fd(), .events = POLLIN, .revents = 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
    if (errno != EINTR) return Fail(errno);
  }
  return fds[1].revents != 0 ? ReadResult::kInterrupted : ReadResult::kLine;
}

/// Reads once behind what the block holds. *got is 0 at the end of the input.
ReadResult BlockReader::ReadSome(Block* block, size_t* got) {
  block->Reserve(block->size_ + kBlockSize);
  while (true) {
    const ReadResult ready = WaitForInput();
    if (ready != ReadResult::kLine) return ready;
    const ssize_t size = read(fd_, block->bytes_.get() + block->size_, kBlockSize);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return Fail(errno);
    *got = static_cast<size_t>(size);
    block->size_ += *got;
    return ReadResult::kLine;
  }
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

ReadResult BlockReader::Next(Block* block) {
  block->size_ = 0;
  block->overlong_ = false;
  if (!status_.ok()) return ReadResult::kFailed;
  while (true) {
    if (fd_ < 0) {
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
      if (CutAtLineEnd(got, block)) return ReadResult::kLine;
      if (block->size_ > kMaxLineSize) {
        block->overlong_ = true;
        Close();
        opened_ = paths_.size();
        return ReadResult::kLine;
      }
    } while (got > 0);
    Close();
    if (block->size_ > 0) return ReadResult::kLine;
  }
}

}  // namespace caascan::scan
