// The first octets are gathered until they tell the compression, and the first decoded ones until
// they tell the encoding. A plain input is read straight into the caller's buffer after that; a
// compressed one by way of raw_. Tested by input_file_test.cc and line_reader_test.cc.
#include "scanner/io/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

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
  if (!head_known_) {
    const ReadResult head = ReadHead(wait);
    if (head != ReadResult::kLine) return head;
  }
  if (utf16_ != nullptr) return ReadUtf16(out, wait, got);
  if (head_.empty()) return ReadBytes(out, wait, got);
  *got = head_.copy(out.data(), out.size());
  head_.erase(0, *got);
  return ReadResult::kLine;
}

/// kLine once it is known what the input is.
ReadResult InputFile::Probe(bool wait) {
  while (!at_end_ && (unread_.empty() || MayBecomeKnown(unread_))) {
    const ReadResult result = FillRaw(wait);
    if (result != ReadResult::kLine && result != ReadResult::kEnd) return result;
  }
  probed_ = true;
  const Compression compression = CompressionOf(unread_);
  if (compression == Compression::kZip) return BeginZip();
  if (compression != Compression::kNone) decoder_ = Decoder::Create(compression);
  return ReadResult::kLine;
}

ReadResult InputFile::BeginZip() {
  struct stat info = {};
  if (fstat(fd_, &info) == 0 && S_ISREG(info.st_mode)) {
    // With an offset of its own.
    const size_t members = ZipReader::CountMembers("/proc/self/fd/" + std::to_string(fd_));
    if (members > 1) {
      return Fail("it is a zip archive of " + std::to_string(members) +
                  " files; one alone is read");
    }
  }
  zip_ = std::make_unique<ZipReader>([this](std::string_view* piece) { return GiveToZip(piece); });
  return ReadResult::kLine;
}

/// The archive's next octets; none at its end.
bool InputFile::GiveToZip(std::string_view* piece) {
  of_zip_ = ReadResult::kLine;
  if (unread_.empty()) of_zip_ = FillRaw(/*wait=*/true);
  *piece = unread_;
  unread_ = {raw_.get(), 0};
  return of_zip_ == ReadResult::kLine || of_zip_ == ReadResult::kEnd;
}

ReadResult InputFile::ReadZip(std::span<char> out, size_t* got) {
  switch (zip_->Read(out, got)) {
    case ZipReader::Result::kSome:
      return ReadResult::kLine;
    case ZipReader::Result::kEnd:
      return ReadResult::kEnd;
    case ZipReader::Result::kNoSource:
      return of_zip_;
    case ZipReader::Result::kBrokenOff:
      broken_off_ = true;
      return Fail("its compressed stream breaks off");
    case ZipReader::Result::kUnreadable:
      break;
  }
  return Fail("its zip archive cannot be read: " + zip_->why());
}

/// Decoded octets, or those of the file itself.
ReadResult InputFile::ReadBytes(std::span<char> out, bool wait, size_t* got) {
  if (zip_ != nullptr) return ReadZip(out, got);
  if (decoder_ != nullptr) return ReadDecoded(out, wait, got);
  if (unread_.empty()) return ReadRaw(out, wait, got);
  *got = unread_.copy(out.data(), out.size());
  unread_.remove_prefix(*got);
  return ReadResult::kLine;
}

/// kLine once the first decoded octets tell that they are text, and in which encoding; they may be
/// none.
ReadResult InputFile::ReadHead(bool wait) {
  constexpr size_t kHeadSize = 4096;
  while (head_.empty() || MayBecomeKnown(head_)) {
    std::array<char, kHeadSize> piece;
    size_t got = 0;
    const ReadResult result = ReadBytes(piece, wait, &got);
    if (result == ReadResult::kEnd) break;
    if (result != ReadResult::kLine) return result;  // What there is of a head holds no whole line.
    head_.append(piece.data(), got);
  }
  head_known_ = true;
  if (const std::string_view kind = UnreadableKind(head_); !kind.empty()) {
    return Fail("it is " + std::string(kind) + ", which is not read");
  }
  const bool packed = decoder_ != nullptr || zip_ != nullptr;
  if (const Compression inside = CompressionOf(head_); packed && inside != Compression::kNone) {
    return Fail("it is compressed twice: inside it is " + std::string(CompressionName(inside)));
  }
  if (IsUtf16Mark(head_)) {
    utf16_ = std::make_unique<Utf16Reader>();
    unread_utf16_ = std::exchange(head_, std::string());
  }
  return ReadResult::kLine;
}

/// Through a buffer of its own.
ReadResult InputFile::ReadUtf16(std::span<char> out, bool wait, size_t* got) {
  assert(out.size() >= Utf16Reader::kMinRoom && "there is room for a character");
  while (true) {
    std::string_view in = unread_utf16_;
    *got = utf16_->Decode(&in, out);
    unread_utf16_.erase(0, unread_utf16_.size() - in.size());
    if (*got > 0) return ReadResult::kLine;
    constexpr size_t kPieceSize = size_t{64} << 10;
    unread_utf16_.resize(kPieceSize);
    size_t size = 0;
    const ReadResult result = ReadBytes(unread_utf16_, wait, &size);
    unread_utf16_.resize(size);
    if (result == ReadResult::kLine) continue;
    if (result == ReadResult::kEnd) *got = utf16_->End().copy(out.data(), out.size());
    return *got > 0 ? ReadResult::kLine : result;
  }
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
