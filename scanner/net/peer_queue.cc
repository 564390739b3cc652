// Tested by peer_queue_test.cc.
#include "scanner/net/peer_queue.h"

#include <cassert>

#include "scanner/dns/codes.h"
#include "scanner/dns/message.h"
#include "scanner/net/exchange.h"

namespace caascan::net {
namespace {

/// TC or REFUSED: how servers turn clients away that ask too much, and also other things.
bool TurnsAway(std::span<const uint8_t> message) {
  return dns::IsTruncated(message) || dns::HeaderRCode(message) == dns::RCode::kRefused;
}

}  // namespace

Exchange* PeerQueue::front() const { return waiting_.front(); }

void PeerQueue::Push(Exchange* exchange, bool in_front) {
  if (in_front) {
    waiting_.PushFront(exchange);
  } else {
    waiting_.PushBack(exchange);
  }
  ++size_;
}

void PeerQueue::Remove(Exchange* exchange) {
  assert(size_ > 0 && exchange->async::ListNode<QueueTag>::linked() && "it waits here");
  exchange->async::ListNode<QueueTag>::Unlink();
  --size_;
}

pacing::AddressBudget::Verdict PeerQueue::TryGrant(std::chrono::nanoseconds now,
                                                   std::chrono::nanoseconds* retry_at) {
  const auto verdict = budget_ == nullptr ? pacing::AddressBudget::Verdict::kGranted
                                          : budget_->TryAcquire(now, retry_at);
  if (verdict == pacing::AddressBudget::Verdict::kGranted) ++granted_;
  return verdict;
}

void PeerQueue::GiveBack() {
  assert(granted_ > 0 && "what was granted is given back once");
  --granted_;
  if (budget_ != nullptr) budget_->Release();
}

void PeerQueue::NoteEnd(const Exchange& exchange, ExchangeStatus status,
                        std::chrono::nanoseconds now) {
  if (budget_ == nullptr || exchange.protocol() != Protocol::kUdp || !budget_->is_paced()) return;
  const bool silent = status == ExchangeStatus::kTimeout && !exchange.result().mismatches.any();
  if (!silent && status != ExchangeStatus::kReply) return;
  const std::chrono::nanoseconds sent_at = exchange.course().sent_at;
  if (sent_at < tally_since_) return;
  ++(silent || TurnsAway(exchange.result().message) ? tally_.bad : tally_.good);
  if (tally_since_ == std::chrono::nanoseconds::zero()) tally_since_ = sent_at;
  Report(exchange.timeout(), now);
}

void PeerQueue::Report(std::chrono::milliseconds patience, std::chrono::nanoseconds now) {
  constexpr std::chrono::milliseconds kEvery(200);
  if (now < report_at_) return;
  report_at_ = now + kEvery;
  if (tally_.bad != 0 || budget_->watching()) {
    tally_since_ = budget_->Report(tally_, tally_since_, patience, now);
  } else if (now - tally_since_ > patience + std::chrono::seconds(1)) {
    tally_since_ = now;
  } else {
    return;
  }
  tally_ = {};
}

}  // namespace caascan::net
