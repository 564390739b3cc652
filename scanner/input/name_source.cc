// Tested by name_source_test.cc.
#include "scanner/input/name_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include <absl/strings/str_cat.h>

#include "scanner/input/input_format.h"
#include "scanner/input/zone_order.h"

namespace caascan::input {
namespace {

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
    const NextJob next = ReadOn(job, wait);
    if (next == NextJob::kJob) ++jobs_;
    if (next != NextJob::kEnd) return next;
  }
  if (status_.ok()) status_ = not_whole_;
  return status_.ok() ? NextJob::kEnd : NextJob::kFailed;
}

/// One line, or the end, of the input that is being read. kEnd where that gives no job.
NextJob NameSource::ReadOn(NameJob* job, bool wait) {
  io::Line line;
  io::ReadResult result = io::ReadResult::kLine;
  if (put_back_.has_value()) {
    line = *std::exchange(put_back_, std::nullopt);
  } else {
    result = reader_->Next(&line, wait);
  }
  switch (result) {
    case io::ReadResult::kLine:
      if (BeginsZone(line)) {
        if (!wait) {
          // To read a file for its order takes a while: what is batched goes first.
          put_back_ = line;
          return NextJob::kWouldWait;
        }
        ZonePlan plan;
        plan.denials = options_.denials;
        if (!PlanZone(options_.paths[next_path_ - 1], wake_, &plan)) return NextJob::kInterrupted;
        zone_ = std::make_unique<ZoneLines>(std::move(plan));
      }
      return ParseLine(line, job) ? NextJob::kJob : NextJob::kEnd;
    case io::ReadResult::kWouldWait:
      return NextJob::kWouldWait;
    case io::ReadResult::kInterrupted:
      return NextJob::kInterrupted;
    case io::ReadResult::kFailed:
      if (!reader_->broken_off()) {
        status_ = reader_->status();
        return NextJob::kFailed;
      }
      NotWhole("its compressed stream breaks off");
      break;
    case io::ReadResult::kEnd:
      break;
  }
  return Conclude(job) ? NextJob::kJob : NextJob::kEnd;
}

/// At the end of an input, until it says false: what is left of it.
bool NameSource::Conclude(NameJob* job) {
  if (zone_ != nullptr) {
    if (zone_->lacks_closing_soa()) NotWhole("it lacks the SOA record that closes a zone transfer");
    const ZoneLines::Verdict verdict = zone_->End();
    if (verdict == ZoneLines::Verdict::kInvalid) NotWhole("it ends within a record");
    if (TakeZone(verdict, job)) return true;
    if (whole_) CompareDigest();
    if (const absl::Status& sorted = zone_->status(); !sorted.ok()) {
      status_ = absl::Status(sorted.code(),
                             absl::StrCat("cannot read ", name_of_input(), ": ", sorted.message()));
    }
  }
  bytes_before_ += reader_->bytes_read();
  reader_.reset();
  return false;
}

void NameSource::CompareDigest() {
  switch (zone_->CompareDigest()) {
    case ZoneDigest::Verdict::kNothing:
    case ZoneDigest::Verdict::kFits:
      return;
    case ZoneDigest::Verdict::kDiffers:
      return NotWhole("its records do not fit its ZONEMD record");
    case ZoneDigest::Verdict::kUnknown:
      return NotWhole("its ZONEMD record cannot be compared, since not all records can be read");
  }
}

/// The scan goes on with what there is, and says in the end what was wrong with the first such
/// file.
void NameSource::NotWhole(std::string_view why) {
  if (!std::exchange(whole_, false) || !not_whole_.ok()) return;
  not_whole_ = absl::DataLossError(
      absl::StrCat(name_of_input(), " is not whole: ", absl::string_view(why.data(), why.size()),
                   "; it was read to the end of line ", reader_->lines()));
}

std::string NameSource::name_of_input() const {
  return io::InputFile::DisplayName(options_.paths[next_path_ - 1]);
}

uint64_t NameSource::bytes_read() const {
  if (reader_ == nullptr) return bytes_before_;
  const double share = zone_ != nullptr ? zone_->share_given() : 1;
  return bytes_before_ + static_cast<uint64_t>(share * static_cast<double>(reader_->bytes_read()));
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
  whole_ = true;
  first_line_ = true;
  ++next_path_;
  return true;
}

/// Makes out the input's format. True where it is a zone file that has not begun.
bool NameSource::BeginsZone(const io::Line& line) {
  if (zone_ != nullptr) return false;
  if (format_ != InputFormat::kAuto && format_ != InputFormat::kZone) return false;
  const std::string_view trimmed = io::TrimBlanks(TextOf(line));
  if (trimmed.empty() && !line.overlong) return false;
  if (format_ == InputFormat::kAuto && !trimmed.starts_with('#')) format_ = FormatByLine(trimmed);
  return format_ == InputFormat::kZone;
}

std::string_view NameSource::TextOf(const io::Line& line) {
  return line.number == 1 ? io::WithoutByteOrderMark(line.text) : line.text;
}

/// False where the line asks for nothing.
bool NameSource::ParseLine(const io::Line& line, NameJob* job) {
  const std::string_view text = TextOf(line);
  const std::string_view trimmed = io::TrimBlanks(text);
  if (trimmed.empty() && !line.overlong) return false;
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
    case InputFormat::kZone: {
      const ZoneLines::Verdict verdict = zone_->Add(text);
      if (line.unended && verdict == ZoneLines::Verdict::kInvalid) {
        NotWhole("it ends within a record");
      }
      return TakeZone(verdict, job);
    }
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
  // Servers may be missing of what a file that is not whole says: the parent is asked.
  if (!job->valid || !whole_) return true;
  if (auto delegation = zone_->TakeDelegation()) {
    job->mutable_details()->delegation = std::move(delegation);
  }
  return true;
}

}  // namespace caascan::input
