// One buffer, filled by big reads; lines are views into it. What is not yet a whole line moves to
// the front before the next read, so the buffer never grows: a line that does not fit kMaxLineSize
// is handed out cut, and the reader then drops bytes up to its line feed. Waiting is done by poll()
// on the input and the WakeFd together, never by read(), because standard input may stay silent for
// ever. Tested by line_reader_test.cc.
#include "scanner/scan/line_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace caascan::scan {
namespace {

/// Over twice kMaxLineSize, so that a read always finds much room behind an unfinished line.
constexpr size_t kBufferSize = size_t{256} << 10;

std::string DisplayName(const std::string& path) { return path == "-" ? "standard input" : path; }

absl::Status ReadError(const std::string& display_name, int error) {
  return absl::InvalidArgumentError("cannot read " + display_name + ": " +
                                    std::generic_category().message(error));
}

absl::Status CheckFd(int fd, const std::string& display_name) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return ReadError(display_name, errno);
  if (S_ISDIR(info.st_mode)) return ReadError(display_name, EISDIR);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<WakeFd>> WakeFd::Create() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) {
    return absl::ResourceExhaustedError("cannot create an eventfd: " +
                                        std::generic_category().message(errno));
  }
  return std::unique_ptr<WakeFd>(new WakeFd(fd));
}

WakeFd::~WakeFd() { close(fd_); }

void WakeFd::Notify() const {
  const int saved_errno = errno;  // A signal handler must leave it alone.
  const uint64_t one = 1;
  // Fails only where the counter is full, and then it is readable already.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
  errno = saved_errno;
}

bool WakeFd::notified() const {
  pollfd poll_fd{.fd = fd_, .events = POLLIN, .revents = 0};
  return poll(&poll_fd, 1, 0) == 1;
}

absl::Status CheckReadable(const std::string& path) {
  const std::string display_name = DisplayName(path);
  if (path == "-") return CheckFd(STDIN_FILENO, display_name);
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return ReadError(display_name, errno);
  if (S_ISDIR(info.st_mode)) return ReadError(display_name, EISDIR);
  if (faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) {
    return ReadError(display_name, errno);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path,
                                                             const WakeFd* wake) {
  std::string display_name = DisplayName(path);
  const bool owned = path != "-";
  // O_NONBLOCK: the opening of a FIFO would else wait for its writer.
  const int fd = owned ? open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK) : STDIN_FILENO;
  if (fd < 0) return ReadError(display_name, errno);
  std::unique_ptr<LineReader> reader(new LineReader(std::move(display_name), fd, owned, wake));
  const absl::Status status = CheckFd(fd, reader->display_name_);
  if (!status.ok()) return status;
  return reader;
}

LineReader::LineReader(std::string display_name, int fd, bool owned, const WakeFd* wake)
    : display_name_(std::move(display_name)),
      fd_(fd),
      owned_(owned),
      wake_(wake),
      buffer_(std::make_unique<char[]>(kBufferSize)) {}

LineReader::~LineReader() {
  if (owned_) close(fd_);
}

ReadResult LineReader::Next(Line* line, bool wait) {
  while (!TakeLine(line)) {
    if (!status_.ok()) return ReadResult::kFailed;
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
  const ReadResult ready = WaitForInput(wait);
  if (ready != ReadResult::kLine) return ready;
  DropConsumed();
  const ssize_t size = read(fd_, buffer_.get() + end_, kBufferSize - end_);
  if (size > 0) {
    end_ += static_cast<size_t>(size);
  } else if (size == 0) {
    at_end_ = true;
  } else if (errno != EINTR && errno != EAGAIN) {
    status_ = ReadError(display_name_, errno);
    begin_ = scanned_ = end_ = 0;  // A line cut off by the error is no line.
    return ReadResult::kFailed;
  }
  return ReadResult::kLine;
}

ReadResult LineReader::WaitForInput(bool wait) {
  std::array<pollfd, 2> fds = {
      {{.fd = fd_, .events = POLLIN, .revents = 0}, {.fd = -1, .events = POLLIN, .revents = 0}}};
  if (wake_ != nullptr) fds[1].fd = wake_->fd();
  while (true) {
    const int ready = poll(fds.data(), fds.size(), wait ? -1 : 0);
    if (ready < 0 && errno != EINTR) {
      status_ = ReadError(display_name_, errno);
      return ReadResult::kFailed;
    }
    if (ready < 0) continue;
    if (fds[1].revents != 0) return ReadResult::kInterrupted;
    return ready == 0 ? ReadResult::kWouldWait : ReadResult::kLine;
  }
}

}  // namespace caascan::scan
