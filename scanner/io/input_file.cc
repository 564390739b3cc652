// The first octets are gathered until they tell the compression. A plain input is read straight
// into the caller's buffer after that; a compressed one by way of raw_. Tested by
// input_file_test.cc and line_reader_test.cc.
#include "scanner/io/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace caascan::io {
namespace {

constexpr size_t kRawSize = size_t{64} << 10;

absl::Status ReadError(const std::string& display_name, int error) {
  return absl::InvalidArgumentError("cannot read " + display_name + ": " +
                                    std::generic_category().message(error));
}

absl::Status CheckFd(int fd, const std::string& display_name) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return ReadError(display_name, errno);
  if (S_ISDIR(info.st_mode)) return ReadError(display_name, EISDIR);
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) != O_WRONLY) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot read " + display_name + ": it is closed");
}

}  // namespace

absl::Status CheckReadable(const std::string& path) {
  const std::string display_name = InputFile::DisplayName(path);
  if (path == "-") return CheckFd(STDIN_FILENO, display_name);
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return ReadError(display_name, errno);
  if (S_ISDIR(info.st_mode)) return ReadError(display_name, EISDIR);
  if (faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) {
    return ReadError(display_name, errno);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(const std::string& path,
                                                           const WakeFd* wake) {
  std::string display_name = DisplayName(path);
  const bool owned = path != "-";
  // O_NONBLOCK: the opening of a FIFO would else wait for its writer.
  const int fd = owned ? open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK) : STDIN_FILENO;
  if (fd < 0) return ReadError(display_name, errno);
  std::unique_ptr<InputFile> file(new InputFile(std::move(display_name), fd, owned, wake));
  absl::Status status = CheckFd(fd, file->display_name_);
  if (!status.ok()) return status;
  return file;
}

InputFile::InputFile(std::string display_name, int fd, bool owned, const WakeFd* wake)
    : display_name_(std::move(display_name)),
      fd_(fd),
      owned_(owned),
      wake_(wake),
      raw_(std::make_unique_for_overwrite<char[]>(kRawSize)),
      unread_(raw_.get(), 0) {}

InputFile::~InputFile() {
  if (owned_) close(fd_);
}

ReadResult InputFile::Read(std::span<char> out, bool wait, size_t* got) {
  *got = 0;
  if (!status_.ok()) return ReadResult::kFailed;
  if (!probed_) {
    const ReadResult probed = Probe(wait);
    if (probed != ReadResult::kLine) return probed;
  }
  if (decoder_ != nullptr) return ReadDecoded(out, wait, got);
  if (unread_.empty()) return ReadRaw(out, wait, got);
  *got = unread_.copy(out.data(), out.size());
  unread_.remove_prefix(*got);
  return ReadResult::kLine;
}

/// kLine once it is known what the input is.
ReadResult InputFile::Probe(bool wait) {
  while (!at_end_ && unread_.size() < kCompressionMagicSize) {
    // Text does not wait for octets that cannot make it anything else.
    if (!unread_.empty() && static_cast<uint8_t>(unread_[0]) != 0x1F && unread_[0] != '\x28' &&
        (static_cast<uint8_t>(unread_[0]) & 0xF0) != 0x50) {
      break;
    }
    const ReadResult result = FillRaw(wait);
    if (result != ReadResult::kLine && result != ReadResult::kEnd) return result;
  }
  probed_ = true;
  const Compression compression = CompressionOf(unread_);
  if (compression != Compression::kNone) decoder_ = Decoder::Create(compression);
  return ReadResult::kLine;
}

/// Reads once behind what is unread.
ReadResult InputFile::FillRaw(bool wait) {
  unread_ = {raw_.get(), unread_.copy(raw_.get(), unread_.size())};
  size_t got = 0;
  const ReadResult result =
      ReadRaw({raw_.get() + unread_.size(), kRawSize - unread_.size()}, wait, &got);
  unread_ = {raw_.get(), unread_.size() + got};
  return result;
}

ReadResult InputFile::ReadDecoded(std::span<char> out, bool wait, size_t* got) {
  while (decoded_.ok()) {
    if (!unread_.empty() || more_inside_) {
      decoded_ = decoder_->Decode(&unread_, out, got);
      more_inside_ = *got == out.size();
      if (*got > 0) return ReadResult::kLine;
      continue;
    }
    const ReadResult result = FillRaw(wait);
    if (result == ReadResult::kEnd && decoder_->mid_stream()) {
      broken_off_ = true;
      return Fail("its compressed stream breaks off");
    }
    if (result != ReadResult::kLine) return result;
  }
  const absl::string_view why = decoded_.message();
  return Fail({why.data(), why.size()});
}

ReadResult InputFile::ReadRaw(std::span<char> out, bool wait, size_t* got) {
  while (!at_end_) {
    const ReadResult ready = WaitForInput(wait);
    if (ready != ReadResult::kLine) return ready;
    const ssize_t size = read(fd_, out.data(), out.size());
    if (size > 0) {
      *got = static_cast<size_t>(size);
      bytes_read_.fetch_add(*got, std::memory_order_relaxed);
      return ReadResult::kLine;
    }
    if (size == 0) {
      at_end_ = true;
    } else if (errno != EINTR && errno != EAGAIN) {
      return Fail(std::generic_category().message(errno));
    }
  }
  return ReadResult::kEnd;
}

ReadResult InputFile::WaitForInput(bool wait) {
  std::array<pollfd, 2> fds = {
      {{.fd = fd_, .events = POLLIN, .revents = 0}, {.fd = -1, .events = POLLIN, .revents = 0}}};
  if (wake_ != nullptr) fds[1].fd = wake_->fd();
  while (true) {
    const int ready = poll(fds.data(), fds.size(), wait ? -1 : 0);
    if (ready < 0 && errno != EINTR) return Fail(std::generic_category().message(errno));
    if (ready < 0) continue;
    if (fds[1].revents != 0) return ReadResult::kInterrupted;
    return ready == 0 ? ReadResult::kWouldWait : ReadResult::kLine;
  }
}

ReadResult InputFile::Fail(std::string_view why) {
  status_ = absl::InvalidArgumentError("cannot read " + display_name_ + ": " + std::string(why));
  return ReadResult::kFailed;
}

}  // namespace caascan::io
