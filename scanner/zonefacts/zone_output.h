// Where a scan's zone facts go: one file, written when the scan ends.
#pragma once

#include <absl/status/status.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "scanner/io/file_lock.h"
#include "scanner/zonefacts/facts.h"
#include "scanner/zonerecord/zone_union.h"

namespace caascan::zonefacts {

struct ZoneOutputOptions {
  std::string path;
  bool keep = false;         // Put the zones that the file holds together with the scan's.
  uint16_t usual_port = 53;  // See Facts::FillRecord().
  const vantage::AsnTable* origins = nullptr;  // Likewise; outlives the output.
  size_t tables = 4;                           // So many may wait to be written down.
};

/// Takes the workers' tables, writes them down in a thread of its own, and at the end the file:
/// each zone once, whatever the number of workers and tables that met it. Memory: ZoneUnion's, and
/// the tables that wait. The temporary file lies beside the output.
class ZoneOutput {
 public:
  explicit ZoneOutput(const ZoneOutputOptions& options);
  ~ZoneOutput();
  ZoneOutput(const ZoneOutput&) = delete;
  ZoneOutput& operator=(const ZoneOutput&) = delete;

  /// Locks the file, finds out whether it can be written, and reads what it holds where that is
  /// kept. Errors: InvalidArgument; also where what is kept is no zones, for it would be lost.
  [[nodiscard]] absl::Status Open();
  /// Takes *table, and leaves it empty. Any thread. False, and nothing is taken, where too many
  /// wait and `wait` is not set.
  bool Take(FactsTable* table, bool wait);
  /// Writes the file, whole or not at all. Once, behind the last Take(). Errors: DataLoss.
  [[nodiscard]] absl::Status Finish();

  /// After Finish().
  uint64_t zones() const { return zones_; }

 private:
  void Run();
  void WriteDown(const FactsTable& table);

  const ZoneOutputOptions options_;
  std::unique_ptr<io::FileLock> lock_;
  zonerecord::ZoneUnion union_;  // The thread's, until it is joined.
  uint64_t zones_ = 0;
  std::thread thread_;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::deque<FactsTable> waiting_;
  bool finishing_ = false;
};

}  // namespace caascan::zonefacts
