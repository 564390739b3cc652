// Tested by telemetry_test.cc, and end to end by telemetry_test.py.
#include "scanner/scan/telemetry/telemetry.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "scanner/io/whole_file.h"
#include "scanner/record/json_text.h"
#include "scanner/scan/telemetry/metrics.h"

namespace caascan::telemetry {
namespace {

using std::chrono::microseconds;

constexpr std::chrono::milliseconds kEvery(1000);
constexpr std::chrono::milliseconds kEveryWhereBrisk(200);
constexpr size_t kUsualColumns = 80;
/// Few clients, each for a moment: who asks for metrics cannot slow the scan.
constexpr http::ServerOptions kMetricsServer{16, std::chrono::seconds(5), std::chrono::seconds(5),
                                             8 << 10};

/// Of the terminal that standard error is.
size_t Columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualColumns;
}

/// A pipe that is full, or a stopped terminal, must not make the watching thread wait.
bool StandardErrorHasRoom() {
  pollfd wanted = {STDERR_FILENO, POLLOUT, 0};
  return poll(&wanted, 1, 0) == 1;
}

double Seconds(microseconds duration) { return std::chrono::duration<double>(duration).count(); }

double Rate(uint64_t now, uint64_t before, microseconds interval) {
  if (interval.count() <= 0 || now <= before) return 0;
  return static_cast<double>(now - before) / Seconds(interval);
}

absl::string_view Code(size_t outcome) {
  const std::string_view code = OutcomeCode(static_cast<Outcome>(outcome));
  return {code.data(), code.size()};
}

void AppendCount(absl::string_view name, uint64_t value, std::string* out) {
  absl::StrAppend(out, ",\"", name, "\":", value);
}

/// {"13":5}: only the algorithms that were met.
void AppendSignatureChecks(const ProgressSnapshot& now, std::string* out) {
  absl::StrAppend(out, ",\"signature_checks\":{");
  const char* separator = "";
  for (size_t i = 0; i < now.signature_checks.size(); ++i) {
    if (now.signature_checks[i] == 0) continue;
    absl::StrAppend(out, separator, "\"", i, "\":", now.signature_checks[i]);
    separator = ",";
  }
  *out += '}';
}

}  // namespace

std::string StatusJson(const ProgressSnapshot& now, const ProgressSnapshot& before,
                       microseconds interval, microseconds elapsed, bool finished) {
  std::string out = "{\"time\":";
  record::AppendJsonTime(std::chrono::system_clock::now(), &out);
  absl::StrAppend(&out, ",\"finished\":", finished ? "true" : "false");
  absl::StrAppendFormat(&out, ",\"elapsed_s\":%.3f", Seconds(elapsed));
  const std::optional<std::chrono::seconds> eta = TimeLeft(now, elapsed);
  if (eta && !finished) absl::StrAppend(&out, ",\"eta_s\":", eta->count());
  AppendCount("names_read", now.names_read, &out);
  AppendCount("names_kept", now.names_kept, &out);
  AppendCount("names_in_flight", now.in_flight(), &out);
  AppendCount("records", now.records(), &out);
  absl::StrAppendFormat(&out, ",\"records_per_s\":%.1f",
                        Rate(now.records(), before.records(), interval));
  absl::StrAppend(&out, ",\"outcomes\":{");
  for (size_t i = 0; i < now.outcomes.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "\"" : ",\"", Code(i), "\":", now.outcomes[i]);
  }
  out += '}';
  AppendCount("queries", now.sent(), &out);
  absl::StrAppendFormat(&out, ",\"queries_per_s\":%.1f", Rate(now.sent(), before.sent(), interval));
  AppendCount("retries", now.retries, &out);
  AppendCount("replies", now.network.replies, &out);
  AppendCount("reply_octets", now.network.reply_octets, &out);
  AppendCount("timeouts", now.network.timeouts, &out);
  AppendCount("late_answers", now.network.late, &out);
  if (const std::optional<double> loss = LossPercent(now, before)) {
    absl::StrAppendFormat(&out, ",\"loss_percent\":%.2f", *loss);
  }
  AppendCount("send_errors", now.network.send_errors, &out);
  AppendCount("receive_drops", now.network.drops, &out);
  AppendCount("outages", now.network.outages, &out);
  AppendSignatureChecks(now, &out);
  AppendCount("signatures_remembered", now.signatures_remembered, &out);
  AppendCount("nsec3_hashes", now.nsec3_hashes, &out);
  AppendCount("validation_units", now.validation_units, &out);
  AppendCount("input_bytes_read", now.input_bytes_read, &out);
  if (now.input_bytes > 0) AppendCount("input_bytes", now.input_bytes, &out);
  out += "}\n";
  return out;
}

Telemetry::Telemetry(const ScanOptions& options, Snapshot snapshot, Activity activity)
    : options_(options),
      snapshot_(std::move(snapshot)),
      activity_(std::move(activity)),
      terminal_(isatty(STDERR_FILENO) != 0),
      show_line_(options.progress == ProgressMode::kAlways ||
                 (options.progress == ProgressMode::kAuto && terminal_)) {}

absl::Status Telemetry::Begin(Clock::time_point now) {
  started_ = last_shown_ = now;
  if (!options_.status_path.empty()) {
    struct stat info = {};
    if (stat(options_.status_path.c_str(), &info) == 0 &&
        (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode))) {
      return absl::InvalidArgumentError(
          absl::StrCat("--status: ", options_.status_path,
                       " is a pipe or a socket: its reader would hold the scan up"));
    }
    absl::Status written =
        WriteStatus(StatusJson(snapshot_(), last_, microseconds(0), microseconds(0), false));
    if (!written.ok()) return written;
  }
  return options_.metrics_address.empty() ? absl::OkStatus() : ServeMetrics();
}

absl::Status Telemetry::ServeMetrics() {
  // A port alone is one of the loopback interface: the metrics are for the machine's own.
  std::string text = options_.metrics_address;
  if (text.starts_with(':')) text.erase(0, 1);
  if (text.find_first_not_of("0123456789") == std::string::npos) text.insert(0, "127.0.0.1:");
  const auto address = async::Address::FromText(text, 0);
  if (!address || address->port() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--metrics: '", options_.metrics_address, "' is no ADDR:PORT"));
  }
  auto socket = http::ListenSocket::Open(address->ToTextWithPort());
  if (!socket.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--metrics: ", socket.status().message()));
  }
  std::vector<http::ListenSocket> sockets;
  sockets.push_back(*std::move(socket));
  server_ = std::make_unique<http::Server>(
      std::move(sockets), kMetricsServer, [this](const std::shared_ptr<http::Exchange>& exchange) {
        const http::Request& request = exchange->request();
        if (request.path != "/metrics") {
          exchange->Respond({404, "text/plain; charset=utf-8", "there is only /metrics\n"});
        } else if (request.method != "GET" && request.method != "HEAD") {
          exchange->Respond({405, "text/plain; charset=utf-8", "only GET\n", {{"Allow", "GET"}}});
        } else {
          const auto elapsed = Clock::now() - started_;
          exchange->Respond(
              {200, "text/plain; version=0.0.4; charset=utf-8",
               MetricsText(snapshot_(), std::chrono::duration_cast<microseconds>(elapsed))});
        }
      });
  server_->Start();
  return absl::OkStatus();
}

void Telemetry::Tick(Clock::time_point now) {
  if (now - last_shown_ >= (options_.brisk ? kEveryWhereBrisk : kEvery)) Show(now, /*last=*/false);
}

void Telemetry::End(Clock::time_point now) {
  Show(now, /*last=*/true);
  server_.reset();
}

void Telemetry::Show(Clock::time_point now, bool last) {
  const ProgressSnapshot snapshot = snapshot_();
  const auto interval = std::chrono::duration_cast<microseconds>(now - last_shown_);
  const auto elapsed = std::chrono::duration_cast<microseconds>(now - started_);
  if (show_line_) {
    // A line that fills its last column would be broken by some terminals.
    const size_t columns = terminal_ ? Columns() - 1 : SIZE_MAX;
    ShowLine(options_.brisk ? WaitingLine(snapshot, elapsed, activity_(), columns)
                            : ProgressLine(snapshot, last_, interval, elapsed, columns),
             last);
  }
  if (!options_.status_path.empty()) {
    (void)WriteStatus(StatusJson(snapshot, last_, interval, elapsed, last));
  }
  last_shown_ = now;
  last_ = snapshot;
}

/// On a terminal the line is written over, and what was waited for goes at the end; in a log each
/// stands for itself.
void Telemetry::ShowLine(const std::string& line, bool last) const {
  if (!StandardErrorHasRoom()) return;
  if (!terminal_) {
    (void)std::fprintf(stderr, "%s\n", line.c_str());
  } else if (last && options_.brisk) {
    (void)std::fprintf(stderr, "\r\033[K");
  } else {
    (void)std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
  }
}

void Telemetry::Say(std::string_view text) const {
  if ((!show_line_ && !terminal_) || !StandardErrorHasRoom()) return;
  (void)std::fprintf(stderr, terminal_ ? "\r\033[K%.*s\n" : "%.*s\n", static_cast<int>(text.size()),
                     text.data());
}

void Telemetry::ClearLine() const {
  if (show_line_ && terminal_ && StandardErrorHasRoom()) (void)std::fprintf(stderr, "\r\033[K");
}

/// So that nobody who reads sees half of one.
absl::Status Telemetry::WriteStatus(const std::string& text) const {
  absl::Status written = io::WriteWhole(options_.status_path, text);
  if (written.ok()) return written;
  return absl::InvalidArgumentError(absl::StrCat("--status: ", written.message()));
}

}  // namespace caascan::telemetry
