// Tested by name_source_test.cc.
#include "scanner/input/name_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <charconv>
#include <utility>

#include <absl/strings/str_cat.h>

#include "scanner/input/input_format.h"
#include "scanner/record/json_text.h"
#include "scanner/zonefile/zone_directive.h"
#include "scanner/zonefile/zone_order.h"

namespace caascan::input {
namespace {

constexpr std::string_view kOverlong = "line over 65536 bytes";

bool IsComment(std::string_view line, InputFormat format) {
  const bool comments = format != InputFormat::kNdjson && format != InputFormat::kZone;
  return comments && line.starts_with('#');
}

/// That of a file's first line that counts. Columns that the user names are those of csv.
InputFormat FormatOf(std::string_view line, const InputFields& fields) {
  const InputFormat format = FormatByLine(line);
  const bool columns = !fields.column.empty() || !fields.keep.empty();
  return columns && format == InputFormat::kLines ? InputFormat::kCsv : format;
}

std::string_view TextOf(const io::Line& line) {
  return line.number == 1 ? io::WithoutByteOrderMark(line.text) : line.text;
}

/// Has the file, where it is csv, the columns that the user names? By as many rows as that takes.
absl::Status CheckColumns(const std::string& path, const NameSourceOptions& options) {
  struct stat info = {};
  if (path == "-" || stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return absl::OkStatus();  // What is read cannot be read again.
  }
  auto reader = io::LineReader::Open(path, nullptr);
  if (!reader.ok()) return reader.status();
  CsvRows rows(options.fields, io::InputFile::DisplayName(path));
  InputFormat format = options.format;
  if (format == InputFormat::kAuto) format = FormatByPath(path);
  io::Line line;
  while (!rows.columns_known() && (*reader)->Next(&line, true) == io::ReadResult::kLine) {
    const std::string_view trimmed = io::TrimBlanks(TextOf(line));
    if (format == InputFormat::kAuto && (trimmed.empty() || IsComment(trimmed, format))) continue;
    if (format == InputFormat::kAuto) format = FormatOf(trimmed, options.fields);
    if (format != InputFormat::kCsv) return absl::OkStatus();
    rows.Add(line, TextOf(line));
    io::Line row;
    (void)rows.Next(&row);
  }
  io::Line row;
  rows.End();
  (void)rows.Next(&row);
  return rows.status();
}

/// Makes an object of the columns that are passed through; of nothing where the row has none.
void KeepColumns(const std::vector<CsvColumns::Kept>& kept,
                 const std::vector<std::string_view>& columns, NameJob* job) {
  std::string object;
  for (const CsvColumns::Kept& wanted : kept) {
    if (wanted.column >= columns.size()) continue;
    object.append(object.empty() ? "{" : ",").append(wanted.key).push_back(':');
    record::AppendJsonString(columns[wanted.column], &object);
  }
  if (object.empty()) return;
  object.push_back('}');
  job->mutable_details()->input_columns.text = std::move(object);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NameSource>> NameSource::Open(NameSourceOptions options,
                                                             const io::WakeFd* wake) {
  if (options.paths.empty()) options.paths.emplace_back("-");
  for (const std::string& path : options.paths) {
    absl::Status status = io::CheckReadable(path);
    if (!status.ok()) return status;
  }
  if (!options.fields.column.empty() || !options.fields.keep.empty()) {
    for (const std::string& path : options.paths) {
      if (absl::Status status = CheckColumns(path, options); !status.ok()) return status;
    }
  }
  return std::unique_ptr<NameSource>(new NameSource(std::move(options), wake));
}

NameSource::NameSource(NameSourceOptions options, const io::WakeFd* wake)
    : options_(std::move(options)),
      wake_(wake),
      ndjson_(options_.fields.key, options_.fields.from_url) {}

NextJob NameSource::Next(NameJob* job, bool wait) {
  while (status_.ok()) {
    if (reader_ == nullptr && !OpenNext()) break;
    if (tally_.IsSomethingElse()) {
      status_ = tally_.Refuse(name_of_input());
      break;
    }
    const NextJob next = ReadOn(job, wait);
    if (next == NextJob::kJob) ++jobs_;
    if (next != NextJob::kEnd) return next;
  }
  if (status_.ok()) status_ = not_whole_;
  return status_.ok() ? NextJob::kEnd : NextJob::kFailed;
}

/// One line, or the end, of the input that is being read. kEnd where that gives no job.
NextJob NameSource::ReadOn(NameJob* job, bool wait) {
  if (rows_ != nullptr && TakeRow(job)) return Give(job, /*line=*/0);
  if (!status_.ok()) return NextJob::kFailed;
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
        if (!BeginZone()) return status_.ok() ? NextJob::kInterrupted : NextJob::kFailed;
      }
      return ParseLine(line, job) ? Give(job, line.number) : NextJob::kEnd;
    case io::ReadResult::kWouldWait:
      return rows_ != nullptr && rows_->Pause() ? NextJob::kEnd : NextJob::kWouldWait;
    case io::ReadResult::kInterrupted:
      return NextJob::kInterrupted;
    case io::ReadResult::kFailed:
      if (!reader_->broken_off()) {
        if (rows_ != nullptr) rows_->End();
        if (rows_ != nullptr && TakeRow(job)) return Give(job, /*line=*/0);
        status_ = reader_->status();
        return NextJob::kFailed;
      }
      NotWhole("its compressed stream breaks off");
      break;
    case io::ReadResult::kEnd:
      break;
  }
  return Conclude(job) ? Give(job, /*line=*/0) : NextJob::kEnd;
}

/// False where it was interrupted, or status_ says what is wrong with the file.
bool NameSource::BeginZone() {
  zonefile::ZonePlan plan;
  plan.denials = options_.denials;
  plan.owners = options_.zone_names == ZoneNames::kOwners;
  const absl::Status planned = zonefile::PlanZone(options_.paths[next_path_ - 1], wake_, &plan);
  if (!planned.ok()) {
    if (!absl::IsCancelled(planned)) status_ = planned;
    return false;
  }
  zone_ = std::make_unique<zonefile::ZoneLines>(std::move(plan));
  return true;
}

/// Makes *job a new one; its name is set with its validity.
void NameSource::ClearJob(NameJob* job) const {
  job->valid = false;
  job->wildcard = false;
  job->purpose = options_.purpose;
  job->rank = kNoRank;
  job->ClearDetails();
}

/// `line`: the number of the one that the job comes from, or 0 where the job says it.
NextJob NameSource::Give(NameJob* job, uint64_t line) {
  if (!job->valid) {
    uint64_t& number = job->mutable_details()->line;
    if (number == 0) number = line;
  }
  tally_.Add(*job);
  return NextJob::kJob;
}

/// At the end of an input, until it says false: what is left of it.
bool NameSource::Conclude(NameJob* job) {
  if (zone_ != nullptr) {
    if (zone_->lacks_closing_soa()) NotWhole("it lacks the SOA record that closes a zone transfer");
    const zonefile::ZoneLines::Verdict verdict = zone_->End();
    if (verdict == zonefile::ZoneLines::Verdict::kInvalid) NotWhole("it ends within a record");
    if (TakeZone(verdict, job)) return true;
    if (whole_) CompareDigest();
    if (const absl::Status& sorted = zone_->status(); !sorted.ok()) {
      status_ = absl::Status(sorted.code(),
                             absl::StrCat("cannot read ", name_of_input(), ": ", sorted.message()));
    }
  }
  if (rows_ != nullptr) {
    rows_->End();
    if (TakeRow(job)) return true;
  }
  std::string remark = tally_.Remark(name_of_input());
  if (!remark.empty()) remarks_.push_back(std::move(remark));
  bytes_before_ += reader_->bytes_read();
  reader_.reset();
  return false;
}

void NameSource::CompareDigest() {
  switch (zone_->CompareDigest()) {
    case zonefile::ZoneDigest::Verdict::kNothing:
    case zonefile::ZoneDigest::Verdict::kFits:
      return;
    case zonefile::ZoneDigest::Verdict::kDiffers:
      return NotWhole("its records do not fit its ZONEMD record");
    case zonefile::ZoneDigest::Verdict::kUnknown:
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
  rows_.reset();
  columns_.reset();
  tally_ = InputTally(options_.zone_names);
  whole_ = true;
  ++next_path_;
  return true;
}

/// Makes out the input's format. True where it is a zone file that has not begun.
bool NameSource::BeginsZone(const io::Line& line) {
  if (zone_ != nullptr) return false;
  if (format_ != InputFormat::kAuto && format_ != InputFormat::kZone) return false;
  const std::string_view text = TextOf(line);
  const std::string_view trimmed = io::TrimBlanks(text);
  if (trimmed.empty() && !line.overlong) return false;
  if (format_ == InputFormat::kAuto && !IsComment(trimmed, format_)) {
    format_ = FormatOf(text, options_.fields);
  }
  return format_ == InputFormat::kZone;
}

/// False where the line asks for nothing.
bool NameSource::ParseLine(const io::Line& line, NameJob* job) {
  if (format_ != InputFormat::kAuto) tally_.set_format(format_);
  const std::string_view text = TextOf(line);
  if (format_ == InputFormat::kCsv) return ParseCsv(text, line, job);
  const std::string_view trimmed = io::TrimBlanks(text);
  if (trimmed.empty() && !line.overlong) return false;
  // A zone's lines mean something by the blanks in front of them.
  return ParseText(format_ == InputFormat::kZone ? text : trimmed, line, job);
}

/// Likewise, for a line whose format is known unless it is a comment.
bool NameSource::ParseText(std::string_view text, const io::Line& line, NameJob* job) {
  if (IsComment(text, format_)) return false;
  if (line.overlong) {
    ClearJob(job);
    MarkInvalid(line.text, job, kOverlong);
    return true;
  }
  switch (format_) {
    case InputFormat::kNdjson:
      ClearJob(job);
      ndjson_.Parse(text, options_.wildcard, job, options_.purpose);
      return true;
    case InputFormat::kZone: {
      const zonefile::ZoneLines::Verdict verdict = zone_->Add(text, line.number);
      if (zone_->has_records()) tally_.set_has_records();
      if (line.unended && verdict == zonefile::ZoneLines::Verdict::kInvalid) {
        NotWhole("it ends within a record");
      }
      return TakeZone(verdict, job);
    }
    case InputFormat::kCsv:
    case InputFormat::kAuto:
    case InputFormat::kLines:
      break;
  }
  ClearJob(job);
  SetTypedName(text, options_.wildcard, job, urls());
  return true;
}

/// False where the line is not a row by itself: TakeRow() gives what it is part of.
bool NameSource::ParseCsv(std::string_view text, const io::Line& line, NameJob* job) {
  if (rows_ == nullptr) rows_ = std::make_unique<CsvRows>(options_.fields, name_of_input());
  if (!rows_->IsPlainRow(line, text)) {
    rows_->Add(line, text);
    return false;
  }
  ParseRow(text, job);
  return true;
}

/// The next row of those that are read. False where there is none yet, or it is clear that there
/// will be none (status_).
bool NameSource::TakeRow(NameJob* job) {
  io::Line row;
  const bool taken = rows_->Next(&row);
  status_ = rows_->status();
  if (!columns_.has_value() && rows_->columns_known()) {
    columns_ = rows_->columns();
    if (options_.on_notice && !rows_->notice().empty()) options_.on_notice(rows_->notice());
  }
  if (!taken) return false;
  if (row.overlong) {
    ClearJob(job);
    MarkInvalid(row.text, job, kOverlong);
  } else {
    ParseRow(row.text, job);
  }
  if (!job->valid) job->mutable_details()->line = row.number;
  return true;
}

/// REQUIRES: the columns are known.
void NameSource::ParseRow(std::string_view text, NameJob* job) {
  assert(columns_.has_value() && "the columns are known");
  ClearJob(job);
  if (columns_->separator == 0) columns_->separator = FindSeparator(text);
  const std::vector<std::string_view>& columns = row_.Split(text, columns_->separator);
  const auto column = [&columns](size_t at) {
    return at < columns.size() ? columns[at] : std::string_view();
  };
  const std::string_view name = column(columns_->name);
  SetTypedName(name.empty() ? io::TrimBlanks(text) : name, options_.wildcard, job,
               columns_->takes_urls ? UrlRule::kTakeHost : urls());
  if (const std::string_view rank = column(columns_->rank); !rank.empty()) {
    const auto end = std::from_chars(rank.data(), rank.data() + rank.size(), job->rank);
    const bool sound = end.ec == std::errc() && end.ptr == rank.data() + rank.size();
    if (!sound) job->rank = kNoRank;
  }
  if (!columns_->kept.empty()) KeepColumns(columns_->kept, columns, job);
}

/// False where there is no job yet.
bool NameSource::TakeZone(zonefile::ZoneLines::Verdict verdict, NameJob* job) {
  if (verdict == zonefile::ZoneLines::Verdict::kNothing) return false;
  if (verdict == zonefile::ZoneLines::Verdict::kRefused) {
    status_ = zonefile::RefuseDirective(zone_->refused(), name_of_input(), zone_->invalid().line);
    return false;
  }
  ClearJob(job);
  if (verdict == zonefile::ZoneLines::Verdict::kInvalid) {
    MarkInvalid(zone_->invalid().text, job, zone_->invalid().why);
    job->mutable_details()->line = zone_->invalid().line;
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
