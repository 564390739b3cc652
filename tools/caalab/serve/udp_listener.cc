// The idea: one recvmmsg, one pass over the responder, one sendmmsg, until the socket is empty or a
// few rounds are done (other handles want their turn). Answers are packed one behind the other in
// one buffer. Tested by server_test.cc.
#include "tools/caalab/serve/udp_listener.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "tools/caalab/serve/uv_call.h"

namespace caascan::lab {
namespace {

constexpr size_t kBatch = 64;
// Longer datagrams are no queries. An odd multiple of a cache line: buffers a power of two apart
// would share few lines of the cache.
constexpr size_t kMaxQuery = 1216;
constexpr int kRounds = 8;
constexpr size_t kMaxCopies = 2;

}  // namespace

struct UdpListener::Buffers {
  std::array<std::array<uint8_t, kMaxQuery>, kBatch> in;
  std::array<mmsghdr, kBatch> in_headers;
  std::array<iovec, kBatch> in_iov;
  std::array<sockaddr_storage, kBatch> clients;
  std::array<SourceControl, kBatch> in_control;

  std::array<uint8_t, kBatch * kMaxUdpAnswer> out;
  std::array<mmsghdr, kBatch * kMaxCopies> out_headers;
  std::array<iovec, kBatch * kMaxCopies> out_iov;
  std::array<SourceControl, kBatch * kMaxCopies> out_control;
  std::vector<Address> answered;  // The servers of this batch's answers, where windows are counted.
};

UdpListener::UdpListener(uv_loop_t* loop, Socket socket, Responder* responder, Counters* counters,
                         const Weather& weather)
    : socket_(std::move(socket)),
      port_(BoundPort(socket_)),
      responder_(responder),
      counters_(counters),
      weather_(weather),
      buffers_(std::make_unique<Buffers>()),
      start_ms_(uv_now(loop)) {
  MustSucceed(uv_poll_init(loop, &poll_, socket_.fd()), "uv_poll_init");
  poll_.data = this;
  MustSucceed(uv_timer_init(loop, &timer_), "uv_timer_init");
  timer_.data = this;
}

UdpListener::~UdpListener() = default;

void UdpListener::Start() {
  if (counters_->windows() != nullptr) TellTimes(socket_);
  const auto on_readable = [](uv_poll_t* poll, int, int) {
    static_cast<UdpListener*>(poll->data)->OnReadable();
  };
  MustSucceed(uv_poll_start(&poll_, UV_READABLE, on_readable), "uv_poll_start");
}

void UdpListener::Close() {
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
}

void UdpListener::OnReadable() {
  Buffers& b = *buffers_;
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < kBatch; ++i) {
      b.in_iov[i] = {b.in[i].data(), kMaxQuery};
      msghdr& header = b.in_headers[i].msg_hdr;
      header = {};
      header.msg_name = &b.clients[i];
      header.msg_namelen = sizeof b.clients[i];
      header.msg_iov = &b.in_iov[i];
      header.msg_iovlen = 1;
      header.msg_control = b.in_control[i].data();
      header.msg_controllen = b.in_control[i].capacity();
    }
    const int received = recvmmsg(socket_.fd(), b.in_headers.data(), kBatch, 0, nullptr);
    if (received <= 0) return;
    SendBatch(AnswerBatch(static_cast<size_t>(received)));
    if (static_cast<size_t>(received) < kBatch) return;
  }
}

size_t UdpListener::AnswerBatch(size_t count) {
  Buffers& b = *buffers_;
  const uint64_t second = (uv_now(poll_.loop) - start_ms_) / 1000;
  size_t ready = 0;
  size_t used = 0;  // Octets of b.out.
  for (size_t i = 0; i < count; ++i) {
    Query query;
    query.bytes = std::span(b.in[i]).first(b.in_headers[i].msg_len);
    query.server = SourceControl::Destination(&b.in_headers[i].msg_hdr);
    query.random = random_();
    query.now_ms = uv_now(poll_.loop);
    CountArrival(i, query.server);
    const Fate fate = FateOf(weather_, query.random);
    if (fate.query_lost) continue;
    const std::span<uint8_t> out = std::span(b.out).subspan(used, kMaxUdpAnswer);
    Reply reply = responder_->Respond(query, out);
    counters_->Add(query, reply, second);
    if (fate.answer_lost) continue;
    if (fate.answer_doubled) reply.copies = kMaxCopies;
    reply.delay += std::chrono::milliseconds(fate.delay_ms);
    const Address source = reply.source.value_or(query.server);
    if (reply.kind == Reply::Kind::kUnreachable) {
      unreachable_.Send(b.clients[i], query.server, port_, query.bytes);
    } else if (reply.kind == Reply::Kind::kSend && reply.delay.count() > 0) {
      SendLater(reply, query, i, out.first(reply.size));
    } else if (reply.kind == Reply::Kind::kSend) {
      if (Windows* windows = counters_->windows()) {
        windows->Begin(query.server);
        b.answered.push_back(query.server);
      }
      for (unsigned copy = 0; copy < std::min<size_t>(reply.copies, kMaxCopies); ++copy) {
        Put(ready++, i, used, reply.size, source);
      }
      used += reply.size;
    }
  }
  return ready;
}

void UdpListener::CountArrival(size_t index, const Address& server) {
  Windows* windows = counters_->windows();
  if (windows == nullptr) return;
  const auto at = SourceControl::ReceivedAt(&buffers_->in_headers[index].msg_hdr);
  windows->Arrive(server, at ? Arrived{*at, *at} : windows->ReadAt(SystemNow()));
}

void UdpListener::SendLater(const Reply& reply, const Query& query, size_t index,
                            std::span<const uint8_t> bytes) {
  if (Windows* windows = counters_->windows()) windows->Begin(query.server);
  const auto due = uv_now(poll_.loop) + static_cast<uint64_t>(reply.delay.count());
  for (unsigned copy = 0; copy < reply.copies; ++copy) {
    late_.emplace(due, Late{{bytes.begin(), bytes.end()},
                            buffers_->clients[index],
                            reply.source.value_or(query.server),
                            query.server,
                            copy == 0});
  }
  ArmTimer();
}

void UdpListener::Put(size_t index, size_t received, size_t offset, size_t size,
                      const Address& source) {
  Buffers& b = *buffers_;
  b.out_iov[index] = {b.out.data() + offset, size};
  msghdr& header = b.out_headers[index].msg_hdr;
  header = {};
  header.msg_name = &b.clients[received];
  header.msg_namelen = b.in_headers[received].msg_hdr.msg_namelen;
  header.msg_iov = &b.out_iov[index];
  header.msg_iovlen = 1;
  header.msg_controllen = b.out_control[index].Set(source);
  header.msg_control = b.out_control[index].data();
}

void UdpListener::SendBatch(size_t count) {
  size_t sent = 0;
  while (sent < count) {
    const int n = sendmmsg(socket_.fd(), buffers_->out_headers.data() + sent,
                           static_cast<unsigned>(count - sent), 0);
    // A datagram that cannot go is lost, as any may be; those behind it still go.
    sent += n > 0 ? static_cast<size_t>(n) : 1;
  }
  for (const Address& server : buffers_->answered) counters_->windows()->End(server);
  buffers_->answered.clear();
}

void UdpListener::ArmTimer() {
  const uint64_t now = uv_now(poll_.loop);
  const uint64_t due = late_.begin()->first;
  const auto on_time = [](uv_timer_t* timer) {
    static_cast<UdpListener*>(timer->data)->SendLate();
  };
  MustSucceed(uv_timer_start(&timer_, on_time, due > now ? due - now : 0, 0), "uv_timer_start");
}

void UdpListener::SendLate() {
  while (!late_.empty() && late_.begin()->first <= uv_now(poll_.loop)) {
    Late& late = late_.begin()->second;
    if (Windows* windows = counters_->windows(); windows != nullptr && late.is_first) {
      windows->End(late.server);
    }
    SourceControl control;
    iovec data{late.bytes.data(), late.bytes.size()};
    msghdr message{};
    message.msg_name = &late.to;
    message.msg_namelen = late.to.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_controllen = control.Set(late.source);
    message.msg_control = control.data();
    (void)sendmsg(socket_.fd(), &message, 0);
    late_.erase(late_.begin());
  }
  if (!late_.empty()) ArmTimer();
}

}  // namespace caascan::lab
