// In which order a zone file's records stand, found out in a first reading.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "scanner/dns/name.h"
#include "scanner/io/wake_fd.h"
#include "scanner/zonefile/glue_table.h"
#include "scanner/zonefile/zone_line.h"

namespace caascan::zonefile {

/// Takes the lines of one zone file in order and says whether its delegations can be given out as
/// they come: the NS and DS records of each owner stand together, and glue is found. One thread at
/// a time.
///
/// No two owners' records are mixed where the owners ascend, as text or in the canonical order of
/// names (RFC 4034 §6.1); where they do neither, hashes of up to kMaxHashes owners tell. Glue is
/// found where it follows its own delegation, or where the file's addresses fit a GlueTable. A file
/// with other lines than `owner [TTL] [IN] TYPE RDATA`, the owner absolute, counts as unordered. A
/// line that could hold a ZONEMD record is searched for until the end.
///
/// Memory: 32 MiB for the hashes, and that of a GlueTable.
class ZoneOrder {
 public:
  static constexpr size_t kMaxHashes = size_t{4} << 20;

  /// The sizes are given by tests.
  explicit ZoneOrder(size_t max_hashes = kMaxHashes, size_t glue_memory = GlueTable::kMemory);
  /// Takes the file's denials on the way; null where they are not wanted.
  void set_denials(DenialSink* denials) { denials_ = denials; }
  /// The file is sorted, whatever its order.
  void WantSorted() { ordered_ = false; }

  /// One line without its line feed.
  void Add(std::string_view line);
  /// Is it by owner so far, each record in a line of its own?
  bool ordered() const { return ordered_; }
  /// At the end: is the file grouped by owner?
  bool End();
  /// How to read the file again: without a sorter where it is grouped, with the addresses and the
  /// apex that were found. Once, after End().
  ZonePlan TakePlan();

 private:
  void Look(std::string_view line);
  bool AddOwner(std::string_view owner);
  bool AddAddress(std::string_view owner, std::string_view rdata);

  const size_t max_hashes_;
  DenialSink* denials_ = nullptr;
  std::unique_ptr<GlueTable> glue_;
  std::optional<dns::Name> apex_;
  bool has_digest_ = false;
  bool ordered_ = true;
  std::string typed_;  // The last owner of NS or DS, as the file has it, and in lower case.
  std::string last_;
  std::string lower_;
  bool ascends_as_text_ = true;
  bool ascends_canonically_ = true;
  bool all_hashed_ = true;
  std::vector<uint64_t> hashes_;
};

/// Does the name `a` come before `b` in the canonical order of names? Both in lower case, with
/// their final dots and without escapes.
bool ComesBefore(std::string_view a, std::string_view b);

/// Reads the file for its order, so that *plan says how to read it again. What cannot be read
/// twice, such as a pipe and standard input, is sorted, and so is all where plan->owners are
/// wanted. What plan->denials wants is given to it here or there. Cancelled where `wake` (may be
/// null) interrupted it; InvalidArgument at a directive that stands for records, as far as it can
/// be told without joining lines: the second reading tells of others before it gives a delegation
/// out.
absl::Status PlanZone(const std::string& path, const io::WakeFd* wake, ZonePlan* plan);

}  // namespace caascan::zonefile
