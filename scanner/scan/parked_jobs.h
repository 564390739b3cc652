// Names that would only stand in a busy server's line: a job is some sixty octets, a look-up on its
// way some thousand.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "scanner/input/name_job.h"
#include "scanner/net/exchange.h"

namespace caascan::scan {

/// One worker's jobs that were put off, each for one server. Loop thread only.
class ParkedJobs {
 public:
  explicit ParkedJobs(size_t capacity) : capacity_(capacity) {}

  bool has_room() const { return size_ < capacity_; }
  bool empty() const { return size_ == 0; }

  /// For jobs that began while has_room(): there may be as many more as are in flight.
  void Park(net::PeerRef peer, input::NameJob&& job);
  /// The oldest one of a server that is busy no more, servers taking turns. False where none was
  /// found; a call looks at some servers only, so another one may find more.
  bool TakeReady(input::NameJob* job);
  /// Whichever.
  bool TakeAny(input::NameJob* job);

 private:
  struct Lot {
    explicit Lot(net::PeerRef server) : peer(std::move(server)) {}

    const net::PeerRef peer;
    std::deque<input::NameJob> jobs;  // Never empty.
  };
  void TakeFrom(size_t lot, input::NameJob* job);

  const size_t capacity_;
  size_t size_ = 0;
  std::vector<std::unique_ptr<Lot>> lots_;
  absl::flat_hash_map<const net::Peer*, size_t> lot_of_;  // The lots keep these.
  size_t next_ = 0;                                       // Lot to look at first.
};

}  // namespace caascan::scan
