// The file is read in big pieces and cut into lines. A record counts only once the file could be
// cut behind it: at once in a plain file, at the end of its frame in a compressed one; until then
// it is pending. Tested by resume_test.cc, and end to end by resume_test.py.
#include "scanner/scan/resume.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "scanner/io/encoder.h"
#include "scanner/io/whole_file.h"
#include "scanner/record/record_view.h"

namespace caascan::scan {
namespace {

constexpr size_t kPieceSize = size_t{1} << 20;
constexpr size_t kMaxLineSize = size_t{16} << 20;

absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Cannot(const std::string& path, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("cannot resume ", path, ": ", AbslView(why)));
}

std::string ErrorText(int error) { return std::generic_category().message(error); }

bool IsStopped(const record::RecordView& record) {
  return record.reason_code == ReasonCode(Reason::kStopped);
}

/// One pass over the file's lines.
class Reader {
 public:
  using OnLine = std::function<bool(std::string_view line)>;

  Reader(std::string path, const std::function<bool()>& stop)
      : path_(std::move(path)), stop_(stop) {}
  ~Reader() {
    if (fd_ >= 0) close(fd_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  absl::Status Open();
  /// Calls `on_line` for each whole line, with padding behind it, and `on_boundary` where the file
  /// could be cut behind the lines so far. Ends early where `on_line` says false.
  absl::Status Read(const OnLine& on_line, const std::function<void()>& on_boundary);

  bool exists() const { return fd_ >= 0; }
  uint64_t boundary() const { return boundary_; }
  uint64_t lines() const { return lines_; }
  io::Compression compression() const { return compression_; }

 private:
  absl::Status Decode(std::string_view raw);
  absl::Status Split(std::string_view text);

  const std::string path_;
  const std::function<bool()>& stop_;
  const OnLine* on_line_ = nullptr;
  const std::function<void()>* on_boundary_ = nullptr;
  io::Compression compression_ = io::Compression::kNone;
  std::unique_ptr<io::Decoder> decoder_;
  int fd_ = -1;
  std::vector<char> decoded_ = std::vector<char>(kPieceSize + record::RecordReader::kPadding);
  std::string partial_;    // The beginning of a line.
  uint64_t position_ = 0;  // In the file, of what is being looked at.
  uint64_t boundary_ = 0;
  uint64_t lines_ = 0;
  bool ended_ = false;
};

absl::Status Reader::Open() {
  fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) return errno == ENOENT ? absl::OkStatus() : Cannot(path_, ErrorText(errno));
  struct stat info = {};
  if (fstat(fd_, &info) != 0) return Cannot(path_, ErrorText(errno));
  if (!S_ISREG(info.st_mode)) return Cannot(path_, "it is no regular file");
  compression_ = io::CompressionOfPath(path_);
  char magic[io::kCompressionMagicSize];
  const ssize_t got = pread(fd_, magic, sizeof magic, 0);
  if (got < 0) return Cannot(path_, ErrorText(errno));
  const std::string_view start(magic, static_cast<size_t>(got));
  // A torn beginning may be too short to tell.
  const bool torn = info.st_size < static_cast<off_t>(io::kCompressionMagicSize);
  if (!torn && io::CompressionOf(start) != compression_) {
    return Cannot(path_, absl::StrCat("its content is ",
                                      AbslView(io::CompressionName(io::CompressionOf(start))),
                                      ", not ", AbslView(io::CompressionName(compression_))));
  }
  if (compression_ != io::Compression::kNone) decoder_ = io::Decoder::Create(compression_);
  return absl::OkStatus();
}

absl::Status Reader::Read(const OnLine& on_line, const std::function<void()>& on_boundary) {
  on_line_ = &on_line;
  on_boundary_ = &on_boundary;
  std::vector<char> raw(kPieceSize + record::RecordReader::kPadding);
  while (!ended_) {
    if (stop_()) return absl::CancelledError("stopped");
    const ssize_t size = read(fd_, raw.data(), kPieceSize);
    if (size < 0 && errno != EINTR) return Cannot(path_, ErrorText(errno));
    if (size == 0) break;
    if (size < 0) continue;
    const std::string_view piece(raw.data(), static_cast<size_t>(size));
    absl::Status status = decoder_ != nullptr ? Decode(piece) : Split(piece);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::Decode(std::string_view raw) {
  bool more_inside = false;
  while ((!raw.empty() || more_inside) && !ended_) {
    const size_t before = raw.size();
    size_t got = 0;
    absl::Status status = decoder_->Decode(&raw, {decoded_.data(), kPieceSize}, &got);
    if (!status.ok()) return Cannot(path_, {status.message().data(), status.message().size()});
    position_ += before - raw.size();
    more_inside = got == kPieceSize;
    if (absl::Status split = Split({decoded_.data(), got}); !split.ok()) return split;
    if (!decoder_->mid_stream() && partial_.empty()) {
      boundary_ = position_;
      (*on_boundary_)();
    }
  }
  return absl::OkStatus();
}

absl::Status Reader::Split(std::string_view text) {
  while (!ended_) {
    const size_t feed = text.find('\n');
    if (decoder_ == nullptr) position_ += feed == text.npos ? text.size() : feed + 1;
    if (partial_.size() + text.size() > kMaxLineSize && feed == text.npos) {
      return Cannot(path_, absl::StrCat("line ", lines_ + 1, " is no record"));
    }
    if (feed == text.npos) {
      partial_.append(text);
      return absl::OkStatus();
    }
    ++lines_;
    std::string_view line = text.substr(0, feed);
    if (!partial_.empty()) {
      partial_.append(line);
      const size_t size = partial_.size();
      partial_.append(record::RecordReader::kPadding, ' ');
      ended_ = !(*on_line_)(std::string_view(partial_).substr(0, size));
      partial_.clear();
    } else {
      ended_ = !(*on_line_)(line);
    }
    text.remove_prefix(feed + 1);
    if (decoder_ != nullptr) continue;
    boundary_ = position_;
    (*on_boundary_)();
  }
  return absl::OkStatus();
}

/// Writes the file anew without the records of stopped names.
absl::Status DropStopped(const std::string& path, const std::function<bool()>& stop) {
  Reader reader(path, stop);
  if (absl::Status status = reader.Open(); !status.ok()) return status;
  auto anew = io::WholeFile::Create(path, reader.compression());
  if (!anew.ok()) return anew.status();
  record::RecordReader records;
  std::string lines;
  absl::Status status = reader.Read(
      [&](std::string_view line) {
        if (records.ReadOrigin(line) && !IsStopped(records.record())) {
          lines.append(line).push_back('\n');
        }
        if (lines.size() >= kPieceSize) {
          if (!anew->Write(lines)) return false;
          lines.clear();
        }
        return true;
      },
      [] {});
  if (!status.ok()) return status;
  (void)anew->Write(lines);  // Commit() says what became of it.
  return anew->Commit();
}

}  // namespace

absl::StatusOr<EarlierOutput> ReadEarlierOutput(const std::string& path,
                                                Fingerprinter* fingerprinter,
                                                const std::function<bool()>& stop) {
  Reader reader(path, stop);
  if (absl::Status status = reader.Open(); !status.ok()) return status;
  EarlierOutput earlier;
  earlier.exists = reader.exists();
  if (!earlier.exists) return earlier;
  record::RecordReader records;
  std::vector<Fingerprint> pending;
  bool broken = false;
  bool stopped = false;
  absl::Status status = reader.Read(
      [&](std::string_view line) {
        const record::RecordView& record = records.record();
        broken = !records.ReadOrigin(line);
        if (!broken && IsStopped(record)) {
          stopped = true;
        } else if (!broken) {
          pending.push_back(fingerprinter->Of(record.name, record.input, record.purpose, record.id,
                                              record.order, record.rank));
        }
        return !broken;
      },
      [&] {
        for (const Fingerprint& fingerprint : pending) earlier.records.Add(fingerprint);
        pending.clear();
      });
  if (!status.ok()) return status;
  if (broken) return Cannot(path, absl::StrCat("line ", reader.lines(), " is no record"));
  if (stopped) {
    if (const absl::Status dropped = DropStopped(path, stop); !dropped.ok()) {
      return dropped;
    }
    return ReadEarlierOutput(path, fingerprinter, stop);
  }
  earlier.keep_bytes = reader.boundary();
  earlier.records.Seal();
  return earlier;
}

}  // namespace caascan::scan
