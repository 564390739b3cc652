// One line of a scan's output as it is read: by reports and comparisons, by `decide`, and by
// `scan --resume`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/functional/function_ref.h>

#include "caascan/caa.h"
#include "caascan/outcome.h"

namespace caascan::record {

/// The members of a record that are read, in the order in which the scanner writes them.
enum class Member : uint8_t {
  kName,
  kInput,
  kFor,
  kOutcome,
  kReason,
  kMayIssue,
  kWouldIssue,
  kNxdomain,
  kDetail,
  kCaa,
  kCname,
  kDnssec,
  kFailedAt,
  kZone,
  kOperator,
  kServers,
  kFindings,
  kPersist,
  kDecisions,
  kParameters,
  kValidUntil,
  kQueries,
  kRetries,
  kAttempts,
  kElapsedMs,
  kTime,
  kRank,
  kId,
  kOrder,
};
inline constexpr unsigned kMemberCount = static_cast<unsigned>(Member::kOrder) + 1;

/// Where a member is in its line.
struct MemberPlace {
  const char* key = nullptr;  // At its opening quote; null where there is no such member.
  /// Without blanks around it; empty for an object but `decisions` and `parameters`.
  std::string_view value;
};

struct CaaRecordView {
  uint8_t flags = 0;
  // In zone-file presentation, as the record holds them: \DDD and \\ for bytes that are not plain.
  std::string_view tag;
  std::string_view value;
};

struct ServerView {
  std::string_view host;
  std::string_view address;
  std::string_view result;
};

struct FindingView {
  std::string_view code;
  std::string_view host;
  std::string_view address;
  std::string_view zone;
  std::string_view evidence;
  std::optional<uint16_t> ede;  // The INFO-CODE that RFC 8914 has for it.
};

struct DecisionView {
  std::string_view ca;
  bool permit = false;
};

/// A record's members as they were read. Texts are views that hold until the reader's next Read(),
/// and while the line does; they are strangers' data and may hold any character.
struct RecordView {
  std::string_view name;
  std::string_view input;  // Read by ReadOrigin() alone.
  Purpose purpose = Purpose::kTls;
  Outcome outcome = Outcome::kError;
  Reason reason = Reason::kStopped;  // Read by Read() alone.
  std::string_view reason_code;      // As the line has it.
  bool may_issue = false;
  bool would_issue = false;  // Of records without it: only where the outcome is permit.
  bool nxdomain = false;     // Read by Read() alone.
  std::string_view detail;   // Why the name is none. Read by Read() alone.
  std::vector<std::string_view> cname;
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  bool has_caa = false;
  std::string_view caa_owner;
  uint32_t caa_ttl_s = 0;
  std::vector<CaaRecordView> caa;
  std::string_view failed_at;
  std::string_view zone;
  std::string_view operator_name;
  std::vector<ServerView> servers;
  std::vector<uint16_t> server_ede;  // INFO-CODEs that came with answers, of all servers.
  std::vector<FindingView> findings;
  std::vector<DecisionView> decisions;
  std::string_view persist;  // The code of its result; empty where the record has none.
  uint64_t queries = 0;
  uint64_t retries = 0;
  uint64_t attempts = 1;
  double elapsed_ms = 0;
  int64_t time_ms = 0;  // Since 1970.
  std::optional<uint32_t> rank;
  std::string_view id;     // Raw JSON, read by ReadOrigin() alone.
  std::string_view order;  // Raw JSON; empty where the record has none.
};

/// Reads records. One thread at a time; keeps its memory from line to line. A resource.
class RecordReader {
 public:
  /// So many bytes behind a line must be readable, whatever they hold.
  static const size_t kPadding;
  /// Longer lines are no records: the largest answer that DNS can carry makes a third of this.
  static constexpr size_t kMaxLineSize = size_t{1} << 20;

  RecordReader();
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// Reads one line (without its line feed). What keeps it from being a record of version 1 of the
  /// schema, in words for people, or empty. Only the members above are looked at, and name,
  /// outcome, reason, may_issue, dnssec and time must be there; a member that occurs twice is
  /// refused, since nobody could tell which of the two counts.
  std::string_view Read(std::string_view line);

  /// Reads lines from the beginning of `lines` for as long as each is a record, and calls
  /// `visit(line)` with record() being its. How many bytes those lines are, their line feeds
  /// included. It is the quicker way, and no other than Read() line by line; what it leaves is for
  /// Read() to judge: the first line that is no record, or is none of the scanner's own form, and
  /// all behind it.
  size_t ReadRun(std::string_view lines, absl::FunctionRef<void(std::string_view)> visit);

  /// Reads a line that `decide` is to change: name, for, outcome, reason_code, may_issue, caa but
  /// its owner, and time, and the places of these and of decisions, parameters and valid_until.
  /// What is wrong, or empty. Unlike Read():
  /// - the line may be of any length, and keys may have escapes;
  /// - any reason will do, and of a look-up that failed only name and outcome must be there;
  /// - a CAA RRset must have its TTL, no member twice, and sound presentation;
  /// - what is behind the object is not looked at.
  std::string_view ReadToDecide(std::string_view line);

  /// Reads what tells which line of input a record answers: name, input, for, rank, id and order,
  /// and its reason_code. False where the line has no reason or cannot be read. Unlike Read(), it
  /// takes a line of any length, keys with escapes, and the last of members that are there twice.
  bool ReadOrigin(std::string_view line);

  /// The record, where nothing was found wrong with it.
  const RecordView& record() const { return record_; }

  /// Where ReadToDecide() found a member that it reads.
  const MemberPlace& place(Member member) const { return places_[static_cast<size_t>(member)]; }

 private:
  struct Parser;
  void Clear();
  size_t ReadBatch(std::string_view lines, absl::FunctionRef<void(std::string_view)> visit);

  const std::unique_ptr<Parser> parser_;
  RecordView record_;
  std::array<MemberPlace, kMemberCount> places_;
};

}  // namespace caascan::record
