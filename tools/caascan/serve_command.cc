#include "tools/caascan/serve_command.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "tools/caascan/service_manager.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr const char* kUsualAddress = "127.0.0.1:8659";  // RFC 8659 is CAA's.
constexpr int64_t kMaxConnections = 100'000;
constexpr int64_t kMaxNames = 10'000'000;
constexpr int64_t kMaxSeconds = 86'400;

constexpr const char* kFooter = R"(Requests:
  POST /v1/names: names in, records out, one a line, both streamed at the same time. Records come
    in the order in which they are ready. A line is a name, or an object as in the ndjson input of
    caascan scan. Query parameters: ca (repeatable), on_failure, account_uri, validation_method,
    wildcard=1, fresh=1, also=persist. An answer is kept until its valid_until, and decided again for each
    request. fresh=1 looks up the name and the names above it again. No further names are read
    while --max-names are in flight, or while 1 MiB of records waits for the client.
      curl -sN -X POST -T - http://127.0.0.1:8659/v1/names < names.txt
  POST /mpic/caa: the CAA check of one perspective, in the form of the Open MPIC API
    (domain_or_ip_target, caa_check_parameters). It always looks up.
  GET /check?name=NAME&ca=CA: the page of caascan check --html.
  GET /: a form for that page.
  GET /metrics: metrics for Prometheus.
  GET /healthz: 200 while the root, or a resolver, answers.
  GET /openapi.json: this list for programs.

Clients:
With --token-file every request needs "Authorization: Bearer TOKEN", except for /healthz and
/openapi.json. A browser asks for a password: it is the token, with any user name.
TLS is the task of a proxy. For nginx: "proxy_pass http://127.0.0.1:8659; proxy_http_version 1.1;
proxy_request_buffering off; proxy_buffering off;".
If a client disconnects, its look-ups end. A client is disconnected if it sends or reads nothing
for --idle seconds when it should, or if its header takes more than 10 seconds. A header has at
most 16 KiB and a line at most 64 KiB. A longer line gets a record that says so.

Signals:
  SIGTERM, SIGINT: names that were read still get their records, for --grace seconds. Names
    without a record then get the reason stopped. If not all names of a request were read, its
    response ends without the last chunk. A second signal ends the program at once.
  SIGHUP: root hints, trust anchor, block list, --ca-set and token are read again, and the caches
    are emptied. If something cannot be read, a line says so, and nothing changes.

Service managers:
Sockets that systemd passes (LISTEN_FDS) are served too. Readiness and the watchdog are reported
to NOTIFY_SOCKET. The units caascan.service and caascan.socket are in
share/doc/caascan/systemd.

Exit status:
  1: could not start.
  2: wrong usage, or an address or file that cannot be used.
  130, 143: stopped by SIGINT or SIGTERM.

Examples:
  caascan serve --ca Sectigo
  caascan serve --listen unix:/run/caascan.sock --token-file /etc/caascan/token)";

/// Takes SIGINT, SIGTERM and SIGHUP over, which are blocked in all threads that begin afterwards.
/// Lives to the program's end.
class SignalThread {
 public:
  SignalThread() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
    (void)pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    (void)std::signal(SIGPIPE, SIG_IGN);
    std::thread([this] { Run(); }).detach();
  }

  /// Asked once it is to end.
  std::stop_token stop() const { return stop_.get_token(); }
  /// The next signal, or 0 after `patience`.
  int Wait(std::chrono::microseconds patience) {
    std::unique_lock lock(mutex_);
    (void)came_.wait_for(lock, patience, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return 0;
    const int signal = waiting_.front();
    waiting_.pop_front();
    return signal;
  }

 private:
  [[noreturn]] void Run() {
    while (true) {
      int signal = 0;
      if (sigwait(&signals_, &signal) != 0) continue;
      if (signal != SIGHUP && !stop_.request_stop()) std::_Exit(128 + signal);  // The second one.
      const std::lock_guard lock(mutex_);
      waiting_.push_back(signal);
      came_.notify_one();
    }
  }

  sigset_t signals_{};
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<int> waiting_;
};

}  // namespace

ServeCommand::ServeCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "serve", "Look up names for HTTP clients, with caches that stay warm.");
  app->footer(kFooter);
  AddServiceOptions(app);
  request_.AddTo(app);
  look_up_.AddTo(app, &options_.scan);
}

void ServeCommand::AddServiceOptions(CLI::App* app) {
  idle_s_ = std::chrono::duration_cast<std::chrono::seconds>(options_.idle_patience).count();
  cli::AddRepeatedOption(
      app,
      {"--listen", "ADDR:PORT",
       "Listen on ADDR:PORT, on a port of 127.0.0.1, or on unix:PATH (mode 0660). Repeat it for "
       "several (default 127.0.0.1:8659, unless systemd passes sockets)."},
      &options_.listen);
  cli::AddOption(
      app,
      {"--token-file", "FILE",
       "Clients need the token in the first line of FILE (default: no token is needed)."},
      &options_.token_path);
  cli::AddOption(app,
                 {"--max-connections", "N",
                  "Number of clients at once. Others get status 503 (default 1024)."},
                 &options_.max_connections)
      ->check(cli::WholeNumber(1, kMaxConnections));
  cli::AddOption(app,
                 {"--max-names", "N",
                  "Number of names of one request in flight. Further names are not read meanwhile "
                  "(default 10000)."},
                 &options_.max_names)
      ->check(cli::WholeNumber(1, kMaxNames));
  cli::AddOption(
      app,
      {"--max-body", "OCTETS", "Largest body of a request, in octets. 0 is no limit (default 0)."},
      &options_.max_body)
      ->check(cli::WholeNumber(0));
  cli::AddOption(app,
                 {"--idle", "S",
                  "Disconnect a client that sends or reads nothing for this long when it should, "
                  "in seconds (default 60)."},
                 &idle_s_)
      ->check(cli::WholeNumber(1, kMaxSeconds));
  cli::AddOption(
      app, {"--grace", "S", "Time for names in flight after a signal, in seconds (default 30)."},
      &grace_s_)
      ->check(cli::WholeNumber(0, kMaxSeconds));
}

absl::Status ServeCommand::CompleteOptions() {
  look_up_.Complete(&options_.scan);
  options_.scan.ca_set_path = request_.ca_set_path();
  options_.idle_patience = std::chrono::seconds(idle_s_);
  options_.how = program_->app()->version();
  if (options_.listen.empty() && !HasInheritedSockets()) options_.listen = {kUsualAddress};
  return request_.Read(&options_.scan.request, &options_.scan.ca_set);
}

void ServeCommand::Reload(Service* service, const std::stop_token& stop) const {
  NotifyServiceManager("RELOADING=1");
  IssuanceRequest unchanged;
  std::vector<CertificationAuthority> ca_set;
  absl::Status status = request_.Read(&unchanged, &ca_set);
  if (status.ok()) status = service->Reload(std::move(ca_set), stop);
  NotifyServiceManager("READY=1");
  program_->Complain(status.ok() ? "read anew"
                                 : "all stays as it was: " + std::string(status.message()));
}

int ServeCommand::Run() {
  if (absl::Status status = CompleteOptions(); !status.ok()) return program_->Finish(status);
  for (const std::string& warning : request_.Warnings()) program_->Complain(warning);
  static SignalThread signals;
  auto service = Service::Open(options_, signals.stop());
  if (const int signal = signals.stop().stop_requested() ? signals.Wait({}) : 0; signal != 0) {
    return 128 + signal;
  }
  if (!service.ok()) return program_->Finish(service.status());
  for (const std::string& notice : (*service)->notices()) program_->Complain(notice);
  for (const std::string& address : (*service)->addresses()) {
    program_->Complain("listening at " + address);
  }
  NotifyServiceManager("READY=1");
  const auto watchdog = WatchdogInterval();
  constexpr std::chrono::hours kLong(1);
  int signal = 0;
  while (signal != SIGINT && signal != SIGTERM) {
    if (signal == SIGHUP) Reload(service->get(), signals.stop());
    if (watchdog && (*service)->IsAlive(*watchdog / 4)) NotifyServiceManager("WATCHDOG=1");
    signal = signals.Wait(watchdog ? *watchdog / 4 : std::chrono::microseconds(kLong));
  }
  NotifyServiceManager("STOPPING=1");
  if (!(*service)->Drain(std::chrono::seconds(grace_s_))) {
    program_->Complain("names were given back as stopped");
  }
  return 128 + signal;
}

}  // namespace caascan::tool
