#include "tests/stream/http2_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>

namespace caascan::stream {
namespace {

nghttp2_nv Header(const std::string& name, const std::string& value) {
  const auto octets = [](const std::string& text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {octets(name), octets(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

struct Http2Server::Callbacks {
  static Http2Server* Self(void* user) { return static_cast<Http2Server*>(user); }
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* user) {
    Self(user)->requests_[frame->hd.stream_id].headers.emplace(
        std::string(reinterpret_cast<const char*>(name), name_size),
        std::string(reinterpret_cast<const char*>(value), value_size));
    return 0;
  }
  static int OnData(nghttp2_session*, uint8_t, int32_t stream, const uint8_t* octets, size_t size,
                    void* user) {
    std::vector<uint8_t>& body = Self(user)->requests_[stream].body;
    body.insert(body.end(), octets, octets + size);
    return 0;
  }
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    const bool of_request = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (end && of_request) Self(user)->requests_[frame->hd.stream_id].whole = true;
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t stream, uint32_t code, void* user) {
    Self(user)->requests_[stream].reset = code;
    return 0;
  }
  static ssize_t ReadAnswer(nghttp2_session*, int32_t stream, uint8_t* room, size_t size,
                            uint32_t* flags, nghttp2_data_source*, void* user) {
    std::vector<uint8_t>& answer = Self(user)->answers_[stream];
    const size_t count = std::min(size, answer.size());
    const auto end = answer.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(answer.begin(), end, room);
    answer.erase(answer.begin(), end);
    if (answer.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }
};

Http2Server::Http2Server(uint32_t most_streams) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::OnClose);
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new(&session, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);
  LimitStreams(most_streams);
}

void Http2Server::Take(std::span<const uint8_t> octets) {
  EXPECT_EQ(nghttp2_session_mem_recv(session_.get(), octets.data(), octets.size()),
            static_cast<ssize_t>(octets.size()));
}

std::vector<uint8_t> Http2Server::TakeOutput() {
  std::vector<uint8_t> output;
  const uint8_t* octets = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_.get(), &octets)) > 0) {
    output.insert(output.end(), octets, octets + size);
  }
  return output;
}

void Http2Server::Answer(int32_t stream, const std::string& status, const std::string& type,
                         std::vector<uint8_t> body) {
  const std::string status_name = ":status";
  const std::string type_name = "content-type";
  const std::array<nghttp2_nv, 2> headers = {Header(status_name, status), Header(type_name, type)};
  answers_[stream] = std::move(body);
  nghttp2_data_provider provider{};
  provider.read_callback = &Callbacks::ReadAnswer;
  EXPECT_EQ(nghttp2_submit_response(session_.get(), stream, headers.data(), type.empty() ? 1 : 2,
                                    &provider),
            0);
}

void Http2Server::Reset(int32_t stream, uint32_t code) {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, code);
}

void Http2Server::GoAway(int32_t last) {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
}

void Http2Server::LimitStreams(uint32_t most) {
  const nghttp2_settings_entry entry = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most};
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, &entry, 1);
}

}  // namespace caascan::stream
