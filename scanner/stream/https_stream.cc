// nghttp2 calls back while it reads, and sometimes while it writes. What the user is to be told of
// that waits in `outcomes_` until nghttp2 has returned, since the user sends and closes as it is
// told. Flow control bounds what a server may send unasked, and nghttp2 what it makes us answer.
// Tested by https_stream_test.cc, and with real servers by encrypted_resolvers_test.py.
#include "scanner/stream/https_stream.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "scanner/dns/codes.h"
#include "scanner/stream/stream_error.h"

namespace caascan::stream {
namespace {

// However many streams a server allows.
constexpr size_t kMostAtOnce = 1000;
// All answers of a connection together that are not whole.
constexpr size_t kMaxBuffered = size_t{4} << 20;
constexpr std::string_view kMediaType = "application/dns-message";

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

nghttp2_nv Header(std::string_view name, std::string_view value) {
  const auto octets = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));  // nghttp2 copies them.
  };
  return {octets(name), octets(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// Parameters behind it say nothing (RFC 8484 §6 has none).
bool IsDnsMessage(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return absl::EqualsIgnoreCase(View(type), View(kMediaType));
}

}  // namespace

struct HttpsStream::Callbacks {
  static HttpsStream* Self(void* user) { return static_cast<HttpsStream*>(user); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* user) {
    Request* request = Self(user)->Find(frame->hd.stream_id);
    if (request == nullptr) return 0;
    Self(user)->TakeHeader(request, {reinterpret_cast<const char*>(name), name_size},
                           {reinterpret_cast<const char*>(value), value_size});
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* octets,
                    size_t size, void* user) {
    Request* request = Self(user)->Find(stream);
    if (request == nullptr || Self(user)->TakeData(request, {octets, size})) return 0;
    return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL) == 0
               ? 0
               : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) Self(user)->last_call_ = true;
    const bool settings =
        frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0;
    if (settings) Self(user)->TakeSettings();
    return 0;
  }

  static int OnStreamClose(nghttp2_session*, int32_t stream, uint32_t code, void* user) {
    Request* request = Self(user)->Find(stream);
    if (request != nullptr) Self(user)->TakeEnd(request, code);
    Self(user)->requests_.erase(stream);
    return 0;
  }

  /// A request that the connection takes no more.
  static int OnNotSent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    Request* request = Self(user)->Find(frame->hd.stream_id);
    if (request == nullptr || frame->hd.type != NGHTTP2_HEADERS) return 0;
    Self(user)->TakeEnd(request, NGHTTP2_REFUSED_STREAM);
    Self(user)->requests_.erase(frame->hd.stream_id);
    return 0;
  }

  static ssize_t ReadQuery(nghttp2_session*, int32_t stream, uint8_t* room, size_t size,
                           uint32_t* flags, nghttp2_data_source*, void* user) {
    Request* request = Self(user)->Find(stream);
    if (request == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const size_t count = std::min(size, request->query.size() - request->sent);
    std::memcpy(room, request->query.data() + request->sent, count);
    request->sent += count;
    if (request->sent == request->query.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }
};

HttpsStream::HttpsStream(const Channel& channel, async::Loop* loop, MessageStream::User* user,
                         const async::MakeStream& make)
    : channel_(channel), loop_(loop), user_(user), below_(make(loop, this)) {}

HttpsStream::~HttpsStream() = default;

bool HttpsStream::MakeSession() {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return false;
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::OnStreamClose);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, &Callbacks::OnNotSent);
  nghttp2_session* session = nullptr;
  const int made = nghttp2_session_client_new(&session, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);
  const std::array<nghttp2_settings_entry, 1> settings = {{{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}}};
  return made == 0 &&
         nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0;
}

void HttpsStream::OnConnected(int error) {
  if (error == 0 && !MakeSession()) error = ENOMEM;
  if (error != 0) return user_->OnConnected(error);
  SendOut();
  user_->OnConnected(0);
}

HttpsStream::Request* HttpsStream::Find(int32_t stream) {
  const auto it = requests_.find(stream);
  return it == requests_.end() ? nullptr : &it->second;
}

void HttpsStream::Send(std::span<const uint8_t> query) {
  assert(session_ != nullptr && !closed_ && "there is a connection");
  assert(query.size() >= dns::kHeaderSize && "a query has a header");
  Request request;
  request.id = static_cast<uint16_t>((query[0] << 8) | query[1]);
  request.query.assign(query.begin(), query.end());
  request.query[0] = request.query[1] = 0;
  if (!Submit(std::move(request))) {
    last_call_ = true;
    outcomes_.push_back({static_cast<uint16_t>((query[0] << 8) | query[1]), 0, {}});
  }
  SendOut();
  if (!outcomes_.empty()) loop_->Arm(this, std::chrono::milliseconds(0));
}

/// False where the connection takes no more.
bool HttpsStream::Submit(Request request) {
  if (nghttp2_session_check_request_allowed(session_.get()) == 0) return false;
  const std::string size = std::to_string(request.query.size());
  const std::array<nghttp2_nv, 7> headers = {Header(":method", "POST"),
                                             Header(":scheme", "https"),
                                             Header(":authority", channel_.authority),
                                             Header(":path", channel_.path),
                                             Header("accept", kMediaType),
                                             Header("content-type", kMediaType),
                                             Header("content-length", size)};
  nghttp2_data_provider body{};
  body.read_callback = &Callbacks::ReadQuery;
  const int32_t stream = nghttp2_submit_request(session_.get(), nullptr, headers.data(),
                                                headers.size(), &body, nullptr);
  if (stream < 0) return false;
  requests_.emplace(stream, std::move(request));
  return true;
}

void HttpsStream::Cancel(uint16_t id) {
  for (auto& [stream, request] : requests_) {
    if (request.id != id || request.settled) continue;
    request.settled = true;
    buffered_ -= request.answer.size();
    request.answer.clear();
    (void)nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
    return SendOut();
  }
}

/// Once for each request.
void HttpsStream::Settle(Request* request, int error) {
  request->settled = true;
  buffered_ -= request->answer.size();
  if (error != 0) request->answer.clear();
  outcomes_.push_back({request->id, error, std::move(request->answer)});
  request->answer.clear();
}

void HttpsStream::TakeHeader(Request* request, std::string_view name, std::string_view value) {
  if (name == ":status") {
    if (!absl::SimpleAtoi(View(value), &request->status)) request->status = 0;
  } else if (name == "content-type") {
    request->is_message = IsDnsMessage(value);
  }
}

/// False where no more of it is wanted.
bool HttpsStream::TakeData(Request* request, std::span<const uint8_t> octets) {
  constexpr int kOk = 200;
  if (request->settled) return true;
  const bool too_long = request->answer.size() + octets.size() > dns::kMaxMessageSize ||
                        buffered_ + octets.size() > kMaxBuffered;
  if (request->status == kOk && request->is_message && !too_long) {
    request->answer.insert(request->answer.end(), octets.begin(), octets.end());
    buffered_ += octets.size();
    return true;
  }
  Settle(request, request->status == kOk ? HttpContentError() : HttpStatusError(request->status));
  return false;
}

void HttpsStream::TakeEnd(Request* request, uint32_t code) {
  constexpr int kOk = 200;
  if (request->settled) return;
  if (code == NGHTTP2_REFUSED_STREAM) return Settle(request, 0);
  if (request->status != 0 && request->status != kOk) {
    return Settle(request, HttpStatusError(request->status));
  }
  if (code != NGHTTP2_NO_ERROR) return Settle(request, ECONNRESET);
  if (!request->is_message || request->answer.size() < dns::kHeaderSize) {
    return Settle(request, HttpContentError());
  }
  request->answer[0] = static_cast<uint8_t>(request->id >> 8);
  request->answer[1] = static_cast<uint8_t>(request->id & 0xff);
  Settle(request, 0);
}

void HttpsStream::TakeSettings() {
  const uint32_t most =
      nghttp2_session_get_remote_settings(session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  no_requests_ = most == 0;
  most_ = std::clamp<size_t>(most, 1, kMostAtOnce);
}

void HttpsStream::OnRead(size_t size) {
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), read_.data(), size);
  SendOut();
  Tell();
  if (closed_) return;
  if (taken < 0 || no_requests_) return user_->OnEnd(EPROTO);
  const bool over = nghttp2_session_want_read(session_.get()) == 0 &&
                    nghttp2_session_want_write(session_.get()) == 0;
  // Without a last call it is we who have ended it, over what came.
  if (over) user_->OnEnd(last_call_ ? 0 : EPROTO);
}

void HttpsStream::OnEnd(int error) {
  Tell();
  if (!closed_) user_->OnEnd(error);
}

void HttpsStream::SendOut() {
  // A frame at a time; together they make one record of TLS.
  std::vector<uint8_t> frames;
  const uint8_t* octets = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_.get(), &octets)) > 0) {
    frames.insert(frames.end(), octets, octets + size);
  }
  if (!frames.empty()) below_->Write(frames);
}

void HttpsStream::Tell() {
  const std::vector<Outcome> outcomes = std::exchange(outcomes_, {});
  if (last_call_ && !closed_ && !std::exchange(told_last_call_, true)) user_->OnLastCall();
  for (const Outcome& outcome : outcomes) {
    if (closed_) return;
    if (outcome.answer.empty()) {
      user_->OnRefused(outcome.id, outcome.error);
    } else {
      user_->OnMessage(outcome.answer);
    }
  }
}

void HttpsStream::Close() {
  assert(!closed_ && "closed once");
  closed_ = true;
  async::Timer::Cancel();
  below_->Close();
}

}  // namespace caascan::stream
