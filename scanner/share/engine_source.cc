// Tested by engine_source_test.cc, against a real server.
#include "scanner/share/engine_source.h"

#include <poll.h>

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <cassert>

namespace caascan::share {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll(500);      // Between two looks for a chunk.
constexpr milliseconds kAwayFor(1000);  // Between two tries to reach the engine.
constexpr milliseconds kCallPatience(2000);
constexpr milliseconds kLastPatience(5000);  // At the end, for what is not told yet.

/// True once it is notified.
bool Waits(const io::WakeFd& wake, milliseconds time) {
  pollfd waited = {wake.fd(), POLLIN, 0};
  return poll(&waited, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace

EngineSource::EngineSource(const plan::Manifest& manifest, EngineSourceOptions options,
                           std::unique_ptr<io::WakeFd> stop, std::unique_ptr<io::WakeFd> ended)
    : manifest_(manifest),
      options_(std::move(options)),
      stop_(std::move(stop)),
      ended_(std::move(ended)),
      engine_({options_.url, options_.run, -1, kCallPatience}),
      queue_(&engine_, options_.queue) {}

absl::StatusOr<std::unique_ptr<EngineSource>> EngineSource::Open(const plan::Manifest& manifest,
                                                                 EngineSourceOptions options) {
  auto stop = io::WakeFd::Create();
  if (!stop.ok()) return stop.status();
  auto ended = io::WakeFd::Create();
  if (!ended.ok()) return ended.status();
  std::unique_ptr<EngineSource> source(
      new EngineSource(manifest, std::move(options), *std::move(stop), *std::move(ended)));
  auto planned = ChunkQueue::Plan(&source->engine_, manifest);
  if (!planned.ok() && !absl::IsUnavailable(planned.status())) return planned.status();
  source->keeper_ = std::thread([source = source.get()] { source->Keep(); });
  return source;
}

EngineSource::~EngineSource() {
  ended_->Notify();
  if (keeper_.joinable()) keeper_.join();
  const Clock::time_point until = Clock::now() + kLastPatience;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      away_until_ = {};
      if (Tell().ok() || Clock::now() >= until) return;
    }
    (void)poll(nullptr, 0, static_cast<int>(kPoll.count()));
  }
}

Delivery EngineSource::DeliveryOf(const plan::ChunkLease& lease) const {
  if (const auto held = in_hand_.find(lease.ticket); held != in_hand_.end()) return held->second;
  const std::string_view ticket = lease.ticket;
  const size_t at = ticket.find('.');
  Delivery delivery{std::string(ticket.substr(0, at)), 0, lease.chunk};
  const bool read = at != std::string_view::npos &&
                    absl::SimpleAtoi(lease.ticket.c_str() + at + 1, &delivery.count);
  assert(read && "the ticket is one that Next() gave");
  (void)read;
  return delivery;
}

void EngineSource::Keep() {
  while (!Waits(*ended_, options_.queue.lease / 3)) KeepAll();
}

void EngineSource::KeepAll() {
  const std::lock_guard lock(mutex_);
  if (in_hand_.empty() || Clock::now() < away_until_) return;
  std::vector<std::string> tickets;
  std::vector<Delivery> deliveries;
  for (const auto& [ticket, delivery] : in_hand_) {
    tickets.push_back(ticket);
    deliveries.push_back(delivery);
  }
  const auto held = queue_.Keep(deliveries);
  Note(held.status());
  if (!held.ok()) return;
  for (size_t i = 0; i < tickets.size(); ++i) {
    if (!(*held)[i]) lost_.insert(tickets[i]);
  }
}

void EngineSource::Note(const absl::Status& status) {
  const bool away = absl::IsUnavailable(status);
  if (away) away_until_ = Clock::now() + kAwayFor;
  if (away == away_ || !options_.on_notice) return;
  away_ = away;
  options_.on_notice(away ? absl::StrCat(status.message(), "; going on with the chunks in hand")
                          : std::string("the engine gives chunks again"));
}

absl::Status EngineSource::TellOne(const Word& word) {
  absl::StatusOr<bool> held = false;
  if (word.done) {
    const uint64_t names = manifest_.chunks[word.delivery.chunk].names;
    held = queue_.Finish(word.delivery, names, names);
  } else if (word.why == "stopped" || word.why == "the output failed") {
    held = queue_.GiveBack(word.delivery);
  } else {
    held = queue_.Fail(word.delivery, word.why);
  }
  return held.status();  // Held or not: it is settled, by this machine or by another.
}

absl::Status EngineSource::Tell() {
  if (Clock::now() < away_until_) return absl::UnavailableError("the engine is away");
  while (!untold_.empty()) {
    absl::Status told = TellOne(untold_.front());
    Note(told);
    if (absl::IsUnavailable(told)) return told;
    untold_.pop_front();
    if (!told.ok()) return told;
  }
  return absl::OkStatus();
}

absl::StatusOr<ChunkDeal> EngineSource::TakeOne() {
  const std::lock_guard lock(mutex_);
  if (absl::Status told = Tell(); !told.ok()) return told;
  auto deal = queue_.Take(1);
  if (deal.ok() && deal->state == ChunkDeal::State::kUnplanned) {
    auto planned = ChunkQueue::Plan(&engine_, manifest_);
    if (!planned.ok()) deal = planned.status();
  }
  Note(deal.status());
  return deal;
}

plan::NextChunk EngineSource::Next(plan::ChunkLease* lease) {
  while (!stop_->notified()) {
    const auto deal = TakeOne();
    if (!deal.ok() && !absl::IsUnavailable(deal.status())) {
      status_ = deal.status();
      return plan::NextChunk::kFailed;
    }
    if (!deal.ok() || deal->deliveries.empty()) {
      if (deal.ok() && deal->state == ChunkDeal::State::kDone) return plan::NextChunk::kEnd;
      if (Waits(*stop_, kPoll)) break;
      continue;
    }
    const Delivery& delivery = deal->deliveries.front();
    if (delivery.chunk >= manifest_.chunks.size()) {
      status_ = NotUnderstood("take");
      return plan::NextChunk::kFailed;
    }
    const std::lock_guard lock(mutex_);
    if (TakeAgain(delivery)) continue;
    *lease = {delivery.chunk, absl::StrCat(delivery.id, ".", delivery.count)};
    in_hand_[lease->ticket] = delivery;
    return plan::NextChunk::kChunk;
  }
  return plan::NextChunk::kInterrupted;
}

/// An engine that lost its last second, or took this machine for dead, deals out what is in hand.
bool EngineSource::TakeAgain(const Delivery& delivery) {
  for (auto& [ticket, held] : in_hand_) {
    if (held.chunk != delivery.chunk) continue;
    held = delivery;
    lost_.erase(ticket);
    return true;
  }
  return false;
}

absl::Status EngineSource::Done(const plan::ChunkLease& lease) {
  const std::lock_guard lock(mutex_);
  untold_.push_back({DeliveryOf(lease), true, ""});
  Forget(lease);
  const absl::Status told = Tell();
  return absl::IsUnavailable(told) ? absl::OkStatus() : told;
}

void EngineSource::GiveBack(const plan::ChunkLease& lease, std::string_view why) {
  const std::lock_guard lock(mutex_);
  untold_.push_back({DeliveryOf(lease), false, std::string(why)});
  Forget(lease);
  (void)Tell();  // Otherwise its lease runs out.
}

void EngineSource::Forget(const plan::ChunkLease& lease) {
  in_hand_.erase(lease.ticket);
  lost_.erase(lease.ticket);
}

bool EngineSource::Extend(const plan::ChunkLease& lease) {
  const std::lock_guard lock(mutex_);
  if (lost_.contains(lease.ticket)) return false;
  if (Clock::now() < away_until_) return true;
  const auto held = queue_.Keep({DeliveryOf(lease)});
  Note(held.status());
  return !held.ok() || held->front();
}

void EngineSource::Interrupt() { stop_->Notify(); }

}  // namespace caascan::share
