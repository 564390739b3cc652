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
  POST /v1/names: names in, records out, a line each, both streamed at the same time; the order is that in which records
    are ready. A line is an object as ndjson input of caascan scan has it, or a name. Query: ca (repeat), on_failure,
    account_uri, validation_method, wildcard=1, fresh=1. An answer is kept until its valid_until, and decided anew for
    each request; fresh=1 looks the name and those above it up again. While --max-names are in flight, or a mebibyte of
    records waits to be taken, no further names are read.
      curl -sN -X POST -T - http://127.0.0.1:8659/v1/names < names.txt
  POST /mpic/caa: one perspective's CAA check in the form of the Open MPIC API (domain_or_ip_target,
    caa_check_parameters). Always looks up.
  GET /check?name=NAME&ca=CA: the page of caascan check --html; GET / has a form for it.
  GET /metrics: for Prometheus. GET /healthz: 200 while the root, or a resolver, answers. GET /openapi.json: all of this
    for machines.

Clients:
With --token-file all but /healthz and /openapi.json need "Authorization: Bearer TOKEN"; browsers ask for a password,
which is the token, with any user. TLS is a proxy's: for nginx, "proxy_pass http://127.0.0.1:8659; proxy_http_version
1.1; proxy_request_buffering off; proxy_buffering off;". A client that goes away ends its look-ups. One that sends or
takes nothing for --idle seconds where it should is cut off, and so is one whose header takes more than 10 seconds. A
header has 16 KiB at most, a line 64 KiB; a longer line gives a record that says so.

Signals:
SIGTERM, SIGINT: names that were taken get their records, for --grace seconds; what has none then is given back as
stopped. The response to a request whose names were not all taken ends without its last chunk. A second one ends at once.
SIGHUP: root hints, trust anchor, block list, --ca-set and token are read anew, by a scanner with cold caches; what cannot
be read is said, and all stays as it was.

Service managers:
Sockets of systemd's (LISTEN_FDS) are served too. Readiness and watchdog are told to NOTIFY_SOCKET. The units
caascan.service and caascan.socket are in share/doc/caascan/systemd.

Exit status:
2: wrong usage, or an address or file that cannot be used. 1: could not begin. 130, 143: ended by SIGINT or SIGTERM.

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
      "serve", "Look names up for others over HTTP, with caches that stay warm.");
  app->footer(kFooter);
  AddServiceOptions(app);
  request_.AddTo(app);
  look_up_.AddTo(app, &options_.scan);
}

void ServeCommand::AddServiceOptions(CLI::App* app) {
  idle_s_ = std::chrono::duration_cast<std::chrono::seconds>(options_.idle_patience).count();
  cli::AddRepeatedOption(app,
                         {"--listen", "ADDR:PORT",
                          "Where to listen: ADDR:PORT, a port of 127.0.0.1, or unix:PATH (mode "
                          "0660); repeat for several (default 127.0.0.1:8659, unless sockets are "
                          "handed over)."},
                         &options_.listen);
  cli::AddOption(app,
                 {"--token-file", "FILE",
                  "What clients must show is the first line of FILE (default: they need nothing)."},
                 &options_.token_path);
  cli::AddOption(
      app, {"--max-connections", "N", "Clients at once; further ones are told 503 (default 1024)."},
      &options_.max_connections)
      ->check(cli::WholeNumber(1, kMaxConnections));
  cli::AddOption(app,
                 {"--max-names", "N",
                  "Names of one request in flight; then it is not read further (default 10000)."},
                 &options_.max_names)
      ->check(cli::WholeNumber(1, kMaxNames));
  cli::AddOption(
      app, {"--max-body", "OCTETS", "Names of one request, in octets; 0 is no limit (default 0)."},
      &options_.max_body)
      ->check(cli::WholeNumber(0));
  cli::AddOption(app,
                 {"--idle", "S",
                  "How long a client may do nothing where it is its turn, in seconds (default "
                  "60)."},
                 &idle_s_)
      ->check(cli::WholeNumber(1, kMaxSeconds));
  cli::AddOption(app,
                 {"--grace", "S",
                  "How long names in flight may take after a signal, in seconds (default 30)."},
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
