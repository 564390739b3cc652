// Lines of any length, sorted by a key in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "scanner/io/record_sorter.h"

namespace caascan::plan {

/// Gives lines out by key, and those of one key by number. A line that is too long for a
/// RecordSorter is cut and put together again. One thread at a time; memory as RecordSorter's.
class LineSorter {
 public:
  /// `folder` as RecordSorter takes it. All keys have `key_size` octets.
  LineSorter(size_t key_size, std::string folder, size_t memory = io::RecordSorter::kMemory)
      : key_size_(key_size), sorter_(std::move(folder), memory) {}

  /// REQUIRES: before Finish(); the key has its size; no two lines have the same key and number.
  void Add(std::string_view key, uint64_t number, std::string_view line);
  void Finish() { sorter_.Finish(); }
  /// False at the end, and where status() is not OK. After Finish().
  bool Next();

  // Of the line that Next() gave, until the next call.
  std::string_view key() const { return std::string_view(head_).substr(0, key_size_); }
  uint64_t number() const;
  const std::string& line() const { return line_; }

  /// DataLoss where the temporary file failed.
  const absl::Status& status() const { return sorter_.status(); }

 private:
  const size_t key_size_;
  io::RecordSorter sorter_;
  std::string head_;  // Key and number.
  std::string line_;
  std::string record_;
};

}  // namespace caascan::plan
