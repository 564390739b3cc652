// Tested by frame_test.cc, and by another program's reader in tests/e2e/dnstap_test.py.
#include "scanner/dnstap/frame.h"

#include <cassert>
#include <memory>
#include <string_view>

#include <simdjson.h>

#include <dnstap.pb-c.h>
#include "scanner/record/json_text.h"

namespace caascan::dnstap {
namespace {

using ProtoFrame = Caascan__Dnstap__Dnstap;
using ProtoMessage = Caascan__Dnstap__Message;

constexpr int64_t kNsPerS = 1'000'000'000;
constexpr size_t kIpv4Octets = 4;
constexpr size_t kIpv6Octets = 16;
constexpr std::string_view kVersion = "caascan";

/// Protocol buffers take what they only read as mutable.
template <typename Octets>
ProtobufCBinaryData BytesOf(const Octets& octets) {
  return {octets.size(), reinterpret_cast<uint8_t*>(
                             const_cast<char*>(reinterpret_cast<const char*>(octets.data())))};
}

template <typename Octets>
void Put(const Octets& octets, protobuf_c_boolean* has, ProtobufCBinaryData* data) {
  *has = octets.empty() ? 0 : 1;
  *data = BytesOf(octets);
}

Caascan__Dnstap__Message__Type TypeOf(const Frame& frame) {
  const bool answered = frame.received_ns.has_value();
  if (frame.role == Frame::Role::kStub) {
    return answered ? CAASCAN__DNSTAP__MESSAGE__TYPE__STUB_RESPONSE
                    : CAASCAN__DNSTAP__MESSAGE__TYPE__STUB_QUERY;
  }
  return answered ? CAASCAN__DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE
                  : CAASCAN__DNSTAP__MESSAGE__TYPE__RESOLVER_QUERY;
}

Caascan__Dnstap__Message__Protocol ProtocolOf(Frame::Transport transport) {
  switch (transport) {
    case Frame::Transport::kUdp:
      return CAASCAN__DNSTAP__MESSAGE__PROTOCOL__UDP;
    case Frame::Transport::kTcp:
      return CAASCAN__DNSTAP__MESSAGE__PROTOCOL__TCP;
    case Frame::Transport::kTls:
      return CAASCAN__DNSTAP__MESSAGE__PROTOCOL__DOT;
    case Frame::Transport::kHttps:
      break;
  }
  return CAASCAN__DNSTAP__MESSAGE__PROTOCOL__DOH;
}

std::string ExtraOf(const Frame& frame) {
  std::string extra = R"({"name":)";
  record::AppendJsonString(frame.name, &extra);
  if (!frame.status.empty()) {
    extra += R"(,"status":)";
    record::AppendJsonString(frame.status, &extra);
  }
  return extra + "}";
}

std::vector<uint8_t> OctetsOf(const ProtobufCBinaryData& data) {
  return data.len == 0 ? std::vector<uint8_t>()
                       : std::vector<uint8_t>(data.data, data.data + data.len);
}

/// Times beyond those of 64 bits in nanoseconds are none.
std::optional<int64_t> TimeOf(uint64_t seconds, uint32_t ns) {
  constexpr uint64_t kMost = static_cast<uint64_t>(INT64_MAX / kNsPerS) - 1;
  if (seconds > kMost || ns >= kNsPerS) return std::nullopt;
  return static_cast<int64_t>(seconds) * kNsPerS + ns;
}

/// False where it is neither of a resolver's nor of a stub's frames.
bool ReadType(Caascan__Dnstap__Message__Type type, Frame* frame, bool* answered) {
  switch (type) {
    case CAASCAN__DNSTAP__MESSAGE__TYPE__RESOLVER_QUERY:
    case CAASCAN__DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE:
      frame->role = Frame::Role::kResolver;
      break;
    case CAASCAN__DNSTAP__MESSAGE__TYPE__STUB_QUERY:
    case CAASCAN__DNSTAP__MESSAGE__TYPE__STUB_RESPONSE:
      frame->role = Frame::Role::kStub;
      break;
    default:
      return false;
  }
  *answered = type == CAASCAN__DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE ||
              type == CAASCAN__DNSTAP__MESSAGE__TYPE__STUB_RESPONSE;
  return true;
}

Frame::Transport ReadProtocol(Caascan__Dnstap__Message__Protocol protocol) {
  switch (protocol) {
    case CAASCAN__DNSTAP__MESSAGE__PROTOCOL__TCP:
      return Frame::Transport::kTcp;
    case CAASCAN__DNSTAP__MESSAGE__PROTOCOL__DOT:
      return Frame::Transport::kTls;
    case CAASCAN__DNSTAP__MESSAGE__PROTOCOL__DOH:
      return Frame::Transport::kHttps;
    default:
      return Frame::Transport::kUdp;
  }
}

void ReadExtra(const ProtobufCBinaryData& extra, Frame* frame) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  const std::string_view text(reinterpret_cast<const char*>(extra.data), extra.len);
  if (text.empty() ||
      parser.parse(simdjson::padded_string(text)).get(object) != simdjson::SUCCESS ||
      !object.is_object()) {
    return;  // Another program's.
  }
  std::string_view value;
  if (object["name"].get(value) == simdjson::SUCCESS) frame->name = value;
  if (object["status"].get(value) == simdjson::SUCCESS) frame->status = value;
}

struct FreeFrame {
  void operator()(ProtoFrame* frame) const {
    caascan__dnstap__dnstap__free_unpacked(frame, nullptr);
  }
};

}  // namespace

std::string EncodeFrame(const Frame& frame) {
  assert((frame.address.size() == kIpv4Octets || frame.address.size() == kIpv6Octets) &&
         "an address");
  const std::string extra = ExtraOf(frame);
  ProtoMessage message = CAASCAN__DNSTAP__MESSAGE__INIT;
  message.type = TypeOf(frame);
  message.has_socket_family = 1;
  message.socket_family = frame.address.size() == kIpv4Octets
                              ? CAASCAN__DNSTAP__MESSAGE__FAMILY__INET
                              : CAASCAN__DNSTAP__MESSAGE__FAMILY__INET6;
  message.has_socket_protocol = 1;
  message.socket_protocol = ProtocolOf(frame.transport);
  Put(frame.address, &message.has_response_address, &message.response_address);
  message.has_response_port = 1;
  message.response_port = frame.port;
  message.has_query_time_sec = message.has_query_time_nsec = 1;
  message.query_time_sec = static_cast<uint64_t>(frame.sent_ns / kNsPerS);
  message.query_time_nsec = static_cast<uint32_t>(frame.sent_ns % kNsPerS);
  Put(frame.query, &message.has_query_message, &message.query_message);
  if (frame.received_ns.has_value()) {
    message.has_response_time_sec = message.has_response_time_nsec = 1;
    message.response_time_sec = static_cast<uint64_t>(*frame.received_ns / kNsPerS);
    message.response_time_nsec = static_cast<uint32_t>(*frame.received_ns % kNsPerS);
    Put(frame.response, &message.has_response_message, &message.response_message);
  }
  ProtoFrame whole = CAASCAN__DNSTAP__DNSTAP__INIT;
  Put(kVersion, &whole.has_version, &whole.version);
  Put(extra, &whole.has_extra, &whole.extra);
  whole.message = &message;
  whole.type = CAASCAN__DNSTAP__DNSTAP__TYPE__MESSAGE;
  std::string out(caascan__dnstap__dnstap__get_packed_size(&whole), '\0');
  caascan__dnstap__dnstap__pack(&whole, reinterpret_cast<uint8_t*>(out.data()));
  return out;
}

std::optional<Frame> DecodeFrame(std::span<const uint8_t> bytes) {
  const std::unique_ptr<ProtoFrame, FreeFrame> whole(
      caascan__dnstap__dnstap__unpack(nullptr, bytes.size(), bytes.data()));
  if (whole == nullptr || whole->message == nullptr) return std::nullopt;
  const ProtoMessage& message = *whole->message;
  Frame frame;
  bool answered = false;
  if (!ReadType(message.type, &frame, &answered)) return std::nullopt;
  if (message.has_socket_protocol != 0) frame.transport = ReadProtocol(message.socket_protocol);
  frame.address = OctetsOf(message.response_address);
  if (frame.address.size() != kIpv4Octets && frame.address.size() != kIpv6Octets) {
    frame.address.clear();
  }
  frame.port = static_cast<uint16_t>(message.response_port);
  frame.sent_ns = TimeOf(message.query_time_sec, message.query_time_nsec).value_or(0);
  frame.query = OctetsOf(message.query_message);
  if (answered) {
    frame.received_ns =
        TimeOf(message.response_time_sec, message.response_time_nsec).value_or(frame.sent_ns);
    frame.response = OctetsOf(message.response_message);
  }
  if (frame.query.empty() && frame.response.empty()) return std::nullopt;
  if (whole->has_extra != 0) ReadExtra(whole->extra, &frame);
  return frame;
}

}  // namespace caascan::dnstap
