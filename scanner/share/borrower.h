// The thread that asks the engine for loans, and keeps the limits of this machine's scan.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "scanner/io/wake_fd.h"
#include "scanner/pacing/limits.h"
#include "scanner/share/engine.h"
#include "scanner/share/lender.h"
#include "scanner/share/loan_book.h"

namespace caascan::share {

struct BorrowerOptions {
  EngineUrl url;
  std::string run;
  LenderOptions lender;
  /// What other machines and `status` are told of this one, at each renewal: one line. May be
  /// empty. Called by the borrower's thread, as what follows.
  std::function<std::string()> state = {};
  /// The run's block list has changed: all of it.
  std::function<void(const std::vector<std::string>&)> on_blocked = {};
  /// A line of ASCII for people: the engine is away, or back.
  std::function<void(const std::string&)> on_notice = {};
};

/// One machine of a run. While it serves, its thread renews the loans each half lease: it takes
/// back what was lent, asks, and lends what it is given until a lease after it asked. Where the
/// engine does not answer, the machine goes on with its own part of each limit, and the thread asks
/// again. No worker ever waits for it.
///
/// Made, started and stopped by one thread.
class Borrower {
 public:
  /// Comes to the run, which must be reached within `patience`. Ends early, as Cancelled, once
  /// `stop_fd` can be read. Errors: see Lender::Join().
  static absl::StatusOr<std::unique_ptr<Borrower>> Join(BorrowerOptions options, int stop_fd,
                                                        std::chrono::milliseconds patience);
  ~Borrower();

  /// Into so many parts each limit is divided: this machine always has one of them.
  uint32_t parts() const { return 2 * admission_.machines; }
  /// Before that the first query must not be sent.
  std::chrono::milliseconds wait() const { return admission_.wait; }
  /// Once. `limits` have those parts() and outlive Stop(). The first round is done when it returns,
  /// so that the block list is known, unless the engine is away.
  void Start(pacing::SharedLimits* limits);
  /// Gives back what was lent. Nothing may be sent any more. Harmless where it was not started.
  void Stop();

 private:
  Borrower(BorrowerOptions options, std::unique_ptr<io::WakeFd> stop);

  void Run();
  /// One round of renewals. False where the engine did not answer.
  absl::Status Renew();
  absl::Status RenewSome(const std::vector<LoanBook::Request>& requests);
  std::optional<LoanRequest> RateNeed();
  void TakeBack(const std::vector<LoanBook::Request>& requests);
  void Lend(const LoanBook::Request& request, const Loan& loan, std::chrono::nanoseconds until);
  void UsePaces(const Renewal& renewal, std::chrono::nanoseconds now);
  void FollowBlockList(uint64_t version);
  void NoteEngine(const absl::Status& status);

  const BorrowerOptions options_;
  const std::unique_ptr<io::WakeFd> stop_;
  Engine engine_;
  Lender lender_;
  Lender::Admission admission_;
  pacing::SharedLimits* limits_ = nullptr;
  std::thread thread_;

  // The thread's own.
  LoanBook book_;
  uint64_t block_version_ = 0;
  uint64_t pace_version_ = 0;
  absl::flat_hash_map<async::Address, std::chrono::nanoseconds> paced_until_;
  absl::flat_hash_map<async::Address, double> paces_;
  bool away_ = false;
};

}  // namespace caascan::share
