// Where a scan gets its chunks from, and to whom it says what became of them. Header-only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace caascan::plan {

/// One chunk in the hands of this process. A value.
struct ChunkLease {
  uint32_t chunk = 0;  // Its number in the manifest.
  std::string ticket;  // What the source knows this delivery by; empty where it needs none.
};

enum class NextChunk : uint8_t {
  kChunk,
  kEnd,          // None is left for this process: all are done, dead, or in other hands for good.
  kInterrupted,  // By Interrupt().
  kFailed,       // status() says why. Nothing more comes.
};

/// Deals out the chunks of one run. The folder (FolderSource) is one; an engine is another.
///
/// A chunk is in hand from Next() until Done() or GiveBack(), one of which follows once. Next() and
/// status() are called by one thread; all else by any thread, also while Next() waits.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;

  /// Takes the next chunk that no other has. May wait for one that others may give back.
  virtual NextChunk Next(ChunkLease* lease) = 0;
  virtual const absl::Status& status() const = 0;

  /// The chunk's result is where it belongs, whole. May wait. An error: that could not be noted;
  /// the scan then ends with exit code 1.
  [[nodiscard]] virtual absl::Status Done(const ChunkLease& lease) = 0;

  /// It was not done, and others may take it at once. `why`: a line for people, such as "stopped".
  virtual void GiveBack(const ChunkLease& lease, std::string_view why) = 0;

  /// Keeps it in hand. False where it is not any more: others have it, or have done it, and its
  /// result is thrown away. Called just before the result takes its place, and about every
  /// kExtendEvery for each chunk in hand. Must not wait long.
  [[nodiscard]] virtual bool Extend(const ChunkLease& lease) = 0;
  static constexpr int kExtendEverySeconds = 10;

  /// From now on Next() gives nothing. Once or more.
  virtual void Interrupt() = 0;
};

}  // namespace caascan::plan
