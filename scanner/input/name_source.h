// Where names come from: files and standard input in the formats of the contract.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/scanner.h"
#include "scanner/input/csv_row.h"
#include "scanner/input/csv_rows.h"
#include "scanner/input/input_tally.h"
#include "scanner/input/job_source.h"
#include "scanner/input/name_job.h"
#include "scanner/input/ndjson_line.h"
#include "scanner/io/line_reader.h"
#include "scanner/zonefile/zone_line.h"

namespace caascan::input {

struct NameSourceOptions {
  /// Read one after the other; "-" is standard input, and so is an empty list.
  std::vector<std::string> paths;
  /// kAuto decides for each file: see input_format.h.
  InputFormat format = InputFormat::kAuto;
  /// Evaluate every name as a wildcard. A line of ndjson with `wildcard` says otherwise for itself.
  bool wildcard = false;
  /// Takes the denials of each zone file, before its first job comes. Null where no proofs are
  /// wanted: then jobs carry none either. Outlives the source.
  zonefile::DenialSink* denials = nullptr;
  /// Which columns and members are read.
  InputFields fields = {};
  /// Called from Next() with a line for people: which column of a file was chosen. May be empty.
  std::function<void(const std::string&)> on_notice = {};
  /// Which names of a zone file are given.
  ZoneNames zone_names = ZoneNames::kDelegations;
  /// Of every name; a line of ndjson with `for` says otherwise for itself.
  Purpose purpose = Purpose::kTls;
};

/// Turns input into jobs. One thread at a time.
///
/// Every line gives exactly one job, save blank lines (all formats), those whose first character
/// that is no blank is `#` (not in ndjson and zone), and a csv file's header. Blanks (space, tab,
/// carriage return) around a name and a byte order mark at the start of a file are dropped. A line
/// over LineReader::kMaxLineSize is an invalid job. Lines of csv that a quoted field spans are one
/// (CsvRows). A row without a column of names is taken as a whole.
///
/// Of a zone file, every delegated name or every owner (see ZoneLines) gives exactly one job, in
/// whatever order the records stand, and so does every line that cannot be read. A regular file is
/// read twice, the first time for its order alone; where it is grouped by owner its jobs come as it
/// is read again. Every other zone file is sorted, in temporary files beside TMPDIR, and its jobs
/// come at its end. So is every one whose owners are wanted.
/// Memory: at most 96 MiB (ZoneOrder, ZoneSorter), and 64 MiB more for the digest of a regular file
/// with a ZONEMD record (ZoneDigest).
///
/// An input that is not what it was read as (InputTally) fails the source, behind the jobs of its
/// first lines. So does a zone file with a directive that stands for records (ZoneDirective).
///
/// An input that is not whole gives what it holds, and then fails the source at the end of all: a
/// compressed stream that breaks off, a zone file that ends within a record, lacks the SOA record
/// that closes a transfer, or does not fit its ZONEMD record. The delegations that were then not
/// complete are looked up without what the file says of them.
class NameSource final : public JobSource {
 public:
  /// Checks that every path can be read before anything is read, and that the regular files have
  /// the columns that `fields` names. `wake` (may be null) must outlive the source. Errors:
  /// InvalidArgument that names the file.
  static absl::StatusOr<std::unique_ptr<NameSource>> Open(NameSourceOptions options,
                                                          const io::WakeFd* wake);

  NextJob Next(NameJob* job, bool wait) override;
  const absl::Status& status() const override { return status_; }
  uint64_t bytes_read() const override;
  uint64_t bytes_in_all() const override;
  const std::vector<std::string>& remarks() const override { return remarks_; }
  /// Jobs given out so far, invalid ones included.
  uint64_t job_count() const { return jobs_; }

 private:
  NameSource(NameSourceOptions options, const io::WakeFd* wake);
  NextJob ReadOn(NameJob* job, bool wait);
  bool BeginZone();
  void ClearJob(NameJob* job) const;
  NextJob Give(NameJob* job, uint64_t line);
  bool Conclude(NameJob* job);
  void CompareDigest();
  void NotWhole(std::string_view why);
  std::string name_of_input() const;
  UrlRule urls() const { return options_.fields.from_url ? UrlRule::kTakeHost : UrlRule::kRefuse; }
  bool BeginsZone(const io::Line& line);
  bool ParseLine(const io::Line& line, NameJob* job);
  bool ParseText(std::string_view text, const io::Line& line, NameJob* job);
  bool ParseCsv(std::string_view text, const io::Line& line, NameJob* job);
  bool TakeRow(NameJob* job);
  void ParseRow(std::string_view text, NameJob* job);
  bool TakeZone(zonefile::ZoneLines::Verdict verdict, NameJob* job);
  bool OpenNext();

  const NameSourceOptions options_;
  const io::WakeFd* const wake_;
  NdjsonParser ndjson_;
  CsvRow row_;
  std::unique_ptr<CsvRows> rows_;      // Of the file being read, once it is known to be csv.
  std::optional<CsvColumns> columns_;  // Of that file, once they are known.
  std::unique_ptr<zonefile::ZoneLines>
      zone_;  // Of the file being read, once it is known to be one.
  std::unique_ptr<io::LineReader> reader_;
  std::optional<io::Line> put_back_;  // The line that comes next.
  bool whole_ = true;                 // Was the file being read, so far?
  size_t next_path_ = 0;
  InputFormat format_ = InputFormat::kAuto;  // Of the file being read; kAuto: not yet known.
  uint64_t jobs_ = 0;
  uint64_t bytes_before_ = 0;  // Of the files before the one being read.
  InputTally tally_;           // Of the file being read.
  std::vector<std::string> remarks_;
  absl::Status not_whole_;  // The first of them.
  absl::Status status_;
};

}  // namespace caascan::input
