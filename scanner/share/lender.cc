// Tested by lender_test.cc, against a real server.
#include "scanner/share/lender.h"

#include <absl/strings/str_cat.h>

#include <cassert>
#include <optional>

namespace caascan::share {
namespace {

/// Not more than was to be had, whatever the engine says.
std::optional<Loan> ReadLoan(const Reply& reply, const LoanRequest& request) {
  if (reply.kind != Reply::Kind::kList || reply.items.size() != 2) return std::nullopt;
  const auto rate = reply.items[0].AsCount();
  const auto places = reply.items[1].AsCount();
  if (!rate || !places || *rate > request.rate || *places > request.places) return std::nullopt;
  return Loan{static_cast<uint32_t>(*rate), static_cast<uint32_t>(*places)};
}

/// A flat list of servers, thousandths and milliseconds.
std::optional<std::vector<BearablePart>> ReadPaces(const Reply& reply) {
  constexpr uint64_t kLongestMs = 60'000;
  if (reply.kind != Reply::Kind::kList || reply.items.size() % 3 != 0) return std::nullopt;
  std::vector<BearablePart> paces;
  for (size_t i = 0; i < reply.items.size(); i += 3) {
    const auto server = reply.items[i].AsText();
    const auto part = reply.items[i + 1].AsCount();
    const auto left = reply.items[i + 2].AsCount();
    if (!server || !part || !left || *part == 0 || *part > 1000 || *left > kLongestMs) {
      return std::nullopt;
    }
    paces.push_back(
        {std::string(*server), static_cast<uint32_t>(*part), std::chrono::milliseconds(*left)});
  }
  return paces;
}

}  // namespace

absl::StatusOr<Lender::Admission> Lender::Join() {
  if (absl::Status status = engine_->Connect(); !status.ok()) return status;
  const SharedLimit& limits = options_.limits;
  auto reply = engine_->Run(
      Script::kJoin,
      {options_.machine, engine_->epoch(), absl::StrCat((options_.lease + options_.linger).count()),
       absl::StrCat(limits.server_rate), absl::StrCat(limits.server_inflight),
       absl::StrCat(limits.rate), absl::StrCat(options_.machines)});
  if (!reply.ok()) return reply.status();
  const Reply* state = reply->At(0);
  const Reply* most = reply->At(1);
  const Reply* third = reply->At(2);
  if (state == nullptr || most == nullptr || third == nullptr) return NotUnderstood("join");
  if (state->text == "differs") {
    return absl::InvalidArgumentError(absl::StrCat(
        "--", most->text.substr(0, 40), ": all machines of run ", engine_->options().run,
        " share one limit, which is ", third->text.substr(0, 20), ": say --",
        most->text.substr(0, 40), " ", third->text.substr(0, 20)));
  }
  const auto number = most->AsCount();
  const auto wait = third->AsCount();
  if (!number || !wait) return NotUnderstood("join");
  if (state->text == "full") {
    return absl::ResourceExhaustedError(absl::StrCat("run ", engine_->options().run, " has ",
                                                     *number,
                                                     " machines already, and was "
                                                     "planned for ",
                                                     *wait, " at most (plan --machines-at-most)"));
  }
  constexpr uint64_t kMostMachines = 1'000'000;
  constexpr uint64_t kLongestWaitMs = 600'000;
  if (state->text != "ok" || *number == 0 || *number > kMostMachines || *wait > kLongestWaitMs) {
    return NotUnderstood("join");
  }
  return Admission{static_cast<uint32_t>(*number), std::chrono::milliseconds(*wait)};
}

absl::StatusOr<Renewal> Lender::Renew(const std::vector<LoanRequest>& requests,
                                      std::string_view state, uint64_t pace_version) {
  assert(requests.size() <= kMostRequests && "one call is short for the engine");
  if (absl::Status status = engine_->Connect(); !status.ok()) return status;
  std::vector<std::string> words = {options_.machine,
                                    engine_->epoch(),
                                    absl::StrCat(options_.lease.count()),
                                    absl::StrCat(options_.linger.count()),
                                    std::string(state),
                                    absl::StrCat(pace_version)};
  for (const LoanRequest& request : requests) {
    words.insert(words.end(), {request.server, absl::StrCat(request.rate),
                               absl::StrCat(request.places), absl::StrCat(request.rate_floor),
                               absl::StrCat(request.place_floor), absl::StrCat(request.waiting),
                               absl::StrCat(request.used_above), absl::StrCat(request.pace)});
  }
  auto reply = engine_->Run(Script::kRenew, words);
  if (!reply.ok()) return reply.status();
  if (reply->kind != Reply::Kind::kList || reply->items.size() != requests.size() + 4) {
    return NotUnderstood("renew");
  }
  const auto version = reply->items[0].AsCount();
  const auto members = reply->items[1].AsCount();
  const auto now_paces = reply->items[2].AsCount();
  if (!version || !members || *members > UINT32_MAX || !now_paces) return NotUnderstood("renew");
  Renewal renewal{*version, static_cast<uint32_t>(*members), {}, std::nullopt, *now_paces};
  if (*now_paces != pace_version) {
    renewal.paces = ReadPaces(reply->items[3]);
    if (!renewal.paces.has_value()) return NotUnderstood("renew");
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto loan = ReadLoan(reply->items[i + 4], requests[i]);
    if (!loan.has_value()) return NotUnderstood("renew");
    renewal.loans.push_back(*loan);
  }
  return renewal;
}

absl::Status Lender::Leave(const std::vector<std::string>& servers) {
  std::vector<std::string> words = {options_.machine};
  words.insert(words.end(), servers.begin(), servers.end());
  return engine_->Run(Script::kLeave, words).status();
}

}  // namespace caascan::share
