// What one machine may ask of servers that several machines share: its floor, and what it is lent.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "scanner/share/engine.h"

namespace caascan::share {

/// The limits that all machines of a run keep together. Zero is no limit. A value.
struct SharedLimit {
  uint32_t server_rate = 0;
  uint32_t server_inflight = 0;
  uint32_t rate = 0;
};

/// What one machine asks for at one server, beyond its floor. A value.
struct LoanRequest {
  std::string server;     // An address with its port; "*" is --rate.
  uint32_t rate = 0;      // The whole limit of all machines; 0: none.
  uint32_t places = 0;    // Likewise in flight.
  double rate_floor = 0;  // What each machine has always.
  uint32_t place_floor = 0;
  uint32_t waiting = 0;     // Queries that wait for it.
  uint32_t used_above = 0;  // Places in use above the floor.
  /// The part of the limit that the server was proven to bear, in thousandths; 0: all of it.
  uint32_t pace = 0;
};

/// What it is lent, for as long as the lease. A value.
struct Loan {
  uint32_t rate = 0;    // Besides the floor.
  uint32_t places = 0;  // Likewise.
};

/// What a server bears, as another machine has proven: a part of its limit. A value.
struct BearablePart {
  std::string server;
  uint32_t thousandths = 1000;
  std::chrono::milliseconds left{0};  // So long it counts.
};

struct LenderOptions {
  std::string machine;
  SharedLimit limits;
  uint32_t machines = 1;  // At most, where the run does not say it.
  std::chrono::milliseconds lease{4'000};
  /// A query that begins under a loan may be under way so long after it.
  std::chrono::milliseconds linger{2'500};
};

/// What one call of Renew() brought. Loans are in the requests' order.
struct Renewal {
  uint64_t block_version = 0;
  uint32_t members = 0;
  std::vector<Loan> loans;
  /// Those of all servers, and their version; nullopt where it is the one that was known.
  std::optional<std::vector<BearablePart>> paces;
  uint64_t pace_version = 0;
};

/// Half of each server's limit is for floors: limit/2M for each of M machines, always and without a
/// word. The other half is lent by a script on the engine, by its clock, and never twice:
///
/// - A loan ends at the engine a lease after it was given, and here a lease after it was asked for,
///   which is earlier. While a renewal is under way only the floor counts: see Member.
/// - Places are kept at the engine until what is under way has ended, also where they are not lent
///   again.
/// - The engine's run ID is its epoch: after a restart nothing is lent until all older loans ended.
/// - Machines beyond M, up to 2M, take their floors out of what is lent. One that is not seen
///   counts for an hour more, since it may go on at its floor.
///
/// So the sum over all machines never exceeds the limit, nor half of it where there is no engine.
/// One thread; each call waits for the engine.
class Lender {
 public:
  Lender(Engine* engine, LenderOptions options) : engine_(engine), options_(std::move(options)) {}

  /// How many machines the run is planned for, and how long to wait before the first query.
  struct Admission {
    uint32_t machines = 1;
    std::chrono::milliseconds wait{0};
  };
  /// Comes to the run. Errors: InvalidArgument where the run has other limits; ResourceExhausted
  /// where it has twice its machines; those of Engine::Run().
  absl::StatusOr<Admission> Join();
  /// `state` is what others are told of this machine. Requests beyond kMostRequests are an error of
  /// the caller's. REQUIRES: at most kMostRequests.
  absl::StatusOr<Renewal> Renew(const std::vector<LoanRequest>& requests, std::string_view state,
                                uint64_t pace_version = 0);
  /// Nothing more is sent by this machine. `servers` are those of which it may have loans.
  [[nodiscard]] absl::Status Leave(const std::vector<std::string>& servers);

  static constexpr size_t kMostRequests = 256;
  const LenderOptions& options() const { return options_; }

 private:
  Engine* const engine_;
  const LenderOptions options_;
};

}  // namespace caascan::share
