// The buffer holds for each exchange a Head, the query and the response. Tested by
// exchange_log_test.cc, and end to end by dnstap_test.py.
#include "scanner/evidence/exchange_log.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cstring>
#include <utility>

#include "scanner/dnstap/frame.h"
#include "scanner/stream/channel.h"

namespace caascan::evidence {
namespace {

using dnstap::Frame;
using std::chrono::nanoseconds;

constexpr size_t kIpv4Octets = 4;
constexpr size_t kIpv6Octets = 16;

/// Of one exchange in the buffer.
struct Head {
  int64_t sent_ns;  // Since 1970.
  int64_t rtt_ns;
  uint32_t query_size;
  uint32_t response_size;  // 0: none came.
  uint16_t port;
  Frame::Role role;
  Frame::Transport transport;
  net::ExchangeStatus status;
  uint8_t address_size;
  std::array<uint8_t, kIpv6Octets> address;
};

/// Has it met a server? What was not sent may still have been refused one.
bool MetServer(const net::Exchange& exchange) {
  switch (exchange.result().status) {
    case net::ExchangeStatus::kReply:
    case net::ExchangeStatus::kTimeout:
    case net::ExchangeStatus::kUnreachable:
    case net::ExchangeStatus::kClosed:
    case net::ExchangeStatus::kDoubtful:
      return true;
    case net::ExchangeStatus::kSendFailed:
    case net::ExchangeStatus::kBlocked:
      return false;
    case net::ExchangeStatus::kCancelled:
      break;
  }
  return exchange.course().sent_at != nanoseconds(0);
}

const char* StatusText(net::ExchangeStatus status) {
  switch (status) {
    case net::ExchangeStatus::kTimeout:
      return "timeout";
    case net::ExchangeStatus::kUnreachable:
      return "unreachable";
    case net::ExchangeStatus::kClosed:
      return "connection closed";
    case net::ExchangeStatus::kDoubtful:
      return "what came may be forged";
    default:
      return "the scan was stopped";
  }
}

Frame::Transport TransportOf(const net::Exchange& exchange) {
  const stream::Channel* const channel = exchange.peer()->channel();
  if (channel != nullptr && channel->kind == stream::Channel::Kind::kTls) {
    return Frame::Transport::kTls;
  }
  if (channel != nullptr && channel->kind == stream::Channel::Kind::kHttps) {
    return Frame::Transport::kHttps;
  }
  return exchange.protocol() == net::Protocol::kTcp ? Frame::Transport::kTcp
                                                    : Frame::Transport::kUdp;
}

void PutAddress(const async::Address& address, Head* head) {
  const auto bytes = address.octets();
  assert((bytes.size() == kIpv4Octets || bytes.size() == kIpv6Octets) && "an address");
  head->address_size = static_cast<uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), head->address.begin());
  head->port = address.port();
}

/// When it was sent, by the wall's clock.
int64_t SentNs(const net::Exchange& exchange, nanoseconds now) {
  const nanoseconds sent = exchange.course().sent_at;
  const nanoseconds wall = std::chrono::system_clock::now().time_since_epoch();
  return (wall - (sent == nanoseconds(0) ? exchange.result().spent : now - sent)).count();
}

Frame FrameOf(const Head& head, std::string_view query, std::string_view response) {
  Frame frame;
  frame.role = head.role;
  frame.transport = head.transport;
  frame.address.assign(head.address.begin(), head.address.begin() + head.address_size);
  frame.port = head.port;
  frame.sent_ns = head.sent_ns;
  frame.query.assign(query.begin(), query.end());
  if (response.empty()) {
    frame.status = StatusText(head.status);
  } else {
    frame.received_ns = head.sent_ns + head.rtt_ns;
    frame.response.assign(response.begin(), response.end());
  }
  return frame;
}

}  // namespace

ExchangeLog::ExchangeLog(EvidenceFile* file, const async::Loop* loop, std::string earlier)
    : file_(file), loop_(loop), exchanges_(std::move(earlier)) {}

ExchangeLog::~ExchangeLog() { file_->Release(exchanges_.size()); }

void ExchangeLog::Note(const net::Exchange& exchange) {
  if (!MetServer(exchange)) return;
  const net::ExchangeResult& result = exchange.result();
  const bool answered = result.status == net::ExchangeStatus::kReply;
  std::array<uint8_t, dns::kMaxQuerySize> query;
  Head head{};
  head.query_size = static_cast<uint32_t>(
      dns::WriteQuery(exchange.query(), exchange.course().id, exchange.course().case_bits, query));
  head.response_size = answered ? static_cast<uint32_t>(result.message.size()) : 0;
  const size_t size = sizeof head + head.query_size + head.response_size;
  if (exchanges_.size() + size > kMaxBytes || !file_->Hold(size)) {
    ++missed_;
    return;
  }
  head.sent_ns = SentNs(exchange, loop_->now());
  head.rtt_ns = result.rtt.count();
  head.role = exchange.query().recursion_desired ? Frame::Role::kStub : Frame::Role::kResolver;
  head.transport = TransportOf(exchange);
  head.status = result.status;
  PutAddress(exchange.peer()->address(), &head);
  exchanges_.append(reinterpret_cast<const char*>(&head), sizeof head);
  exchanges_.append(reinterpret_cast<const char*>(query.data()), head.query_size);
  if (answered) {
    exchanges_.append(reinterpret_cast<const char*>(result.message.data()), head.response_size);
  }
}

std::string ExchangeLog::Take() {
  if (missed_ != 0) file_->Drop(std::exchange(missed_, 0));
  return std::exchange(exchanges_, std::string());
}

void ExchangeLog::Submit(std::string_view name) {
  std::string_view rest = exchanges_;
  const auto take = [&rest](size_t size) {
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  };
  while (!rest.empty()) {
    Head head;
    std::memcpy(&head, take(sizeof head).data(), sizeof head);
    const std::string_view query = take(head.query_size);
    Frame frame = FrameOf(head, query, take(head.response_size));
    frame.name = name;
    file_->Submit(frame);
  }
  if (missed_ != 0) file_->Drop(std::exchange(missed_, 0));
}

}  // namespace caascan::evidence
