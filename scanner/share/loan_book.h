// Which servers to ask loans for, and who has one now.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "scanner/async/address.h"
#include "scanner/pacing/limits.h"
#include "scanner/share/lender.h"

namespace caascan::share {

/// One machine's side of the lender, without clock and network. What it asks for first are servers
/// with loans or places in use, of which the engine must know, then those with the most queries
/// waiting. A value; one thread.
class LoanBook {
 public:
  /// A server asks where so many wait, however high its floor; others wait their turn at the floor.
  static constexpr uint32_t kMany = 16;
  /// In one round; what is left asks in a later one.
  static constexpr size_t kMostServers = 1024;

  explicit LoanBook(std::chrono::milliseconds lease) : lease_(lease) {}

  struct Request {
    std::optional<async::Address> address;  // nullopt: the rate over all servers.
    LoanRequest asked;
  };
  /// `needs` are those of now; `rate` is --rate with this machine's part of it, where queries wait
  /// for that.
  std::vector<Request> Requests(const std::vector<pacing::AddressNeed>& needs,
                                const std::optional<LoanRequest>& rate) const;
  /// The engine's answer, in the same order.
  void Note(const std::vector<Request>& requests, const std::vector<Loan>& loans);
  /// That have loans, by the last answer.
  std::vector<async::Address> Borrowed() const;
  bool borrows_rate() const { return borrows_rate_; }

 private:
  bool Wants(const pacing::AddressNeed& need) const;

  const std::chrono::milliseconds lease_;
  absl::flat_hash_map<async::Address, Loan> loans_;  // None of them empty.
  bool borrows_rate_ = false;
};

}  // namespace caascan::share
