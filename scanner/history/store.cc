// What is compared over time lies in tables of its own, so that a history opens without reading the
// counts of every scan. Tested by store_test.cc.
#include "scanner/history/store.h"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <map>
#include <span>
#include <string_view>

#include <absl/cleanup/cleanup.h>
#include <absl/strings/str_cat.h>

#include "scanner/history/statement.h"
#include "scanner/io/decoder.h"
#include "scanner/io/encoder.h"
#include "scanner/record/record_view.h"
#include "scanner/report/partial.h"

namespace caascan::history {
namespace {

// "caas": what file(1) and we know such a database by.
constexpr int64_t kApplicationId = 0x63616173;
constexpr int64_t kVersion = 1;
constexpr int kBusyMs = 5'000;
/// A partial report has some megabytes at most; what is larger was not written by us.
constexpr size_t kMaxPartialBytes = size_t{1} << 30;

constexpr const char* kSchema = R"(
PRAGMA application_id = 1667326323;
PRAGMA user_version = 1;
CREATE TABLE scans (
  id INTEGER PRIMARY KEY, date TEXT NOT NULL, label TEXT NOT NULL, names INTEGER NOT NULL,
  permit INTEGER NOT NULL, deny INTEGER NOT NULL, servfail INTEGER NOT NULL, timeout INTEGER NOT NULL,
  lame INTEGER NOT NULL, error INTEGER NOT NULL, existing INTEGER NOT NULL, with_caa INTEGER NOT NULL,
  UNIQUE (label, date)) STRICT;
CREATE TABLE partials (scan INTEGER PRIMARY KEY, report BLOB NOT NULL) STRICT;
CREATE TABLE reasons (scan INTEGER NOT NULL, reason TEXT NOT NULL, names INTEGER NOT NULL,
  PRIMARY KEY (reason, scan)) STRICT, WITHOUT ROWID;
CREATE TABLE findings (scan INTEGER NOT NULL, finding TEXT NOT NULL, names INTEGER NOT NULL,
  PRIMARY KEY (finding, scan)) STRICT, WITHOUT ROWID;
CREATE TABLE operators (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE operator_names (operator INTEGER NOT NULL, scan INTEGER NOT NULL, names INTEGER NOT NULL,
  failed INTEGER NOT NULL, PRIMARY KEY (operator, scan)) STRICT, WITHOUT ROWID;
CREATE INDEX operator_names_by_scan ON operator_names (scan, operator, names, failed);
)";

using Columns = std::array<Outcome, kOutcomeCount>;
/// In the order of the table's columns.
constexpr Columns kColumns = {Outcome::kPermit,  Outcome::kDeny, Outcome::kServfail,
                              Outcome::kTimeout, Outcome::kLame, Outcome::kError};

absl::StatusOr<std::string> Compressed(std::string_view text) {
  std::string out;
  if (!io::Encoder::Create(io::Compression::kZstd)->AppendFrame(text, &out)) {
    return absl::DataLossError("out of memory");
  }
  return out;
}

absl::StatusOr<std::string> Decompressed(std::string_view bytes) {
  const auto decoder = io::Decoder::Create(io::Compression::kZstd);
  std::string out;
  std::vector<char> piece(size_t{1} << 18);
  while (!bytes.empty()) {
    size_t got = 0;
    if (absl::Status status = decoder->Decode(&bytes, piece, &got); !status.ok()) return status;
    out.append(piece.data(), got);
    if (out.size() > kMaxPartialBytes) return absl::DataLossError("its counts are too large");
  }
  // What the decoder still held back when its input was used up.
  for (size_t got = 1; got > 0 && decoder->mid_stream();) {
    if (absl::Status status = decoder->Decode(&bytes, piece, &got); !status.ok()) return status;
    out.append(piece.data(), got);
  }
  if (decoder->mid_stream()) return absl::DataLossError("its counts break off");
  return out;
}

absl::Status AddLines(std::string text, report::Aggregate* counts) {
  report::PartialReader reader;
  text.reserve(text.size() + record::RecordReader::kPadding);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::string_view trouble = reader.Read(line, counts);
    if (!trouble.empty()) return absl::DataLossError(std::string(trouble));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  if (counts->complete()) return absl::OkStatus();
  return absl::DataLossError("some of its lines are missing");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& path, Mode mode) {
  sqlite3* database = nullptr;
  const int flags = mode == Mode::kRead    ? SQLITE_OPEN_READONLY
                    : mode == Mode::kWrite ? SQLITE_OPEN_READWRITE
                                           : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  if (database == nullptr) return absl::DataLossError("out of memory");
  std::unique_ptr<Store> store(new Store(path, database));
  if (result != SQLITE_OK) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot open ", path, ": ", sqlite3_errmsg(database)));
  }
  sqlite3_busy_timeout(database, kBusyMs);
  if (absl::Status status = store->Prepare(mode); !status.ok()) return status;
  return store;
}

Store::~Store() { sqlite3_close(database_); }

/// Is it one of ours? An empty file becomes one where it may.
absl::Status Store::Prepare(Mode mode) {
  Statement header(database_, "PRAGMA application_id");
  Statement version(database_, "PRAGMA user_version");
  Statement tables(database_, "SELECT count(*) FROM sqlite_schema");
  if (!header.Step() || !version.Step() || !tables.Step()) return Complain();
  if (header.Number(0) == kApplicationId) {
    if (version.Number(0) == kVersion) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(path_, " is a history of another version of caascan"));
  }
  if (mode != Mode::kCreate || tables.Number(0) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(path_, " is no history of caascan"));
  }
  if (absl::Status status = Run("BEGIN IMMEDIATE"); !status.ok()) return status;
  if (absl::Status status = Run(kSchema); !status.ok()) return status;
  return Run("COMMIT");
}

absl::Status Store::Run(const char* sql) {
  return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                              : Complain();
}

absl::Status Store::Complain() const {
  const int code = sqlite3_errcode(database_);
  const std::string text = absl::StrCat(path_, ": ", sqlite3_errmsg(database_));
  if (code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CORRUPT) {
    return absl::DataLossError(text);
  }
  return absl::InvalidArgumentError(text);
}

absl::StatusOr<int64_t> Store::Find(const HistoryScan& key) {
  Statement find(database_, "SELECT id FROM scans WHERE label = ? AND date = ?");
  find.Bind(key.label).Bind(key.date);
  if (find.Step()) return find.Number(0);
  if (find.failed()) return Complain();
  return 0;  // SQLite counts from 1.
}

absl::Status Store::Add(const HistoryScan& key, const report::Aggregate& counts,
                        HistoryConflict conflict) {
  if (absl::Status status = Run("BEGIN IMMEDIATE"); !status.ok()) return status;
  auto undo = absl::MakeCleanup([this] { (void)Run("ROLLBACK"); });
  const auto found = Find(key);
  if (!found.ok()) return found.status();
  absl::Status status;
  if (*found == 0) {
    status = Insert(key, counts);
  } else if (conflict == HistoryConflict::kRefuse) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, " has a scan of ", key.date, key.label.empty() ? "" : " labelled ",
                     key.label, " already: give --merge to add to it, or --replace"));
  } else {
    report::Aggregate sum = counts;
    if (conflict == HistoryConflict::kMerge) status = MergeInto(*found, &sum);
    if (status.ok()) status = Erase(*found);
    if (status.ok()) status = Insert(key, sum);
  }
  if (status.ok()) status = Run("COMMIT");
  if (status.ok()) std::move(undo).Cancel();
  return status;
}

absl::Status Store::Remove(const HistoryScan& key) {
  if (absl::Status status = Run("BEGIN IMMEDIATE"); !status.ok()) return status;
  auto undo = absl::MakeCleanup([this] { (void)Run("ROLLBACK"); });
  const auto found = Find(key);
  if (!found.ok()) return found.status();
  if (*found == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path_, " has no scan of ", key.date, key.label.empty() ? "" : " labelled ", key.label));
  }
  absl::Status status = Erase(*found);
  if (status.ok()) status = Run("COMMIT");
  if (status.ok()) std::move(undo).Cancel();
  return status;
}

absl::StatusOr<std::string> Store::Partial(const HistoryScan& key) {
  const auto found = Find(key);
  if (!found.ok()) return found.status();
  if (*found != 0) return PartialOf(*found);
  return absl::InvalidArgumentError(absl::StrCat(path_, " has no scan of ", key.date,
                                                 key.label.empty() ? "" : " labelled ", key.label));
}

absl::StatusOr<std::string> Store::PartialOf(int64_t scan) {
  Statement read(database_, "SELECT report FROM partials WHERE scan = ?");
  read.Bind(scan);
  if (!read.Step()) return read.failed() ? Complain() : absl::DataLossError(path_ + ": no counts");
  auto text = Decompressed(read.Text(0));
  if (text.ok()) return text;
  return absl::DataLossError(absl::StrCat(path_, ": ", text.status().message()));
}

absl::Status Store::MergeInto(int64_t scan, report::Aggregate* counts) {
  auto text = PartialOf(scan);
  if (!text.ok()) return text.status();
  absl::Status added = AddLines(*std::move(text), counts);
  if (added.ok()) return added;
  return absl::DataLossError(absl::StrCat(path_, ": ", added.message()));
}

absl::Status Store::Erase(int64_t scan) {
  for (const char* sql :
       {"DELETE FROM scans WHERE id = ?", "DELETE FROM partials WHERE scan = ?",
        "DELETE FROM reasons WHERE scan = ?", "DELETE FROM findings WHERE scan = ?",
        "DELETE FROM operator_names WHERE scan = ?"}) {
    Statement erase(database_, sql);
    if (!erase.Bind(scan).Run()) return Complain();
  }
  return absl::OkStatus();
}

absl::Status Store::Insert(const HistoryScan& key, const report::Aggregate& counts) {
  const report::OutcomeCounts& outcomes = counts.outcomes();
  Statement insert(database_,
                   "INSERT INTO scans (date, label, names, permit, deny, servfail, timeout, lame, "
                   "error, existing, with_caa) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.Bind(key.date).Bind(key.label).Bind(static_cast<int64_t>(outcomes.names));
  for (const Outcome outcome : kColumns) insert.Bind(static_cast<int64_t>(outcomes.of(outcome)));
  insert.Bind(static_cast<int64_t>(outcomes.names - counts.missing().names()))
      .Bind(static_cast<int64_t>(counts.caa().names().names));
  if (!insert.Run()) return Complain();
  return InsertCounts(sqlite3_last_insert_rowid(database_), counts);
}

absl::Status Store::InsertCounts(int64_t scan, const report::Aggregate& counts) {
  const auto partial = Compressed(report::WritePartial(counts, /*broken_lines=*/0));
  if (!partial.ok()) return partial.status();
  Statement report(database_, "INSERT INTO partials VALUES (?, ?)");
  if (!report.Bind(scan).BindBytes(*partial).Run()) return Complain();
  Statement reason(database_, "INSERT INTO reasons (scan, reason, names) VALUES (?, ?, ?)");
  for (size_t i = 0; i < kReasonCount; ++i) {
    const uint64_t names = counts.of(static_cast<Reason>(i));
    if (names == 0) continue;
    const std::string_view code = ReasonCode(static_cast<Reason>(i));
    if (!reason.Bind(scan).Bind(code).Bind(static_cast<int64_t>(names)).Run()) return Complain();
  }
  Statement finding(database_, "INSERT INTO findings (scan, finding, names) VALUES (?, ?, ?)");
  for (const auto& [code, row] : counts.findings().Sorted()) {
    if (!finding.Bind(scan).Bind(code).Bind(static_cast<int64_t>(row->names)).Run()) {
      return Complain();
    }
  }
  Statement known(database_, "INSERT INTO operators (name) VALUES (?) ON CONFLICT DO NOTHING");
  Statement names(database_,
                  "INSERT INTO operator_names (operator, scan, names, failed) "
                  "SELECT id, ?, ?, ? FROM operators WHERE name = ?");
  for (const auto& [name, row] : counts.operators().Sorted()) {
    if (row->outcomes.names < kLeastNames) break;
    names.Bind(scan)
        .Bind(static_cast<int64_t>(row->outcomes.names))
        .Bind(static_cast<int64_t>(row->outcomes.failed()))
        .Bind(name);
    if (!known.Bind(name).Run() || !names.Run()) return Complain();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Store::Labels() {
  Statement read(database_, "SELECT DISTINCT label FROM scans ORDER BY label");
  std::vector<std::string> labels;
  while (read.Step()) labels.push_back(read.Text(0));
  if (read.failed()) return Complain();
  return labels;
}

absl::StatusOr<std::vector<ScanRow>> Store::Scans(const HistoryShowOptions& options) {
  Statement read(database_,
                 "SELECT id, date, label, names, permit, deny, servfail, timeout, lame, error, "
                 "existing, with_caa FROM scans WHERE label = ? AND date >= ? AND date <= ? "
                 "ORDER BY date");
  const std::string_view until = options.until.empty() ? "9" : std::string_view(options.until);
  read.Bind(options.label).Bind(options.since).Bind(until);
  std::vector<ScanRow> scans;
  while (read.Step()) {
    ScanRow& scan = scans.emplace_back();
    int column = 0;
    scan.id = read.Number(column++);
    scan.key.date = read.Text(column++);
    scan.key.label = read.Text(column++);
    scan.outcomes.names = read.Count(column++);
    for (const Outcome outcome : kColumns) {
      scan.outcomes.by_outcome[static_cast<size_t>(outcome)] = read.Count(column++);
    }
    scan.existing = read.Count(column++);
    scan.with_caa = read.Count(column++);
  }
  if (read.failed()) return Complain();
  return scans;
}

absl::StatusOr<std::vector<Series>> Store::SeriesOf(Grouping grouping,
                                                    std::span<const ScanRow> scans) {
  std::map<int64_t, size_t> places;
  std::vector<Sample> none;
  for (const ScanRow& scan : scans) {
    places[scan.id] = none.size();
    none.push_back({scan.outcomes.names, 0});
  }
  Statement read(database_, grouping == Grouping::kReason
                                ? "SELECT reason, scan, names FROM reasons ORDER BY reason"
                                : "SELECT finding, scan, names FROM findings ORDER BY finding");
  std::vector<Series> all;
  while (read.Step()) {
    const auto place = places.find(read.Number(1));
    if (place == places.end()) continue;
    std::string key = read.Text(0);
    if (all.empty() || all.back().key != key) all.push_back({std::move(key), none});
    Sample& sample = all.back().samples[place->second];
    sample.hits = std::min(read.Count(2), sample.trials);
  }
  if (read.failed()) return Complain();
  return all;
}

absl::StatusOr<std::vector<OperatorCounts>> Store::Operators(const ScanRow& scan) {
  Statement read(database_,
                 "SELECT id, name, names, failed FROM operator_names JOIN operators ON id = "
                 "operator WHERE scan = ? ORDER BY operator");
  read.Bind(scan.id);
  std::vector<OperatorCounts> all;
  while (read.Step()) {
    const uint64_t names = read.Count(2);
    all.push_back({read.Number(0), read.Text(1), {names, std::min(read.Count(3), names)}});
  }
  if (read.failed()) return Complain();
  return all;
}

absl::StatusOr<Series> Store::OperatorSeries(const OperatorCounts& of,
                                             std::span<const ScanRow> scans) {
  std::map<int64_t, Sample> found;
  Statement read(database_, "SELECT scan, names, failed FROM operator_names WHERE operator = ?");
  read.Bind(of.id);
  while (read.Step()) {
    const uint64_t names = read.Count(1);
    found[read.Number(0)] = {names, std::min(read.Count(2), names)};
  }
  if (read.failed()) return Complain();
  Series series = {of.name, {}};
  for (const ScanRow& scan : scans) {
    const auto sample = found.find(scan.id);
    series.samples.push_back(sample != found.end() ? sample->second : Sample{});
  }
  return series;
}

}  // namespace caascan::history
