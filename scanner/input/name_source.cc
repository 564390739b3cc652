// Tested by name_source_test.cc.
#include "scanner/input/name_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "scanner/input/input_format.h"

namespace caascan::input {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Makes *job a new one; its name is set with its validity.
void ClearJob(NameJob* job) {
  job->valid = false;
  job->wildcard = false;
  job->ClearDetails();
}

}  // namespace

absl::StatusOr<std::unique_ptr<NameSource>> NameSource::Open(NameSourceOptions options,
                                                             const io::WakeFd* wake) {
  if (options.paths.empty()) options.paths.emplace_back("-");
  for (const std::string& path : options.paths) {
    absl::Status status = io::CheckReadable(path);
    if (!status.ok()) return status;
  }
  return std::unique_ptr<NameSource>(new NameSource(std::move(options), wake));
}

NameSource::NameSource(NameSourceOptions options, const io::WakeFd* wake)
    : options_(std::move(options)), wake_(wake) {}

NextJob NameSource::Next(NameJob* job, bool wait) {
  while (status_.ok()) {
    if (reader_ == nullptr && !OpenNext()) break;
    io::Line line;
    switch (reader_->Next(&line, wait)) {
      case io::ReadResult::kLine:
        if (!ParseLine(line, job)) continue;
        ++jobs_;
        return NextJob::kJob;
      case io::ReadResult::kWouldWait:
        return NextJob::kWouldWait;
      case io::ReadResult::kInterrupted:
        return NextJob::kInterrupted;
      case io::ReadResult::kEnd:
        if (zone_ != nullptr && TakeZone(zone_->End(), job)) {
          ++jobs_;
          return NextJob::kJob;
        }
        bytes_before_ = bytes_read();
        reader_.reset();
        break;
      case io::ReadResult::kFailed:
        status_ = reader_->status();
        break;
    }
  }
  return status_.ok() ? NextJob::kEnd : NextJob::kFailed;
}

uint64_t NameSource::bytes_in_all() const {
  uint64_t bytes = 0;
  for (const std::string& path : options_.paths) {
    struct stat info = {};
    if ((path == "-" ? fstat(STDIN_FILENO, &info) : stat(path.c_str(), &info)) != 0) return 0;
    if (!S_ISREG(info.st_mode)) return 0;
    bytes += static_cast<uint64_t>(info.st_size);
  }
  return bytes;
}

/// False at the end of the list, or where the file cannot be opened any more.
bool NameSource::OpenNext() {
  if (next_path_ == options_.paths.size()) return false;
  absl::StatusOr<std::unique_ptr<io::LineReader>> reader =
      io::LineReader::Open(options_.paths[next_path_], wake_);
  if (!reader.ok()) {
    status_ = reader.status();
    return false;
  }
  reader_ = *std::move(reader);
  format_ = options_.format;
  if (format_ == InputFormat::kAuto) format_ = FormatByPath(options_.paths[next_path_]);
  zone_.reset();
  first_line_ = true;
  ++next_path_;
  return true;
}

/// False where the line asks for nothing.
bool NameSource::ParseLine(const io::Line& line, NameJob* job) {
  std::string_view text = line.text;
  if (line.number == 1 && text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const std::string_view trimmed = io::TrimBlanks(text);
  if (trimmed.empty() && !line.overlong) return false;
  if (format_ == InputFormat::kAuto && !trimmed.starts_with('#')) format_ = FormatByLine(trimmed);
  if (format_ == InputFormat::kZone && zone_ == nullptr) zone_ = std::make_unique<ZoneLines>();
  // A zone's lines mean something by the blanks in front of them.
  return ParseText(format_ == InputFormat::kZone ? text : trimmed, line, job);
}

/// Likewise, for a line whose format is known unless it is a comment.
bool NameSource::ParseText(std::string_view text, const io::Line& line, NameJob* job) {
  const bool comments = format_ != InputFormat::kNdjson && format_ != InputFormat::kZone;
  if (comments && text.starts_with('#')) return false;
  const bool first = std::exchange(first_line_, false);
  if (line.overlong) {
    ClearJob(job);
    MarkInvalid(line.text, job);
    return true;
  }
  switch (format_) {
    case InputFormat::kNdjson:
      ClearJob(job);
      ndjson_.Parse(text, options_.wildcard, job);
      return true;
    case InputFormat::kZone:
      return TakeZone(zone_->Add(text), job);
    case InputFormat::kCsv:
      if (first && csv_.IsHeader(text)) return false;
      ClearJob(job);
      SetTypedName(csv_.Name(text), options_.wildcard, job);
      return true;
    case InputFormat::kAuto:
    case InputFormat::kLines:
      break;
  }
  ClearJob(job);
  SetTypedName(text, options_.wildcard, job);
  return true;
}

/// False where there is no job yet.
bool NameSource::TakeZone(ZoneLines::Verdict verdict, NameJob* job) {
  if (verdict == ZoneLines::Verdict::kNothing) return false;
  ClearJob(job);
  if (verdict == ZoneLines::Verdict::kInvalid) {
    MarkInvalid(zone_->invalid_text(), job);
    return true;
  }
  SetTypedName(zone_->owner(), options_.wildcard, job);
  if (!job->valid) return true;
  if (auto delegation = zone_->TakeDelegation()) {
    job->mutable_details()->delegation = std::move(delegation);
  }
  return true;
}

}  // namespace caascan::input
