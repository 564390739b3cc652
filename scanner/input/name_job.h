// One input name on its way through the scan, and the beginning of its record.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/caa.h"
#include "caascan/record.h"
#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"
#include "scanner/record/record_format.h"

namespace caascan::input {

class Asker;

/// Of a name without a rank.
inline constexpr uint32_t kNoRank = UINT32_MAX;
/// As a record has it.
constexpr std::optional<uint32_t> RankOf(uint32_t rank) {
  return rank == kNoRank ? std::nullopt : std::optional<uint32_t>(rank);
}
/// Of a name that comes from no chunk of a run.
inline constexpr uint32_t kNoChunk = UINT32_MAX;

/// A line that asks for the same as another one: what is its own in its record.
struct TwinJob {
  std::string input;
  RawJson id;
  RawJson order;
  RawJson input_columns;
  uint32_t rank = kNoRank;
};

/// What few names have.
struct JobDetails {
  /// The record's `name` where the job is not valid, else empty: the typed text as
  /// EscapeTypedText() writes it.
  std::string invalid_name;
  /// What was typed, as valid UTF-8 of at most kMaxInputSize bytes; empty where it is the record's
  /// `name` to the byte.
  std::string input;
  RawJson id;
  RawJson order;
  /// Columns of its row that are passed through, a JSON object.
  RawJson input_columns;
  /// Of this name alone; they take the place of the scan's options. Empty: those hold.
  std::vector<std::string> account_uris;
  std::vector<std::string> validation_methods;
  /// What the input, a zone file, says of the name's own delegation; null where it says nothing.
  std::unique_ptr<const dns::Delegation> delegation;
  /// Who asks, and the job's number among all of that asker. Null: the scan.
  std::shared_ptr<Asker> asker;
  uint64_t number = 0;
  /// Its exchanges before it was put off, where they are kept: evidence::ExchangeLog.
  std::string exchanges;
  /// Of a job that is not valid: its line's number, and why it is no name. 0 and empty otherwise.
  uint64_t line = 0;
  std::string detail;
  /// Lines whose records say the same as this one's.
  std::vector<TwinJob> twins;
};

/// What one line of input asks for. Each becomes exactly one record, and so does each of its twins.
/// Names are held by the ten thousand: the ordinary one is small.
struct NameJob {
  /// False: the line is no name (or no valid JSON object). Such a job is never looked up; its
  /// record has outcome `error`, reason `invalid_name`.
  bool valid = false;
  /// Evaluate as `*.name`?
  bool wildcard = false;
  /// What the certificate is for.
  Purpose purpose = Purpose::kTls;
  /// Lower-case A-labels, without `*.`. The root where !valid.
  dns::CompactName name;
  /// What was done for it before it was put off, for a server that was busy.
  uint8_t times_put_off = 0;
  uint32_t queries = 0;
  std::chrono::nanoseconds started{0};
  /// Its place in a list such as Tranco's, or kNoRank.
  uint32_t rank = kNoRank;
  /// The chunk of a run that it comes from, or kNoChunk.
  uint32_t chunk = kNoChunk;

  /// All empty where nothing was set.
  const JobDetails& details() const { return details_ == nullptr ? kNoDetails : *details_; }
  /// To be set; they come into being here.
  JobDetails* mutable_details() {
    if (details_ == nullptr) details_ = std::make_unique<JobDetails>();
    return details_.get();
  }
  bool has_details() const { return details_ != nullptr; }
  void ClearDetails() { details_.reset(); }

  /// How many records it becomes.
  size_t record_count() const { return 1 + details().twins.size(); }

 private:
  static const JobDetails kNoDetails;
  std::unique_ptr<JobDetails> details_;
};

inline constexpr size_t kMaxInputSize = 1024;
inline constexpr size_t kMaxInvalidNameSize = 255;

/// The text with \DDD for each byte that is not printable ASCII (a space is) and \\ for a
/// backslash, cut before the escape that would pass kMaxInvalidNameSize.
std::string EscapeTypedText(std::string_view text);

/// The text as valid UTF-8, U+FFFD for each ill-formed part, cut to kMaxInputSize bytes at a
/// character.
std::string CleanTypedText(std::string_view text);

/// Makes `job` an invalid one that was typed as `text`, and says why in `detail`; its other members
/// are left as they are.
void MarkInvalid(std::string_view text, NameJob* job, std::string_view detail = {});

/// Makes *record one of what the job alone says: name, input, for, id, order, rank, columns, line,
/// detail. The reason is kStopped, or kInvalidName for an invalid job; all else is as in a fresh
/// Record. Keeps the memory of its strings and vectors, since a worker fills one record for name
/// after name.
void StartRecord(const NameJob& job, Record* record);

/// What is asked for this name: the scan's request, with the job's own wildcard, purpose, accounts
/// and validation methods.
IssuanceRequest RequestOf(const NameJob& job, const IssuanceRequest& of_scan);

/// The record's `name`.
std::string RecordName(const NameJob& job);

/// The record of a name that was never resolved. REQUIRES: `reason` belongs to outcome `error`.
/// That of an invalid job says invalid_name whatever `reason` is.
Record ErrorRecord(const NameJob& job, Reason reason, std::chrono::system_clock::time_point time);

/// Appends the job's record, and one for each of its twins, which leaves the last one's in
/// `*record`. In front of those of a chunk stand its number and a colon, or an exclamation mark
/// where the name was stopped: "17:".
void AppendRecords(const NameJob& job, const record::RecordFormat& format, Record* record,
                   std::string* out);

}  // namespace caascan::input
