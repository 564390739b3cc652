// Tested by loan_book_test.cc.
#include "scanner/share/loan_book.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <tuple>

#include <absl/container/flat_hash_set.h>

namespace caascan::share {

bool LoanBook::Wants(const pacing::AddressNeed& need) const {
  const double half_lease_s = std::chrono::duration<double>(lease_).count() / 2;
  return need.used_above > 0 || need.proven_part < 1 || need.waiting >= kMany ||
         static_cast<double>(need.waiting) > need.own_rate * half_lease_s ||
         loans_.contains(need.address);
}

std::vector<LoanBook::Request> LoanBook::Requests(const std::vector<pacing::AddressNeed>& needs,
                                                  const std::optional<LoanRequest>& rate) const {
  std::vector<Request> requests;
  absl::flat_hash_set<async::Address> met;
  for (const pacing::AddressNeed& need : needs) {
    if (!Wants(need)) continue;
    met.insert(need.address);
    LoanRequest asked;
    asked.server = need.address.ToTextWithPort();
    asked.rate = need.rate_qps;
    asked.places = need.places;
    asked.rate_floor = need.own_rate;
    asked.place_floor = need.own_places;
    asked.waiting = need.waiting;
    asked.used_above = need.used_above;
    if (need.proven_part < 1) {
      asked.pace = static_cast<uint32_t>(std::max(1.0, std::floor(need.proven_part * 1000)));
    }
    requests.push_back({need.address, std::move(asked)});
  }
  const auto rank = [this](const Request& request) {
    const bool known = request.asked.used_above > 0 || loans_.contains(*request.address);
    return std::tuple(known ? 0 : 1, UINT32_MAX - request.asked.waiting);
  };
  std::sort(requests.begin(), requests.end(),
            [&](const Request& a, const Request& b) { return rank(a) < rank(b); });
  if (requests.size() > kMostServers) requests.resize(kMostServers);
  // Nothing waits there any more: what was lent goes back at once.
  for (const auto& [address, loan] : loans_) {
    if (met.contains(address)) continue;
    LoanRequest none;
    none.server = address.ToTextWithPort();
    requests.push_back({address, std::move(none)});
  }
  if (rate.has_value() && (rate->waiting > 0 || borrows_rate_)) {
    requests.push_back({std::nullopt, *rate});
  }
  return requests;
}

void LoanBook::Note(const std::vector<Request>& requests, const std::vector<Loan>& loans) {
  assert(requests.size() == loans.size() && "an answer for each request");
  for (size_t i = 0; i < requests.size(); ++i) {
    const bool any = loans[i].rate > 0 || loans[i].places > 0;
    if (!requests[i].address.has_value()) {
      borrows_rate_ = any;
    } else if (any) {
      loans_[*requests[i].address] = loans[i];
    } else {
      loans_.erase(*requests[i].address);
    }
  }
}

std::vector<async::Address> LoanBook::Borrowed() const {
  std::vector<async::Address> addresses;
  for (const auto& [address, loan] : loans_) addresses.push_back(address);
  return addresses;
}

}  // namespace caascan::share
