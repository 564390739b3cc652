// Zones of several looks, each put together once, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "scanner/io/record_sorter.h"
#include "scanner/zonerecord/zone_reader.h"
#include "scanner/zonerecord/zone_record.h"

namespace caascan::zonerecord {

/// Is asked now and then whether to go on; empty: always.
using StopFunction = std::function<bool()>;

/// Takes lines of zones in any order and gives one line a zone, sorted by the octets of its name,
/// with what all lines of it say (MergeZone()). One thread at a time. Memory is a RecordSorter's:
/// 64 MiB by default, and beside it one temporary file of what is more.
class ZoneUnion {
 public:
  explicit ZoneUnion(std::string folder = "", size_t memory = io::RecordSorter::kMemory)
      : sorter_(std::move(folder), memory) {}

  /// A line without its line feed. REQUIRES: before Finish(); `line` is AppendZoneJson()'s, or
  /// ZoneReader has read it, and `zone` is its zone.
  void Add(std::string_view zone, std::string_view line);
  /// Once, behind the last Add().
  void Finish() { sorter_.Finish(); }
  /// The next zone's line, without a line feed, as long as there are some. False at the end, and
  /// where status() is not OK. Only behind Finish().
  bool Next(std::string* line);

  /// Writes all that is left into a file, whole or not at all; one that ends with .gz or .zst is
  /// compressed. *zones is how many. After Finish(). Errors: DataLoss, InvalidArgument where the
  /// file cannot be created, Cancelled where `stop` said so: then there is no file.
  [[nodiscard]] absl::Status WriteTo(const std::string& path, uint64_t* zones,
                                     const StopFunction& stop = {});

  /// DataLoss where the temporary file failed.
  const absl::Status& status() const { return sorter_.status(); }

 private:
  bool TakePiece();
  bool TakeLine();
  void Merge(std::string* line);

  io::RecordSorter sorter_;
  ZoneReader reader_;
  uint64_t added_ = 0;
  std::string record_;
  // The piece that was read ahead; `more_`: there is one.
  std::string head_;  // Zone, a zero octet, and the number of the line.
  std::string piece_;
  bool begun_ = false;
  bool more_ = false;
  // The line that was read ahead.
  std::string line_head_;
  std::string line_;
  bool has_line_ = false;
};

/// Adds each line of a file to `zones`. *broken counts those that are no zone's; a file that breaks
/// off counts as one more. Errors: InvalidArgument where it cannot be opened.
[[nodiscard]] absl::Status AddZoneFile(const std::string& path, ZoneUnion* zones, uint64_t* broken,
                                       const StopFunction& stop = {});

}  // namespace caascan::zonerecord
