// Records of any number, sorted in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

namespace caascan::io {

/// Sorts records, which are octets, by their octets; of equal ones one comes back. What does not
/// fit in memory lies in one temporary file without a name. One thread at a time.
///
/// Memory: `memory`, and less than 1 MiB beside it, for up to `memory` / 4 KiB times as many octets
/// (1 TiB by default). Each further `memory` of octets takes 4 KiB more.
class RecordSorter {
 public:
  static constexpr size_t kMemory = size_t{64} << 20;
  static constexpr size_t kMaxRecordSize = size_t{64} << 10;

  /// `folder` as in OpenTemporaryFile(), which is called once the memory is full.
  explicit RecordSorter(std::string folder = "", size_t memory = kMemory);
  ~RecordSorter();
  RecordSorter(const RecordSorter&) = delete;
  RecordSorter& operator=(const RecordSorter&) = delete;

  /// REQUIRES: before Finish(); at most kMaxRecordSize octets, which `memory` holds twice.
  void Add(std::string_view record);
  /// Once, behind the last Add().
  void Finish();
  /// The next record in order, valid until the next call. False at the end, and where status() is
  /// not OK. REQUIRES: after Finish().
  bool Next(std::string_view* record);

  /// DataLoss where records could not be kept in the temporary file or read back.
  const absl::Status& status() const { return status_; }
  /// Added so far.
  uint64_t added() const { return added_; }

 private:
  class Run;

  bool HasRoom(size_t size) const;
  void SortMemory();
  std::string_view InMemory(size_t index) const;
  void WriteRun();
  void Write(std::string_view bytes);
  void OpenRuns();
  bool NextOfRuns(std::string_view* record);
  void Fail(const std::string& why);

  const std::string folder_;
  const size_t memory_;
  // Records, each behind its size, from the front; their offsets from the back.
  std::unique_ptr<char[]> arena_;
  size_t used_ = 0;
  uint32_t* offsets_ = nullptr;  // The first of count_; they end where the arena does.
  size_t count_ = 0;
  size_t given_ = 0;  // Of those in memory.

  int fd_ = -1;
  uint64_t file_size_ = 0;
  std::vector<uint64_t> run_ends_;
  std::vector<std::unique_ptr<Run>> runs_;  // A heap, the least record first.
  std::string last_;                        // Given out.
  bool has_last_ = false;
  uint64_t added_ = 0;
  bool finished_ = false;
  absl::Status status_;
};

}  // namespace caascan::io
