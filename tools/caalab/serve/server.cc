// Tested by server_test.cc.
#include "tools/caalab/serve/server.h"

#include <cassert>
#include <csignal>
#include <utility>

#include "tools/caalab/serve/uv_call.h"

namespace caascan::lab {
namespace {

constexpr int kPortTries = 20;

}  // namespace

LabServer::LabServer(const World& world, Report report, const Weather& weather)
    : responder_(world), report_(std::move(report)), weather_(weather) {
  MustSucceed(uv_loop_init(&loop_), "uv_loop_init");
  const auto close = [](uv_async_t* handle) { static_cast<LabServer*>(handle->data)->CloseAll(); };
  MustSucceed(uv_async_init(&loop_, &stop_, close), "uv_async_init");
  MustSucceed(uv_prepare_init(&loop_, &look_), "uv_prepare_init");
  stop_.data = look_.data = this;
  const auto stop = [](uv_signal_t* handle, int) {
    static_cast<LabServer*>(handle->data)->CloseAll();
  };
  WatchSignal(SIGTERM, &on_term_, stop);
  WatchSignal(SIGINT, &on_int_, stop);
  WatchSignal(SIGUSR1, &on_usr1_, [](uv_signal_t* handle, int) {
    auto* self = static_cast<LabServer*>(handle->data);
    self->report_(self->counters_.ToJson());
  });
}

void LabServer::CountWindows() {
  counters_.CountWindows();
  const auto look = [](uv_prepare_t* handle) {
    static_cast<LabServer*>(handle->data)->counters_.windows()->Look(SystemNow());
  };
  MustSucceed(uv_prepare_start(&look_, look), "uv_prepare_start");
}

LabServer::~LabServer() {
  CloseAll();
  MustSucceed(uv_run(&loop_, UV_RUN_DEFAULT), "uv_run");  // Until every handle has closed.
  MustSucceed(uv_loop_close(&loop_), "uv_loop_close");
}

void LabServer::WatchSignal(int number, uv_signal_t* handle, uv_signal_cb callback) {
  MustSucceed(uv_signal_init(&loop_, handle), "uv_signal_init");
  handle->data = this;
  MustSucceed(uv_signal_start(handle, callback, number), "uv_signal_start");
}

absl::Status LabServer::AddSockets(IpVersion version, uint16_t port) {
  auto udp = OpenUdp(version, port);
  if (!udp.ok()) return udp.status();
  if (port_ == 0) port_ = BoundPort(*udp);
  auto tcp = OpenTcp(version, port_);
  if (!tcp.ok()) return tcp.status();
  tcp_.push_back(std::make_unique<TcpListener>(&loop_, &responder_, &counters_));
  udp_.push_back(
      std::make_unique<UdpListener>(&loop_, std::move(*udp), &responder_, &counters_, weather_));
  return tcp_.back()->Start(std::move(*tcp));
}

absl::Status LabServer::ListenOn(uint16_t port) {
  port_ = port;
  absl::Status status = AddSockets(IpVersion::kV4, port);
  if (status.ok() && HasV6()) status = AddSockets(IpVersion::kV6, port_);
  return status;
}

absl::Status LabServer::Listen(uint16_t port) {
  absl::Status status;
  // A port that the system picked for UDP may be taken for TCP: then another.
  for (int i = 0; i < (port == 0 ? kPortTries : 1); ++i) {
    status = ListenOn(port);
    if (status.ok()) {
      for (auto& listener : udp_) listener->Start();
      return status;
    }
    for (auto& listener : udp_) listener->Close();
    for (auto& listener : tcp_) listener->Close();
    MustSucceed(uv_run(&loop_, UV_RUN_NOWAIT), "uv_run");
    udp_.clear();
    tcp_.clear();
  }
  return status;
}

bool LabServer::plays_unreachable() const { return PortUnreachable().is_able(); }

void LabServer::Run() {
  assert(port_ != 0 && !closed_ && "after Listen(), and once");
  MustSucceed(uv_run(&loop_, UV_RUN_DEFAULT), "uv_run");
  report_(counters_.ToJson());
}

void LabServer::Stop() { MustSucceed(uv_async_send(&stop_), "uv_async_send"); }

void LabServer::CloseAll() {
  if (std::exchange(closed_, true)) return;
  for (auto& listener : udp_) listener->Close();
  for (auto& listener : tcp_) listener->Close();
  uv_close(reinterpret_cast<uv_handle_t*>(&stop_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&look_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&on_term_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&on_int_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&on_usr1_), nullptr);
}

}  // namespace caascan::lab
