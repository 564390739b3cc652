// Invariant: a loan is in the limits only until a lease after the call that brought it began, and
// never while a call is under way that may change it. Tested by borrower_test.cc.
#include "scanner/share/borrower.h"

#include <poll.h>

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>

namespace caascan::share {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// The clock of the workers' loops.
nanoseconds Now() { return std::chrono::steady_clock::now().time_since_epoch(); }

bool WaitForStop(int fd, milliseconds time) {
  pollfd stop = {fd, POLLIN, 0};
  return poll(&stop, 1, static_cast<int>(time.count())) > 0;
}

constexpr milliseconds kRetry(500);
/// A turn that was taken under a loan leaves within this time: the loan ends so much earlier.
constexpr milliseconds kSendDelay(30);

}  // namespace

Borrower::Borrower(BorrowerOptions options, std::unique_ptr<io::WakeFd> stop)
    : options_(std::move(options)),
      stop_(std::move(stop)),
      engine_({options_.url, options_.run, stop_->fd(), options_.lender.lease}),
      lender_(&engine_, options_.lender),
      book_(options_.lender.lease) {}

Borrower::~Borrower() { Stop(); }

absl::StatusOr<std::unique_ptr<Borrower>> Borrower::Join(BorrowerOptions options, int stop_fd,
                                                         milliseconds patience) {
  auto stop = io::WakeFd::Create();
  if (!stop.ok()) return stop.status();
  std::unique_ptr<Borrower> borrower(new Borrower(std::move(options), *std::move(stop)));
  const nanoseconds until = Now() + patience;
  while (true) {
    auto admission = borrower->lender_.Join();
    if (admission.ok()) {
      borrower->admission_ = *admission;
      return borrower;
    }
    if (!absl::IsUnavailable(admission.status()) || Now() > until) return admission.status();
    borrower->NoteEngine(admission.status());
    if (WaitForStop(stop_fd, kRetry)) return absl::CancelledError("stopped");
  }
}

void Borrower::Start(pacing::SharedLimits* limits) {
  assert(limits_ == nullptr && limits->options().parts == parts() && "started once, in its parts");
  limits_ = limits;
  NoteEngine(Renew());  // The block list holds from the first query on.
  thread_ = std::thread([this] { Run(); });
}

void Borrower::Stop() {
  if (!thread_.joinable()) return;
  stop_->Notify();
  thread_.join();
}

void Borrower::Run() {
  const milliseconds half_lease = options_.lender.lease / 2;
  while (!WaitForStop(stop_->fd(), away_ ? kRetry : half_lease)) {
    const absl::Status renewed = Renew();
    if (absl::IsCancelled(renewed)) break;
    NoteEngine(renewed);
  }
  // The connection listens to stop_, which is notified by now: this takes another one.
  Engine last({options_.url, options_.run, -1, milliseconds(1000)});
  Lender leaving(&last, options_.lender);
  std::vector<std::string> servers;
  for (const async::Address& address : book_.Borrowed())
    servers.push_back(address.ToTextWithPort());
  if (book_.borrows_rate()) servers.emplace_back("*");
  (void)leaving.Leave(servers);  // Away: loans end by themselves.
}

std::optional<LoanRequest> Borrower::RateNeed() {
  const uint32_t rate = limits_->options().rate_qps;
  if (rate == 0) return std::nullopt;
  LoanRequest need;
  need.server = "*";
  need.rate = rate;
  need.rate_floor = pacing::PartOfRate(rate, parts());
  need.waiting = limits_->TakeRateRefused() ? LoanBook::kMany : 0;
  return need;
}

absl::Status Borrower::Renew() {
  std::vector<pacing::AddressNeed> needs;
  limits_->ForEachNeed(Now(), [&needs](const auto& need) { needs.push_back(need); });
  std::vector<LoanBook::Request> requests = book_.Requests(needs, RateNeed());
  absl::Status status;
  for (size_t begin = 0; status.ok() && (begin == 0 || begin < requests.size());
       begin += Lender::kMostRequests) {
    const size_t end = std::min(requests.size(), begin + Lender::kMostRequests);
    status = RenewSome({requests.begin() + static_cast<ptrdiff_t>(begin),
                        requests.begin() + static_cast<ptrdiff_t>(end)});
  }
  return status;
}

void Borrower::TakeBack(const std::vector<LoanBook::Request>& requests) {
  for (const LoanBook::Request& request : requests) Lend(request, Loan(), nanoseconds(0));
}

void Borrower::Lend(const LoanBook::Request& request, const Loan& loan, nanoseconds until) {
  if (request.address.has_value()) {
    limits_->Lend(*request.address, loan.rate, loan.places, until);
  } else if (request.asked.rate_floor > 0) {
    limits_->rate().Lend(request.asked.rate_floor + loan.rate, until);
  }
}

absl::Status Borrower::RenewSome(const std::vector<LoanBook::Request>& requests) {
  TakeBack(requests);
  std::vector<LoanRequest> asked;
  asked.reserve(requests.size());
  for (const LoanBook::Request& request : requests) asked.push_back(request.asked);
  const nanoseconds began = Now();
  auto renewal = lender_.Renew(asked, options_.state ? options_.state() : "", pace_version_);
  if (!renewal.ok()) return renewal.status();
  const nanoseconds until = began + options_.lender.lease - kSendDelay;
  book_.Note(requests, renewal->loans);
  for (size_t i = 0; i < requests.size(); ++i) Lend(requests[i], renewal->loans[i], until);
  UsePaces(*renewal, began);
  FollowBlockList(renewal->block_version);
  return absl::OkStatus();
}

/// Budgets come and go, so what holds is set again in each round.
void Borrower::UsePaces(const Renewal& renewal, nanoseconds now) {
  if (renewal.paces.has_value()) {
    pace_version_ = renewal.pace_version;
    for (auto& [address, until] : paced_until_) until = nanoseconds(0);
    for (const BearablePart& pace : *renewal.paces) {
      const auto address = async::Address::FromText(pace.server, 0);
      if (!address.has_value()) continue;
      paced_until_[*address] = now + pace.left;
      paces_[*address] = pace.thousandths / 1000.0;
    }
  }
  for (auto it = paced_until_.begin(); it != paced_until_.end();) {
    const async::Address address = it->first;
    const bool over = it->second <= now;
    limits_->SetBearable(address, over ? 1 : paces_[address]);
    if (over) {
      paces_.erase(address);
      paced_until_.erase(it++);
    } else {
      ++it;
    }
  }
}

void Borrower::FollowBlockList(uint64_t version) {
  if (version == block_version_ || !options_.on_blocked) return;
  auto entries = engine_.Blocked();
  if (!entries.ok()) return;  // At the next renewal.
  block_version_ = version;
  options_.on_blocked(*entries);
}

void Borrower::NoteEngine(const absl::Status& status) {
  const bool away = !status.ok();
  if (away == away_) return;
  away_ = away;
  if (!options_.on_notice) return;
  options_.on_notice(
      away ? absl::StrCat(status.message(), "; going on with this machine's own part of each limit")
           : std::string("the engine is back"));
}

}  // namespace caascan::share
