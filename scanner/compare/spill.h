// Records of any number, put on disk by name, so that those of one name meet again in little
// memory.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/caa.h"
#include "scanner/record/record_view.h"

namespace caascan::compare {

/// What comparisons need of a record. Views hold during the call that is given them.
struct SpillRow {
  uint8_t input = 0;
  Outcome outcome = Outcome::kError;
  Reason reason = Reason::kStopped;
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  bool may_issue = false;
  Purpose purpose = Purpose::kTls;
  uint32_t ttl_s = 0;  // Of the CAA set.
  int64_t time_ms = 0;
  std::string_view name;
  std::string_view operator_name;
  std::string_view caa;            // The set's records, sorted, a line each; empty without a set.
  std::string_view findings = {};  // As FindingCodes() has them.
};

/// By what records are compared: one name may have been asked for several purposes.
struct NameKey {
  std::string name;
  Purpose purpose = Purpose::kTls;
};

/// Finds keys by rows, too.
struct NameKeyLess {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    const int order = std::string_view(a.name).compare(std::string_view(b.name));
    return order != 0 ? order < 0 : a.purpose < b.purpose;
  }
};

/// Temporary files that the rows are dealt out to by a hash of the name: all rows of a name lie in
/// one of them, and each holds about 1/256 of all. The files have no names and go away with the
/// object. Memory: 32 KiB a file.
class Spill {
 public:
  /// Rows that are read together; all those of a name are in one share.
  struct Share {
    size_t partition = 0;
    size_t index = 0;  // Of `count` shares of the partition.
    size_t count = 1;
  };
  static constexpr size_t kShareMemory = size_t{64} << 20;

  /// Files in `folder`; empty is that of TMPDIR, else /tmp. InvalidArgument where it cannot be
  /// written.
  static absl::StatusOr<std::unique_ptr<Spill>> Create(const std::string& folder);
  ~Spill();
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;

  /// Any thread. Names and texts beyond 64 KiB are cut.
  void Add(const SpillRow& row);
  /// Once, behind the last Add(). DataLoss where not all rows could be kept (a full disk, say).
  [[nodiscard]] absl::Status Finish();

  /// All rows in shares that take about `share_memory` bytes each, where a row takes `row_memory`
  /// beside its texts: however many rows there are, memory is bounded, and a partition that is too
  /// big is read several times instead. After Finish().
  std::vector<Share> Shares(size_t row_memory, size_t share_memory = kShareMemory) const;
  /// Calls `visit` for each row of a share, in no order that means anything. After Finish(). Each
  /// partition may be read by one thread at a time. DataLoss where it cannot be read back.
  [[nodiscard]] absl::Status ForEach(const Share& share,
                                     absl::FunctionRef<void(const SpillRow&)> visit) const;

 private:
  static constexpr size_t kPartitions = 256;
  struct Partition {
    std::mutex mutex;  // Guards buffer, counts, and the order of writes.
    std::string buffer;
    uint64_t rows = 0;
    uint64_t bytes = 0;
    int fd = -1;
  };

  Spill() = default;
  void Flush(Partition* partition);
  void Fail(int error);

  std::array<Partition, kPartitions> partitions_;
  std::atomic<int> error_{0};  // The first errno.
};

/// What ForEach() gives for the record. `caa` keeps the text that the row's view leads to.
SpillRow RowOf(const record::RecordView& record, size_t input, std::string* operator_name,
               std::string* caa);

}  // namespace caascan::compare
