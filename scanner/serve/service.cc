// Which request is answered by what. All but Open(), Reload() and Drain() runs on the server's
// thread. Tested end to end by serve_test.py.
#include "caascan/service.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "caascan/check_page.h"
#include "caascan/engine.h"
#include "scanner/http/server.h"
#include "scanner/record/json_text.h"
#include "scanner/serve/access.h"
#include "scanner/serve/embedded.h"
#include "scanner/serve/few_names.h"
#include "scanner/serve/mpic.h"
#include "scanner/serve/names_stream.h"
#include "scanner/serve/readiness.h"
#include "scanner/serve/terms.h"

namespace caascan {
namespace serve {
namespace {

using ExchangePtr = std::shared_ptr<http::Exchange>;

constexpr size_t kMaxNamesOfPage = 10;
constexpr size_t kMaxMpicBody = 64 << 10;
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";

/// What requests that begin now are served with. Const, but for what the scanner learns.
struct Generation {
  std::unique_ptr<Scanner> scanner;
  Inquiry usual;
  std::string token;
};
using GenerationPtr = std::shared_ptr<const Generation>;

void RespondError(http::Exchange* exchange, unsigned status, std::string_view why,
                  std::vector<std::pair<std::string, std::string>> fields = {}) {
  std::string body = "{\"error\":";
  record::AppendJsonString(why, &body);
  exchange->Respond({status, "application/json", body + "}\n", std::move(fields)});
}

void RespondWrong(http::Exchange* exchange, const absl::Status& status) {
  RespondError(exchange, 400, std::string_view(status.message().data(), status.message().size()));
}

/// What is left of a query was not understood: a member that is ignored decides nothing.
absl::Status CheckNothingLeft(const Query& query) {
  if (query.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("unknown parameter: ", query.front().first));
}

}  // namespace
}  // namespace serve

class Service::Impl {
 public:
  explicit Impl(ServiceOptions options) : options_(std::move(options)) {}
  ~Impl();

  absl::Status Open(const std::stop_token& stop);
  absl::Status Reload(std::vector<CertificationAuthority> ca_set, const std::stop_token& stop);
  bool Drain(std::chrono::milliseconds grace);
  bool IsAlive(std::chrono::microseconds patience);
  const std::vector<std::string>& addresses() const { return addresses_; }
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  struct Route {
    const char* path;
    const char* method;
    void (Impl::*serve)(const serve::ExchangePtr& exchange);
    bool is_open;  // Needs no token.
    bool is_page;  // For browsers.
  };
  static const Route kRoutes[];

  absl::StatusOr<serve::GenerationPtr> MakeGeneration(const std::stop_token& stop) const;
  absl::Status Listen();
  void Handle(const serve::ExchangePtr& exchange);
  bool MayAsk(const Route& route, http::Exchange* exchange) const;
  void ServeNames(const serve::ExchangePtr& exchange);
  void ServeMpic(const serve::ExchangePtr& exchange);
  void AnswerMpic(const serve::ExchangePtr& exchange, const std::string& body);
  void ServeCheck(const serve::ExchangePtr& exchange);
  void ServeForm(const serve::ExchangePtr& exchange);
  void ServeOpenApi(const serve::ExchangePtr& exchange);
  void ServeMetrics(const serve::ExchangePtr& exchange);
  void ServeHealth(const serve::ExchangePtr& exchange);
  void ForEachStream(void (serve::NamesStream::*tell)());
  serve::Post post() {
    return [this](std::function<void()> work) { server_->Post(std::move(work)); };
  }

  ServiceOptions options_;
  std::vector<std::string> addresses_;
  std::vector<std::string> notices_;
  std::unique_ptr<http::Server> server_;

  // The server's thread only, once it has started.
  serve::GenerationPtr generation_;
  std::shared_ptr<serve::Readiness> readiness_;
  std::vector<std::weak_ptr<serve::NamesStream>> streams_;
  bool draining_ = false;
};

const Service::Impl::Route Service::Impl::kRoutes[] = {
    {"/v1/names", "POST", &Impl::ServeNames, false, false},
    {"/mpic/caa", "POST", &Impl::ServeMpic, false, false},
    {"/check", "GET", &Impl::ServeCheck, false, true},
    {"/", "GET", &Impl::ServeForm, false, true},
    {"/metrics", "GET", &Impl::ServeMetrics, false, false},
    {"/healthz", "GET", &Impl::ServeHealth, true, false},
    {"/openapi.json", "GET", &Impl::ServeOpenApi, true, false},
};

/// Requests end first, then the scanner, whose threads tell the server's, and that at last.
Service::Impl::~Impl() {
  if (server_ == nullptr) return;
  server_->Cut();
  generation_.reset();
  server_.reset();
}

absl::StatusOr<serve::GenerationPtr> Service::Impl::MakeGeneration(
    const std::stop_token& stop) const {
  auto made = std::make_shared<serve::Generation>();
  if (!options_.token_path.empty()) {
    auto token = serve::ReadToken(options_.token_path);
    if (!token.ok()) return token.status();
    made->token = *std::move(token);
  }
  auto scanner = Scanner::Open(options_.scan, stop);
  if (!scanner.ok()) return scanner.status();
  made->scanner = *std::move(scanner);
  made->usual.request = options_.scan.request;
  if (made->usual.request.issuer_domains.empty()) {
    made->usual.request.issuer_domains.emplace_back("letsencrypt.org");
  }
  made->usual.ca_set = options_.scan.ca_set;
  return made;
}

absl::Status Service::Impl::Listen() {
  auto sockets = http::ListenSocket::Inherited();
  if (!sockets.ok()) return sockets.status();
  for (const std::string& text : options_.listen) {
    auto socket = http::ListenSocket::Open(text);
    if (!socket.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--listen: ", socket.status().message()));
    }
    sockets->push_back(*std::move(socket));
  }
  if (sockets->empty()) {
    return absl::InvalidArgumentError("--listen: no address is given, and no socket handed over");
  }
  for (const http::ListenSocket& socket : *sockets) {
    addresses_.push_back(socket.text());
    if (!options_.token_path.empty() || !socket.is_open_to_others()) continue;
    notices_.push_back(absl::StrCat(socket.text(),
                                    " can be reached by others, and they need no token "
                                    "(--token-file)"));
  }
  http::ServerOptions server;
  server.max_connections = options_.max_connections;
  server.header_patience = options_.header_patience;
  server.idle_patience = options_.idle_patience;
  server_ = std::make_unique<http::Server>(
      *std::move(sockets), server,
      [this](const serve::ExchangePtr& exchange) { Handle(exchange); });
  return absl::OkStatus();
}

absl::Status Service::Impl::Open(const std::stop_token& stop) {
  auto generation = MakeGeneration(stop);
  if (!generation.ok()) return generation.status();
  generation_ = *std::move(generation);
  notices_ = generation_->scanner->notices();
  if (absl::Status status = Listen(); !status.ok()) return status;
  readiness_ = std::make_shared<serve::Readiness>(post());
  server_->Start();
  return absl::OkStatus();
}

absl::Status Service::Impl::Reload(std::vector<CertificationAuthority> ca_set,
                                   const std::stop_token& stop) {
  std::swap(options_.scan.ca_set, ca_set);
  auto generation = MakeGeneration(stop);
  if (!generation.ok()) {
    std::swap(options_.scan.ca_set, ca_set);
    return generation.status();
  }
  server_->Post([this, next = *std::move(generation)] {
    generation_ = next;
    readiness_->UseOther(generation_->scanner.get());
  });
  return absl::OkStatus();
}

void Service::Impl::ForEachStream(void (serve::NamesStream::*tell)()) {
  const auto streams = std::exchange(streams_, {});
  for (const auto& weak : streams) {
    if (const auto stream = weak.lock()) {
      (stream.get()->*tell)();
      streams_.push_back(stream);
    }
  }
}

bool Service::Impl::Drain(std::chrono::milliseconds grace) {
  constexpr std::chrono::seconds kForStopped(15);  // A query's wait, and the writing.
  server_->Post([this] {
    draining_ = true;
    ForEachStream(&serve::NamesStream::Drain);
  });
  if (server_->Drain(grace)) return true;
  server_->Post([this] { ForEachStream(&serve::NamesStream::Stop); });
  (void)server_->Drain(kForStopped);
  return false;
}

bool Service::Impl::IsAlive(std::chrono::microseconds patience) {
  struct Ping {
    std::mutex mutex;
    std::condition_variable changed;
    bool answered = false;
  };
  const auto ping = std::make_shared<Ping>();
  server_->Post([ping] {
    const std::lock_guard lock(ping->mutex);
    ping->answered = true;
    ping->changed.notify_one();
  });
  std::unique_lock lock(ping->mutex);
  return ping->changed.wait_for(lock, patience, [&ping] { return ping->answered; });
}

bool Service::Impl::MayAsk(const Route& route, http::Exchange* exchange) const {
  if (route.is_open || serve::ShowsToken(exchange->request().authorization, generation_->token)) {
    return true;
  }
  // Browsers ask for a password then.
  serve::RespondError(exchange, 401, "a token is needed",
                      {{"WWW-Authenticate", route.is_page ? "Basic realm=\"caascan\"" : "Bearer"}});
  return false;
}

void Service::Impl::Handle(const serve::ExchangePtr& exchange) {
  const http::Request& request = exchange->request();
  std::string allowed;
  for (const Route& route : kRoutes) {
    if (request.path != route.path) continue;
    const bool head = request.method == "HEAD" && std::string_view(route.method) == "GET";
    if (request.method == route.method || head) {
      if (MayAsk(route, exchange.get())) (this->*route.serve)(exchange);
      return;
    }
    allowed = route.method;
  }
  if (allowed.empty()) return serve::RespondError(exchange.get(), 404, "there is nothing here");
  serve::RespondError(exchange.get(), 405, "only " + allowed, {{"Allow", allowed}});
}

void Service::Impl::ServeNames(const serve::ExchangePtr& exchange) {
  serve::Query query = exchange->request().query;
  auto inquiry = serve::TakeTerms(generation_->usual, &query);
  if (!inquiry.ok()) return serve::RespondWrong(exchange.get(), inquiry.status());
  if (absl::Status left = serve::CheckNothingLeft(query); !left.ok()) {
    return serve::RespondWrong(exchange.get(), left);
  }
  if (draining_) return serve::RespondError(exchange.get(), 503, "the service ends");
  const auto length = exchange->request().content_length;
  if (options_.max_body > 0 && length && *length > options_.max_body) {
    return serve::RespondError(exchange.get(), 413, "the body is too large");
  }
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  streams_.push_back(serve::NamesStream::Begin(exchange, generation_->scanner.get(), generation_,
                                               *std::move(inquiry),
                                               {options_.max_names, options_.max_body}, post()));
}

void Service::Impl::ServeMpic(const serve::ExchangePtr& exchange) {
  const auto body = std::make_shared<std::string>();
  // The exchange holds these, not the other way round.
  const std::weak_ptr<http::Exchange> weak = exchange;
  exchange->TakeBody(
      [weak, body](std::string_view octets) {
        const auto own = weak.lock();
        if (own == nullptr) return;
        if (body->size() + octets.size() > serve::kMaxMpicBody) {
          return serve::RespondError(own.get(), 413, "the body is too large");
        }
        body->append(octets);
      },
      [this, weak, body] {
        if (const auto own = weak.lock()) AnswerMpic(own, *body);
      });
}

void Service::Impl::AnswerMpic(const serve::ExchangePtr& exchange, const std::string& body) {
  const auto request = serve::ParseMpicRequest(body);
  if (!request.ok()) return serve::RespondWrong(exchange.get(), request.status());
  Inquiry inquiry = generation_->usual;
  inquiry.ca_set.clear();
  inquiry.fresh = true;
  inquiry.request.wildcard = request->wildcard;
  inquiry.request.purpose = request->purpose;
  if (!request->caa_domains.empty()) inquiry.request.issuer_domains = request->caa_domains;
  serve::LookUpFewNames(
      exchange, generation_->scanner.get(), generation_, inquiry, {request->target}, post(),
      [exchange](const std::vector<Record>& records) {
        exchange->Respond({200, "application/json", serve::MpicResponse(records.front())});
      });
}

void Service::Impl::ServeCheck(const serve::ExchangePtr& exchange) {
  serve::Query query = exchange->request().query;
  std::vector<std::string> names = serve::TakeAll("name", &query);
  // A form sends its empty fields too.
  std::erase_if(query,
                [](const auto& member) { return member.first == "ca" && member.second.empty(); });
  auto inquiry = serve::TakeTerms(generation_->usual, &query);
  if (!inquiry.ok()) return serve::RespondWrong(exchange.get(), inquiry.status());
  if (absl::Status left = serve::CheckNothingLeft(query); !left.ok()) {
    return serve::RespondWrong(exchange.get(), left);
  }
  if (names.empty() || names.size() > serve::kMaxNamesOfPage) {
    return serve::RespondError(exchange.get(), 400,
                               absl::StrCat("name: 1 to ", serve::kMaxNamesOfPage, " of them"));
  }
  inquiry->thorough = true;
  const CheckPageOptions page{inquiry->request.issuer_domains, options_.scan.port, options_.how};
  serve::LookUpFewNames(
      exchange, generation_->scanner.get(), generation_, *inquiry, names, post(),
      [exchange, page](const std::vector<Record>& records) {
        std::vector<std::string> lines;
        for (const Record& record : records) {
          lines.emplace_back();
          AppendRecord(record, &lines.back());
          lines.back().pop_back();  // The line feed.
        }
        auto html = CheckPage(lines, page);
        assert(html.ok() && "the records are our own");
        exchange->Respond({200, serve::kHtml, html.ok() ? *std::move(html) : std::string()});
      });
}

void Service::Impl::ServeForm(const serve::ExchangePtr& exchange) {
  exchange->Respond({200, serve::kHtml, std::string(serve::FormPage())});
}

void Service::Impl::ServeOpenApi(const serve::ExchangePtr& exchange) {
  exchange->Respond({200, "application/json", std::string(serve::OpenApiDocument())});
}

void Service::Impl::ServeMetrics(const serve::ExchangePtr& exchange) {
  std::string text = generation_->scanner->Metrics();
  const auto add = [&text](const char* name, const char* type, const char* help, uint64_t value) {
    absl::StrAppend(&text, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n", name,
                    " ", value, "\n");
  };
  add("caascan_answers_recalled_total", "counter",
      "Records made of an answer that was known and still valid.",
      generation_->scanner->counts().recalled);
  add("caascan_http_requests_total", "counter", "Requests whose header was read.",
      server_->requests());
  add("caascan_http_connections", "gauge", "Clients that are connected.", server_->connections());
  exchange->Respond({200, serve::kMetrics, std::move(text)});
}

void Service::Impl::ServeHealth(const serve::ExchangePtr& exchange) {
  if (draining_) return serve::RespondError(exchange.get(), 503, "the service ends");
  readiness_->Ask(generation_->scanner.get(), serve::Readiness::Clock::now(),
                  [exchange](bool answers) {
                    if (answers) {
                      exchange->Respond({200, "application/json", "{\"ready\":true}\n"});
                    } else {
                      serve::RespondError(exchange.get(), 503, "no canary answers");
                    }
                  });
}

absl::StatusOr<std::unique_ptr<Service>> Service::Open(const ServiceOptions& options,
                                                       const std::stop_token& stop) {
  auto impl = std::make_unique<Impl>(options);
  if (absl::Status status = impl->Open(stop); !status.ok()) return status;
  return std::unique_ptr<Service>(new Service(std::move(impl)));
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() = default;

std::vector<std::string> Service::addresses() const { return impl_->addresses(); }
std::vector<std::string> Service::notices() const { return impl_->notices(); }
absl::Status Service::Reload(std::vector<CertificationAuthority> ca_set,
                             const std::stop_token& stop) {
  return impl_->Reload(std::move(ca_set), stop);
}
bool Service::IsAlive(std::chrono::microseconds patience) { return impl_->IsAlive(patience); }
bool Service::Drain(std::chrono::milliseconds grace) { return impl_->Drain(grace); }

}  // namespace caascan
