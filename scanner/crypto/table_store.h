// Tables of the keys by which most signatures are checked.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "scanner/crypto/p256.h"

namespace caascan::crypto {

/// Which keys earn a table, and which keep theirs.
struct TableLimits {
  /// Tables at most, of P256Table::kBytes each: 10 MB.
  size_t tables = 64;
  /// A table takes 15 ms to make, and a check by it 12 µs where it took 35: it pays after 650 more
  /// checks. Checks spread over keys by Zipf's law: of the keys that come to n checks, one in k
  /// comes to k n. If the busiest key of a scan makes ten times n, a key that came to n makes
  /// n ln 10 more on average. That is 650 for n = 280.
  uint32_t checks_to_earn = 256;
  /// Keys that are counted at most, 150 octets each. The least used of those without table goes.
  size_t keys = 1'024;
  /// After so many checks all counts are halved, so that a key that was busy once makes room.
  uint64_t checks_to_halve = 65'536;
};

/// Counts checks by all threads, and makes tables in a thread of its own, which starts with the
/// first. A key with more checks takes the table of the key with the fewest, if it is ahead by what
/// a table has to earn. Any thread.
class TableStore {
 public:
  explicit TableStore(const TableLimits& limits = {});
  /// Waits for the table that is in the making; those that wait are not made.
  ~TableStore();
  TableStore(const TableStore&) = delete;
  TableStore& operator=(const TableStore&) = delete;

  /// The program's. It ends with the program, after all threads that count.
  static TableStore& Shared();

  /// `checks` more were made by `key`, which is a point of the curve as P256Key takes it. Its
  /// table, where it has one. Callers hold it weakly, so that `tables` bounds the memory.
  std::weak_ptr<const P256Table> Count(std::span<const uint8_t> key, uint32_t checks);

  /// Returns when no table is in the making or waits for it.
  void WaitUntilMade();

 private:
  enum class State : uint8_t { kCounting, kMaking, kHasTable, kHasNone };
  struct Entry {
    uint64_t checks = 0;
    State state = State::kCounting;
    std::shared_ptr<const P256Table> table;

    /// Does it take one of the places, or soon?
    bool has_place() const { return state == State::kMaking || state == State::kHasTable; }
  };
  using Entries = absl::flat_hash_map<std::string, Entry>;

  void MakeRoom();
  void Halve();
  bool FindPlace(const Entry& entry);
  void Start(const std::string& key, Entry* entry);
  void Run();

  const TableLimits limits_;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  Entries entries_;
  size_t places_ = 0;    // Entries that have one.
  uint64_t checks_ = 0;  // Since the last halving.
  std::deque<std::string> waiting_;
  bool making_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace caascan::crypto
