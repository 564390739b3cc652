// Holds what a scanner wrote against the truth, record by record.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <simdjson.h>

#include "tools/caalab/truth/finding_match.h"

namespace caascan::lab {

/// What of a record can be compared.
enum class RecordField : uint8_t {
  kOutcome,
  kReason,
  kMayIssue,
  kCaa,
  kDnssec,
  kZone,
  kPersist,
  kFindings
};
constexpr size_t kRecordFields = 8;

/// "outcome", "reason", "may_issue", "caa", "dnssec", "zone", "persist", "findings". A truth
/// that has no zone, or no persist, agrees with any.
std::string_view RecordFieldText(RecordField field);
/// Reads a comma-separated list; InvalidArgument where a word is none of these.
[[nodiscard]] absl::Status ParseRecordFields(std::string_view text,
                                             std::vector<RecordField>* fields);

/// A record as it is compared: everything in one form, whatever the order of members.
struct ComparedRecord {
  std::string name;  // With "for smime" or "for mark" behind it where it is not for TLS.
  /// By RecordField. For caa the owner and the records, sorted; findings are compared apart.
  std::array<std::string, kRecordFields> fields;
  std::vector<FindingFact> findings;
  uint64_t caa_ttl = 0;
};

/// One thread. Add all of the truth, then all of the output, then ask.
class Comparison {
 public:
  /// With `set_aside_unchecked`, a name whose truth is dnssec_bogus but whose record says that
  /// nothing was validated ("dnssec":"unchecked") is counted apart: it neither agrees nor differs.
  /// `all_findings`: the scan asked all servers and probed them all, see FindingDemand.
  explicit Comparison(std::vector<RecordField> fields, bool set_aside_unchecked = false,
                      bool all_findings = false)
      : fields_(std::move(fields)),
        set_aside_unchecked_(set_aside_unchecked),
        all_findings_(all_findings) {}

  /// Each takes a whole NDJSON file's text, which must outlive the comparison. Errors: the line
  /// that is no record, with `source` as the file's name.
  [[nodiscard]] absl::Status AddTruth(std::string_view text, std::string_view source);
  [[nodiscard]] absl::Status AddOutput(std::string_view text, std::string_view source);

  /// Does every expected name have its record, no other record there, and every field the same?
  bool agrees() const;

  /// The whole result for people: totals, confusion by outcome and by reason, finding codes missing
  /// and extra, and the first few names that differ with both records.
  std::string Report() const;

 private:
  using Pair = std::pair<std::string, std::string>;  // Expected, found.

  struct Expected {
    std::string_view line;
    int64_t outstanding = 0;  // Times expected less times found.
  };
  struct Difference {
    std::string what;
    std::string_view expected;
    std::string_view found;
  };

  absl::Status Parse(std::string_view line, ComparedRecord* out);
  void CompareRecords(const ComparedRecord& expected, const ComparedRecord& found,
                      std::string_view expected_line, std::string_view found_line);
  bool SameFindings(const ComparedRecord& expected, const ComparedRecord& found);
  bool IsSetAside(const ComparedRecord& expected, const ComparedRecord& found) const;

  std::vector<RecordField> fields_;
  bool set_aside_unchecked_;
  bool all_findings_;
  simdjson::dom::parser parser_;
  absl::flat_hash_map<std::string, Expected> expected_;
  uint64_t truth_count_ = 0;
  uint64_t output_count_ = 0;
  uint64_t same_count_ = 0;
  uint64_t different_count_ = 0;
  uint64_t extra_count_ = 0;
  uint64_t set_aside_count_ = 0;
  std::map<Pair, uint64_t> outcomes_;
  std::map<Pair, uint64_t> reasons_;
  std::map<std::string, uint64_t> findings_missing_;
  std::map<std::string, uint64_t> findings_extra_;
  std::vector<Difference> differences_;  // The first few.
};

}  // namespace caascan::lab
