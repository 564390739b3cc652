#include "tests/net/client.h"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>

namespace caascan::net {
namespace {

// Far above what any test takes, under sanitizers too.
constexpr std::chrono::seconds kHangs(30);

}  // namespace

Client::Client(const pacing::LimitOptions& limits, const NetworkOptions& options)
    : owned_limits_(std::make_unique<pacing::SharedLimits>(limits)),
      network_(&loop_, owned_limits_.get(), options),
      watchdog_(this) {
  Open();
}

Client::Client(pacing::SharedLimits& limits, const NetworkOptions& options)
    : network_(&loop_, &limits, options), watchdog_(this) {
  Open();
}

Client::Client(const pacing::LimitOptions& limits, const NetworkOptions& options,
               const Network::MakeTransport& make)
    : owned_limits_(std::make_unique<pacing::SharedLimits>(limits)),
      network_(&loop_, owned_limits_.get(), options, make),
      watchdog_(this) {
  Open();
}

void Client::Open() {
  (void)std::signal(SIGPIPE, SIG_IGN);  // As RunScan does.
  const absl::Status opened = network_.Open();
  EXPECT_TRUE(opened.ok()) << opened.ToString();
  loop_.SetTurnHook([this] {
    if (at_next_turn_) std::exchange(at_next_turn_, nullptr)();
    network_.Flush();
  });
}

Client::~Client() {
  EXPECT_EQ(running_, 0u) << "tasks that never ended";
  network_.Close();
  loop_.Drain();
}

void Client::Watchdog::OnTimer() {
  ADD_FAILURE() << client_->running_ << " tasks hang";
  client_->network_.CancelAll();
  if (client_->running_ > 0) client_->loop_.Stop();
}

async::Task<> Client::Counted(async::Task<> task) {
  co_await std::move(task);
  if (--running_ == 0 && waiting_) loop_.Stop();
}

void Client::Start(async::Task<> task) {
  ++running_;
  loop_.RefreshNow();
  async::Spawn(Counted(std::move(task)));
}

void Client::Wait() {
  if (running_ == 0) return;
  loop_.Arm(&watchdog_, kHangs);
  waiting_ = true;
  loop_.Run();
  waiting_ = false;
  watchdog_.Cancel();
}

async::Task<> Client::AskTask(async::Address server, Protocol protocol,
                              std::chrono::milliseconds timeout, std::string_view name, Got* out) {
  dns::Name owned;
  EXPECT_EQ(dns::Name::FromText(name, &owned), dns::NameError::kNone) << name;
  dns::QuerySpec query;
  query.name = owned;
  Exchange exchange(network_.PeerFor(server), query, protocol, timeout);
  out->result = co_await exchange;
  out->message.assign(out->result.message.begin(), out->result.message.end());
  out->result.message = {};
}

Got Client::Ask(const async::Address& server, Protocol protocol, std::chrono::milliseconds timeout,
                std::string_view name) {
  Got got;
  Run(AskTask(server, protocol, timeout, name, &got));
  return got;
}

}  // namespace caascan::net
