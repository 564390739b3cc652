// Tested by chunk_queue_test.cc, against a real server.
#include "scanner/share/chunk_queue.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

namespace caascan::share {
namespace {

std::optional<Delivery> ReadDelivery(const Reply& reply) {
  if (reply.kind != Reply::Kind::kList || reply.items.size() != 3) return std::nullopt;
  const auto id = reply.items[0].AsText();
  const auto count = reply.items[1].AsCount();
  const auto chunk = reply.items[2].AsCount();
  if (!id || !count || !chunk || *chunk > UINT32_MAX) return std::nullopt;
  return Delivery{std::string(*id), *count, static_cast<uint32_t>(*chunk)};
}

constexpr size_t kAtOnce = 1000;  // Chunks of one call: it is short for the engine.

}  // namespace

absl::StatusOr<uint64_t> ChunkQueue::Plan(Engine* engine, const plan::Manifest& manifest) {
  const std::vector<plan::PlannedChunk>& chunks = manifest.chunks;
  uint64_t added = 0;
  for (size_t begin = 0; begin == 0 || begin < chunks.size(); begin += kAtOnce) {
    std::vector<std::string> words = {manifest.run, absl::StrCat(manifest.machines_at_most),
                                      absl::StrCat(chunks.size()), absl::StrCat(manifest.names)};
    for (size_t i = begin; i < std::min(chunks.size(), begin + kAtOnce); ++i) {
      words.push_back(absl::StrCat(i));
    }
    auto reply = engine->Run(Script::kPlan, words);
    if (!reply.ok()) return reply.status();
    const Reply* state = reply->At(0);
    const Reply* number = reply->At(1);
    if (state == nullptr || number == nullptr) return NotUnderstood("plan");
    if (state->text == "differs") {
      return absl::FailedPreconditionError(
          absl::StrCat("run ", engine->options().run,
                       " was planned from other inputs: give this one another name"));
    }
    const auto count = number->AsCount();
    if (!count.has_value()) return NotUnderstood("plan");
    added += *count;
  }
  return added;
}

absl::StatusOr<uint64_t> ChunkQueue::Again(Engine* engine, std::string_view group, AgainOf of,
                                           const std::vector<uint32_t>& chunks) {
  uint64_t again = 0;
  for (size_t begin = 0; begin == 0 || begin < chunks.size(); begin += kAtOnce) {
    std::vector<std::string> words = {std::string(group), of == AgainOf::kDead ? "dead" : "ended"};
    for (size_t i = begin; i < std::min(chunks.size(), begin + kAtOnce); ++i) {
      words.push_back(absl::StrCat(chunks[i]));
    }
    auto reply = engine->Run(Script::kAgain, words);
    if (!reply.ok()) return reply.status();
    const auto count = reply->AsCount();
    if (!count.has_value()) return NotUnderstood("again");
    again += *count;
  }
  return again;
}

absl::StatusOr<ChunkDeal> ChunkQueue::Take(size_t most) {
  auto reply = engine_->Run(Script::kTake,
                            {options_.group, options_.machine, absl::StrCat(options_.lease.count()),
                             absl::StrCat(most), absl::StrCat(options_.deliveries)});
  if (!reply.ok()) return reply.status();
  const Reply* state = reply->At(0);
  if (state == nullptr) return NotUnderstood("take");
  ChunkDeal deal;
  if (state->text == "done") {
    deal.state = ChunkDeal::State::kDone;
  } else if (state->text == "unplanned") {
    deal.state = ChunkDeal::State::kUnplanned;
  } else if (state->text != "open") {
    return NotUnderstood("take");
  }
  for (size_t i = 1; i < reply->items.size(); ++i) {
    auto delivery = ReadDelivery(reply->items[i]);
    if (!delivery.has_value()) return NotUnderstood("take");
    deal.deliveries.push_back(*std::move(delivery));
  }
  if (deal.deliveries.size() > most) return NotUnderstood("take");
  return deal;
}

absl::StatusOr<std::vector<bool>> ChunkQueue::Keep(const std::vector<Delivery>& deliveries) {
  if (deliveries.empty()) return std::vector<bool>();
  std::vector<std::string> words = {options_.group, options_.machine};
  for (const Delivery& delivery : deliveries) {
    words.insert(words.end(), {delivery.id, absl::StrCat(delivery.count)});
  }
  auto reply = engine_->Run(Script::kKeep, words);
  if (!reply.ok()) return reply.status();
  if (reply->kind != Reply::Kind::kList || reply->items.size() != deliveries.size()) {
    return NotUnderstood("keep");
  }
  std::vector<bool> held;
  for (const Reply& item : reply->items) held.push_back(item.AsInteger() == 1);
  return held;
}

absl::StatusOr<bool> ChunkQueue::Settle(const Delivery& delivery, std::string_view what,
                                        uint64_t names, uint64_t records, std::string_view line) {
  constexpr size_t kLongestLine = 500;
  auto reply = engine_->Run(
      Script::kSettle,
      {options_.group, options_.machine, delivery.id, absl::StrCat(delivery.count),
       absl::StrCat(delivery.chunk), std::string(what), absl::StrCat(names), absl::StrCat(records),
       std::string(line.substr(0, kLongestLine)), absl::StrCat(options_.deliveries)});
  if (!reply.ok()) return reply.status();
  const auto number = reply->AsInteger();
  if (!number || *number < 0 || *number > 1) return NotUnderstood("settle");
  return *number == 1;
}

absl::StatusOr<bool> ChunkQueue::Finish(const Delivery& delivery, uint64_t names,
                                        uint64_t records) {
  return Settle(delivery, "done", names, records, "");
}

absl::StatusOr<bool> ChunkQueue::GiveBack(const Delivery& delivery) {
  return Settle(delivery, "back", 0, 0, "");
}

absl::StatusOr<bool> ChunkQueue::Fail(const Delivery& delivery, std::string_view line) {
  return Settle(delivery, "failed", 0, 0, line);
}

}  // namespace caascan::share
