// Chunks of a run that are leased to machines, each until it is done.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "scanner/plan/manifest.h"
#include "scanner/share/engine.h"

namespace caascan::share {

/// One delivery of a chunk to this machine. `count` fences: once the chunk was dealt to another, or
/// again, what is asked in the name of this one changes nothing. A value.
struct Delivery {
  std::string id;  // The engine's.
  uint64_t count = 0;
  uint32_t chunk = 0;  // Its number in the manifest.
};

struct ChunkQueueOptions {
  std::string group = "default";  // The perspective. Each group gets each chunk.
  std::string machine;            // Unlike that of any other process.
  std::chrono::milliseconds lease{60'000};
  /// One that was delivered so often, and never done nor given back, is dead.
  uint32_t deliveries = 4;
};

/// What came of asking for chunks.
struct ChunkDeal {
  enum class State : uint8_t {
    kOpen,       // There are chunks, or others have some that may come back.
    kDone,       // Each is done or dead.
    kUnplanned,  // The run has no chunks yet.
  };
  State state = State::kOpen;
  std::vector<Delivery> deliveries;
};

/// The chunks of one run for one group. The queue is never the truth: that are the manifest and the
/// files. One thread; each call waits for the engine, and its errors are those of Engine::Run().
class ChunkQueue {
 public:
  ChunkQueue(Engine* engine, ChunkQueueOptions options)
      : engine_(engine), options_(std::move(options)) {}

  /// Puts the manifest's chunks into the run, each once. How many were not there before.
  /// FailedPrecondition where the run has another manifest.
  static absl::StatusOr<uint64_t> Plan(Engine* engine, const plan::Manifest& manifest);
  /// Which chunks may be dealt out again.
  enum class AgainOf : uint8_t { kDead, kEnded };  // kEnded: done ones too.
  /// Deals chunks out again: those named, as far as `of` has them, or all that are dead. How many.
  static absl::StatusOr<uint64_t> Again(Engine* engine, std::string_view group, AgainOf of,
                                        const std::vector<uint32_t>& chunks);

  absl::StatusOr<ChunkDeal> Take(size_t most);
  /// Extends the leases. For each: is it still held?
  absl::StatusOr<std::vector<bool>> Keep(const std::vector<Delivery>& deliveries);
  /// Its file is there. False: it was no longer held, and counts for another.
  absl::StatusOr<bool> Finish(const Delivery& delivery, uint64_t names, uint64_t records);
  /// Nothing is wrong with it. Others get it at once, and it counts as no delivery.
  absl::StatusOr<bool> GiveBack(const Delivery& delivery);
  /// It could not be done, for what `line` says.
  absl::StatusOr<bool> Fail(const Delivery& delivery, std::string_view line);

 private:
  absl::StatusOr<bool> Settle(const Delivery& delivery, std::string_view what, uint64_t names,
                              uint64_t records, std::string_view line);

  Engine* const engine_;
  const ChunkQueueOptions options_;
};

}  // namespace caascan::share
