// Beast parses; what is written is text of our own, behind one queue. Tested by server_test.cc, and
// end to end by serve_test.py.
#include "scanner/http/connection.h"

#include <absl/strings/str_cat.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <limits>
#include <utility>

namespace caascan::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::chrono::seconds kLinger(2);
constexpr size_t kMaxDiscarded = 1 << 20;

absl::string_view Text(std::string_view text) { return {text.data(), text.size()}; }
absl::string_view Text(boost::string_view text) { return {text.data(), text.size()}; }

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string Decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size() && DigitOf(text[i + 1]) >= 0 &&
                       DigitOf(text[i + 2]) >= 0;
    if (whole) {
      out += static_cast<char>(DigitOf(text[i + 1]) * 16 + DigitOf(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

const std::string* Request::Find(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [name](const auto& pair) { return pair.first == name; });
  return found == query.end() ? nullptr : &found->second;
}

std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    const std::string_view value = equals == part.npos ? "" : part.substr(equals + 1);
    pairs.emplace_back(Decode(part.substr(0, equals), true), Decode(value, true));
  }
  return pairs;
}

/// What a handler holds. The connection is null once its part is over.
class Connection::OwnExchange : public Exchange {
 public:
  OwnExchange(Connection* connection, Request request)
      : connection_(connection), request_(std::move(request)) {}

  void Leave() { connection_ = nullptr; }

  const Request& request() const override { return request_; }
  void TakeBody(std::function<void(std::string_view)> on_octets,
                std::function<void()> on_end) override {
    if (connection_ == nullptr) return;
    assert(!connection_->taken_ && "one takes the body");
    connection_->callbacks_.on_octets = std::move(on_octets);
    connection_->callbacks_.on_end = std::move(on_end);
    connection_->TakeBody();
  }
  void PauseBody() override {
    if (connection_ != nullptr) connection_->paused_ = true;
  }
  void ResumeBody() override {
    if (connection_ == nullptr || !std::exchange(connection_->paused_, false)) return;
    connection_->ReadBody();
  }
  void Respond(Response response) override {
    if (connection_ != nullptr) connection_->Respond(response);
  }
  void BeginStream(std::string_view content_type) override {
    if (connection_ != nullptr) connection_->BeginStream(content_type);
  }
  void Write(std::string_view octets) override {
    if (connection_ == nullptr) return;
    assert(connection_->begun_ && !connection_->ended_ && "between BeginStream() and EndStream()");
    connection_->Write(octets);
  }
  void EndStream(bool whole) override {
    if (connection_ != nullptr) connection_->EndStream(whole);
  }
  size_t unsent() const override {
    if (connection_ == nullptr) return 0;
    return connection_->waiting_.size() + connection_->writing_.size() - connection_->written_;
  }
  void OnSent(std::function<void()> on_sent) override {
    if (connection_ != nullptr) connection_->callbacks_.on_sent = std::move(on_sent);
  }
  void OnGone(std::function<void()> on_gone) override {
    if (connection_ != nullptr) connection_->callbacks_.on_gone = std::move(on_gone);
  }

 private:
  Connection* connection_;
  const Request request_;
};

Connection::Connection(Socket socket, Host* host)
    : socket_(std::move(socket)), host_(host), timer_(socket_.get_executor()) {
  buffer_.reserve(chunk_.size());  // Beast reads as much at once as there is room for.
}

void Connection::Start() {
  SetTimer();
  ReadHeader();
}

void Connection::Refuse() {
  SetTimer();
  AppendHead(503, "text/plain", nullptr);
  begun_ = ended_ = true;
  Flush();
}

void Connection::Drain() {
  keep_alive_ = false;
  if (exchange_ == nullptr && !begun_) Close();
}

void Connection::Close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  EndExchange();
  Error ignored;
  (void)socket_.close(ignored);
  (void)timer_.cancel();
  host_->on_closed(self);
}

/// The earlier of both deadlines; looked at once a while rather than set anew with each octet.
void Connection::SetTimer() {
  constexpr std::chrono::milliseconds kEvery(200);
  timer_.expires_after(kEvery);
  timer_.async_wait([self = shared_from_this()](Error error) {
    if (error || self->closed_) return;
    const Clock::time_point now = Clock::now();
    if (now >= self->read_deadline_ || now >= self->write_deadline_) {
      self->Gone();
    } else {
      self->SetTimer();
    }
  });
}

/// Between two requests a client may be silent for a while, in the middle of a header for less.
void Connection::AwaitRequest() {
  if (buffer_.size() > 0) return ReadHeader();
  read_deadline_ = Clock::now() + host_->options.idle_patience;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](Error error) {
    if (self->closed_) return;
    if (error) return self->Close();
    self->ReadHeader();
  });
}

void Connection::ReadHeader() {
  read_deadline_ = Clock::now() + host_->options.header_patience;
  parser_.emplace();
  parser_->header_limit(host_->options.max_header_size);
  // Handlers count what they take. Without a limit, Beast 1.74 refuses every body of known length.
  parser_->body_limit(std::numeric_limits<uint64_t>::max());
  begun_ = ended_ = taken_ = paused_ = body_ended_ = false;
  beast::http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](Error error, size_t) { self->OnHeader(error); });
}

void Connection::OnHeader(Error error) {
  if (closed_) return;
  read_deadline_ = Clock::time_point::max();
  if (error) return Reject(error);
  BeginExchange();
}

/// What is no request, or too large; or the client has gone.
void Connection::Reject(Error error) {
  const bool parsed =
      error.category() == make_error_code(beast::http::error::bad_method).category();
  if (!parsed || error == beast::http::error::end_of_stream ||
      error == beast::http::error::partial_message) {
    return Close();
  }
  const bool large = error == beast::http::error::header_limit;
  keep_alive_ = false;
  body_ended_ = false;
  Respond({large ? 431u : 400u, "application/json",
           large ? "{\"error\":\"the header is too large\"}\n"
                 : absl::StrCat("{\"error\":\"no HTTP request: ", error.message(), "\"}\n")});
}

void Connection::BeginExchange() {
  const auto& message = parser_->get();
  ++host_->requests;
  version_ = message.version();
  is_head_ = message.method() == beast::http::verb::head;
  keep_alive_ = message.keep_alive() && !host_->draining;
  body_ended_ = parser_->is_done();
  Request request;
  request.method = std::string(Text(message.method_string()));
  const std::string_view target(message.target().data(), message.target().size());
  const size_t question = target.find('?');
  request.path = Decode(target.substr(0, question), false);
  if (question != target.npos) request.query = ParseQuery(target.substr(question + 1));
  const auto authorization = message[beast::http::field::authorization];
  request.authorization.assign(authorization.data(), authorization.size());
  request.has_body = !body_ended_;
  if (const auto length = parser_->content_length()) request.content_length = *length;
  exchange_ = std::make_shared<OwnExchange>(this, std::move(request));
  WatchForEnd();
  const std::shared_ptr<Exchange> exchange = exchange_;
  host_->handler(exchange);
}

void Connection::TakeBody() {
  taken_ = true;
  if (body_ended_) {
    asio::post(socket_.get_executor(), [self = shared_from_this(), of = exchange_] {
      if (!self->closed_ && self->exchange_ == of) self->EndBody();
    });
    return;
  }
  const auto expects = parser_->get()[beast::http::field::expect];
  if (!begun_ && beast::iequals(expects, "100-continue")) {
    waiting_ += "HTTP/1.1 100 Continue\r\n\r\n";
    Flush();
  }
  ReadBody();
}

void Connection::ReadBody() {
  if (closed_ || reading_ || paused_ || body_ended_ || !taken_) return;
  reading_ = true;
  read_deadline_ = Clock::now() + host_->options.idle_patience;
  auto& body = parser_->get().body();
  body.data = chunk_.data();
  body.size = chunk_.size();
  body.more = true;
  beast::http::async_read_some(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](Error error, size_t) { self->OnBody(error); });
}

void Connection::OnBody(Error error) {
  reading_ = false;
  if (closed_) return;
  if (error == beast::http::error::need_buffer) error = {};
  if (error) return Gone();
  if (ended_) {  // What comes behind the response is not wanted.
    if (!is_writing_) Linger();
    return;
  }
  read_deadline_ = Clock::time_point::max();
  const auto self = shared_from_this();
  const auto of = exchange_;
  const size_t size = chunk_.size() - parser_->get().body().size;
  body_ended_ = parser_->is_done();
  if (size > 0 && callbacks_.on_octets) {
    const auto on_octets = callbacks_.on_octets;  // It may end the exchange.
    on_octets({chunk_.data(), size});
  }
  if (closed_ || exchange_ != of) return;
  if (body_ended_) {
    EndBody();
  } else {
    ReadBody();
  }
}

void Connection::EndBody() {
  WatchForEnd();
  const auto on_end = std::exchange(callbacks_.on_end, nullptr);
  callbacks_.on_octets = nullptr;
  if (on_end) on_end();
}

/// While the client only waits: has it gone?
void Connection::WatchForEnd() {
  if (!body_ended_ || buffer_.size() > 0 || exchange_ == nullptr) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this(), of = exchange_](Error error) {
    if (self->closed_ || self->exchange_ != of) return;
    char octet = 0;
    const ssize_t size = ::recv(self->socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (error || size == 0 || (size < 0 && errno != EAGAIN)) {
      self->Gone();
    } else if (size < 0) {
      self->WatchForEnd();
    }
  });
}

void Connection::AppendHead(unsigned status, std::string_view content_type, const Response* whole) {
  absl::StrAppend(&waiting_, "HTTP/1.", version_ >= 11 ? "1" : "0", " ", status, " ",
                  Text(beast::http::obsolete_reason(static_cast<beast::http::status>(status))),
                  "\r\nServer: caascan\r\nContent-Type: ", Text(content_type),
                  "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  if (whole != nullptr) {
    for (const auto& [name, value] : whole->fields) {
      absl::StrAppend(&waiting_, name, ": ", value, "\r\n");
    }
    absl::StrAppend(&waiting_, "Content-Length: ", whole->body.size(), "\r\n");
  } else if (is_chunked() && status == 200) {
    waiting_ += "Transfer-Encoding: chunked\r\n";
  } else {
    keep_alive_ = false;
    if (status != 200) waiting_ += "Content-Length: 0\r\n";
  }
  // Older clients close unless they are told not to.
  if (!keep_alive_) {
    waiting_ += "Connection: close\r\n";
  } else if (version_ < 11) {
    waiting_ += "Connection: keep-alive\r\n";
  }
  waiting_ += "\r\n";
}

void Connection::Respond(const Response& response) {
  if (std::exchange(begun_, true)) return;
  keep_alive_ = keep_alive_ && body_ended_;
  AppendHead(response.status, response.content_type, &response);
  if (!is_head_) waiting_ += response.body;
  ended_ = true;
  EndExchange();
  Flush();
}

void Connection::BeginStream(std::string_view content_type) {
  if (std::exchange(begun_, true)) return;
  AppendHead(200, content_type, nullptr);
  Flush();
}

void Connection::Write(std::string_view octets) {
  if (octets.empty() || is_head_) return;
  if (is_chunked()) {
    absl::StrAppend(&waiting_, absl::Hex(octets.size()), "\r\n", Text(octets), "\r\n");
  } else {
    waiting_ += octets;
  }
  Flush();
}

void Connection::EndStream(bool whole) {
  if (!begun_ || std::exchange(ended_, true)) return;
  if (!whole || !body_ended_) keep_alive_ = false;
  if (whole && is_chunked() && !is_head_) waiting_ += "0\r\n\r\n";
  EndExchange();
  Flush();
}

void Connection::Flush() {
  if (closed_ || is_writing_) return;
  if (written_ == writing_.size()) {
    writing_.clear();
    written_ = 0;
    writing_.swap(waiting_);
  }
  if (writing_.empty()) {
    if (ended_) AfterResponse();
    return;
  }
  is_writing_ = true;
  write_deadline_ = Clock::now() + host_->options.idle_patience;
  socket_.async_write_some(
      asio::buffer(writing_.data() + written_, writing_.size() - written_),
      [self = shared_from_this()](Error error, size_t size) { self->OnWritten(error, size); });
}

void Connection::OnWritten(Error error, size_t size) {
  is_writing_ = false;
  if (closed_) return;
  write_deadline_ = Clock::time_point::max();
  if (error) return Gone();
  written_ += size;
  Flush();
  if (closed_ || !callbacks_.on_sent) return;
  const auto on_sent = callbacks_.on_sent;  // It may end the exchange.
  on_sent();
}

/// All of it is with the system.
void Connection::AfterResponse() {
  const bool next = keep_alive_ && body_ended_ && !host_->draining;
  if (!next) return Linger();
  begun_ = ended_ = false;
  AwaitRequest();
}

/// Closed with octets unread, the connection would be reset, and the client might not see the
/// response.
void Connection::Linger() {
  if (closed_) return;
  Error ignored;
  (void)socket_.shutdown(Socket::shutdown_send, ignored);
  read_deadline_ = std::min(read_deadline_, Clock::now() + kLinger);
  if (reading_) return;  // OnBody() comes back here.
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](Error error, size_t size) {
                            if (self->closed_) return;
                            self->discarded_ += size;
                            if (error || self->discarded_ > kMaxDiscarded) return self->Close();
                            self->Linger();
                          });
}

void Connection::EndExchange() {
  if (exchange_ != nullptr) exchange_->Leave();
  exchange_.reset();
  callbacks_ = Callbacks();
}

void Connection::Gone() {
  const auto self = shared_from_this();
  const auto on_gone = std::exchange(callbacks_.on_gone, nullptr);
  Close();
  if (on_gone) on_gone();
}

}  // namespace caascan::http
