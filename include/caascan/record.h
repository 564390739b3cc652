// One scanned name's result, and the line of NDJSON that carries it (docs/record.schema.json).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "caascan/caa.h"
#include "caascan/finding_code.h"
#include "caascan/outcome.h"
#include "caascan/persist.h"

namespace caascan {

/// The relevant RRset (RFC 8659 §3): `owner` is where it was found, behind aliases.
struct CaaRrset {
  std::string owner;
  uint32_t ttl_s = 0;
  std::vector<CaaRecord> records;
};

struct ServerReport {
  std::string host;     // Empty where only an address is known.
  std::string address;  // Empty for kUnresolved. Text form; ":port" only where it differs from the
                        // scan's port.
  ServerResult result = ServerResult::kAnswer;
  uint16_t rcode = 0;            // For kRcode.
  std::optional<double> rtt_ms;  // Where an answer came.
  std::string detail;            // What is malformed and where; or a resolver's EDE. All ASCII.
  std::vector<uint16_t> ede;     // INFO-CODEs that came with the answer (RFC 8914), in order.
};

struct Finding {
  explicit Finding(FindingCode of) : code(of) {}

  FindingCode code;
  std::string host;
  std::string address;
  std::string zone;
  std::string evidence;
};

/// One name of the climb: what was found there, and who said so.
struct ClimbStep {
  std::string name;
  std::string result;  // "records", "none", "nxdomain", or the reason of a failure.
  std::string zone;
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  std::vector<std::string> cname;
  std::string host;  // Of the server that answered; empty where none did.
  std::string address;
  bool over_tcp = false;
  std::optional<double> rtt_ms;
};

/// A zone's place in the chain of trust.
struct ChainLink {
  std::string zone;
  DnssecStatus dnssec = DnssecStatus::kIndeterminate;
  std::string detail;  // Why it is not secure, where that is remarkable.
};

/// What the TXT records at `_validation-persist.NAME` say (ScanOptions::also_persist). It changes
/// nothing about the CAA verdict.
struct PersistReport {
  std::string name;  // That was looked up; empty where it would be too long for a name.
  PersistResult result = PersistResult::kNone;
  Reason failure = Reason::kStopped;  // Of kFailed.
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  uint32_t ttl_s = 0;  // Where there are records.
  std::vector<PersistRecord> records;
};

/// A raw JSON value passed through untouched (`id`, `order`, `input_columns`).
struct RawJson {
  std::string text;  // Valid JSON; empty where not given.
};

/// A value; members that are empty or unset are not written, save those the contract calls always
/// there.
struct Record {
  std::string name;   // Lower-case A-labels, no final dot, `*.` in front for a wildcard.
  std::string input;  // What was typed, where it differs; else empty.
  Purpose purpose = Purpose::kTls;
  Reason reason = Reason::kStopped;
  bool may_issue = false;    // What the Baseline Requirements allow.
  bool would_issue = false;  // What the CA does: where the look-up failed, it may still refuse.
  bool nxdomain = false;     // The name itself does not exist; an alias does.
  std::optional<CaaRrset> caa;
  std::vector<std::string> cname;
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  std::string failed_at;
  std::string zone;
  std::string operator_name;
  std::vector<ServerReport> servers;
  std::vector<Finding> findings;
  std::vector<std::pair<std::string, bool>> decisions;  // CA name, permit.
  std::optional<PersistReport> persist;
  std::vector<ClimbStep> climb;  // These two where the scan was told to (ScanOptions).
  std::vector<ChainLink> chain;  // From the root to `zone`.
  uint32_t queries = 0;
  uint32_t retries = 0;
  uint32_t attempts = 1;
  std::chrono::microseconds elapsed{0};
  std::chrono::system_clock::time_point time;
  RawJson id;
  RawJson order;
  std::optional<uint32_t> rank;  // Its place in the list that it came from.
  RawJson input_columns;         // Other columns of its row, an object.
  uint64_t line = 0;             // Of the input, counted from 1, where it is no name; else 0.
  std::string detail;            // Why it is none.

  Outcome outcome() const { return OutcomeOf(reason); }
};

/// Appends the record as one line of JSON with its final newline. The line is ASCII (but for what
/// `id` and `order` hold) and valid JSON whatever bytes the record holds: in `tag` and `value` a
/// byte that is not printable ASCII is written \DDD and a backslash \\, as in zone files, before
/// JSON's own escaping; elsewhere characters beyond ASCII become \uXXXX and what is not UTF-8
/// becomes \ufffd. Adds `outcome`, and `valid_until` (BR 4.2.2.1: the later of the RRset's TTL and
/// 8 hours after `time`) on permit and deny. Safe from any thread.
void AppendRecord(const Record& record, std::string* out);

}  // namespace caascan
