// Regular files take every write at once or fail. A pipe, a terminal or a socket may make the
// writer wait for its reader, perhaps for ever, so for those the wait is a poll() that Abandon()
// can end. A pipe that poll() calls writable takes PIPE_BUF bytes without waiting (pipe(7)), hence
// the small writes there; 4 KiB a system call is far from being the bottleneck.
//
// The invariant: tail_size_ is the number of bytes after the last line feed (or the last whole
// frame, where the output is compressed) that reached the output. It is not zero only inside
// Write() and after a failure. Tested by output_test.cc.
#include "scanner/io/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <system_error>

#include "scanner/io/memory.h"
#include "scanner/io/signal_scope.h"

namespace caascan::io {
namespace {

std::string ErrorText(int error) { return std::generic_category().message(error); }

int OpenForWriting(const std::string& path, int flags, mode_t mode) {
  struct stat info = {};
  std::optional<SignalGap> gap;
  if (stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode)) gap.emplace();
  return open(path.c_str(), flags, mode);
}

}  // namespace

absl::Status CheckStandardOutput() {
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot write standard output: it is closed");
}

absl::StatusOr<std::unique_ptr<OutputSink>> OutputSink::Open(const std::string& path,
                                                             const OutputOptions& options) {
  const bool owned = !path.empty() && path != "-";
  if (!owned) {
    if (absl::Status open = CheckStandardOutput(); !open.ok()) return open;
  }
  std::string display_name = owned ? path : "standard output";
  const int empty = options.keep_bytes.has_value() ? 0 : O_TRUNC;
  const int how = options.exclusive ? O_EXCL | O_NOFOLLOW : empty;
  const mode_t mode = options.exclusive ? 0644 : 0666;
  const int fd =
      owned ? OpenForWriting(path, O_WRONLY | O_CREAT | how | O_CLOEXEC, mode) : STDOUT_FILENO;
  struct stat info = {};
  const off_t keep = static_cast<off_t>(options.keep_bytes.value_or(0));
  const bool kept = fd >= 0 && (!options.keep_bytes.has_value() ||
                                (ftruncate(fd, keep) == 0 && lseek(fd, keep, SEEK_SET) == keep));
  if (!kept || fstat(fd, &info) != 0) {
    if (owned && fd >= 0) close(fd);
    return absl::InvalidArgumentError("cannot write " + display_name + ": " + ErrorText(errno));
  }
  absl::StatusOr<std::unique_ptr<WakeFd>> abandon = WakeFd::Create();
  if (!abandon.ok()) {
    if (owned) close(fd);
    return abandon.status();
  }
  const bool may_wait = S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || isatty(fd) == 1;
  std::unique_ptr<OutputSink> sink(
      new OutputSink(std::move(display_name), fd, owned, may_wait, *std::move(abandon)));
  if (options.compression != Compression::kNone) {
    sink->encoder_ = Encoder::Create(options.compression);
  }
  return sink;
}

OutputSink::OutputSink(std::string display_name, int fd, bool owned, bool may_wait,
                       std::unique_ptr<WakeFd> abandon)
    : display_name_(std::move(display_name)),
      owned_(owned),
      may_wait_(may_wait),
      abandon_(std::move(abandon)),
      fd_(fd) {}

OutputSink::~OutputSink() {
  if (owned_ && fd_ >= 0) close(fd_);
}

absl::Status OutputSink::CutTo(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  assert(lines_written() == 0 && tail_size_ == 0 && "nothing is written yet");
  const off_t keep = static_cast<off_t>(bytes);
  if (ftruncate(fd_, keep) == 0 && lseek(fd_, keep, SEEK_SET) == keep) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot write " + display_name_ + ": " + ErrorText(errno));
}

bool OutputSink::Write(std::string_view whole_lines) {
  assert((whole_lines.empty() || whole_lines.ends_with('\n')) && "records are whole lines");
  const std::lock_guard lock(mutex_);
  const WriteUnderWay under_way;
  if (encoder_ == nullptr || whole_lines.empty() || !status_.ok()) {
    WriteAll(whole_lines);
    return status_.ok();
  }
  frame_.clear();
  if (!encoder_->AppendFrame(whole_lines, &frame_)) {
    Fail(ErrorText(ENOMEM));
    return false;
  }
  WriteAll(frame_);
  if (status_.ok()) {
    CountLines(whole_lines);
    tail_size_ = 0;  // What was written since is a whole frame.
  }
  return status_.ok();
}

void OutputSink::WriteAll(std::string_view bytes) {
  while (!bytes.empty() && status_.ok()) {
    if (may_wait_ && !WaitForRoom()) break;
    const ssize_t size = WriteSome(bytes);
    if (size > 0) {
      CountWritten(bytes.substr(0, static_cast<size_t>(size)));
      bytes.remove_prefix(static_cast<size_t>(size));
    } else if (size == 0) {
      Fail(ErrorText(EIO));  // Nobody promises that trying again would end.
    } else if (errno == EAGAIN) {
      WaitForRoom();
    } else if (errno != EINTR) {
      Fail(ErrorText(errno));
    }
  }
}

/// One system call. What write() returns.
ssize_t OutputSink::WriteSome(std::string_view bytes) const {
  const size_t size = may_wait_ ? std::min<size_t>(bytes.size(), PIPE_BUF) : bytes.size();
  return write(fd_, bytes.data(), size);
}

/// False, and failed, where Abandon() came first. An output whose other end is closed counts as
/// writable: the write then says what is wrong.
bool OutputSink::WaitForRoom() {
  std::array<pollfd, 2> fds = {{{.fd = fd_, .events = POLLOUT, .revents = 0},
                                {.fd = abandon_->fd(), .events = POLLIN, .revents = 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
    if (errno == EINTR) continue;
    Fail(ErrorText(errno));
    return false;
  }
  if (fds[1].revents == 0) return true;
  Fail("abandoned");
  return false;
}

void OutputSink::CountLines(std::string_view written) {
  uint64_t lines = 0;
  size_t behind = 0;  // The last line feed.
  for (size_t feed = written.find('\n'); feed != std::string_view::npos;
       feed = written.find('\n', behind)) {
    ++lines;
    behind = feed + 1;
  }
  lines_written_.fetch_add(lines, std::memory_order_relaxed);
  tail_size_ = (lines == 0 ? tail_size_ : 0) + written.size() - behind;
}

void OutputSink::CountWritten(std::string_view written) {
  bytes_taken_.fetch_add(written.size(), std::memory_order_relaxed);
  if (encoder_ != nullptr) {  // Its lines count once they can be read.
    tail_size_ += written.size();
  } else {
    CountLines(written);
  }
}

/// Cuts first: the text may find no memory.
void OutputSink::Fail(std::string_view why) {
  CutToWholeLine();
  status_ = absl::DataLossError("cannot write " + display_name_ + ": " + std::string(why));
  failed_.store(true, std::memory_order_relaxed);
}

/// Standard output may be a file to which others append: it is cut only where nothing came behind
/// what we wrote.
void OutputSink::CutToWholeLine() {
  struct stat info = {};
  if (tail_size_ == 0 || fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) return;
  const off_t position = lseek(fd_, 0, SEEK_CUR);
  if (position != info.st_size) return;
  const off_t whole = position - static_cast<off_t>(tail_size_);
  if (ftruncate(fd_, whole) == 0 && lseek(fd_, whole, SEEK_SET) == whole) tail_size_ = 0;
}

void OutputSink::Abandon() { abandon_->Notify(); }

absl::Status OutputSink::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

absl::Status OutputSink::Finish() {
  const std::lock_guard lock(mutex_);
  // Standard output stays open for others, but closing a copy of it makes the system report as
  // much.
  const int closing = owned_ ? std::exchange(fd_, -1) : dup(fd_);
  if (closing >= 0 && close(closing) != 0 && errno != EINTR && status_.ok()) {
    status_ = absl::DataLossError("cannot write " + display_name_ + ": " + ErrorText(errno));
    failed_.store(true, std::memory_order_relaxed);
  }
  return status_;
}

}  // namespace caascan::io
