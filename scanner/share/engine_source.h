// Chunks from an engine: what plan/chunk_source.h promises, between many machines.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "scanner/io/wake_fd.h"
#include "scanner/plan/chunk_source.h"
#include "scanner/plan/manifest.h"
#include "scanner/share/chunk_queue.h"
#include "scanner/share/engine.h"

namespace caascan::share {

struct EngineSourceOptions {
  EngineUrl url;
  std::string run;
  ChunkQueueOptions queue;
  /// A line of ASCII for people. May be empty.
  std::function<void(const std::string&)> on_notice = {};
};

/// Each chunk is one machine's until its lease runs out, which a thread of this prevents. Where the
/// engine is away, what is in hand goes on: Extend() says yes, and what is done is told once it is
/// back. A run that has lost its chunks is planned again by the manifest.
///
/// Threads: as ChunkSource says.
class EngineSource final : public plan::ChunkSource {
 public:
  /// `manifest` outlives this.
  static absl::StatusOr<std::unique_ptr<EngineSource>> Open(const plan::Manifest& manifest,
                                                            EngineSourceOptions options);
  /// Tells the engine what it does not know yet, for up to some seconds.
  ~EngineSource() override;

  plan::NextChunk Next(plan::ChunkLease* lease) override;
  const absl::Status& status() const override { return status_; }
  [[nodiscard]] absl::Status Done(const plan::ChunkLease& lease) override;
  /// "stopped" and "the output failed" are no faults of the chunk's; anything else counts as a
  /// failed delivery.
  void GiveBack(const plan::ChunkLease& lease, std::string_view why) override;
  [[nodiscard]] bool Extend(const plan::ChunkLease& lease) override;
  void Interrupt() override;

 private:
  using Clock = std::chrono::steady_clock;
  /// What the engine must be told of a delivery.
  struct Word {
    Delivery delivery;
    bool done = false;
    std::string why;
  };

  EngineSource(const plan::Manifest& manifest, EngineSourceOptions options,
               std::unique_ptr<io::WakeFd> stop, std::unique_ptr<io::WakeFd> ended);
  Delivery DeliveryOf(const plan::ChunkLease& lease) const;
  /// The keeper's thread: extends the leases of all that is in hand.
  void KeepAll();
  void Keep();
  absl::StatusOr<ChunkDeal> TakeOne();
  /// Says what is left to say, in order. Unavailable where the engine is away.
  absl::Status Tell();
  absl::Status TellOne(const Word& word);
  void Note(const absl::Status& status);
  void Forget(const plan::ChunkLease& lease);
  /// Is the chunk in hand? Then this is its delivery from now on.
  bool TakeAgain(const Delivery& delivery);

  const plan::Manifest& manifest_;
  const EngineSourceOptions options_;
  const std::unique_ptr<io::WakeFd> stop_;   // Of Next().
  const std::unique_ptr<io::WakeFd> ended_;  // Of the keeper.
  absl::Status status_;                      // The thread's that calls Next().

  std::mutex mutex_;  // Guards what follows: one call of the engine at a time.
  Engine engine_;
  ChunkQueue queue_;
  std::deque<Word> untold_;
  absl::flat_hash_map<std::string, Delivery> in_hand_;  // By ticket.
  absl::flat_hash_set<std::string> lost_;               // Tickets of those that others have.
  Clock::time_point away_until_;  // It was away, and is not asked again before.
  bool away_ = false;

  std::thread keeper_;
};

}  // namespace caascan::share
