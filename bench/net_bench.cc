// What the engine does besides system calls.
//
//   Exchange        an exchange's life over a transport that answers at once; /1 under limits that
//   never hold it up
//   RandomBits      what a query draws, an ID and its letters; beside it, by getrandom(2) in blocks
//   of 4 KB
#include <sys/random.h>

#include <array>
#include <cstdint>
#include <memory>

#include <benchmark/benchmark.h>

#include "bench/allocations.h"
#include "scanner/async/task.h"
#include "scanner/net/network.h"
#include "scanner/net/random_bits.h"
#include "scanner/pacing/limits.h"

namespace caascan::net {
namespace {

/// Answers at the Flush() that would have sent.
class AnsweringTransport final : public Transport {
 public:
  explicit AnsweringTransport(TransportClient* client) : client_(client) {}

  void Submit(Exchange* exchange) override {
    exchange->MarkQueued();
    queue_.PushBack(exchange);
  }
  void Flush() override {
    static constexpr std::array<uint8_t, 12> kReply = {0, 0, 0x84};
    async::List<Exchange, QueueTag> sent;
    sent.TakeAll(&queue_);
    while (Exchange* exchange = sent.PopFront()) {
      exchange->MarkSent(client_->loop());
      client_->CompleteReply(exchange, kReply);
    }
  }
  void NoteTimeout(Exchange*) override {}
  void Forget(Exchange*) override {}
  void Close() override {}

 private:
  TransportClient* const client_;
  async::List<Exchange, QueueTag> queue_;
};

async::Task<> AskAgainAndAgain(benchmark::State* state, Network* network, int64_t* answered,
                               bool* done) {
  const PeerRef peer = network->PeerFor(async::Address::FromText("192.0.2.1", 53).value());
  const dns::Name name;
  const dns::QuerySpec query{.name = name};
  const AllocationColumn allocations(state);
  for (auto _ : *state) {
    Exchange exchange(peer, query, Protocol::kUdp, std::chrono::seconds(1));
    const ExchangeResult& result = co_await exchange;
    if (result.status == ExchangeStatus::kReply) ++*answered;
  }
  *done = true;
}

void BM_Exchange(benchmark::State& state) {
  constexpr uint32_t kNeverReached = 1'000'000'000;
  const uint32_t limit = state.range(0) != 0 ? kNeverReached : 0;
  async::Loop loop;
  pacing::SharedLimits limits(
      {.rate_qps = limit, .server_rate_qps = limit, .server_inflight = limit});
  {
    Network network(&loop, &limits, {}, [](Protocol, TransportClient* client) {
      return std::make_unique<AnsweringTransport>(client);
    });
    int64_t answered = 0;
    bool done = false;
    async::Spawn(AskAgainAndAgain(&state, &network, &answered, &done));
    while (!done) network.Flush();
    if (answered != static_cast<int64_t>(state.iterations())) state.SkipWithError("no answer");
    network.Close();
  }
  loop.Drain();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Exchange)->Arg(0)->Arg(1);

/// What a query draws: an ID and its letters.
void BM_RandomBits(benchmark::State& state) {
  const auto random = std::make_unique<RandomBits>();
  for (auto _ : state) {
    benchmark::DoNotOptimize(random->Next());
    benchmark::DoNotOptimize(random->Next());
  }
}
BENCHMARK(BM_RandomBits);

void BM_SystemsRandomBits(benchmark::State& state) {
  std::array<uint64_t, 512> block;
  size_t left = 0;
  for (auto _ : state) {
    if (left == 0) {
      if (getrandom(block.data(), sizeof block, 0) != sizeof block) return;
      left = block.size();
    }
    left -= 2;
    benchmark::DoNotOptimize(block[left]);
  }
}
BENCHMARK(BM_SystemsRandomBits);

}  // namespace
}  // namespace caascan::net
