// Exchanges are completed from the timer only, never while another one is being completed. Tested
// by outage_test.cc, and end to end by outage_test.py.
#include "scanner/net/outage.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scanner/net/exchanges.h"

namespace caascan::net {
namespace {

using std::chrono::milliseconds;

constexpr size_t kRootCanaries = 4;
constexpr milliseconds kLeastPatience(200);
constexpr milliseconds kMostPatience(2000);
constexpr milliseconds kPatienceWithOne(300);
constexpr milliseconds kAskAgain(1000);
constexpr milliseconds kTurnsComeBack(50);

}  // namespace

void Outage::NoteAnswer(Peer* peer) {
  last_answer_ = exchanges_->loop()->now();
  if (recent_[next_recent_] != peer) {
    next_recent_ = (next_recent_ + 1) % kRecent;
    recent_[next_recent_] = peer;
  }
  if (link_ == Link::kUp || answered_) return;
  answered_ = true;
  exchanges_->loop()->Arm(this, milliseconds(0));
}

bool Outage::Hold(Exchange* exchange) {
  if (canaries_.empty() || exchange->course().canary || exchanges_->cancelled()) return false;
  if (last_answer_ >= exchange->course().sent_at) return false;
  exchanges_->Withdraw(exchange);
  held_.PushBack(exchange);
  if (link_ != Link::kUp) return true;
  link_ = Link::kDoubted;
  answered_ = lasted_ = false;
  one_is_enough_ = true;
  doubt_cost_ = 0;
  patience_ = std::clamp(exchange->timeout(), kLeastPatience, kMostPatience);
  exchanges_->loop()->Arm(this, milliseconds(0));
  return true;
}

void Outage::OnTimer() {
  if (answered_) {
    Release();
    return;
  }
  if (has_lasted()) exchanges_->FailWaiting(&held_);
  if (asking_ == 0) AskCanaries();
}

/// Few names' silences are the network's: one canary, by turns, shows that for most.
std::vector<PeerRef> Outage::NextCanaries() {
  const size_t count = one_is_enough_ ? 1 : std::min(kRootCanaries, canaries_.size());
  std::vector<PeerRef> asked(canaries_.begin(),
                             canaries_.begin() + static_cast<std::ptrdiff_t>(count));
  std::rotate(canaries_.begin(), canaries_.begin() + 1, canaries_.end());
  if (one_is_enough_) return asked;
  for (const PeerRef& peer : recent_) {
    if (peer != nullptr && std::find(asked.begin(), asked.end(), peer) == asked.end()) {
      asked.push_back(peer);
    }
  }
  return asked;
}

void Outage::AskCanaries() {
  const std::vector<PeerRef> asked = NextCanaries();
  asking_ = asked.size() + 1;
  sent_ = 0;
  asked_at_ = exchanges_->loop()->now();
  for (const PeerRef& peer : asked) async::Spawn(AskCanary(peer));
  if (--asking_ == 0) Conclude();
}

async::Task<> Outage::AskCanary(PeerRef peer) {
  if (exchanges_->admission().TakeCanaryTurn(peer)) {
    ++sent_;
    if (link_ == Link::kDoubted) ++doubt_cost_;
    const dns::Name root;
    dns::QuerySpec spec;
    spec.name = root;
    spec.type = dns::RRType::kSOA;
    Exchange exchange(peer, spec, Protocol::kUdp,
                      one_is_enough_ ? std::min(patience_, kPatienceWithOne) : patience_);
    exchange.UseCanaryTurn();
    co_await exchange;
  }
  if (--asking_ == 0) Conclude();
}

/// The last canary has answered, or has not.
void Outage::Conclude() {
  if (link_ == Link::kUp || answered_ || exchanges_->cancelled()) return;
  // No turn was left for them, or they were sent for an earlier doubt: they show nothing.
  if (sent_ == 0 || last_answer_ >= asked_at_) {
    exchanges_->loop()->Arm(this, kTurnsComeBack);
    return;
  }
  if (std::exchange(one_is_enough_, false)) {
    exchanges_->loop()->Arm(this, milliseconds(0));
    return;
  }
  const std::chrono::nanoseconds now = exchanges_->loop()->now();
  if (link_ == Link::kDoubted) {
    link_ = Link::kDown;
    down_since_ = now;
    ++exchanges_->stats().outages;
  } else if (now - down_since_ >= lasting_) {
    lasted_ = true;
  }
  exchanges_->loop()->Arm(this, kAskAgain);
}

void Outage::Release() {
  const bool was_down = link_ == Link::kDown;
  link_ = Link::kUp;
  answered_ = lasted_ = false;
  async::List<Exchange, QueueTag> held;
  held.TakeAll(&held_);
  // The first one set off the doubt.
  if (Exchange* first = held.front(); first != nullptr && !was_down) {
    first->result().canaries = doubt_cost_;
  }
  while (Exchange* exchange = held.front()) {
    if (was_down) {
      exchange->async::ListNode<QueueTag>::Unlink();
      exchanges_->admission().Enqueue(exchange, /*in_front=*/false);
    } else {
      exchanges_->Complete(exchange, ExchangeStatus::kTimeout);
    }
  }
}

}  // namespace caascan::net
